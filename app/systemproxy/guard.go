package systemproxy

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"time"
)

// A guard is a small process that outlives the one that holds the lease, and then gives back. All that joins them is a
// pipe: it closes when the holder ends, however that happens.

// farewell is what a holder says that has given back itself.
const farewell = "farewell\n"

// Guard is the whole life of a guard's process, of which in is the standard input. It returns when the holder has ended,
// after giving back what that has left behind.
func Guard(ctx context.Context, in io.Reader) error {
	ignoreSignals()
	said, err := io.ReadAll(io.LimitReader(in, int64(len(farewell))))
	if err == nil && string(said) == farewell {
		return nil
	}
	l, err := Open()
	if err != nil {
		return err
	}
	err = l.healPatiently(ctx)
	if errors.Is(err, ErrHeld) { // somebody who lives has taken it over
		return nil
	}
	return err
}

// healPatiently heals as soon as it can be: a session's services may be busy, and the dead may still hold the lock.
func (l *Lease) healPatiently(ctx context.Context) (err error) {
	const attempts, pause = 3, time.Second
	for range attempts {
		if _, err = l.Heal(ctx); err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
	}
	return err
}

// A guard is one that was started.
type guard struct {
	cmd  *exec.Cmd
	pipe io.WriteCloser
}

// startGuard starts cmd, whose process is to call Guard.
func startGuard(cmd *exec.Cmd) (*guard, error) {
	cmd.SysProcAttr = detached()
	pipe, err := cmd.StdinPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		return nil, fmt.Errorf("start the guard of the system's proxy: %w", err)
	}
	return &guard{cmd, pipe}, nil
}

// dismiss ends the guard: there is nothing to give back. One that has ended by itself is no error.
func (g *guard) dismiss() {
	_, _ = io.WriteString(g.pipe, farewell)
	_ = g.pipe.Close()
	_ = g.cmd.Wait()
}
