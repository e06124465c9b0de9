//go:build linux

package main

import (
	"strconv"
	"time"
)

func workIdle(b *bench, t *Table) {
	n := b.scale.idle
	// The busiest process has two descriptors for each tunnel.
	if room := (int(b.limit) - 500) / 2; room < n {
		n = room
		t.note("%d tunnels, not %d: a process may have no more than %d descriptors here.", n, b.scale.idle, b.limit)
	}
	t.Title = strconv.Itoa(n) + " idle tunnels"
	growth := t.figure("resident memory", "bytes/tunnel", atMost(8192))
	fds := t.figure("descriptors", "/tunnel", atMost(2))
	slower := t.figure("opening, last tenth to first tenth", "×", atMost(1.25))
	opening := t.figure("opening", "µs/tunnel", Need{})
	for _, p := range b.programs {
		if b.ctx.Err() != nil {
			return
		}
		s, err := b.stand(p, 0, false)
		if err == nil {
			err = b.probe(s)
		}
		if err == nil {
			err = b.idle(s, n, growth, fds, slower, opening)
		}
		if err != nil {
			b.failed(t.Figures, p.name, err)
		}
		if s != nil {
			b.release()
			b.end(s.instance)
			b.drain(s)
		}
	}
	t.note("“Does not grow” is asked as at most a quarter: the first tunnels of a run find everything fresh, and a shared machine adds its noise.")
}

func (b *bench) idle(s *stand, n int, growth, fds, slower, opening *Figure) error {
	var rss float64
	var open int
	var err error
	if s.process != nil {
		// The memory of a program at rest includes a few tunnels' worth of what it makes once.
		if _, err = b.do(s, job{Do: "tunnels", Conns: 16, Count: 64, For: 5 * time.Second}); err != nil {
			return err
		}
		b.between(200 * time.Millisecond)
		if rss, err = memory(s.pid, "VmRSS"); err != nil {
			return err
		}
		if open, err = descriptors(s.pid); err != nil {
			return err
		}
	}
	r, err := b.do(s, job{Do: "hold", Conns: 16, Count: n})
	if err != nil {
		return err
	}
	opening.add(s.name, 1e6*r.Seconds/float64(n))
	slower.add(s.name, r.Times[1]/r.Times[0])
	if s.process == nil {
		return nil
	}
	b.between(b.scale.settle)
	now, err := memory(s.pid, "VmRSS")
	if err != nil {
		return err
	}
	held, err := descriptors(s.pid)
	if err != nil {
		return err
	}
	growth.add(s.name, max(0, now-rss)/float64(n))
	// Rounded to a hundredth: a spare connection or two are not a tunnel's.
	fds.add(s.name, float64(int(100*float64(held-open)/float64(n)+0.5))/100)
	return nil
}

// drain waits until the endpoint has taken down what s had opened, so that the next program does not pay for it.
func (b *bench) drain(s *stand) {
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end) && b.ctx.Err() == nil; {
		if left, err := b.socks.ask("open " + s.door); err != nil || left == "0" {
			return
		}
		b.between(50 * time.Millisecond)
	}
}
