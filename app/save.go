package app

import (
	"context"
	"errors"
	"fmt"

	"github.com/drawbridge-app/drawbridge/settings"
)

// use makes the profile of that name the one in use, in the settings file where
// there is one. The caller has the turn.
func (c *Controller) use(ctx context.Context, name string) error {
	choose := func(s *settings.Settings) error {
		s.Use = name
		return nil
	}
	if c.File == "" {
		s := c.State().Settings.Clone()
		choose(&s)
		return c.apply(ctx, s, false)
	}
	return c.commit(ctx, func(s *settings.Settings) error {
		choose(s)
		if err := settings.Validate(*s); err != nil {
			return err
		}
		after := s.Clone()
		if err := c.adjust(&after); err != nil {
			return err
		}
		if p, _ := after.Profile(); p.Name != name {
			return fmt.Errorf("use %q: the command line that started this bridge says which upstream it uses", name)
		}
		return nil
	})
}

// save lays an edit over the settings file. The caller has the turn.
func (c *Controller) save(ctx context.Context, edit *Edit) error {
	if c.File == "" {
		return ErrNoFile
	}
	if edit == nil {
		return errors.New("save: nothing was edited")
	}
	return c.commit(ctx, func(s *settings.Settings) error {
		*s = settings.Merge(*s, edit.From, edit.To, edit.Secrets)
		return nil
	})
}

// commit changes the settings file and takes the change over, both or neither.
func (c *Controller) commit(ctx context.Context, change func(*settings.Settings) error) error {
	before := c.State().Settings
	applied := false
	err := settings.Update(c.File, func(s *settings.Settings) error {
		if err := change(s); err != nil {
			return err
		}
		if err := settings.Validate(*s); err != nil { // before the command line is laid over
			return err
		}
		after := s.Clone()
		if err := c.adjust(&after); err != nil {
			return err
		}
		applied = true
		return c.apply(ctx, after, false)
	})
	switch {
	case err == nil:
		c.update(func(now *State) { now.mend(ofSettings) })
	case applied && before.Version != 0:
		// What was applied before may not come back, such as a port that somebody
		// has taken in between; the file then says what should hold.
		err = errors.Join(err, c.apply(ctx, before, false))
	}
	return err
}
