package upstream

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/drawbridge-app/drawbridge/bridge/socks"
)

// Health is what the dials so far say about an upstream. Nothing is sent to find
// it out.
type Health struct {
	LastSuccess time.Time // zero: none yet
	LastFailure time.Time // zero: none yet
	LastError   error     // the upstream's own fault, of LastFailure; nil: none yet

	// RoundTrip is how long the last successful dial took, the endpoint's own way
	// to the target included.
	RoundTrip time.Duration
}

// OK reports whether the latest sign of the upstream was a good one; also before
// the first.
func (h Health) OK() bool { return !h.LastFailure.After(h.LastSuccess) }

// Health returns a snapshot.
func (u *Upstream) Health() Health {
	var h Health
	if ns := u.health.success.Load(); ns != 0 {
		h.LastSuccess = time.Unix(0, ns)
	}
	h.RoundTrip = time.Duration(u.health.roundTrip.Load())
	if f := u.health.failure.Load(); f != nil {
		h.LastFailure, h.LastError = f.at, f.err
	}
	return h
}

type health struct {
	success   atomic.Int64 // Unix nanoseconds
	roundTrip atomic.Int64 // nanoseconds
	failure   atomic.Pointer[failure]
}

type failure struct {
	at  time.Time
	err error
}

func now() time.Time { return time.Now() }

func (h *health) note(begin time.Time, err error) {
	switch {
	case err == nil:
		end := now()
		h.success.Store(end.UnixNano())
		h.roundTrip.Store(int64(end.Sub(begin)))
	case answered(err):
		h.success.Store(now().UnixNano())
	case ownFault(err):
		h.failure.Store(&failure{now(), err})
	}
}

// answered reports whether the endpoint is well and said no to this target.
func answered(err error) bool {
	e, ok := errors.AsType[*socks.Error](err)
	return ok && e.Reply != socks.Succeeded
}

// ownFault excludes what says nothing about the upstream: a caller that changed
// its mind, a target that cannot be asked for, and silence after the request,
// which most often is the target's.
func ownFault(err error) bool {
	if errors.Is(err, context.Canceled) || errors.Is(err, socks.ErrTarget) {
		return false
	}
	e, ok := errors.AsType[*socks.Error](err)
	return !ok || e.Stage != socks.StageRequest || !e.Timeout()
}
