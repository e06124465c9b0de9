package upstream

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/drawbridge-app/drawbridge/bridge/socks"
)

// Health is what the dials and greetings so far say about an upstream. Nothing
// is sent to find it out, unless [Upstream.Greet] is called.
type Health struct {
	LastSuccess time.Time // the endpoint did its part; zero: none yet
	LastFailure time.Time // zero: none yet
	LastError   error     // the upstream's own fault, of LastFailure; nil: none yet

	// Greeting is how long the last greeting took: to connect to the endpoint and
	// be let in, without a way to any target. Zero: none yet.
	Greeting time.Duration
	// RoundTrip is how long the last successful dial took, the endpoint's own way
	// to the target included, and Reached is when that was. Zero: none yet.
	RoundTrip time.Duration
	Reached   time.Time
}

// OK reports whether the latest sign of the upstream was a good one; also before
// the first.
func (h Health) OK() bool { return !h.LastFailure.After(h.LastSuccess) }

// Health returns a snapshot.
func (u *Upstream) Health() Health {
	var h Health
	h.LastSuccess, h.Reached = instant(&u.health.success), instant(&u.health.reached)
	h.Greeting = time.Duration(u.health.greeting.Load())
	h.RoundTrip = time.Duration(u.health.roundTrip.Load())
	if f := u.health.failure.Load(); f != nil {
		h.LastFailure, h.LastError = f.at, f.err
	}
	return h
}

func instant(unixNano *atomic.Int64) time.Time {
	ns := unixNano.Load()
	if ns == 0 {
		return time.Time{}
	}
	return time.Unix(0, ns)
}

type health struct {
	success   atomic.Int64 // Unix nanoseconds
	reached   atomic.Int64 // the same, for dials that reached their targets
	greeting  atomic.Int64 // nanoseconds
	roundTrip atomic.Int64 // nanoseconds
	failure   atomic.Pointer[failure]
}

type failure struct {
	at  time.Time
	err error
}

func now() time.Time { return time.Now() }

// dialled notes the outcome of a dial that began at begin.
func (h *health) dialled(begin time.Time, err error) {
	if err != nil {
		h.broke(err)
		return
	}
	end := now()
	h.success.Store(end.UnixNano())
	h.reached.Store(end.UnixNano())
	h.roundTrip.Store(int64(end.Sub(begin)))
}

// Decided notes of an upstream that names a script how a request went that the
// script decided about: nil is well. What is wrong with one proxy or one target
// says nothing about the script, so of errors only [ErrUnready] counts.
func (u *Upstream) Decided(err error) {
	switch {
	case err == nil:
		u.health.success.Store(now().UnixNano())
	case errors.Is(err, ErrUnready):
		u.health.failure.Store(&failure{now(), err})
	}
}

// greeted is dialled for a greeting, which goes to the endpoint only.
func (h *health) greeted(begin time.Time, err error) {
	if err != nil {
		h.broke(err)
		return
	}
	end := now()
	h.success.Store(end.UnixNano())
	h.greeting.Store(int64(end.Sub(begin)))
}

func (h *health) broke(err error) {
	switch {
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
