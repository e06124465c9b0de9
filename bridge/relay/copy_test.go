package relay_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"github.com/drawbridge-app/drawbridge/bridge/relay"
)

var copySizes = []int64{0, 1, relay.BufferSize - 1, relay.BufferSize, relay.BufferSize + 1, 3 * relay.BufferSize, 256 << 10, mega - 1, mega, mega + 1, 10 * mega}

func TestCopyReadsNothingBeyond(t *testing.T) {
	p := newPump(t)
	for _, n := range copySizes {
		from, near := pair(t)
		out, to := pair(t)
		src := relay.NewWire(near)
		want := noise(int(n))
		go func() {
			from.Write(append(want[:n:n], "next"...))
		}()
		got := make(chan []byte)
		go func() {
			b, _ := io.ReadAll(out)
			got <- b
		}()
		var moved atomic.Int64
		if err := p.Copy(relay.NewWire(to), src, n, &moved); err != nil || moved.Load() != n {
			t.Errorf("Copy of %d = %v, moved %d", n, err, moved.Load())
		}
		to.Close()
		if b := <-got; !bytes.Equal(b, want) {
			t.Errorf("Copy of %d brought %d bytes, or the wrong ones", n, len(b))
		}
		b, m, err := src.Receive()
		if err != nil || string(b[:m]) != "next" {
			t.Errorf("behind Copy of %d: %d bytes, %v; want \"next\"", n, m, err)
		}
		relay.Release(b)
		from.Close()
		near.Close()
		out.Close()
	}
}

func TestCopyShort(t *testing.T) {
	p := newPump(t)
	for _, n := range copySizes {
		from, near := pair(t)
		out, to := pair(t)
		go func() {
			from.Write(noise(int(n)))
			from.Close()
		}()
		go io.Copy(io.Discard, out)
		var moved atomic.Int64
		err := p.Copy(relay.NewWire(to), relay.NewWire(near), n+1, &moved)
		var e *relay.Error
		if !errors.As(err, &e) || e.Op != "read" || e.Err != io.ErrUnexpectedEOF || moved.Load() != n {
			t.Errorf("Copy of %d from %d = %v, moved %d", n+1, n, err, moved.Load())
		}
		near.Close()
		to.Close()
		out.Close()
	}
}

// A read deadline interrupts without loss, also in bulk.
func TestCopyGoesOnBehindDeadline(t *testing.T) {
	p := newPump(t)
	from, near := pair(t)
	out, to := pair(t)
	want := noise(8 * mega)
	half := len(want) / 2
	go from.Write(want[:half])
	got := make(chan []byte)
	go func() {
		b, _ := io.ReadAll(out)
		got <- b
	}()
	src := relay.NewWire(near)
	var moved atomic.Int64
	stops := 0
	for {
		near.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
		err := p.Copy(relay.NewWire(to), src, int64(len(want))-moved.Load(), &moved)
		if err == nil {
			break
		}
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatal(err)
		}
		if moved.Load() == int64(half) {
			if stops++; stops == 1 {
				go from.Write(want[half:])
			}
		}
	}
	if stops == 0 {
		t.Error("no deadline fell between the halves")
	}
	to.Close()
	if b := <-got; !bytes.Equal(b, want) {
		t.Errorf("%d bytes, or the wrong ones", len(b))
	}
	from.Close()
	near.Close()
	out.Close()
}
