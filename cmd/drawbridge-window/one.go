package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/app/control"
)

// claim makes this process the only window of those that use the socket at path, until release. It is not alone if another
// is. Where nothing can be claimed, such as on a disk that is full, a second window is better than none.
func claim(path string) (release func(), alone bool) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return func() {}, true
	}
	lock := flock.New(path + ".window")
	ok, err := lock.TryLock()
	return func() { lock.Unlock() }, ok || err != nil
}

// raise brings the window that is open to the front, and tells it what the command line says. Without an owner nobody can
// tell it to come, but it is there.
func raise(ctx context.Context, owner *control.Client, l line) error {
	err := owner.Do(ctx, app.Intent{Verb: app.Raise, Page: l.page, Why: l.why})
	if errors.Is(err, app.ErrNoOwner) {
		return nil
	}
	return err
}
