// Package relay is the byte pump: it moves bytes between two connections as
// fast as the system can, and costs next to nothing while they are silent.
//
// A tunnel is two goroutines and two descriptors. While it is idle it holds no
// buffer and no pipe: each direction waits for readability, borrows a buffer
// when bytes are there, and gives it back. Once bytes come in bulk, on Linux
// they go from socket to socket inside the kernel (splice(2)), through pipes
// that are borrowed from a small common stock for as long as the bytes flow.
//
// The end of a stream is passed on as a half-close, and the other direction
// goes on. A reset, or any other failure, cuts both sides with a reset: a cut
// stream must never look like a finished one.
package relay

import (
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"
)

// An Error is a failed copy and tells which side of it failed.
type Error struct {
	Op   string // "read" from the source or "write" to the destination
	Err  error
	Conn net.Conn // that side of a tunnel; nil for a single copy
}

func (e *Error) Error() string { return "relay " + e.Op + ": " + Cause(e.Err).Error() }
func (e *Error) Unwrap() error { return e.Err }

// Cause is what the system said, without what package net puts around it: the
// call, and addresses that mean nothing to a user. What connections usually die
// of reads the same on every system. Other errors come back as they are.
func Cause(err error) error {
	for {
		switch e := err.(type) {
		case *net.OpError:
			if e.Err == nil {
				return err
			}
			err = e.Err
		case *os.SyscallError:
			err = e.Err
		default:
			return inOurWords(err)
		}
	}
}

// noSplice is how many full buffers pass before bulk that could not be spliced
// tries again.
const noSplice = 32

// A Pump copies between connections. The zero value is ready to use, and may
// be used by any number of goroutines. Close it when no copy runs any more.
type Pump struct {
	pipes pipes
}

// Close closes the spare pipes.
func (p *Pump) Close() { p.pipes.close() }

// A Side is one end of a tunnel.
type Side struct {
	Wire *Wire
	// Early is what was already read from this side; it reaches the other
	// side first. It is not kept.
	Early []byte
	// Moved counts, live, the bytes that came from this side. Nil: no count.
	Moved *atomic.Int64
}

// Tunnel relays between a and b until both directions have ended, then closes
// both connections. It returns nil when each direction ended with the end of
// its stream, and otherwise the error that cut the tunnel.
func (p *Pump) Tunnel(a, b Side) error {
	ended := make(chan error, 1)
	t := p.tunnel(a, b, func(err error) { ended <- err })
	go t.down(b.Early)
	t.up(a.Early)
	return <-ended
}

// Start is Tunnel without the wait: both directions run on small goroutines of
// their own, so that the caller's, whose stack has grown over a handshake, can
// end. Done, which may be nil, is called once, after both connections are
// closed, with what Tunnel would return.
func (p *Pump) Start(a, b Side, done func(error)) {
	t := p.tunnel(a, b, done)
	go t.down(b.Early)
	go t.up(a.Early)
}

type tunnel struct {
	pump *Pump
	a, b bank
	done func(error)
	open atomic.Int32 // directions

	cut sync.Once
	err error
}

// A bank is what a Side needs for as long as the tunnel lives.
type bank struct {
	wire  *Wire
	moved *atomic.Int64
}

func (p *Pump) tunnel(a, b Side, done func(error)) *tunnel {
	t := &tunnel{pump: p, a: bank{a.Wire, a.Moved}, b: bank{b.Wire, b.Moved}, done: done}
	t.open.Store(2)
	return t
}

func (t *tunnel) up(early []byte)   { t.finish(&t.a, &t.b, t.relay(&t.a, &t.b, early)) }
func (t *tunnel) down(early []byte) { t.finish(&t.b, &t.a, t.relay(&t.b, &t.a, early)) }

// relay passes on one direction.
//
// An idle tunnel mostly consists of two stacks that wait below this function.
// A new goroutine has 2 KiB, which this depth fits into, bulk included; the
// first frame too many doubles that for the rest of the tunnel's life.
// TestIdleTunnelsAreSmall sees it.
func (t *tunnel) relay(src, dst *bank, early []byte) error {
	if err := writeEarly(dst.wire, early, src.moved); err != nil {
		return err
	}
	if err := t.pump.Copy(dst.wire, src.wire, -1, src.moved); err != nil {
		return err
	}
	if err := src.wire.lost(); err != nil {
		return &Error{Op: "read", Err: err}
	}
	return dst.wire.closeWrite()
}

