package bridge

import (
	"errors"
	"io"
	"sync/atomic"

	"github.com/drawbridge-app/drawbridge/bridge/http1"
	"github.com/drawbridge-app/drawbridge/bridge/relay"
)

// A body is one message's body on its way from in to dst.
type body struct {
	pump    *relay.Pump
	in      *inbox
	dst     *relay.Wire
	framing http1.Framing
	chunks  http1.Chunks
	moved   *atomic.Int64
}

// held returns the bytes of the body that have already arrived, and whether
// they complete it. They count as passed on: the caller does that.
func (b *body) held() (p []byte, done bool, err error) {
	switch b.framing.Kind {
	case http1.NoBody:
		return nil, true, nil
	case http1.ByLength:
		n := int(min(b.framing.Length, int64(b.in.len())))
		b.framing.Length -= int64(n)
		return b.in.bytes()[:n], b.framing.Length == 0, nil
	case http1.ByChunks:
		n, err := b.chunks.Pass(b.in.bytes())
		return b.in.bytes()[:n], b.chunks.Done(), readFailed(err)
	}
	return b.in.bytes(), false, nil
}

// complete reports whether all of the body has passed, as far as its framing
// tells.
func (b *body) complete() bool {
	switch b.framing.Kind {
	case http1.ByLength:
		return b.framing.Length == 0
	case http1.ByChunks:
		return b.chunks.Done()
	case http1.UntilClose:
		return false
	}
	return true
}

// pass moves the rest as it comes. An error is a *relay.Error, which says which
// side failed; one whose cause is an *http1.Error means a body that must not be
// passed on.
func (b *body) pass() error {
	switch b.framing.Kind {
	case http1.NoBody:
		return nil
	case http1.ByChunks:
		return b.passChunks()
	case http1.UntilClose:
		b.framing.Length = -1
	}
	if n := b.in.len(); n > 0 {
		p, done, _ := b.held()
		err := b.write(p)
		b.in.take(len(p))
		if done || err != nil {
			return err
		}
	}
	return b.pump.Copy(b.dst, b.in.wire, b.framing.Length, b.moved)
}

func (b *body) passChunks() error {
	for !b.chunks.Done() {
		if b.in.len() == 0 {
			// Inside a large chunk the bytes need not be looked at.
			if n := b.chunks.Data(); n > relay.BufferSize {
				if err := b.pump.Copy(b.dst, b.in.wire, n, b.moved); err != nil {
					return err
				}
				b.chunks.Skip(n)
			}
			if err := b.fill(); err != nil {
				return err
			}
		}
		p, _, bad := b.held()
		err := b.write(p)
		b.in.take(len(p))
		if err != nil {
			return err
		}
		if bad != nil {
			return bad
		}
	}
	return nil
}

// decode is pass for a client that cannot read chunks: only their data.
func (b *body) decode() error {
	for !b.chunks.Done() {
		if b.in.len() == 0 {
			if err := b.fill(); err != nil {
				return err
			}
		}
		n, data, bad := b.chunks.Next(b.in.bytes())
		if len(data) > 0 {
			if err := b.write(data); err != nil {
				return err
			}
		}
		b.in.take(n)
		if bad != nil {
			return readFailed(bad)
		}
	}
	return nil
}

func (b *body) fill() error {
	err := b.in.fill()
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return readFailed(err)
}

func (b *body) write(p []byte) error {
	n, err := b.dst.Write(p)
	b.moved.Add(int64(n))
	if err != nil {
		return &relay.Error{Op: "write", Err: err}
	}
	return nil
}

func readFailed(err error) error {
	if err == nil {
		return nil
	}
	return &relay.Error{Op: "read", Err: err}
}

// failedTo reports whether err is a failure of that side of a copy.
func failedTo(op string, err error) bool {
	var e *relay.Error
	return errors.As(err, &e) && e.Op == op
}
