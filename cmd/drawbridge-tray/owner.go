package main

import (
	"cmp"
	"context"
	"log/slog"
	"os"
	"os/exec"
	"sync"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/app/control"
	"github.com/drawbridge-app/drawbridge/app/memory"
	"github.com/drawbridge-app/drawbridge/app/network"
	"github.com/drawbridge-app/drawbridge/app/programs"
	"github.com/drawbridge-app/drawbridge/app/systemproxy"
	"github.com/drawbridge-app/drawbridge/app/update"
)

// name is that of this program, by which others know that the owner has an icon.
const name = programs.Tray

// program is what one run of this program has from the beginning.
type program struct {
	options
	socket  string
	quit    func() // begins the end
	journal *app.Journal
	level   *slog.LevelVar
	window  *window
}

// An owner is the controller of the bridge with all that an owner does.
type owner struct {
	*app.Controller
	background sync.WaitGroup
	cancel     context.CancelFunc
	first      bool       // this program has never run
	last       remembered // of the run before
	kept       remembered // of this one
	seen       remembered // of this one's last state
}

// newOwner makes this process the owner of the bridge, which is off. It answers on the listener until it is closed.
func (p *program) newOwner(ctx context.Context, listener *control.Listener) *owner {
	ctx, cancel := context.WithCancel(ctx)
	o := &owner{cancel: cancel, Controller: &app.Controller{
		Journal: p.journal,
		Level:   p.level,
		File:    p.options.settings,
		Process: app.Process{Program: name, Version: versionText(), PID: os.Getpid()},
		Window:  func() error { return p.window.open("") },
		Quit:    p.quit,
	}}
	keys, err := update.ParseKeys(updateKeys)
	if err != nil {
		o.Logger().Error("newer versions are not looked for", "err", err)
	}
	o.Updates = app.Updates{Feed: update.Feed{URL: cmp.Or(updateURL, update.DefaultURL), Keys: keys}}
	p.window.unseen = o.Unseen
	if lease, err := systemproxy.Begin(ctx, o.Logger(), systemproxy.Self("--guard"), healing()); err != nil {
		o.NoSystemProxy = err
	} else {
		o.SystemProxy = lease
	}
	o.first = !memory.Load(name, &o.last)
	o.kept = o.last
	if o.last.SystemProxy {
		o.WantSystemProxy()
	}
	o.seen.SystemProxy = o.last.SystemProxy
	o.Reload(ctx)
	o.background.Go(func() {
		if err := control.Serve(ctx, listener, o.Controller); err != nil {
			o.Logger().Error("other programs do not reach this bridge any more", "err", err)
		}
	})
	o.background.Go(func() {
		if err := o.Follow(ctx); err != nil {
			o.Logger().Warn("changes of the settings file are not noticed", "err", err)
		}
	})
	o.background.Go(func() { o.FollowNetwork(ctx, network.Watch) })
	o.background.Go(func() { o.FollowUpdates(ctx) })
	o.background.Go(func() {
		_ = o.Watch(ctx, func(s app.State) { // its end is ours
			if ctx.Err() == nil {
				o.notice(s)
			}
		})
	})
	return o
}

// healing is the command that the next login starts while the lease is taken.
func healing() func() *exec.Cmd { return systemproxy.Self("--heal") }

// remembered is what this program remembers from one run to the next.
type remembered struct {
	On          bool `json:"on"`           // the bridge, when it was last turned on or off
	SystemProxy bool `json:"system_proxy"` // it was to be the system's proxy while it is on
}

// begin turns the bridge on if the settings want that of the start.
func (o *owner) begin(ctx context.Context) {
	if o.first {
		o.remember(o.last)
	}
	switch start := o.State().Settings.Desktop.Start; {
	case start == "on", start == "last" && o.last.On:
		if err := o.Do(ctx, app.Intent{Verb: app.TurnOn}); err != nil {
			o.Logger().Error("the bridge is not on", "err", err)
		}
	}
}

// notice remembers whether the bridge is on, and wanted as the system's proxy, if somebody has changed that.
func (o *owner) notice(s app.State) {
	seen := remembered{On: s.On, SystemProxy: s.SystemProxy.Wanted}
	if seen.On != o.seen.On {
		o.kept.On = seen.On
	}
	if seen.SystemProxy != o.seen.SystemProxy {
		o.kept.SystemProxy = seen.SystemProxy
	}
	if seen != o.seen {
		o.seen = seen
		o.remember(o.kept)
	}
}

func (o *owner) remember(now remembered) {
	if err := memory.Save(name, now); err != nil {
		o.Logger().Warn("whether the bridge is on is not remembered", "err", err)
	}
}

// close ends what an owner does, and then the bridge, whose end is not taken for the user's wish.
func (o *owner) close() {
	o.cancel()
	o.background.Wait()
	o.notice(o.State()) // turned off, and then quit at once
	if err := o.Close(); err != nil {
		o.Logger().Warn("the bridge was not closed in order", "err", err)
	}
}
