package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/drawbridge-app/drawbridge/settings"
)

// Follow takes over the settings file whenever its content changes, until ctx is
// done. What is off stays off. A file that is wrong changes nothing, and is
// logged and remembered as a problem; one that is removed means the defaults.
func (c *Controller) Follow(ctx context.Context) error {
	// What the watch has read may be older than what somebody saved meanwhile.
	return settings.Watch(ctx, c.File, func(settings.Settings, error) { c.Reload(ctx) })
}

// Reload is one round of [Controller.Follow]: it reads the file now.
func (c *Controller) Reload(ctx context.Context) {
	c.turn.Lock()
	defer c.turn.Unlock()
	before := c.State()
	s, err := c.read()
	if err == nil {
		err = c.apply(ctx, s, false)
	}
	if errors.Is(err, ErrNoOwner) {
		return
	}
	if err != nil {
		c.Logger().Error("settings not applied, nothing has changed", "err", err)
		c.update(func(now *State) { now.note(c.problemOf(err)) })
		return
	}
	now := c.State()
	if !now.Settings.Equal(before.Settings) || now.Profile != before.Profile {
		c.Logger().Info("settings applied", "listen", fmt.Sprint(now.Listen), "upstream", now.Profile.Name)
	}
	if _, wrong := now.holding(ofSettings); wrong {
		c.update(func(now *State) { now.mend(ofSettings) })
	}
}

// read returns the settings of the file, with the command line's laid over.
func (c *Controller) read() (settings.Settings, error) {
	s := settings.Default()
	if c.File != "" {
		var err error
		if s, err = settings.Load(c.File); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return s, err
		}
	}
	return s, c.adjust(&s)
}

func (c *Controller) adjust(s *settings.Settings) error {
	if c.Adjust == nil {
		return nil
	}
	return c.Adjust(s)
}
