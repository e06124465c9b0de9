package app

import (
	"context"
	"time"

	"github.com/drawbridge-app/drawbridge/bridge/upstream"
)

// How often an upstream is greeted while nobody uses it: an endpoint that has
// come back shows soon, and one that went away in time.
const (
	whileUp   = 30 * time.Second
	whileDown = 5 * time.Second
)

// greet gets to know u, and greets it from time to time until ctx is done.
func (c *Controller) greet(ctx context.Context, u *upstream.Upstream) {
	if u.Direct() {
		return
	}
	u.Prepare(ctx)
	if h := u.Health(); h.LastSuccess.IsZero() && h.LastFailure.IsZero() {
		u.Greet(ctx) // one of the kinds that Prepare has nothing to do for
	}
	c.look(u)
	last := time.Now()
	tick := time.NewTicker(whileDown)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		// Dials see it go down at any time, so its state is asked for at each tick.
		if !u.Health().OK() || time.Since(last) >= whileUp {
			u.Greet(ctx)
			c.look(u)
			last = time.Now()
		}
	}
}

// look shows what is known of the health of u, if that is the upstream in use.
func (c *Controller) look(u *upstream.Upstream) {
	h := healthOf(u.Health())
	c.mu.Lock()
	differs := c.bridge != nil && c.bridge.Upstream() == u && h != c.state.Upstream
	c.mu.Unlock()
	if differs {
		c.update(func(now *State) { now.learn(h, u.Address()) })
	}
}

// learn takes over the health of the upstream at address, and remembers as a
// problem that it went down.
func (s *State) learn(h Health, address string) {
	before := s.Upstream
	s.Upstream = h
	switch {
	case h.State == Down && (before.State != Down || h.Cause != before.Cause):
		s.mend(ofUpstream)
		s.note(Problem{At: h.At, Code: "upstream." + h.Cause, Text: h.Detail,
			With: map[string]string{"profile": s.Profile.Name, "address": address}})
	case h.State == Up:
		s.mend(ofUpstream)
	}
}

// healthOf is the engine's health as faces see it.
func healthOf(h upstream.Health) Health {
	known := Health{Greeting: milliseconds(h.Greeting), Target: milliseconds(h.RoundTrip)}
	switch {
	case h.LastSuccess.IsZero() && h.LastFailure.IsZero():
	case h.OK():
		known.State, known.At = Up, h.LastSuccess
	default:
		known.State, known.At = Down, h.LastFailure
		known.Cause, known.Detail = string(upstream.Cause(h.LastError)), h.LastError.Error()
	}
	return known
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
