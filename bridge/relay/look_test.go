package relay_test

import (
	"io"
	"net"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/drawbridge-app/drawbridge/bridge/bridgetest"
	"github.com/drawbridge-app/drawbridge/bridge/relay"
)

func TestLook(t *testing.T) {
	const (
		quiet = iota
		bytes
		end
		cut
	)
	rows := []struct {
		name string
		play func(t *testing.T, far, near *net.TCPConn)
		want int
	}{
		{"quiet", func(*testing.T, *net.TCPConn, *net.TCPConn) {}, quiet},
		{"past a deadline", func(_ *testing.T, _, near *net.TCPConn) { near.SetDeadline(time.Unix(1, 0)) }, quiet},
		{"half-closed here", func(t *testing.T, _, near *net.TCPConn) { halfClose(t, near) }, quiet},
		{"bytes", func(t *testing.T, far, _ *net.TCPConn) { write(t, far, "x") }, bytes},
		{"bytes, then the end", func(t *testing.T, far, _ *net.TCPConn) { write(t, far, "x"); far.Close() }, bytes},
		{"the end behind bytes that were read", func(t *testing.T, far, near *net.TCPConn) {
			write(t, far, "x")
			wantNext(t, near, "x")
			far.Close()
		}, end},
		{"half-closed", func(t *testing.T, far, _ *net.TCPConn) { halfClose(t, far) }, end},
		{"closed", func(_ *testing.T, far, _ *net.TCPConn) { far.Close() }, end},
		{"reset", func(_ *testing.T, far, _ *net.TCPConn) { reset(far) }, cut},
		{"closed here", func(_ *testing.T, _, near *net.TCPConn) { near.Close() }, cut},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			newPump(t)
			far, near := pair(t)
			r.play(t, far, near)
			var ended, wasReset bool
			switch r.want {
			case quiet:
				time.Sleep(10 * time.Millisecond) // anything would be here by then
				if !relay.Quiet(near) {
					t.Error("Quiet = false")
				}
				ended, wasReset = relay.Look(near)
			case bytes:
				bridgetest.Eventually(t, "the bytes", func() bool { return !relay.Quiet(near) })
				ended, wasReset = relay.Look(near)
			default: // in one look, as a reset is told once
				bridgetest.Eventually(t, "the end", func() bool {
					ended, wasReset = relay.Look(near)
					return ended || wasReset
				})
				if r.want == cut && ended && bridgetest.LosesResets() {
					ended, wasReset = false, true
				}
			}
			if ended != (r.want == end) || wasReset != (r.want == cut) {
				t.Errorf("Look = %t, %t; want %t, %t", ended, wasReset, r.want == end, r.want == cut)
			}
			if r.want == bytes {
				wantNext(t, near, "x") // still there
			}
			far.Close()
			near.Close()
		})
	}
}

// A look neither takes bytes from a reader, nor waits for those that a reader
// takes from under its eyes.
func TestLookBesideAReader(t *testing.T) {
	newPump(t)
	trips := 5000
	if testing.Short() {
		trips = 500
	}
	far, near := pair(t)
	w := relay.NewWire(near)
	var looks atomic.Int64
	var stop atomic.Bool
	var looking sync.WaitGroup
	looking.Go(func() {
		for !stop.Load() {
			if ended, wasReset := relay.Look(near); ended || wasReset {
				t.Errorf("Look = %t, %t in the midst of the stream", ended, wasReset)
				return
			}
			looks.Add(1)
		}
	})
	for i := range trips {
		write(t, far, "x")
		if i%2 == 0 {
			b, n, err := w.Receive()
			if err != nil || string(b[:n]) != "x" {
				t.Fatalf("Receive = %d bytes, %v; want one byte", n, err)
			}
			relay.Release(b)
		} else {
			wantNext(t, near, "x")
		}
		before := looks.Load()
		for end := time.Now().Add(5 * time.Second); looks.Load() == before; runtime.Gosched() {
			if time.Now().After(end) {
				write(t, far, "x") // ends the wait
				t.Fatal("a look waits for bytes")
			}
		}
	}
	stop.Store(true)
	looking.Wait()
	far.Close()
	near.Close()
}

// What one waits for comes to those who wait, also after many looks.
func TestLooksDoNotEndAWait(t *testing.T) {
	newPump(t)
	far, near := pair(t)
	w := relay.NewWire(near)
	type got struct {
		text string
		err  error
	}
	gots := make(chan got, 1)
	go func() {
		b, n, err := w.Receive()
		g := got{err: err}
		if err == nil {
			g.text = string(b[:n])
		}
		relay.Release(b)
		gots <- g
	}()
	for range 1000 {
		if !relay.Quiet(near) {
			t.Fatal("Quiet = false while nothing came")
		}
	}
	near.SetReadDeadline(time.Now().Add(time.Hour))
	write(t, far, "late")
	if g := <-gots; g.text != "late" || g.err != nil {
		t.Errorf("Receive = %q, %v; want the bytes", g.text, g.err)
	}
	far.Close()
	if _, _, err := w.Receive(); err != io.EOF {
		t.Errorf("Receive = %v, want io.EOF", err)
	}
	near.Close()
}
