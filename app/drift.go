package app

import (
	"context"
	"slices"
	"time"
)

// How often the system's proxy is looked at while it is taken, and how often the clock: after a sleep, somebody else may
// have set it.
const (
	driftRound = 30 * time.Second
	clockRound = 5 * time.Second
)

// startDrift follows the drift from now on.
func (c *Controller) startDrift() {
	looks := make(chan struct{}, 1)
	c.mu.Lock()
	c.looks = looks
	c.mu.Unlock()
	c.drift.start(func(ctx context.Context) { c.followDrift(ctx, looks) })
}

// lookSoon has the system's proxy looked at soon, if it is taken. It waits for nothing.
func (c *Controller) lookSoon() {
	c.mu.Lock()
	defer c.mu.Unlock()
	select {
	case c.looks <- struct{}{}:
	default: // somebody has asked already, or nobody looks
	}
}

// followDrift looks whether somebody else has changed the system's proxy, from time to time and whenever looks says so,
// until ctx is done. It tells, and mends it if the settings say so.
func (c *Controller) followDrift(ctx context.Context, looks <-chan struct{}) {
	tick := time.NewTicker(clockRound)
	defer tick.Stop()
	last := time.Now()
	looked := last
	for {
		asked := false
		select {
		case <-ctx.Done():
			return
		case <-looks:
			asked = true
		case <-tick.C:
		}
		now := time.Now()
		if asked || now.Sub(looked) >= driftRound || jumped(now.Round(0).Sub(last.Round(0)), now.Sub(last)) {
			looked = now
			if !c.lookForDrift(ctx) {
				looked = time.Time{} // so the next round is soon
			}
		}
		last = now
	}
}

// jumped reports whether the wall clock went on by something else than the monotonic one, which may stand still while
// the machine sleeps.
func jumped(wall, monotonic time.Duration) bool { return (wall - monotonic).Abs() > 2*time.Second }

// lookForDrift looks now. It reports false where somebody else is at work, so that it was in vain.
func (c *Controller) lookForDrift(ctx context.Context) bool {
	changed, err := c.SystemProxy.Changed(ctx)
	if err != nil {
		c.Logger().Debug("the system's proxy was not looked at", "err", err)
		return true
	}
	if len(changed) > 0 && c.State().Settings.MendSystemProxy {
		if !c.turn.TryLock() { // who has the turn may wait for us
			return false
		}
		if ctx.Err() == nil && c.mendSystemProxy(ctx, changed) {
			changed = nil
		}
		c.turn.Unlock()
	}
	if was := c.State().SystemProxy.Changed; !slices.Equal(changed, was) {
		if len(changed) > 0 {
			c.Logger().Warn("the system's proxy was changed by somebody else", "keys", changed)
		}
		c.update(func(now *State) { now.SystemProxy.drift(changed) })
	}
	return true
}

// mendSystemProxy takes anew what somebody else has changed. It reports whether it did. The caller has the turn.
func (c *Controller) mendSystemProxy(ctx context.Context, changed []string) bool {
	if !c.mender.may(time.Now()) {
		return false
	}
	if err := c.lease(context.WithoutCancel(ctx)); err != nil {
		c.Logger().Warn("the system's proxy is not set again", "err", err)
		return false
	}
	c.Logger().Info("the system's proxy, which somebody else has changed, is set again", "keys", changed)
	return true
}

// A mender says when it is enough: two programs that both mend what the other one sets would go on for ever.
type mender struct {
	last []time.Time // when it was done, the latest ones
}

// So many times within so long.
const (
	mostMended  = 3
	mendedRound = 10 * time.Minute
)

// may reports whether to mend once more, and counts that.
func (m *mender) may(now time.Time) bool {
	m.last = slices.DeleteFunc(m.last, func(at time.Time) bool { return now.Sub(at) >= mendedRound })
	if len(m.last) >= mostMended {
		return false
	}
	m.last = append(m.last, now)
	return true
}
