package settings

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// report is one call of Watch.
type report struct {
	settings Settings
	err      error
}

// watch runs Watch until the test ends, and fails when it does not end then.
func watch(t *testing.T, path string) <-chan report {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	reports := make(chan report, 100)
	done := make(chan error, 1)
	go func() {
		done <- Watch(ctx, path, func(s Settings, err error) { reports <- report{s, err} })
	}()
	t.Cleanup(func() {
		cancel()
		select {
		case err := <-done:
			if err != nil {
				t.Errorf("Watch: %v", err)
			}
		case <-time.After(10 * time.Second):
			t.Error("Watch does not end with its context")
		}
	})
	return reports
}

func next(t *testing.T, reports <-chan report) report {
	t.Helper()
	select {
	case r := <-reports:
		return r
	case <-time.After(10 * time.Second):
		t.Fatal("no call")
		panic("unreachable")
	}
}

// none fails if there is a call soon. It cannot prove that there is none later; the debounce is what bounds soon.
func none(t *testing.T, reports <-chan report) {
	t.Helper()
	select {
	case r := <-reports:
		t.Errorf("a call without a change: %+v", r)
	case <-time.After(3 * settle):
	}
}

func put(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestWatch(t *testing.T) {
	t.Parallel()
	file := write(t, "via = true\n")
	reports := watch(t, file)
	if r := next(t, reports); r.err != nil || !r.settings.Via {
		t.Errorf("the first call: via %v, %v", r.settings.Via, r.err)
	}

	put(t, file, "via = false\n")
	if r := next(t, reports); r.err != nil || r.settings.Via {
		t.Errorf("written in place: via %v, %v", r.settings.Via, r.err)
	}

	put(t, file, "via = false\n")
	os.Chmod(file, 0o640)
	none(t, reports)

	// As an editor does: several steps, one call.
	put(t, file, "")
	put(t, file, "vi")
	put(t, file+".new", "via = true\n")
	if err := os.Rename(file+".new", file); err != nil {
		t.Fatal(err)
	}
	if r := next(t, reports); r.err != nil || !r.settings.Via {
		t.Errorf("replaced by rename: via %v, %v", r.settings.Via, r.err)
	}
	none(t, reports)

	put(t, file, "vai = true\n")
	var problems Problems
	if r := next(t, reports); !errors.As(r.err, &problems) {
		t.Errorf("a mistake: %v", r.err)
	}

	os.Remove(file)
	if r := next(t, reports); !errors.Is(r.err, fs.ErrNotExist) || !r.settings.Equal(Default()) {
		t.Errorf("removed: %v", r.err)
	}
	put(t, file, "via = true\n")
	if r := next(t, reports); r.err != nil || !r.settings.Via {
		t.Errorf("back: via %v, %v", r.settings.Via, r.err)
	}
	if err := Set(file, Change{"open", "true"}); err != nil {
		t.Fatal(err)
	}
	if r := next(t, reports); r.err != nil || !r.settings.Open {
		t.Errorf("set by us: open %v, %v", r.settings.Open, r.err)
	}
}

func TestWatchBeforeTheDirectoryIsThere(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "config", "drawbridge")
	file := filepath.Join(dir, "settings.toml")
	reports := watch(t, file)
	if r := next(t, reports); !errors.Is(r.err, fs.ErrNotExist) {
		t.Errorf("the first call: %v", r.err)
	}
	for _, via := range []bool{true, false} {
		want := Default()
		want.Via = via
		if err := Save(file, want); err != nil {
			t.Fatal(err)
		}
		if r := next(t, reports); r.err != nil || r.settings.Via != via {
			t.Errorf("made: via %v, %v", r.settings.Via, r.err)
		}
		os.RemoveAll(dir)
		if r := next(t, reports); !errors.Is(r.err, fs.ErrNotExist) {
			t.Errorf("removed with its directory: %v", r.err)
		}
	}
}

func TestWatchThroughASymbolicLink(t *testing.T) {
	t.Parallel()
	target := write(t, "via = true\n")
	link := filepath.Join(t.TempDir(), "settings.toml")
	symlink(t, target, link)
	reports := watch(t, link)
	next(t, reports)
	put(t, target, "via = false\n")
	if r := next(t, reports); r.err != nil || r.settings.Via {
		t.Errorf("its target was written: via %v, %v", r.settings.Via, r.err)
	}
	other := write(t, "open = true\n")
	os.Remove(link)
	if err := os.Symlink(other, link); err != nil {
		t.Fatal(err)
	}
	if r := next(t, reports); r.err != nil || !r.settings.Open {
		t.Errorf("it has another target: open %v, %v", r.settings.Open, r.err)
	}
}

func TestWatchInAnotherCase(t *testing.T) {
	t.Parallel()
	file := write(t, "via = true\n")
	other := filepath.Join(filepath.Dir(file), "SETTINGS.toml")
	if _, err := os.Stat(other); err != nil {
		t.Skip("names that differ in case are two files here")
	}
	reports := watch(t, other)
	next(t, reports)
	put(t, file, "via = false\n")
	if r := next(t, reports); r.err != nil || r.settings.Via {
		t.Errorf("written under its own name: via %v, %v", r.settings.Via, r.err)
	}
}
