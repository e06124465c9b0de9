//go:build unix

package relay

import (
	"io"
	"os"
	"syscall"
)

// state is what Wire.ready does next.
type state uint8

const (
	receiving state = iota // borrow a buffer and read into it
	calling                // look, write, then receive
)

// run hands the descriptor to ready until it says that it is done. The poller
// is armed before ready is first called, so bytes that arrive between a write
// in ready and the wait that follows it are not missed.
func (w *Wire) run(s state, out []byte) (b *Buffer, n int, err error) {
	w.state = s
	if s == calling { // otherwise the writer's, who may be at work
		w.rest = out
	}
	if err = w.raw.Read(w.step); err == nil {
		err = w.err
	}
	if s == calling {
		w.rest = nil
	}
	b, n = w.buf, int(w.n)
	w.buf, w.n, w.err = nil, 0, nil
	return b, n, err
}

// ready makes one attempt; false means: call again when the descriptor is
// readable.
func (w *Wire) ready(fd uintptr) bool {
	if w.state == calling {
		if look(fd) != nothing {
			w.err = ErrStale
			return true
		}
		w.state = receiving
		w.err = w.send(fd)
		return w.err != nil
	}
	b := Borrow()
	n, errno := recv(fd, b[:w.most])
	switch {
	case errno == syscall.EAGAIN:
		Release(b)
		return false
	case errno != 0:
		Release(b)
		w.err = os.NewSyscallError("read", errno)
	case n == 0:
		Release(b)
		w.err = io.EOF
	default:
		w.buf, w.n = b, int32(n)
	}
	return true
}

// lost tells, behind the end of the stream, whether that was a reset in truth.
// The system tells of a reset only once, so if a writer has heard it, it shows
// the reader a clean end; but it takes no writes any more. Neither does a
// connection that we half-closed, but on that nobody writes, and the reader is
// told all.
func (w *Wire) lost() (err error) {
	if w.raw == nil {
		return nil
	}
	w.raw.Control(func(fd uintptr) {
		// In this order: the other direction may half-close it just now.
		if broken(fd) && !w.shut.Load() {
			err = os.NewSyscallError("read", syscall.ECONNRESET)
		}
	})
	return err
}

// drain makes one attempt to write w.rest; false means: call again when the
// descriptor is writable.
func (w *Wire) drain(fd uintptr) bool {
	for len(w.rest) > 0 {
		n, errno := send(fd, w.rest)
		if errno == syscall.EAGAIN {
			return false
		}
		if errno != 0 {
			w.errno = errno
			return true
		}
		w.rest = w.rest[n:]
	}
	return true
}

// send writes w.rest. What the socket does not take at once goes the ordinary
// way, which may wait; reading stays locked meanwhile, which is right, since
// nobody else may read a Wire that is in a call.
func (w *Wire) send(fd uintptr) error {
	n, errno := send(fd, w.rest)
	switch errno {
	case 0:
	case syscall.EAGAIN:
		n = 0
	case syscall.EPIPE, syscall.ECONNRESET: // between the look and the write
		return ErrStale
	default:
		return os.NewSyscallError("write", errno)
	}
	if n == len(w.rest) {
		return nil
	}
	_, err := w.Conn.Write(w.rest[n:])
	return err
}

// call does all of a Call in one go with the poller.
func (w *Wire) call(request []byte) (*Buffer, int, error) {
	w.most = BufferSize
	return w.run(calling, request)
}

// write skips the scheduler's bookkeeping for small writes.
func (w *Wire) write(p []byte) (int, error) {
	if len(p) > BufferSize {
		return w.Conn.Write(p)
	}
	w.rest = p
	err := w.raw.Write(w.flush)
	n := len(p) - len(w.rest)
	if err == nil && w.errno != 0 {
		err = os.NewSyscallError("write", w.errno)
	}
	w.rest, w.errno = nil, 0
	return n, err
}
