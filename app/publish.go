package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/drawbridge-app/drawbridge/app/systemproxy"
)

// update changes the state, under the lock, and wakes those who watch it.
func (c *Controller) update(change func(*State)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	change(&c.state)
	if c.changed != nil {
		close(c.changed)
		c.changed = nil
	}
}

// shown is the state with what the controller knows of itself. The caller holds
// c.mu.
func (c *Controller) shown() State {
	s := c.state
	s.File, s.Owner = c.File, c.Process
	s.SystemProxy.Supported = c.SystemProxy != nil
	s.Update.Why = c.Updates.why(c.Process.Version)
	s.Turning, s.SystemProxy.Turning = c.wantOn.turns(s.On), c.wantProxy.turns(s.systemProxyHolds())
	if c.SystemProxy == nil {
		why := cmp.Or(c.NoSystemProxy, ErrNoSystemProxy)
		s.SystemProxy.Why = why.Error()
		if u, ok := errors.AsType[*systemproxy.Unsupported](why); ok {
			s.SystemProxy.WhyCode, s.SystemProxy.WhyDesktop = u.Code, u.Desktop
		}
	}
	return s
}

func (c *Controller) closed() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.gone
}

// next returns the state, and a channel that is closed when there is a newer one.
func (c *Controller) next() (s State, newer <-chan struct{}, gone bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.changed == nil {
		c.changed = make(chan struct{})
	}
	return c.shown(), c.changed, c.gone
}

// Watch calls show with the state as it is now, and again after each change,
// until ctx is done; then it returns nil. Who begins to watch wants what holds
// now, so what others may have changed is looked at. Calls come one at a time. Only the
// newest state counts: a show that takes long misses those between. When the
// controller is closed, Watch returns [ErrNoOwner].
func (c *Controller) Watch(ctx context.Context, show func(State)) error {
	c.lookSoon()
	for ctx.Err() == nil {
		s, newer, gone := c.next()
		if gone {
			return fmt.Errorf("watch: %w", ErrNoOwner)
		}
		show(s)
		select {
		case <-ctx.Done():
		case <-newer:
		}
	}
	return nil
}
