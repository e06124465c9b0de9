package service

import (
	"context"
	"sync/atomic"

	"github.com/kardianos/service"
)

// Run runs the program as the service manager wants it: do, which calls ready once it serves, until its context ends.
// Started by anybody else, it is do alone.
func Run(ctx context.Context, do func(ctx context.Context, ready func()) error) error {
	if service.Interactive() {
		return do(ctx, func() {})
	}
	p := &run{do: do, ready: make(chan struct{}), ended: make(chan struct{})}
	p.ctx, p.cancel = context.WithCancel(ctx)
	defer p.cancel()
	s, err := service.New(p, &service.Config{Name: Name})
	if err != nil {
		return err
	}
	return s.Run()
}

// run is a service that runs.
type run struct {
	ctx          context.Context // stored, since the manager calls without one
	cancel       context.CancelFunc
	do           func(context.Context, func()) error
	ready, ended chan struct{} // closed when it serves, and when it has ended with err
	stopping     atomic.Bool
	err          error
}

// Start implements service.Interface: it returns when the program serves, or with why it does not.
func (p *run) Start(s service.Service) error {
	go func() {
		p.err = p.do(p.ctx, func() { close(p.ready) })
		close(p.ended)
		if !p.stopping.Load() { // it has ended by itself, which the manager is to know
			_ = s.Stop()
		}
	}()
	select {
	case <-p.ready:
		return nil
	case <-p.ended:
		return p.err
	}
}

// Stop implements service.Interface.
func (p *run) Stop(service.Service) error {
	p.stopping.Store(true)
	p.cancel()
	<-p.ended
	return p.err
}
