package pac

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"time"

	"github.com/drawbridge-app/drawbridge/app/chooser"
)

const (
	// mostMemory is how many bytes of objects a process may have.
	mostMemory = 192 << 20
	// mostStack is how many bytes deep the interpreter may get.
	mostStack = 64 << 20
	// look is how often that is looked at, while something is evaluated.
	look = 20 * time.Millisecond
	// longest is when a process gives up that cannot interrupt what it evaluates.
	// Whoever started it would have killed it by then, if it lived.
	longest = 5 * time.Second
)

// Serve is the whole life of a process that fetches a script, or evaluates one: it
// reads the script and then questions from in, and writes a reply to each, the script
// too, to out, until in ends. It bounds this process's memory, and ends it when that is
// used up.
func Serve(in io.Reader, out io.Writer) error {
	debug.SetMaxStack(mostStack)
	debug.SetMemoryLimit(mostMemory * 3 / 4) // what is garbage goes before it counts
	from, to := json.NewDecoder(in), json.NewEncoder(out)
	var s *Script
	for {
		var q chooser.Question
		if err := from.Decode(&q); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		var r chooser.Reply
		var err error
		switch {
		case q.Fetch != "":
			r, err = fetch(q)
		case s == nil:
			bounded(func() { s, err = Compile(q.Script, time.Now, nil) })
		default:
			bounded(func() { r.Text, err = s.Find(q.URL, q.Host) })
		}
		if err != nil {
			r.Error, r.Late = err.Error(), errors.Is(err, errTimeout)
		}
		if err := to.Encode(r); err != nil {
			return err
		}
	}
}

// bounded runs f and ends the process if that uses up too much memory or time: the
// interpreter has no bounds that hold everywhere.
func bounded(f func()) {
	used := func() uint64 {
		sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
		metrics.Read(sample)
		return sample[0].Value.Uint64()
	}
	stop, stopped := make(chan struct{}), make(chan struct{})
	timer := time.AfterFunc(look, func() {
		defer close(stopped)
		for begin := time.Now(); ; {
			if used() > mostMemory {
				if runtime.GC(); used() > mostMemory { // without what is garbage
					os.Exit(chooser.ExitMemory)
				}
			}
			if time.Since(begin) > longest {
				os.Exit(1)
			}
			select {
			case <-stop:
				return
			case <-time.After(look):
			}
		}
	})
	f()
	close(stop)
	if !timer.Stop() {
		<-stopped // so that no later question suffers for this one
	}
}
