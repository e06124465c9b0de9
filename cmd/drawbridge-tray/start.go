package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/app/control"
	"github.com/drawbridge-app/drawbridge/app/memory"
	"github.com/drawbridge-app/drawbridge/app/tray"
	"github.com/drawbridge-app/drawbridge/settings"
)

// start becomes the owner of the bridge, or a face of the one there is, and shows the icon until ctx is done. If the
// owner has an icon already, its window opens instead.
func start(ctx context.Context, quit func(), o options) error {
	if err := tray.Possible(); err != nil {
		return err
	}
	socket, err := control.Path()
	if err != nil {
		return err
	}
	p := &program{options: o, socket: socket, quit: quit, window: &window{socket: socket}}
	p.level = new(slog.LevelVar)
	p.journal = app.NewJournal(p.level, slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	p.window.log = p.journal.Logger()
	slog.SetLogLoggerLevel(slog.LevelDebug)
	slog.SetDefault(p.journal.Logger()) // systray logs to the standard logger

	// An owner that is about to end may hold the socket for a moment longer.
	const patience = 3 * time.Second
	for deadline := time.Now().Add(patience); ; time.Sleep(50 * time.Millisecond) {
		listener, err := control.Listen(socket)
		if err == nil {
			return p.own(ctx, listener)
		}
		if !errors.Is(err, control.ErrOwned) {
			return err
		}
		err = p.ask(ctx)
		switch {
		case err == nil:
			return nil
		case errors.Is(err, app.ErrNoWindow):
			return p.attach(ctx)
		case !errors.Is(err, app.ErrNoOwner) || time.Now().After(deadline):
			return fmt.Errorf("another drawbridge runs, but: %w", err)
		}
	}
}

// ask has the owner show its window, as somebody wants who starts the application again.
func (p *program) ask(ctx context.Context) error {
	client := control.Dial(p.socket)
	if !p.hidden && !p.atLogin {
		return client.Do(ctx, app.Intent{Verb: app.OpenWindow})
	}
	s, err := client.State(ctx)
	if err == nil && s.Owner.Program != name {
		return app.ErrNoWindow
	}
	return err
}

// own is the usual case: the bridge runs here.
func (p *program) own(ctx context.Context, listener *control.Listener) error {
	o := p.newOwner(ctx, listener)
	defer o.close()
	o.begin(ctx)
	if p.wantsWindow(o.first, o.State()) {
		p.open("")
	}
	return p.show(ctx, o)
}

// wantsWindow reports whether the window is to open at the start, which may be the first one ever.
func (p *program) wantsWindow(first bool, s app.State) bool {
	switch {
	case p.hidden:
		return false
	case p.options.window, first && !p.atLogin:
		return true
	}
	return !s.Settings.Desktop.StartHidden
}

// attach is that of a bridge that runs without a desktop: the icon shows that one. If another icon does already, the window
// opens instead.
func (p *program) attach(ctx context.Context) error {
	release, alone := control.Claim(p.socket, "icon")
	switch {
	case alone:
		defer release()
	case p.hidden || p.atLogin:
		return nil
	default:
		return p.window.open("")
	}
	f := newFace(p)
	defer f.close()
	s, err := f.client.State(ctx)
	if err != nil { // it has just gone
		s.Settings = settings.Default()
	}
	if p.wantsWindow(p.first(), s) {
		p.open("")
	}
	return p.show(ctx, f)
}

// first reports whether this program has never run, and remembers that it has now.
func (p *program) first() bool {
	var last remembered
	if memory.Load(name, &last) {
		return false
	}
	if err := memory.Save(name, last); err != nil {
		p.journal.Logger().Warn("that this program has run is not remembered", "err", err)
	}
	return true
}

// show runs the icon.
func (p *program) show(ctx context.Context, owner tray.Owner) error {
	p.renewLogin()
	patience := 3 * time.Second
	if p.hidden || p.atLogin { // nobody waits
		patience = 15 * time.Second
	}
	t := &tray.Tray{
		Owner:    owner,
		Quit:     p.quit,
		Window:   func() error { return p.window.open("") },
		Attended: p.window.isOpen,
		NoHost:   func() { p.explain(ctx, owner) },
		Patience: patience,
		Log:      p.journal.Logger(),
	}
	return t.Run(ctx)
}

// noTray is the code for why the window came by itself: nothing here shows the icon.
const noTray = "no-tray"

// explain has the window say that there is no icon.
func (p *program) explain(ctx context.Context, owner tray.Owner) {
	if !p.window.isOpen() {
		p.open(noTray)
		return
	}
	if err := owner.Do(ctx, app.Intent{Verb: app.Raise, Why: noTray}); err != nil {
		p.journal.Logger().Error("the window cannot say that nothing shows the icon", "err", err)
	}
}

// open opens the window where nobody waits for the outcome.
func (p *program) open(why string) {
	if err := p.window.open(why); err != nil {
		p.journal.Logger().Error("the window cannot be opened", "err", err)
	}
}