// finish ends one direction, and the one that ends last cleans up.
func (t *tunnel) finish(src, dst *bank, err error) {
	if err != nil {
		t.cut.Do(func() {
			t.err = blamed(err, src, dst)
			Reset(t.a.wire.Conn)
			Reset(t.b.wire.Conn)
		})
	}
	if t.open.Add(-1) > 0 {
		return
	}
	t.a.wire.Conn.Close()
	t.b.wire.Conn.Close()
	if t.done != nil {
		t.done(t.err)
	}
}

// blamed notes in err, with which a direction failed, whose side that was.
func blamed(err error, src, dst *bank) error {
	if e, ok := err.(*Error); ok {
		e.Conn = dst.wire.Conn
		if e.Op == "read" {
			e.Conn = src.wire.Conn
		}
	}
	return err
}

// writeEarly passes on what was read before the tunnel began.
func writeEarly(dst *Wire, early []byte, moved *atomic.Int64) error {
	if len(early) == 0 {
		return nil
	}
	n, err := dst.Write(early)
	add(moved, int64(n))
	if err != nil {
		return &Error{Op: "write", Err: err}
	}
	return nil
}

// CloseWrite tells the peer that nothing more comes, and leaves reading open.
// A connection that cannot do that is closed whole, which is the only way left
// to tell it that the stream has ended. A peer that is already gone is no
// error: the other direction says what became of it.
func CloseWrite(c net.Conn) error {
	h, ok := c.(interface{ CloseWrite() error })
	if !ok {
		return c.Close()
	}
	if err := h.CloseWrite(); err != nil && !notConnected(err) {
		return &Error{Op: "write", Err: err}
	}
	return nil
}

// Reset closes c so that its peer sees a reset and cannot take what it got for
// the whole. Bytes not yet sent are dropped. Under TLS the connection below is
// reset first, because closing TLS itself would say a proper farewell.
func Reset(c net.Conn) {
	if t, ok := c.(interface{ NetConn() net.Conn }); ok {
		Reset(t.NetConn())
	}
	if l, ok := c.(interface{ SetLinger(sec int) error }); ok {
		l.SetLinger(0)
	}
	c.Close()
}

// Copy moves n bytes from src to dst as they come, or all until the end of the
// stream when n is negative; fewer than n are an [Error] whose cause is
// io.ErrUnexpectedEOF. It counts into moved, which may be nil, while it goes.
// Nothing beyond the n bytes is read.
//
// A read deadline of src interrupts it without loss, and it may be called
// again for the rest; after a failed write, what was on its way is lost.
func (p *Pump) Copy(dst, src *Wire, n int64, moved *atomic.Int64) error {
	full := 0 // buffers in a row that one read filled: two mean bulk
	for n != 0 {
		if full >= 2 && (n < 0 || n > BufferSize) {
			m, err := p.splice(dst, src, n, moved)
			if err != nil {
				return err
			}
			if n, full = left(n, m), 0; m == 0 {
				full = -noSplice
			}
			continue
		}
		m, err := copyOnce(dst, src, n, moved)
		if err == io.EOF {
			return ended(n)
		}
		if err != nil {
			return err
		}
		if n = left(n, int64(m)); m == BufferSize {
			full++
		} else {
			full = 0
		}
	}
	return nil
}

// copyOnce waits for bytes, at most n of them unless n is negative, and passes
// on what one read brought.
func copyOnce(dst, src *Wire, n int64, moved *atomic.Int64) (int, error) {
	most := BufferSize
	if n >= 0 && n < BufferSize {
		most = int(n)
	}
	b, m, err := src.receive(most)
	if err == io.EOF {
		return 0, err
	}
	if err != nil {
		return 0, &Error{Op: "read", Err: err}
	}
	w, err := dst.Write(b[:m])
	Release(b)
	add(moved, int64(w))
	if err != nil {
		return w, &Error{Op: "write", Err: err}
	}
	return w, nil
}

// left is what remains of n, where negative means: no end is known.
func left(n, moved int64) int64 {
	if n < 0 {
		return n
	}
	return n - moved
}

// ended judges the end of a stream of which n bytes were still expected.
func ended(n int64) error {
	if n > 0 {
		return &Error{Op: "read", Err: io.ErrUnexpectedEOF}
	}
	return nil
}

func add(count *atomic.Int64, n int64) {
	if count != nil && n > 0 {
		count.Add(n)
	}
}
