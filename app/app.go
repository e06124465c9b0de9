// Package app owns the running bridge: it turns settings into a bridge's
// configuration, applies changed settings to it, and says what state all is in.
// It has no face; the command line is one, others are to come.
package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"sync"
	"time"

	"github.com/drawbridge-app/drawbridge/bridge"
	"github.com/drawbridge-app/drawbridge/bridge/upstream"
	"github.com/drawbridge-app/drawbridge/settings"
)

// A Controller is the one owner of a bridge. Its methods may be called
// concurrently; changes happen one at a time. The zero value is off.
type Controller struct {
	Log   *slog.Logger   // nil: nothing is logged
	Level *slog.LevelVar // follows the settings' log level; may be nil

	mu     sync.Mutex
	bridge *bridge.Bridge // nil while off
	state  State

	background sync.WaitGroup
	cancel     context.CancelFunc // ends what runs in the background
}

// Apply starts the bridge with s, or changes the running one to it without
// cutting what runs. After an error everything is as before.
func (c *Controller) Apply(ctx context.Context, s settings.Settings) error {
	if err := settings.Validate(s); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	_, set := s.Profile()
	profile := Upstream(ctx, s)
	if c.bridge != nil && s.Equal(c.state.Settings) && profile == c.state.Profile {
		return nil
	}
	config := Config(s, profile, c.log())
	if c.bridge == nil {
		b, err := bridge.Start(config)
		if err != nil {
			return err
		}
		c.bridge = b
	} else if err := c.bridge.Apply(config); err != nil {
		return err
	}
	if c.Level != nil {
		c.Level.UnmarshalText([]byte(s.Log.Level)) // Validate has read it already
	}
	if profile != c.state.Profile || !c.state.On {
		c.prepare(c.bridge.Upstream())
	}
	c.state = State{On: true, Listen: addresses(c.bridge), Settings: s.Clone(), Profile: profile, Chosen: !set}
	return nil
}

// addresses are those that b listens on.
func addresses(b *bridge.Bridge) []string {
	var as []string
	for _, a := range b.Addrs() {
		as = append(as, a.String())
	}
	return as
}

// prepare gets to know a new upstream while nobody waits for it.
func (c *Controller) prepare(u *upstream.Upstream) {
	c.rest()
	ctx, cancel := context.WithCancel(context.Background())
	c.cancel = cancel
	c.background.Go(func() { u.Prepare(ctx) })
}

// rest ends what runs in the background.
func (c *Controller) rest() {
	if c.cancel != nil {
		c.cancel()
		c.cancel = nil
	}
	c.background.Wait()
}

// Stop cuts all that runs and closes the listeners. Stopping what is off does
// nothing.
func (c *Controller) Stop() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.bridge == nil {
		return nil
	}
	c.rest()
	err := c.bridge.Close()
	c.bridge = nil
	c.state.On, c.state.Listen = false, nil
	return err
}

// State returns what holds now.
func (c *Controller) State() State {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.state
}

// Bridge returns the running bridge, nil while off.
func (c *Controller) Bridge() *bridge.Bridge {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.bridge
}

func (c *Controller) log() *slog.Logger {
	if c.Log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return c.Log
}

// Follow applies the settings file at path whenever its content changes, until
// ctx is done. adjust lays what the command line says over what the file says.
// A file that is wrong changes nothing and is logged; one that is removed means
// the defaults.
func (c *Controller) Follow(ctx context.Context, path string, adjust func(*settings.Settings) error) error {
	return settings.Watch(ctx, path, func(s settings.Settings, err error) { c.take(ctx, s, err, adjust) })
}

// Reload is one round of [Controller.Follow]: it reads the file now.
func (c *Controller) Reload(ctx context.Context, path string, adjust func(*settings.Settings) error) {
	s, err := settings.Load(path)
	c.take(ctx, s, err, adjust)
}

func (c *Controller) take(ctx context.Context, s settings.Settings, err error, adjust func(*settings.Settings) error) {
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	if err == nil {
		err = adjust(&s)
	}
	before := c.State()
	if err == nil {
		err = c.Apply(ctx, s)
	}
	if err != nil {
		c.log().Error("settings not applied, nothing has changed", "err", err)
		return
	}
	if now := c.State(); !now.Settings.Equal(before.Settings) || now.Profile != before.Profile {
		c.log().Info("settings applied", "listen", fmt.Sprint(now.Listen), "upstream", now.Profile.Name)
	}
}

// Config is the bridge's configuration for settings and a profile.
func Config(s settings.Settings, p settings.Profile, log *slog.Logger) bridge.Config {
	idle := s.Pool.Idle
	if idle == 0 {
		idle = -1 // none, which the file says with 0
	}
	return bridge.Config{
		Listen:       s.Listen,
		Open:         s.Open,
		Login:        bridge.Login{User: s.Login.User, Password: s.Login.Password.Reveal()},
		HTTPOnly:     !s.SOCKSClients,
		Via:          s.Via,
		ForwardedFor: s.ForwardedFor,
		Upstream:     p.Spec(s.Timeouts),
		Timeouts: bridge.Timeouts{
			Header:     time.Duration(s.Timeouts.Header),
			Idle:       time.Duration(s.Timeouts.Idle),
			TunnelIdle: time.Duration(s.Timeouts.TunnelIdle),
		},
		Pool: bridge.Pool{
			PerHost: s.Pool.PerHost, Total: s.Pool.Total, Idle: idle,
			IdleTimeout: time.Duration(s.Pool.IdleTimeout), Wait: time.Duration(s.Pool.Wait),
		},
		Limits: bridge.Limits(s.Limits),
		Log:    log,
	}
}

// usual is where SOCKS endpoints usually listen.
const usual = "127.0.0.1:1080"

// Upstream returns the profile that s has in use. For a user who has named none
// it chooses: the endpoint at the usual place if one answers, otherwise the
// built-in one, which connects directly.
func Upstream(ctx context.Context, s settings.Settings) settings.Profile {
	if p, ok := s.Profile(); ok {
		return p
	}
	return choose(ctx, usual)
}

func choose(ctx context.Context, address string) settings.Profile {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	p := settings.DefaultProfile()
	if upstream.Greets(ctx, address) == nil {
		p.Name, p.URL = address, "socks5://"+address
	} else {
		p.Name, p.URL = "built-in endpoint", "direct://"
	}
	return p
}
