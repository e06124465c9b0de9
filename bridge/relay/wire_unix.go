//go:build unix

package relay

import (
	"io"
	"os"
	"sync"
	"syscall"
)

// run hands the descriptor to step until it says that it is done. The poller
// is armed before step is first called, so bytes that arrive between a write
// in step and the wait that follows it are not missed.
func (w *Wire) run(step func(fd uintptr) bool) (b *Buffer, n int, err error) {
	err = w.raw.Read(step)
	switch {
	case err != nil:
	case w.failed != 0:
		err = os.NewSyscallError("read", syscall.Errno(w.failed))
	case w.buf == nil:
		err = io.EOF
	}
	b, n = w.buf, int(w.n)
	w.buf, w.n, w.failed = nil, 0, 0
	return b, n, err
}

// ready makes one attempt to read; false means: call again when the descriptor
// is readable.
func (w *Wire) ready(fd uintptr) bool {
	b := Borrow()
	n, errno := recv(fd, b[:w.most])
	if n > 0 {
		w.buf, w.n = b, int32(n)
		return true
	}
	Release(b)
	if errno == syscall.EAGAIN {
		return false
	}
	w.failed = uint32(errno)
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

// An outgoing is what a write or a call works on. It is lent, as buffers are.
type outgoing struct {
	rest  []byte        // not written yet
	errno syscall.Errno // of the write

	// Of a call alone.
	wire *Wire
	sent bool
	err  error

	flush, call func(fd uintptr) bool // bound once, since binding allocates
}

var outgoings = sync.Pool{New: func() any {
	o := new(outgoing)
	o.flush, o.call = o.drain, o.ask
	return o
}}

func (o *outgoing) release() {
	o.rest, o.errno, o.wire, o.sent, o.err = nil, 0, nil, false, nil
	outgoings.Put(o)
}

// drain makes one attempt to write the rest; false means: call again when the
// descriptor is writable.
func (o *outgoing) drain(fd uintptr) bool {
	for len(o.rest) > 0 {
		n, errno := send(fd, o.rest)
		if errno == syscall.EAGAIN {
			return false
		}
		if errno != 0 {
			o.errno = errno
			return true
		}
		o.rest = o.rest[n:]
	}
	return true
}

// ask looks, writes, and then is the wire's ready.
func (o *outgoing) ask(fd uintptr) bool {
	if o.sent {
		return o.wire.ready(fd)
	}
	if look(fd) != nothing {
		o.err = ErrStale
		return true
	}
	o.sent = true
	o.err = o.send(fd)
	return o.err != nil
}

// send writes the rest. What the socket does not take at once goes the ordinary
// way, which may wait; reading stays locked meanwhile, which is right, since
// nobody else may read a Wire that is in a call.
func (o *outgoing) send(fd uintptr) error {
	n, errno := send(fd, o.rest)
	switch errno {
	case 0:
	case syscall.EAGAIN:
		n = 0
	case syscall.EPIPE, syscall.ECONNRESET: // between the look and the write
		return ErrStale
	default:
		return os.NewSyscallError("write", errno)
	}
	if n == len(o.rest) {
		return nil
	}
	_, err := o.wire.Conn.Write(o.rest[n:])
	return err
}

// call does all of a Call in one go with the poller.
func (w *Wire) call(request []byte) (*Buffer, int, error) {
	o := outgoings.Get().(*outgoing)
	defer o.release()
	o.wire, o.rest, w.most = w, request, BufferSize
	b, n, err := w.run(o.call)
	if o.err != nil {
		err = o.err
	}
	return b, n, err
}

// write skips the scheduler's bookkeeping for small writes.
func (w *Wire) write(p []byte) (int, error) {
	if len(p) > BufferSize {
		return w.Conn.Write(p)
	}
	o := outgoings.Get().(*outgoing)
	defer o.release()
	o.rest = p
	err := w.raw.Write(o.flush)
	if err == nil && o.errno != 0 {
		err = os.NewSyscallError("write", o.errno)
	}
	return len(p) - len(o.rest), err
}
