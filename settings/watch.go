package settings

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"
)

// settle is how long the file has to be quiet: an editor that saves makes several changes in a row.
const settle = 100 * time.Millisecond

// Watch calls changed with what Load gives, once at the start and then whenever the content of the file at path has
// changed, until ctx is done; then it returns nil. The first call closes the gap between an earlier Load and the first
// moment of watching, so callers compare with Equal what they have. Calls come one at a time, on Watch's goroutine.
//
// The file may be missing, be removed and come back, be replaced by a rename, or be a symbolic link; its directory may
// be missing too. Watch returns an error only when the system cannot watch at all.
func Watch(ctx context.Context, path string, changed func(Settings, error)) error {
	path, err := filepath.Abs(path)
	if err != nil {
		return fmt.Errorf("watch settings: %w", err)
	}
	notify, err := fsnotify.NewWatcher()
	if err != nil {
		return fmt.Errorf("watch settings: %w", err)
	}
	defer notify.Close()

	w := watching{notify: notify, path: path}
	if err := w.arm(); err != nil {
		return fmt.Errorf("watch settings: %w", err)
	}
	last, err := readText(path)
	changed(loaded(path, last, err))

	quiet := time.NewTimer(0)
	quiet.Stop()
	defer quiet.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case event := <-notify.Events:
			if w.concerns(event.Name) {
				quiet.Reset(settle)
			}
		case <-notify.Errors:
			// Events may be lost; looking is always right.
			quiet.Reset(settle)
		case <-quiet.C:
			// What is watched may have been replaced, or be there only now. What cannot be watched now is tried again
			// at the next event.
			_ = w.arm()
			now, nowErr := readText(path)
			if now != last || fmt.Sprint(nowErr) != fmt.Sprint(err) {
				last, err = now, nowErr
				changed(loaded(path, now, nowErr))
			}
		}
	}
}

// watching knows which directories an event may come from.
type watching struct {
	notify *fsnotify.Watcher
	path   string
	names  []string // the file, and what it is a link to
}

// arm watches the directories of the file and of its target, and the nearest one above that is there: a directory that
// is removed takes its watch along, and only the one above sees it come back.
func (w *watching) arm() error {
	w.names = []string{w.path}
	if target, err := resolve(w.path); err == nil && target != w.path {
		w.names = append(w.names, target)
	}
	var errs []error
	for _, name := range w.names {
		dir, watched := filepath.Dir(name), 0
		for range strings.Count(name, string(filepath.Separator)) {
			if err := w.notify.Add(dir); err != nil {
				errs = append(errs, err)
			} else if watched++; watched == 2 {
				break
			}
			dir = filepath.Dir(dir)
		}
	}
	if len(w.notify.WatchList()) == 0 {
		return errors.Join(errs...)
	}
	return nil
}

// concerns reports whether an event at name may have changed the file: it is the file, its target, or above of them.
// Some systems tell names in other cases than the user; on those that keep them apart, this only means a look too many.
func (w *watching) concerns(name string) bool {
	name = strings.ToLower(name)
	return slices.ContainsFunc(w.names, func(own string) bool {
		own = strings.ToLower(own)
		return own == name || strings.HasPrefix(own, name+string(filepath.Separator))
	})
}
