//go:build linux

package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/gofrs/flock"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/app/control"
)

// A click on the icon while another bridge ends, or begins, and so does not answer, is not lost. Who begins is on then, not
// off, though the click is a toggle.
func TestClickWhileAnotherHoldsTheLock(t *testing.T) {
	for _, tt := range []struct {
		name string
		then func(t *testing.T, socket string, lock *flock.Flock) // what ends the state in which nobody answers
		own  bool                                                 // the bridge is this process's in the end
	}{
		{"ends", func(_ *testing.T, _ string, lock *flock.Flock) { lock.Unlock() }, true},
		{"begins", func(t *testing.T, socket string, _ *flock.Flock) { serveOn(t, socket) }, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir, err := os.MkdirTemp("", "db") // a socket's path has little room
			if err != nil {
				t.Fatal(err)
			}
			defer os.RemoveAll(dir)
			t.Setenv("XDG_STATE_HOME", dir)
			f := faceOf(t, dir)
			defer f.close()
			lock := flock.New(f.program.socket + ".lock")
			if ok, err := lock.TryLock(); !ok {
				t.Fatal(err)
			}
			defer lock.Unlock()
			done := make(chan error, 1)
			go func() { done <- f.Do(t.Context(), app.Intent{Verb: app.Toggle}) }()
			select {
			case err := <-done:
				t.Fatalf("it gave up at once: %v", err)
			case <-time.After(300 * time.Millisecond):
			}
			tt.then(t, f.program.socket, lock)
			if err := <-done; err != nil {
				t.Error(err)
			}
			if s, err := control.Dial(f.program.socket).State(t.Context()); err != nil || !s.On {
				t.Errorf("on: %v, %v", s.On, err)
			}
			if own := f.owner() != nil; own != tt.own {
				t.Errorf("the bridge is this process's: %v", own)
			}
		})
	}
}

// faceOf is a face whose socket and settings are in dir.
func faceOf(t *testing.T, dir string) *face {
	t.Helper()
	file := filepath.Join(dir, "settings.toml")
	text := fmt.Sprintf("version = 1\nlisten = [%q]\n[[profile]]\nname = \"Direct\"\nurl = \"direct://\"\n", freeAddress(t))
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	level := new(slog.LevelVar)
	journal := app.NewJournal(level, slog.DiscardHandler)
	return newFace(&program{
		options: options{settings: file}, socket: filepath.Join(dir, "s"), quit: func() {},
		journal: journal, level: level, window: &window{log: journal.Logger()},
	})
}

// serveOn has a bridge that is on answer at a socket whose lock is held already, until the test ends.
func serveOn(t *testing.T, socket string) {
	t.Helper()
	l, err := control.Listen(socket + "2")
	if err != nil {
		t.Fatal(err)
	}
	other := &app.Controller{File: filepath.Join(filepath.Dir(socket), "settings.toml"), Process: app.Process{Program: app.ServiceProgram}}
	other.Reload(t.Context())
	if err := other.Do(t.Context(), app.Intent{Verb: app.TurnOn}); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- control.Serve(ctx, l, other) }()
	t.Cleanup(func() {
		stop()
		<-served
		other.Close()
	})
	if err := os.Rename(socket+"2", socket); err != nil {
		t.Fatal(err)
	}
}
