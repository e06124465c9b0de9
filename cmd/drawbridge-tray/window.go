package main

import (
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
	unseen func(error) // is told why the window could not be shown, or by nil that it may be; may be nil

	mu      sync.Mutex
	running bool
}

// isOpen reports whether the window that this program has opened is still there.
func (w *window) isOpen() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.running
}

// open starts the window, if it is not there: one that is has been told by State.Raise to come to the front. why is the
// reason if nobody has asked for it, "no-tray", or empty.
func (w *window) open(why string) error {
	err := w.start(why)
	w.report(err)
	return err
}

func (w *window) start(why string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.running {
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
	ended, err := programs.Start(cmd)
	if err != nil {
		return fmt.Errorf("open the window: %w", err)
	}
	w.running = true
	go w.wait(ended) // ends with the window, or with this process
	return nil
}

// wait notes the window's end, and what it says of it.
func (w *window) wait(ended <-chan error) {
	err := <-ended
	w.mu.Lock()
	w.running = false
	w.mu.Unlock()
	if err != nil {
		w.log.Error("the window has ended with an error", "err", err)
		w.report(err)
	}
}

func (w *window) report(err error) {
	if w.unseen != nil {
		w.unseen(err)
	}
}
