package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"time"

	"github.com/spf13/cobra"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/app/control"
	"github.com/drawbridge-app/drawbridge/app/update"
	"github.com/drawbridge-app/drawbridge/settings"
)

// updateKeys and updateURL are set when a release is built, as version is: the keys that its manifest may be signed with,
// as update.ParseKeys reads them, and where it is, if not at update.DefaultURL. Nothing else writes them.
var updateKeys, updateURL string

// exitNewer is the code for "there is a newer version": that of dnf check-update.
const exitNewer = 100

// checkVersion looks for a newer version, and prints what it found.
func checkVersion(cmd *cobra.Command, flags *shared, asJSON bool) error {
	c, err := owner()
	if err != nil {
		return err
	}
	found, err := lookForUpdate(cmd.Context(), c, flags)
	switch {
	case errors.Is(err, app.ErrNoUpdates) && found.Why != "":
		err = errors.New(english().Update(found))
	case err != nil && found.Failed != "":
		err = errors.New(english().Undone(found))
	}
	if err != nil {
		if asJSON && found.Failed != "" {
			return errors.Join(writeJSON(cmd.OutOrStdout(), found), &exitError{code: exitFailed})
		}
		return explain(err)
	}
	if asJSON {
		err = writeJSON(cmd.OutOrStdout(), found)
	} else {
		err = printUpdate(cmd.OutOrStdout(), found)
	}
	if err == nil && found.Stage != "" {
		err = &exitError{code: exitNewer}
	}
	return err
}

// lookForUpdate has the owner of the bridge look, or, if that is one that never does, looks through its bridge.
func lookForUpdate(ctx context.Context, c *control.Client, flags *shared) (app.Update, error) {
	s, err := c.State(ctx)
	if err != nil {
		return app.Update{}, err
	}
	if s.Update.Why == "" {
		return askForUpdate(ctx, c)
	}
	keys, err := update.ParseKeys(updateKeys)
	if err != nil {
		return app.Update{}, err
	}
	// The owner keeps the password to itself; it is in the file that both read.
	if login := &s.Settings.Login; login.Password != "" {
		if file, err := loadFrom(s.File, flags); err == nil && file.Login.User == login.User {
			login.Password = file.Login.Password
		}
	}
	info, _ := debug.ReadBuildInfo()
	return app.Updates{Feed: update.Feed{URL: cmp.Or(updateURL, update.DefaultURL), Keys: keys}}.Look(ctx, s, buildOf(version, info).Version)
}

// loadFrom reads the owner's settings file, or ours where it has none.
func loadFrom(path string, flags *shared) (settings.Settings, error) {
	if path == "" {
		return flags.load()
	}
	return settings.Load(path)
}

// askForUpdate has the owner look, and waits until it has.
func askForUpdate(ctx context.Context, c *control.Client) (app.Update, error) {
	const patience = 2 * time.Minute
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if err := c.Do(ctx, app.Intent{Verb: app.CheckUpdate}); err != nil {
		return app.Update{}, err
	}
	var found app.Update
	done := false
	err := c.Watch(ctx, func(s app.State) {
		if !done && s.Update.Doing != app.CheckUpdate {
			found, done = s.Update, true
			cancel()
		}
	})
	switch {
	case done && found.Failed != "":
		return found, errors.New(found.Detail)
	case done:
		return found, nil
	case err == nil:
		err = context.Cause(ctx)
	}
	return found, err
}

// printUpdate says in words what is known of a newer version.
func printUpdate(w io.Writer, u app.Update) error {
	l := english()
	fmt.Fprintln(w, l.Update(u))
	if u.Stage == "" {
		return nil
	}
	fmt.Fprintf(w, "%s\n\n%s\n\n", u.Page, l.Notes(u))
	if by := l.UpdateBy(u); by != "" {
		_, err := fmt.Fprintln(w, by)
		return err
	}
	_, err := fmt.Fprintln(w, "The window downloads and opens it, under About.")
	return err
}
