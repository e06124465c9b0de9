package app

import (
	"context"
	"fmt"

	"github.com/drawbridge-app/drawbridge/settings"
)

// Do does what a face wants, one at a time, and returns when it is done. Errors
// are settings.Problems where something in the settings is wrong,
// *bridge.ListenError where an address could not be bound, one of this package's
// own, or others. After an error everything is as before.
func (c *Controller) Do(ctx context.Context, want Intent) error {
	if c.closed() {
		return ErrNoOwner
	}
	switch want.Verb { // that wait for nobody
	case OpenWindow:
		return c.openWindow(want)
	case Raise:
		c.raise(want)
		return nil
	case Look:
		c.lookSoon()
		return nil
	case CheckUpdate, DownloadUpdate, OpenUpdate, StopUpdate:
		return c.wishUpdate(ctx, want.Verb)
	case Quit:
		return c.quit()
	}
	defer c.wish(want)()
	c.turn.Lock()
	defer c.turn.Unlock()
	switch want.Verb {
	case TurnOn:
		return c.turnOn(ctx)
	case TurnOff:
		return c.turnOff()
	case Toggle:
		if c.Bridge() != nil {
			return c.turnOff()
		}
		return c.turnOn(ctx)
	case Use:
		return c.use(ctx, want.Profile)
	case Close:
		c.cut(want.Connections)
		return nil
	case Save:
		return c.save(ctx, want.Edit)
	case UseSystemProxy:
		return c.useSystemProxy(ctx, want.On)
	case Forget:
		c.update(func(now *State) { now.Problems = nil })
		return nil
	}
	return fmt.Errorf("there is no intent %q", want.Verb)
}

// turnOn starts the bridge with what the settings file says now, or, if that is
// wrong, with what it said last. An error is remembered as a problem, since the
// click that led to it may have been one on an icon.
func (c *Controller) turnOn(ctx context.Context) error {
	if c.Bridge() != nil {
		return nil
	}
	s := c.State().Settings
	if c.File != "" || s.Version == 0 {
		read, err := c.read()
		if err != nil {
			c.update(func(now *State) { now.note(c.problemOf(err)) })
			if s.Version == 0 {
				return err
			}
			read = s
		}
		s = read
	}
	err := c.apply(ctx, s, true)
	switch {
	case err == nil:
		c.Logger().Info("turned on", "listen", fmt.Sprint(c.State().Listen), "upstream", c.State().Profile.Name)
	case !c.closed():
		c.Logger().Error("not turned on", "err", err)
		c.update(func(now *State) { now.note(c.problemOf(err)) })
	}
	return err
}

func (c *Controller) turnOff() error {
	if c.Bridge() == nil {
		return nil
	}
	c.Logger().Info("turned off")
	return c.stop()
}

// cut ends connections: those with these ids, or all. One that has ended by
// itself is no error.
func (c *Controller) cut(ids []uint64) {
	b := c.Bridge()
	if b == nil {
		return
	}
	if len(ids) == 0 {
		for _, live := range b.Live() {
			ids = append(ids, live.ID)
		}
	}
	for _, id := range ids {
		b.Cut(id)
	}
}

// raise brings a window that is open to the front. Who looks at it wants what holds now.
func (c *Controller) raise(want Intent) {
	c.lookSoon()
	c.update(func(now *State) {
		now.Raise++
		now.RaisePage, now.RaiseWhy = want.Page, want.Why
	})
}

// openWindow brings one that is open to the front, and opens one if it can.
func (c *Controller) openWindow(want Intent) error {
	c.raise(want)
	if c.Window == nil {
		return ErrNoWindow
	}
	return c.Window()
}

func (c *Controller) quit() error {
	if c.Quit == nil {
		return c.Stop()
	}
	c.Quit()
	return nil
}

// Check looks at the whole way to a URL through a profile, which need not be
// saved. It neither needs nor touches the running bridge.
func (c *Controller) Check(ctx context.Context, want CheckRequest) (Check, error) {
	if c.closed() {
		return Check{}, ErrNoOwner
	}
	target, err := ParseCheckURL(want.URL)
	if err != nil {
		return Check{}, err
	}
	now := c.State()
	s := now.Settings
	p := now.Profile
	if want.Profile != nil {
		p = *want.Profile
		if p.Password == hidden {
			stored := want.Stored
			if stored == "" {
				stored = p.Name
			}
			p.Password = passwordOf(s, stored)
		}
	}
	s.Profiles, s.Use = []settings.Profile{p}, ""
	return RunCheck(ctx, s, target), nil
}

// hidden is what a secret looks like that was shown to somebody.
const hidden settings.Secret = "***"

// passwordOf is the password of the profile of that name.
func passwordOf(s settings.Settings, name string) settings.Secret {
	for _, p := range s.Profiles {
		if p.Name == name {
			return p.Password
		}
	}
	return ""
}
