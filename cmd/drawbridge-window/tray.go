package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"time"

	"github.com/drawbridge-app/drawbridge/app/control"
	"github.com/drawbridge-app/drawbridge/app/programs"
)

// tray starts the program that owns the bridge when nobody does.
type tray struct{ owner *control.Client }

// start starts drawbridge-tray and waits until it answers, a few seconds at most. It lives on when this program ends.
func (t tray) start(ctx context.Context) error {
	const patience = 5 * time.Second
	program, err := programs.Find(programs.Tray)
	if err != nil {
		return fmt.Errorf("start drawbridge-tray: %w", err)
	}
	ctx, cancel := context.WithTimeoutCause(ctx, patience, errors.New("it does not answer"))
	defer cancel()
	cmd := exec.Command(program) // not with the context: it is to live on
	cmd.SysProcAttr = detached()
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start drawbridge-tray: %w", err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }() // it ends with the tray, or with us
	poll := time.NewTicker(20 * time.Millisecond)
	defer poll.Stop()
	for {
		select {
		case err := <-ended:
			if err != nil {
				return fmt.Errorf("start drawbridge-tray: it ended at once: %w", err)
			}
			ended = nil // it found another owner
		case <-poll.C:
			if _, err := t.owner.State(ctx); err == nil {
				return nil
			}
		case <-ctx.Done():
			return fmt.Errorf("start drawbridge-tray: %w", context.Cause(ctx))
		}
	}
}
