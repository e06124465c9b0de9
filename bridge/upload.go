package bridge

import (
	"io"
	"runtime/debug"
	"time"

	"github.com/drawbridge-app/drawbridge/bridge/relay"
)

// An upload is a request body that did not come with its head. It goes on in a
// goroutine of its own, since the response may begin, and even end, before it.

func (x *exchange) startUpload(t *target) {
	x.forever() // a client may pause in the middle of a body
	x.uploaded = make(chan struct{})
	x.up.dst = t.wire
	go func() {
		defer close(x.uploaded)
		defer func() {
			if p := recover(); p != nil {
				x.plan.Log.Error("an upload ended in a panic", "id", x.entry.id, "panic", p, "stack", string(debug.Stack()))
				relay.Reset(t.wire.Conn)
				x.upErr = readFailed(io.ErrUnexpectedEOF)
			}
		}()
		x.upErr = x.up.pass()
		if !failedTo("read", x.upErr) {
			return // sent; or the target wants no more, and may be saying why
		}
		if cutBy(x.upErr) == io.ErrUnexpectedEOF {
			// The client closed its side early. So do we: the target sees a cut
			// body, and may still say something about it.
			relay.CloseWrite(t.wire.Conn)
			return
		}
		// The client was reset, or sent nonsense: the target must not take the
		// body for complete, and its answer is no longer wanted.
		relay.Reset(t.wire.Conn)
	}()
}

// upload reports whether an upload still goes on, or has failed.
func (x *exchange) upload() (going, failed bool) {
	if x.uploaded == nil {
		return false, false
	}
	select {
	case <-x.uploaded:
		return false, x.upErr != nil
	default:
		return true, false
	}
}

// waitUpload waits for the end of an upload, and reports whether the whole
// request has reached the target.
func (x *exchange) waitUpload() bool {
	if x.uploaded == nil {
		return true
	}
	<-x.uploaded
	return x.upErr == nil
}

// stopUpload ends an upload. Both connections must be closed afterwards.
func (x *exchange) stopUpload() {
	if x.uploaded == nil {
		return
	}
	past := time.Unix(1, 0)
	x.until = past
	x.conn.SetReadDeadline(past)
	x.target.wire.Conn.SetWriteDeadline(past)
	<-x.uploaded
}
