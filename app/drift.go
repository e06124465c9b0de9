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

// followDrift looks from time to time whether somebody else has changed the system's proxy, until ctx is done. It only
// tells.
func (c *Controller) followDrift(ctx context.Context) {
	tick := time.NewTicker(clockRound)
	defer tick.Stop()
	last := time.Now()
	looked := last
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		now := time.Now()
		if now.Sub(looked) >= driftRound || jumped(now.Round(0).Sub(last.Round(0)), now.Sub(last)) {
			c.lookForDrift(ctx)
			looked = now
		}
		last = now
	}
}

// jumped reports whether the wall clock went on by something else than the monotonic one, which may stand still while
// the machine sleeps.
func jumped(wall, monotonic time.Duration) bool { return (wall - monotonic).Abs() > 2*time.Second }

func (c *Controller) lookForDrift(ctx context.Context) {
	changed, err := c.SystemProxy.Changed(ctx)
	if err != nil {
		c.Logger().Debug("the system's proxy was not looked at", "err", err)
		return
	}
	if was := c.State().SystemProxy.Changed; !slices.Equal(changed, was) {
		if len(changed) > 0 {
			c.Logger().Warn("the system's proxy was changed by somebody else", "keys", changed)
		}
		c.update(func(now *State) { now.SystemProxy.Changed = changed })
	}
}
