package service

import (
	"context"
	"errors"
	"os/signal"
	"time"

	system "golang.org/x/sys/windows"
	"golang.org/x/sys/windows/svc"
	"golang.org/x/sys/windows/svc/eventlog"
)

// Run runs the program as the service manager wants it: do, which calls ready once it serves, until its context ends.
// Started by anybody else, it is do alone.
//
// Who has started it is known by asking the service manager to take it. A look at the parent process, as
// [svc.IsWindowsService] does it, finds no service manager under Wine, which does not keep its sessions apart.
func Run(ctx context.Context, do func(ctx context.Context, ready func()) error) error {
	r := &running{ctx: ctx, do: do}
	switch err := svc.Run(Name, r); {
	case errors.Is(err, system.ERROR_FAILED_SERVICE_CONTROLLER_CONNECT):
		return do(ctx, func() {})
	case err != nil:
		return err
	}
	return r.err
}

// running is a service that runs.
type running struct {
	ctx context.Context // stored, since the manager calls without one
	do  func(context.Context, func()) error
	err error // of do, once it has ended
}

// How long the manager is to wait for it before it takes it for hung.
const startHint, stopHint = 30 * time.Second, 20 * time.Second

// Exit codes for the manager, which shows them.
const endedWell, endedBadly = 0, 1

// Execute implements [svc.Handler].
func (r *running) Execute(_ []string, asked <-chan svc.ChangeRequest, tell chan<- svc.Status) (own bool, code uint32) {
	// A service is told when any user logs off, which the signals' package takes for SIGTERM.
	signal.Reset()
	tell <- svc.Status{State: svc.StartPending, WaitHint: uint32(startHint.Milliseconds())}
	ctx, cancel := context.WithCancel(r.ctx)
	defer cancel()
	ready, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		r.err = r.do(ctx, func() { close(ready) })
	}()
	for {
		select {
		case <-ready:
			tell <- svc.Status{State: svc.Running, Accepts: svc.AcceptStop | svc.AcceptShutdown}
			ready = nil
		case want := <-asked:
			switch want.Cmd {
			case svc.Interrogate:
				tell <- want.CurrentStatus
			case svc.Stop, svc.Shutdown:
				tell <- svc.Status{State: svc.StopPending, WaitHint: uint32(stopHint.Milliseconds())}
				cancel()
			}
		case <-ended: // by itself, or because it was told to
			if r.err != nil {
				note(r.err)
				return true, endedBadly
			}
			return false, endedWell
		}
	}
}

// note writes why the service has ended into the event log: nobody sees what it prints.
func note(why error) {
	const id = 3 // kardianos' for errors; any from 1 to 1000 will do
	if to, err := eventlog.Open(Name); err == nil {
		_ = to.Error(id, why.Error())
		to.Close()
	}
}
