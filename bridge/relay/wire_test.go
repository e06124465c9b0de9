package relay_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/drawbridge-app/drawbridge/bridge/relay"
)

func TestCall(t *testing.T) {
	rows := []struct {
		name  string
		play  func(t *testing.T, far *net.TCPConn, w *relay.Wire) // before the call
		stale bool
	}{
		{"quiet", func(*testing.T, *net.TCPConn, *relay.Wire) {}, false},
		{"closed", func(_ *testing.T, far *net.TCPConn, _ *relay.Wire) { far.Close() }, true},
		{"half-closed", func(t *testing.T, far *net.TCPConn, _ *relay.Wire) { halfClose(t, far) }, true},
		{"reset", func(_ *testing.T, far *net.TCPConn, _ *relay.Wire) { reset(far) }, true},
		{"unsolicited bytes", func(t *testing.T, far *net.TCPConn, _ *relay.Wire) { write(t, far, "408") }, true},
		{"used before", func(t *testing.T, far *net.TCPConn, w *relay.Wire) {
			write(t, far, "answer")
			b, _, err := w.Receive()
			if err != nil {
				t.Fatal(err)
			}
			relay.Release(b)
		}, false},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			newPump(t)
			far, near := pair(t)
			w := relay.NewWire(near)
			if !w.Alive() {
				t.Error("Alive = false at the start")
			}
			r.play(t, far, w)
			if r.stale {
				for w.Alive() { // until it has arrived
					time.Sleep(time.Millisecond)
				}
			} else {
				go func() {
					wantNext(t, far, "request")
					write(t, far, "answer")
				}()
			}
			b, n, err := w.Call([]byte("request"))
			switch {
			case r.stale && (b != nil || err != relay.ErrStale):
				t.Errorf("Call = %d bytes, %v; want ErrStale", n, err)
			case !r.stale && (err != nil || string(b[:n]) != "answer"):
				t.Errorf("Call = %d bytes, %v; want the answer", n, err)
			}
			relay.Release(b)
			far.Close()
			near.Close()
		})
	}
}

// An answer that comes while the call still writes, or before it waits, must
// wake it. A lost wake-up hangs here.
func TestCallMissesNoAnswer(t *testing.T) {
	newPump(t)
	trips := 5000
	if testing.Short() {
		trips = 500
	}
	var all sync.WaitGroup
	for i := range 8 {
		far, near := pair(t)
		all.Go(func() {
			io.Copy(struct{ io.Writer }{far}, struct{ io.Reader }{far}) // no splice, whose pipes stay
			far.Close()
		})
		all.Go(func() {
			defer near.Close()
			w := relay.NewWire(near)
			for j := range trips {
				want := fmt.Sprint(i, " ", j)
				b, n, err := w.Call([]byte(want))
				if err != nil || string(b[:n]) != want {
					t.Errorf("Call %s = %d bytes, %v", want, n, err)
					return
				}
				relay.Release(b)
				// Now and then an answer in two parts.
				if j%7 != 0 {
					continue
				}
				near.Write([]byte("more"))
				for got := 0; got < 4; got += n {
					if b, n, err = w.Receive(); err != nil {
						t.Error(err)
						return
					}
					relay.Release(b)
				}
			}
		})
	}
	all.Wait()
}

func TestCallWritesLargeRequests(t *testing.T) {
	newPump(t)
	far, near := pair(t)
	request := strings.Repeat("x", 16*mega)
	go func() {
		io.CopyN(io.Discard, far, int64(len(request)))
		far.Write([]byte("answer"))
	}()
	b, n, err := relay.NewWire(near).Call([]byte(request))
	if err != nil || string(b[:n]) != "answer" {
		t.Errorf("Call = %d bytes, %v; want the answer", n, err)
	}
	relay.Release(b)
	far.Close()
	near.Close()
}

func TestWaitsEnd(t *testing.T) {
	waits := []struct {
		name string
		wait func(w *relay.Wire) (*relay.Buffer, int, error)
	}{
		{"Receive", (*relay.Wire).Receive},
		{"Call", func(w *relay.Wire) (*relay.Buffer, int, error) { return w.Call([]byte("request")) }},
	}
	stops := []struct {
		name string
		stop func(far, near net.Conn)
		want error // nil: any
	}{
		{"deadline", func(_, near net.Conn) { near.SetReadDeadline(time.Unix(1, 0)) }, os.ErrDeadlineExceeded},
		{"close", func(_, near net.Conn) { near.Close() }, net.ErrClosed},
		{"end", func(far, _ net.Conn) { far.(*net.TCPConn).CloseWrite() }, io.EOF},
		{"reset", func(far, _ net.Conn) { reset(far.(*net.TCPConn)) }, nil},
	}
	for _, wait := range waits {
		for _, stop := range stops {
			t.Run(wait.name+" "+stop.name, func(t *testing.T) {
				newPump(t)
				far, near := pair(t)
				w := relay.NewWire(near)
				started := make(chan bool)
				go func() {
					if wait.name == "Call" {
						wantNext(t, far, "request") // it waits, or is about to
					}
					close(started)
				}()
				go func() {
					<-started
					stop.stop(far, near)
				}()
				b, _, err := wait.wait(w)
				if b != nil || err == nil || stop.want != nil && !errors.Is(err, stop.want) {
					t.Errorf("%s = %v, want %v", wait.name, err, stop.want)
				}
				far.Close()
				near.Close()
			})
		}
	}
}

func TestAliveIgnoresDeadlines(t *testing.T) {
	newPump(t)
	far, near := pair(t)
	near.SetDeadline(time.Unix(1, 0))
	w := relay.NewWire(near)
	if !w.Alive() {
		t.Error("Alive = false past a deadline")
	}
	near.Close()
	if w.Alive() {
		t.Error("Alive = true behind Close")
	}
	far.Close()
}

// Connections without a descriptor are read the ordinary way.
func TestWireOverPipe(t *testing.T) {
	newPump(t)
	far, near := net.Pipe()
	w := relay.NewWire(near)
	if !w.Alive() {
		t.Error("Alive = false")
	}
	go func() {
		wantNext(t, far, "request")
		write(t, far, "answer")
		far.Close()
	}()
	b, n, err := w.Call([]byte("request"))
	if err != nil || string(b[:n]) != "answer" {
		t.Errorf("Call = %d bytes, %v; want the answer", n, err)
	}
	relay.Release(b)
	if b, _, err := w.Receive(); b != nil || err != io.EOF {
		t.Errorf("Receive = %v, want io.EOF", err)
	}
	near.Close()
}
