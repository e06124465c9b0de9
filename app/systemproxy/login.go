package systemproxy

import (
	"context"
	"errors"
	"log/slog"
	"os/exec"
)

// A login is what of a user's login is ours to say: [autostart.Heal].
type login interface {
	Enabled() (bool, error)
	Enable(command ...string) error
	Disable() error
}

// remind has the next login heal. That it can't be is no reason not to take the lease: a folder may be read-only.
func (l *Lease) remind() {
	if l.login == nil || l.AtLogin == nil || l.reminded {
		return
	}
	cmd := l.AtLogin()
	err := cmd.Err
	if err == nil {
		err = l.login.Enable(append([]string{cmd.Path}, cmd.Args[1:]...)...)
	}
	if err != nil {
		l.log().Warn("after a power cut the system's proxy would not be given back at login, only by the next start", "err", err)
		return
	}
	l.reminded = true
}

// forget has the next login do nothing of ours. A login that finds nothing to heal forgets by itself.
func (l *Lease) forget() {
	if l.login == nil {
		return
	}
	if err := l.login.Disable(); err != nil {
		l.log().Warn("the next login looks for a system's proxy that was left behind, though none was", "err", err)
	}
	l.reminded = false
}

// reminds reports whether the next login is to heal.
func (l *Lease) reminds() bool {
	if l.login == nil {
		return false
	}
	enabled, err := l.login.Enabled()
	return enabled || err != nil
}

func (l *Lease) log() *slog.Logger {
	if l.Log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return l.Log
}

// HealAtLogin is the whole of what a login does, by the command of [Lease.AtLogin], which is also given here: what is not
// healed now, and what a process that lives may still leave behind, has to be healed at the next one.
func HealAtLogin(ctx context.Context, command func() *exec.Cmd) error {
	l, err := Open()
	if err != nil {
		return err
	}
	l.AtLogin = command
	if err = l.healPatiently(ctx); err == nil {
		return nil
	}
	l.turn.Lock()
	l.remind() // Windows has forgotten it before it started us
	l.turn.Unlock()
	if errors.Is(err, ErrHeld) {
		return nil
	}
	return err
}
