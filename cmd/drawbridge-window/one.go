package main

import (
	"context"
	"errors"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/app/control"
)

// raise brings the window that is open to the front, and tells it what the command line says. Without an owner nobody can
// tell it to come, but it is there.
func raise(ctx context.Context, owner *control.Client, l line) error {
	err := owner.Do(ctx, app.Intent{Verb: app.Raise, Page: l.page, Why: l.why})
	if errors.Is(err, app.ErrNoOwner) {
		return nil
	}
	return err
}
