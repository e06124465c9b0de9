package app

import (
	"context"
	"sync"
	"time"
)

// FollowNetwork looks anew, after each change of the machine's network and after each sleep, at what may have changed
// with it, until ctx is done: connections to the endpoint that are kept ready are dropped, since they may be dead
// without knowing it, the endpoint is greeted, and where the system's proxy is taken, what is new of it is led to the
// bridge, too. What is off stays off.
//
// watch calls changed after each change until its context is done, as [network.Watch] does; nil: only sleeps are
// noticed.
func (c *Controller) FollowNetwork(ctx context.Context, watch func(ctx context.Context, changed func()) error) {
	changes := make(chan struct{}, 1)
	changed := func() {
		select {
		case changes <- struct{}{}:
		default: // it is known already
		}
	}
	var watching sync.WaitGroup
	defer watching.Wait()
	begin := time.Now()
	watching.Go(func() {
		watchClock(ctx, func() (wall, monotonic time.Duration) {
			now := time.Now()
			return now.Round(0).Sub(begin.Round(0)), now.Sub(begin)
		}, changed)
	})
	if watch != nil {
		watching.Go(func() {
			if err := watch(ctx, changed); err != nil {
				c.Logger().Debug("changes of the network are not noticed", "err", err)
			}
		})
	}
	var greeting task
	defer greeting.stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-changes:
			c.lookAnew(ctx, &greeting)
		}
	}
}

// watchClock calls woke whenever the wall clock went on by something else than the monotonic one, until ctx is done.
func watchClock(ctx context.Context, now func() (wall, monotonic time.Duration), woke func()) {
	tick := time.NewTicker(clockRound)
	defer tick.Stop()
	wasWall, wasMonotonic := now()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		wall, monotonic := now()
		if jumped(wall-wasWall, monotonic-wasMonotonic) {
			woke()
		}
		wasWall, wasMonotonic = wall, monotonic
	}
}

// lookAnew does what [Controller.FollowNetwork] does after a change. A greeting that is under way may hang on the old
// network: it begins anew.
func (c *Controller) lookAnew(ctx context.Context, greeting *task) {
	greeting.stop()
	b := c.Bridge()
	if b == nil {
		return
	}
	b.FreeIdle()
	if u := b.Upstream(); !u.Direct() {
		greeting.start(func(ctx context.Context) {
			u.Greet(ctx)
			c.look(u)
		})
	}
	c.leadAgain(ctx)
}

// leadAgain leads what is new of the system's proxy to the bridge, if that is taken, and looks for what somebody else
// has changed.
func (c *Controller) leadAgain(ctx context.Context) {
	c.turn.Lock()
	defer c.turn.Unlock()
	if !c.State().SystemProxy.On {
		return
	}
	c.moveTo(ctx, c.lead.last)
	c.lookSoon()
}
