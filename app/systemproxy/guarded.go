package systemproxy

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"os/exec"
	"sync"
)

// Guarded is a lease for a bridge, with a guard as long as it is taken, that is given back when the user's session ends.
// It is what package app calls a lease. Its methods may be called concurrently. Its fields are not changed after the first call of one.
type Guarded struct {
	Lease   *Lease
	Command func() *exec.Cmd // starts the guard's process, which is to call [Guard]; nil: there is no guard

	mu      sync.Mutex
	guard   *guard // while taken
	session session
}

// Take is [Lease.Take] for b. The guard is there before anything is set; without one, nothing is.
func (g *Guarded) Take(ctx context.Context, b Bridge) error {
	p, err := b.reach()
	if err != nil {
		return err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.guard == nil && g.Command != nil {
		if g.guard, err = startGuard(g.Command()); err != nil {
			return err
		}
	}
	if err := g.session.watch(g.sessionEnds); err != nil {
		g.Lease.log().Warn("if the session ends, the system's proxy is only given back after that", "err", err)
	}
	err = g.Lease.Take(ctx, p)
	g.relieve()
	return err
}

// Move is [Lease.Move] to b.
func (g *Guarded) Move(ctx context.Context, b Bridge) error {
	p, err := b.reach()
	if err != nil {
		return err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	err = g.Lease.Move(ctx, p)
	g.relieve()
	return err
}

// Return is [Lease.Return].
func (g *Guarded) Return(ctx context.Context) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	err := g.Lease.Return(ctx)
	g.relieve()
	return err
}

// Changed returns the keys that somebody else has set since, as [Lease.Status] does.
func (g *Guarded) Changed(ctx context.Context) ([]string, error) {
	s, err := g.Lease.Status(ctx)
	return s.Changed, err
}

// relieve dismisses the guard, and waits no more for the session's end, if this process has nothing left to give back.
func (g *Guarded) relieve() {
	if g.Lease.holding() {
		return
	}
	g.session.stop()
	if g.guard != nil {
		g.guard.dismiss()
		g.guard = nil
	}
}

// Begin is what an owner of a bridge begins with: what one who died has left behind is given back. It returns the lease,
// or why the system's proxy can't be set here, for the user. guard is the command of [Guarded], atLogin that of [Lease].
func Begin(ctx context.Context, log *slog.Logger, guard, atLogin func() *exec.Cmd) (*Guarded, error) {
	l, err := Open()
	if err != nil {
		return nil, err
	}
	l.AtLogin, l.Log = atLogin, log
	switch healed, err := l.Heal(ctx); {
	case healed:
		log.Warn("the system's proxy, which an earlier run had left behind, is given back")
	case errors.Is(err, ErrHeld):
		log.Info("the system's proxy was not looked at", "err", err)
	case err != nil:
		log.Error("the system's proxy, which an earlier run has left behind, is not given back", "err", err)
	}
	if err := l.Supported(); err != nil {
		return nil, err
	}
	return &Guarded{Lease: l, Command: guard}, nil
}

// Self is a command of this program itself, under the name that it was called by.
func Self(args ...string) func() *exec.Cmd {
	return func() *exec.Cmd {
		path, err := os.Executable()
		return &exec.Cmd{Path: path, Args: append([]string{os.Args[0]}, args...), Err: err}
	}
}
