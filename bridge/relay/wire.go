package relay

import (
	"errors"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"syscall"
)

// BufferSize is the size in bytes of every buffer that this package lends.
const BufferSize = 32 << 10

// A Buffer holds what one read brought. Buffers are lent by [Wire.Receive]
// and [Wire.Call] and given back with [Release].
type Buffer = [BufferSize]byte

// buffers only caches memory: nothing can be told from it, and the garbage
// collector may empty it at any time.
var buffers = sync.Pool{New: func() any { return new(Buffer) }}

// Borrow lends a buffer with arbitrary contents.
func Borrow() *Buffer { return buffers.Get().(*Buffer) }

// Release gives a lent buffer back. Nil is allowed.
func Release(b *Buffer) {
	if b != nil {
		buffers.Put(b)
	}
}

// ErrStale says that an idle connection turned out to be unusable before
// anything was written to it: its peer closed or reset it, or sent bytes that
// nobody asked for.
var ErrStale = errors.New("connection is stale")

// A Wire reads one connection and holds no buffer while it waits: it learns
// that bytes are there first, and only then borrows memory for them.
//
// The connection itself is never wrapped: half-close, splice and the caller's
// own deadlines work on Conn directly. At most one goroutine may read a Wire
// at a time, and one may write it meanwhile. A deadline or a Close of Conn
// ends a wait, with an error that wraps os.ErrDeadlineExceeded or net.ErrClosed.
type Wire struct {
	Conn net.Conn

	raw  syscall.RawConn       // nil where the connection has no descriptor
	step func(fd uintptr) bool // ready, bound once, since binding allocates

	// Ten thousand idle tunnels hold twenty thousand of these: what only a write
	// or a call needs is lent to it.
	shut atomic.Bool // closeWrite was called

	// What step works on during one call of raw.Read.
	most, n int32
	failed  uint32 // the errno of a read; 0: none
	buf     *Buffer
}

// NewWire returns a Wire that reads conn.
func NewWire(conn net.Conn) *Wire {
	w := &Wire{Conn: conn}
	if c, ok := conn.(*net.TCPConn); ok {
		if raw, err := c.SyscallConn(); err == nil {
			w.raw = raw
			w.step = w.ready
		}
	}
	return w
}

// Receive waits for bytes and returns them as the first n of a lent buffer,
// which the caller gives back with [Release]. The end of the stream is io.EOF
// with a nil buffer.
func (w *Wire) Receive() (b *Buffer, n int, err error) {
	return w.receive(BufferSize)
}

// receive is Receive for at most most bytes.
func (w *Wire) receive(most int) (*Buffer, int, error) {
	w.most = int32(most)
	if w.raw == nil {
		return w.receiveBlocking()
	}
	return w.run(w.step)
}

// Call writes request on an idle connection and waits for the first bytes of
// the answer, as [Wire.Receive] does. Before it writes it looks whether the
// peer closed meanwhile, and if so returns ErrStale with nothing written. On
// Unix that look replaces the fruitless read that otherwise precedes every wait,
// and so costs nothing. A connection without a descriptor cannot be looked at:
// if it is dead, that shows as an ordinary error.
func (w *Wire) Call(request []byte) (b *Buffer, n int, err error) {
	if w.raw == nil {
		if _, err := w.Conn.Write(request); err != nil {
			return nil, 0, err
		}
		return w.Receive()
	}
	return w.call(request)
}

// Write writes all of p, as Conn.Write does; small writes cost less this way
// than through Conn.
func (w *Wire) Write(p []byte) (int, error) {
	if w.raw == nil {
		return w.Conn.Write(p)
	}
	return w.write(p)
}

// closeWrite is [CloseWrite] for a connection that a tunnel reads, too.
func (w *Wire) closeWrite() error {
	w.shut.Store(true)
	return CloseWrite(w.Conn)
}

// Alive reports whether an idle connection still is: open, and with nothing
// to read. It does not wait, and no deadline disturbs it. Of a connection
// without a descriptor it says true.
func (w *Wire) Alive() bool { return w.raw == nil || lookRaw(w.raw) == nothing }

// receiveBlocking serves connections without a descriptor of their own, such
// as TLS to an upstream: the buffer is held while the read waits.
func (w *Wire) receiveBlocking() (*Buffer, int, error) {
	b := Borrow()
	for range 100 {
		n, err := w.Conn.Read(b[:w.most])
		if n > 0 {
			return b, n, nil // an error comes again with the next read
		}
		if err != nil {
			Release(b)
			return nil, 0, err
		}
	}
	Release(b)
	return nil, 0, io.ErrNoProgress
}
