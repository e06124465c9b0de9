package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/drawbridge-app/drawbridge/app/systemproxy"
	"github.com/drawbridge-app/drawbridge/settings"
)

// A Lease takes the system's proxy setting, and gives the user's own back.
type Lease interface {
	Take(ctx context.Context, b systemproxy.Bridge) error
	Move(ctx context.Context, b systemproxy.Bridge) error // what is taken
	Return(ctx context.Context) error
	Changed(ctx context.Context) ([]string, error) // the keys of what is taken that somebody else has set since
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
	b := c.lead.to(c.State())
	if err := c.SystemProxy.Take(ctx, b); err != nil {
		return fmt.Errorf("set the system's proxy: %w", err)
	}
	c.drift.stop() // before the update: what it saw is of before
	c.update(func(now *State) { now.SystemProxy.On, now.SystemProxy.Changed = true, nil })
	c.drift.start(c.followDrift)
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
	c.drift.stop()
	c.update(func(now *State) { now.SystemProxy.On, now.SystemProxy.Changed = false, nil })
	return nil
}

// A lead is where the system is led. The zero value leads nowhere.
type lead struct {
	last systemproxy.Bridge
	path string // of the PAC text
	rev  int    // counts what the PAC text has said
}

// pac is the path of the PAC text for s; empty: there is none. Web pages can't guess it, which would tell them of the
// bypass list; it stays as long as the process lives.
func (l *lead) pac(s settings.Settings) string {
	if s.SystemProxy != "pac" {
		return ""
	}
	if l.path == "" {
		l.path = "/" + rand.Text() + ".pac"
	}
	return l.path
}

// to returns the bridge that the system is to be led to, and remembers it. The PAC text's URL is another one when what
// it says is: systems fetch it only then.
func (l *lead) to(now State) systemproxy.Bridge {
	b := systemproxy.Bridge{Listen: now.Listen[0], SOCKS: now.Settings.SOCKSClients, Bypass: now.Settings.Bypass}
	if path := l.pac(now.Settings); path != "" {
		if l.last.PAC == "" || b.Listen != l.last.Listen || !slices.Equal(b.Bypass, l.last.Bypass) {
			l.rev++
		}
		b.PAC = fmt.Sprintf("%s?r=%d", path, l.rev)
	}
	l.last = b
	return b
}

// moveSystemProxy leads the system to the bridge as it is now, if it was led to the bridge. A failure is a problem to
// tell: the bridge itself is as it should be. The caller has the turn.
func (c *Controller) moveSystemProxy(ctx context.Context) {
	now := c.State()
	if !now.SystemProxy.On {
		return
	}
	was := c.lead.last
	b := c.lead.to(now)
	if b.Equal(was) {
		return
	}
	c.moveTo(ctx, b)
}

// moveTo leads the system, where it is led to the bridge still, to b. The caller has the turn.
func (c *Controller) moveTo(ctx context.Context, b systemproxy.Bridge) {
	err := c.SystemProxy.Move(context.WithoutCancel(ctx), b)
	switch {
	case err == nil:
		return
	case errors.Is(err, systemproxy.ErrUnread): // all is as it was
		c.Logger().Warn("the system's proxy is not led to the bridge as it is now", "err", err)
		return
	}
	err = fmt.Errorf("lead the system's proxy to %s: %w", b.Listen, err)
	c.Logger().Error("the system's proxy is given back", "err", err)
	c.drift.stop()
	c.update(func(now *State) {
		now.SystemProxy.On, now.SystemProxy.Changed = false, nil
		now.note(Problem{At: time.Now(), Code: "other", Text: err.Error()})
	})
}
