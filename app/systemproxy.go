package app

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// A Lease takes the system's proxy setting, and gives the user's own back.
type Lease interface {
	Take(ctx context.Context, address string) error // to the bridge that listens there
	Move(ctx context.Context, address string) error // what is taken, to where the bridge listens now
	Return(ctx context.Context) error
}

func (c *Controller) useSystemProxy(ctx context.Context, on bool) error {
	switch {
	case c.SystemProxy == nil && c.NoSystemProxy != nil:
		return fmt.Errorf("%w: %w", ErrNoSystemProxy, c.NoSystemProxy)
	case c.SystemProxy == nil:
		return ErrNoSystemProxy
	case !on:
		return c.giveBack()
	}
	if err := c.turnOn(ctx); err != nil {
		return err
	}
	if err := c.SystemProxy.Take(ctx, c.State().Listen[0]); err != nil {
		return fmt.Errorf("set the system's proxy: %w", err)
	}
	c.update(func(now *State) { now.SystemProxy.On = true })
	return nil
}

// giveBack returns the user's own proxy setting, if it is taken.
func (c *Controller) giveBack() error {
	if !c.State().SystemProxy.On {
		return nil
	}
	if err := c.SystemProxy.Return(context.Background()); err != nil {
		return fmt.Errorf("give back the system's proxy: %w", err)
	}
	c.update(func(now *State) { now.SystemProxy.On = false })
	return nil
}

// moveSystemProxy leads the system to where the bridge listens now, if it was led to where the bridge listened. A
// failure is a problem to tell: the bridge itself is as it should be. The caller has the turn.
func (c *Controller) moveSystemProxy(ctx context.Context, was []string) {
	now := c.State()
	if !now.SystemProxy.On || slices.Equal(was, now.Listen) {
		return
	}
	if err := c.SystemProxy.Move(context.WithoutCancel(ctx), now.Listen[0]); err != nil {
		err = fmt.Errorf("lead the system's proxy to %s: %w", now.Listen[0], err)
		c.Logger().Error("the system's proxy is given back", "err", err)
		c.update(func(now *State) {
			now.SystemProxy.On = false
			now.note(Problem{At: time.Now(), Code: "other", Text: err.Error()})
		})
	}
}
