package main

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"sync"

	"github.com/drawbridge-app/drawbridge/app/programs"
)

// A window is the other program, drawbridge-window, as this one has started it. One that somebody else has started is
// brought to the front by the one that is started then.
type window struct {
	socket string
	log    *slog.Logger

	mu      sync.Mutex
	running *exec.Cmd // nil: none that we know of
}

// isOpen reports whether the window that this program has opened is still there.
func (w *window) isOpen() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.running != nil
}

// open starts the window, if it is not there: one that is has been told by State.Raise to come to the front. why is the
// reason if nobody has asked for it, "no-tray", or empty.
func (w *window) open(why string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.running != nil {
		return nil
	}
	path, err := programs.Find(programs.Window)
	if err != nil {
		return fmt.Errorf("open the window: %w", err)
	}
	cmd := exec.Command(path)
	if why != "" {
		cmd.Args = append(cmd.Args, "--why", why)
	}
	cmd.Env = append(os.Environ(), "DRAWBRIDGE_SOCKET="+w.socket)
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("open the window: %w", err)
	}
	w.running = cmd
	go w.wait(cmd) // ends with the window, or with this process
	return nil
}

// wait notes the window's end, and what it says of it.
func (w *window) wait(cmd *exec.Cmd) {
	err := cmd.Wait()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		w.log.Error("the window has ended with an error; it said why to standard error", "err", err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.running = nil
}
