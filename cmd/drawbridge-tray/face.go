package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/app/control"
)

// A face shows a bridge that another program owns, one without a desktop. When that has gone, it waits for the next
// one, because a service may only have been restarted; if meanwhile somebody turns the bridge on here, this process
// becomes the owner.
type face struct {
	program *program
	client  *control.Client
	woken   chan struct{} // when this process has become the owner

	mu  sync.Mutex
	own *owner // nil: another process is the owner, or none
}

func newFace(p *program) *face {
	return &face{program: p, client: control.Dial(p.socket), woken: make(chan struct{}, 1)}
}

func (f *face) owner() *owner {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.own
}

// Watch implements tray.Owner.
func (f *face) Watch(ctx context.Context, show func(app.State)) error {
	const pause = time.Second
	var last app.State
	for ctx.Err() == nil {
		if o := f.owner(); o != nil {
			return o.Watch(ctx, show)
		}
		watching, cancel := context.WithCancel(ctx)
		_ = f.client.Watch(watching, func(s app.State) {
			if s.Owner.Program == name { // it has an icon of its own
				f.program.quit()
				cancel()
				return
			}
			last = s
			show(s)
		})
		cancel()
		show(app.State{Settings: last.Settings, Profile: last.Profile})
		select {
		case <-ctx.Done():
		case <-f.woken:
		case <-time.After(pause):
		}
	}
	return nil
}

// Do implements tray.Owner.
func (f *face) Do(ctx context.Context, want app.Intent) error {
	if o := f.owner(); o != nil {
		return o.Do(ctx, want)
	}
	err := f.client.Do(ctx, want)
	if !errors.Is(err, app.ErrNoOwner) {
		return err
	}
	switch want.Verb {
	case app.OpenWindow:
		return fmt.Errorf("%w; %w", err, app.ErrNoWindow)
	case app.TurnOn, app.Toggle:
		return f.turnOn(ctx)
	}
	return err
}

// turnOn turns the bridge on here, where nobody had it. One that begins or ends just now has the socket's lock for a moment
// in which it does not answer: if it begins, it is the one that is wanted.
func (f *face) turnOn(ctx context.Context) error {
	const patience, pause = 3 * time.Second, 50 * time.Millisecond
	want := app.Intent{Verb: app.TurnOn}
	for deadline := time.Now().Add(patience); ; {
		o, err := f.takeOver()
		if err == nil {
			return o.Do(ctx, want)
		}
		if !errors.Is(err, control.ErrOwned) || time.Now().After(deadline) {
			return err
		}
		if err := f.client.Do(ctx, want); !errors.Is(err, app.ErrNoOwner) {
			return err
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(pause):
		}
	}
}

// Check implements tray.Owner.
func (f *face) Check(ctx context.Context, want app.CheckRequest) (app.Check, error) {
	if o := f.owner(); o != nil {
		return o.Check(ctx, want)
	}
	return f.client.Check(ctx, want)
}

// takeOver makes this process the owner.
func (f *face) takeOver() (*owner, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.own != nil {
		return f.own, nil
	}
	listener, err := control.Listen(f.program.socket)
	if err != nil {
		return nil, err
	}
	f.own = f.program.newOwner(context.Background(), listener)
	f.woken <- struct{}{}
	return f.own, nil
}

// close ends what this process owns.
func (f *face) close() {
	if o := f.owner(); o != nil {
		o.close()
	}
}
