// Package tray is the icon that stays: it shows the state of the bridge, switches it, and has a menu for the rest.
//
// It holds no truth. States come from the owner, which may live in this process or in another; a click sends an intent
// and changes nothing else. view.go says what a state looks like, as a pure function; menu.go brings that to the
// screen, changing only what differs; clicks.go turns clicks into intents; notice.go decides what is worth a
// notification. What systems do differently is in files of their own.
package tray

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"fyne.io/systray"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/app/words/preferred"
	"github.com/drawbridge-app/drawbridge/assets"
	"github.com/drawbridge-app/drawbridge/settings"
)

// An Owner is the program that has the bridge: an *app.Controller in this process, or a client of one in another.
type Owner interface {
	// Watch calls show with each new state, one at a time, until ctx is done or the owner has ended. A state in which no
	// program is the Owner says that nobody has the bridge at the moment.
	Watch(ctx context.Context, show func(app.State)) error
	Do(ctx context.Context, want app.Intent) error
	Check(ctx context.Context, want app.CheckRequest) (app.Check, error)
}

// A Tray is the icon and its menu. A process has one, and runs it once.
type Tray struct {
	Owner Owner
	Quit  func() // is called when the menu's Quit is clicked; it returns at once, and Run's context ends soon
	// Window opens the window where the owner cannot; nil: there is none to open.
	Window func() error
	// Attended reports whether somebody has the window open, so that notifications would only disturb; nil: nobody has.
	Attended func() bool
	// NoHost is called, at most once, when there is nothing on this desktop that shows icons, Patience after the start:
	// at login, the panel may still be on its way. One that comes later still shows ours. Nil: nothing is called.
	NoHost   func()
	Patience time.Duration
	Log      *slog.Logger // nil: nothing is logged
}

// ErrSessionEnded says that the desktop that the icon was part of has gone.
var ErrSessionEnded = errors.New("the desktop session has ended")

// Run shows the icon until ctx is done or the owner has ended, which are no errors. It has to be called on the main
// goroutine, after Possible.
func (t *Tray) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	d := &desk{tray: t, states: make(chan app.State, 1), events: make(chan func(), 64), end: cancel}
	d.background.Go(func() { d.watch(ctx) })
	err := d.run(ctx)
	cancel()
	d.background.Wait()
	return err
}

func (t *Tray) log() *slog.Logger {
	if t.Log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return t.Log
}

// A desk is a running tray. What stands below the channels belongs to the goroutine of loop.
type desk struct {
	tray       *Tray
	background sync.WaitGroup
	end        context.CancelFunc
	states     chan app.State // the newest, if it has not been taken yet
	events     chan func()    // what other goroutines want done on loop's

	scene   scene
	panel   panel
	menu    *menu
	shown   view
	icon    icon        // that is shown
	tooltip string      // that is shown
	told    time.Time   // when it changed
	later   *time.Timer // until it may again; nil: nothing waits
	taps    taps
	click   string // what a left click does, as it is set up now
	notices notices
	testing bool
	doing   <-chan struct{} // is closed when the last intent is done; nil: there was none
	system  system          // what this operating system needs
}

// An icon is a picture of a sign. The zero value is none.
type icon struct {
	sign  assets.Sign
	panel panel
}

// watch hands on the owner's states, the newest only.
func (d *desk) watch(ctx context.Context) {
	err := d.tray.Owner.Watch(ctx, func(s app.State) {
		select {
		case <-d.states:
		default:
		}
		d.states <- s
	})
	if ctx.Err() == nil {
		d.tray.log().Info("the owner of the bridge has ended", "err", err)
	}
	d.end()
}

// post has do called on loop's goroutine.
func (d *desk) post(ctx context.Context, do func()) {
	select {
	case d.events <- do:
	case <-ctx.Done():
	}
}

// open shows the first state, for which it waits a moment, and builds the menu.
func (d *desk) open(ctx context.Context) {
	const moment = 80 * time.Millisecond
	d.scene.words = preferred.Language("system")
	select {
	case s := <-d.states:
		d.take(ctx, s)
	case <-time.After(moment):
	case <-ctx.Done():
	}
	d.menu = newMenu(look(d.scene))
	d.listen(ctx)
	systray.SetTitle(d.scene.words.Say("app.name"))
	d.refresh(ctx)
}

// loop shows what changes, until ctx is done.
func (d *desk) loop(ctx context.Context) {
	for {
		var later <-chan time.Time
		if d.later != nil {
			later = d.later.C
		}
		select {
		case <-ctx.Done():
			return
		case s := <-d.states:
			d.take(ctx, s)
		case do := <-d.events:
			do()
		case <-later:
			d.later = nil
		}
		d.refresh(ctx)
	}
}

// take makes s the state that is shown, and tells what is worth a notification.
func (d *desk) take(ctx context.Context, s app.State) {
	before := d.scene.state
	if s.Settings.Version == 0 { // none could be read yet
		s.Settings.Desktop = settings.Default().Desktop
	}
	if tag := s.Settings.Desktop.Language; tag != before.Settings.Desktop.Language {
		d.scene.words = preferred.Language(tag)
	}
	d.scene.state = s
	quiet := !s.Settings.Desktop.Notifications || d.tray.Attended != nil && d.tray.Attended()
	if n, ok := d.notices.next(before, s, time.Now(), quiet); ok {
		d.tell(ctx, n)
	}
}

// refresh brings the scene to the screen: what differs from what is shown.
func (d *desk) refresh(ctx context.Context) {
	v := look(d.scene)
	for _, s := range d.menu.grow(v) {
		d.listenProfile(ctx, s)
	}
	d.menu.show(v)
	if click := d.scene.state.Settings.Desktop.LeftClick; click != d.click {
		d.click = click
		d.setClick(ctx)
	}
	if i := (icon{v.sign, d.panel}); i != d.icon {
		picture := assets.Tray(i.sign, i.panel == panelDark)
		systray.SetTemplateIcon(picture, picture)
		d.icon = i
		d.tooltip = "" // on Windows, it went with the icon
	}
	d.describe(v)
	d.shown = v
}

// describe changes the tooltip, whose rates would otherwise change it all the time, at most once a second.
func (d *desk) describe(v view) {
	const often = time.Second
	if v.tooltip == d.tooltip {
		return
	}
	now := time.Now()
	if wait := often - now.Sub(d.told); wait > 0 && v.sign == d.shown.sign {
		if d.later == nil {
			d.later = time.NewTimer(wait)
		}
		return
	}
	setTooltip(v.tooltip)
	d.tooltip, d.told = v.tooltip, now
}
