package app

import (
	"context"
	"fmt"
	"time"

	"github.com/drawbridge-app/drawbridge/app/systemproxy"
)

// A Lease takes the system's proxy setting, and gives the user's own back.
type Lease interface {
	Take(ctx context.Context, b systemproxy.Bridge) error
	Move(ctx context.Context, b systemproxy.Bridge) error // what is taken
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
	b := leadTo(c.State())
	if err := c.SystemProxy.Take(ctx, b); err != nil {
		return fmt.Errorf("set the system's proxy: %w", err)
	}
	c.led = b
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

// leadTo is what the system is to be led to.
func leadTo(now State) systemproxy.Bridge {
	return systemproxy.Bridge{Listen: now.Listen[0], SOCKS: now.Settings.SOCKSClients, Bypass: now.Settings.Bypass}
}

// moveSystemProxy leads the system to the bridge as it is now, if it was led to the bridge. A failure is a problem to
// tell: the bridge itself is as it should be. The caller has the turn.
func (c *Controller) moveSystemProxy(ctx context.Context) {
	now := c.State()
	if !now.SystemProxy.On {
		return
	}
	b := leadTo(now)
	if b.Equal(c.led) {
		return
	}
	c.led = b
	if err := c.SystemProxy.Move(context.WithoutCancel(ctx), b); err != nil {
		err = fmt.Errorf("lead the system's proxy to %s: %w", b.Listen, err)
		c.Logger().Error("the system's proxy is given back", "err", err)
		c.update(func(now *State) {
			now.SystemProxy.On = false
			now.note(Problem{At: time.Now(), Code: "other", Text: err.Error()})
		})
	}
}
