package bridge

import (
	"io"

	"github.com/drawbridge-app/drawbridge/bridge/relay"
)

// An inbox holds what was read from a connection and not yet used. While it is
// empty it holds no memory, however long it waits.
type inbox struct {
	wire *relay.Wire
	lent *relay.Buffer // nil while nothing is held
	buf  []byte        // lent's bytes, or a larger slice that took their place
	r, w int           // what is held is buf[r:w]
}

// bytes returns what is held, until the next call of fill, take or release.
func (in *inbox) bytes() []byte { return in.buf[in.r:in.w] }

func (in *inbox) len() int { return in.w - in.r }

// put gives an empty inbox a lent buffer with n bytes in it.
func (in *inbox) put(b *relay.Buffer, n int) {
	in.release()
	in.lent, in.buf, in.r, in.w = b, b[:], 0, n
}

// take says that the first n bytes have been used.
func (in *inbox) take(n int) {
	if in.r += n; in.r == in.w {
		in.release()
	}
}

// skip is take that keeps the memory: what was skipped stays readable until the
// next take.
func (in *inbox) skip(n int) { in.r += n }

// release drops all that is held.
func (in *inbox) release() {
	relay.Release(in.lent)
	in.lent, in.buf, in.r, in.w = nil, nil, 0, 0
}

// fill waits for more bytes behind those that are held.
func (in *inbox) fill() error {
	if in.len() == 0 {
		in.release()
		b, n, err := in.wire.Receive()
		if err != nil {
			return err
		}
		in.put(b, n)
		return nil
	}
	if in.w == len(in.buf) {
		in.makeRoom()
	}
	n, err := in.wire.Conn.Read(in.buf[in.w:])
	in.w += n
	if n > 0 {
		return nil // an error comes again with the next read
	}
	if err == nil {
		err = io.ErrNoProgress
	}
	return err
}

// makeRoom moves what is held to the front, or, when it fills the buffer, into
// a buffer of twice the size. How far that goes is bounded by the limit on heads.
func (in *inbox) makeRoom() {
	if in.r == 0 {
		bigger := make([]byte, 2*len(in.buf))
		copy(bigger, in.bytes())
		relay.Release(in.lent)
		in.lent, in.buf = nil, bigger
		return
	}
	in.w = copy(in.buf, in.bytes())
	in.r = 0
}

// Read makes an inbox an io.Reader of what is held and then of the connection;
// it reads no further than p is long.
func (in *inbox) Read(p []byte) (int, error) {
	if in.len() == 0 {
		return in.wire.Conn.Read(p)
	}
	n := copy(p, in.bytes())
	in.take(n)
	return n, nil
}
