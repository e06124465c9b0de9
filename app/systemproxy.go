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

// leave is the mode in which the system's proxy is left alone.
const leave = "leave"

// WantSystemProxy says, before anything else is done, that the system's proxy is wanted as soon as the bridge is on: so it
// was when the program ended last.
func (c *Controller) WantSystemProxy() {
	c.update(func(now *State) { now.SystemProxy.Wanted = true })
}

// useSystemProxy does what somebody wants of the system's proxy, and remembers it for the next time that the bridge is
// turned on. The caller has the turn.
func (c *Controller) useSystemProxy(ctx context.Context, on bool) error {
	switch {
	case c.SystemProxy == nil && c.NoSystemProxy != nil:
		return fmt.Errorf("%w: %w", ErrNoSystemProxy, c.NoSystemProxy)
	case c.SystemProxy == nil:
		return ErrNoSystemProxy
	case !on:
		if err := c.wanting(false, c.giveBack); err != nil {
			return err
		}
		c.update(func(now *State) { now.mend(ofSystemProxy) })
		return nil
	}
	if c.State().SystemProxyLeft() {
		return ErrLeftAlone
	}
	if err := c.turnOn(ctx); err != nil {
		return err
	}
	return c.wanting(true, func() error { return c.take(ctx) })
}

// wanting does what somebody wants of the system's proxy. That it is wanted is said before it is done, so that a program
// that dies in between has told whoever remembers it; after an error it is as it was.
func (c *Controller) wanting(on bool, do func() error) error {
	before := c.State().SystemProxy.Wanted
	want := func(on bool) { c.update(func(now *State) { now.SystemProxy.Wanted = on }) }
	want(on)
	err := do()
	if err != nil {
		want(before)
	}
	return err
}

// take leads the system to the bridge, which is on. What somebody else has changed since it was taken is taken anew.
func (c *Controller) take(ctx context.Context) error {
	if err := c.lease(ctx); err != nil {
		c.noteSystemProxy(systemProxyProblem, err)
		return err
	}
	c.drift.stop() // before the update: what it saw is of before
	c.update(func(now *State) {
		now.SystemProxy.On, now.SystemProxy.Taking = true, false
		now.SystemProxy.drift(nil)
		now.mend(ofSystemProxy)
	})
	c.startDrift()
	return nil
}

func (c *Controller) lease(ctx context.Context) error {
	now := c.State()
	if now.SystemProxyLeft() {
		return ErrLeftAlone
	}
	if err := c.SystemProxy.Take(ctx, c.lead.to(now)); err != nil {
		return fmt.Errorf("set the system's proxy: %w", err)
	}
	return nil
}

// leasePatience is how long giving back may take as a whole. A session that ends does not wait for ever; what is not given
// back then stays written down, for the guard and whoever comes next.
const leasePatience = 15 * time.Second

// giveBack returns the user's own proxy setting, if it is taken.
func (c *Controller) giveBack() error {
	if err := c.returnLease(); err != nil {
		return err
	}
	c.lost()
	return nil
}

// returnLease does that without saying so yet.
func (c *Controller) returnLease() error {
	if !c.State().SystemProxy.On {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), leasePatience)
	defer cancel()
	if err := c.SystemProxy.Return(ctx); err != nil {
		err = fmt.Errorf("give back the system's proxy: %w", err)
		c.noteSystemProxy(systemProxyBackProblem, err)
		return err
	}
	return nil
}

// lost notes that the system's proxy is not taken any more.
func (c *Controller) lost() {
	c.drift.stop()
	c.update(func(now *State) { now.SystemProxy.release() })
}

// keepSystemProxy makes of the system's proxy what is wanted of it, after the bridge or its settings have changed. A
// failure is no more than a problem to tell: the bridge itself is as it should be. The caller has the turn.
func (c *Controller) keepSystemProxy(ctx context.Context) {
	ctx = context.WithoutCancel(ctx) // who gives up waiting wants it all the same
	switch now := c.State(); {
	case c.SystemProxy == nil || !now.On:
	case now.SystemProxyLeft():
		_ = c.giveBack()
	case now.SystemProxy.On:
		c.moveSystemProxy(ctx, now)
		c.lookSoon() // to mend may be wanted only now
	case now.SystemProxy.Wanted:
		_ = c.take(ctx)
	}
	if c.State().SystemProxy.Taking {
		c.update(func(now *State) { now.SystemProxy.Taking = false })
	}
}

// moveSystemProxy leads the system, which is led to the bridge, to where that is now. After an error it is led there no
// more.
func (c *Controller) moveSystemProxy(ctx context.Context, now State) {
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
	case errors.Is(err, systemproxy.ErrUnread): // all is as it was
		c.Logger().Warn("the system's proxy is not led to the bridge as it is now", "err", err)
	default:
		c.lost()
		c.noteSystemProxy(systemProxyProblem, fmt.Errorf("lead the system's proxy to %s: %w", b.Listen, err))
	}
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
