package tray

import (
	"context"
	"errors"
	"net/url"
	"time"

	"fyne.io/systray"

	"github.com/drawbridge-app/drawbridge/app"
)

// listen waits for clicks on every item. What a click means, the item says as it was shown at that moment: a state that
// comes before the click's turn does not make it mean the opposite.
func (d *desk) listen(ctx context.Context) {
	m := d.menu
	d.on(ctx, m.on, func(was entry) {
		if was.ticked {
			d.do(ctx, app.Intent{Verb: app.TurnOff})
		} else {
			d.do(ctx, app.Intent{Verb: app.TurnOn})
		}
	})
	d.on(ctx, m.systemProxy, func(was entry) {
		d.do(ctx, app.Intent{Verb: app.UseSystemProxy, On: !was.ticked})
	})
	d.on(ctx, m.again, func(entry) { d.do(ctx, app.Intent{Verb: app.UseSystemProxy, On: true}) })
	d.background.Go(func() { d.listenOpened(ctx) })
	for _, s := range m.few {
		d.listenProfile(ctx, s)
	}
	for i, c := range commands() {
		d.on(ctx, m.shells[i], func(entry) { d.copy(ctx, c.shell) })
	}
	d.on(ctx, m.address, func(entry) { d.copy(ctx, "") })
	d.on(ctx, m.test, func(entry) { d.check(ctx) })
	d.on(ctx, m.window, func(entry) { d.openWindow(ctx, "") })
	d.on(ctx, m.update, func(entry) { d.openWindow(ctx, "about") })
	for _, s := range m.recent {
		d.on(ctx, s, func(entry) { d.openWindow(ctx, "") })
	}
	d.on(ctx, m.quit, func(entry) { d.tray.Quit() })
}

// on has do called on loop's goroutine when the item is clicked, with what it showed then.
func (d *desk) on(ctx context.Context, s *slot, do func(was entry)) {
	d.background.Go(func() {
		for {
			select {
			case <-ctx.Done():
				return
			case <-s.clicks:
				was := s.seen()
				d.post(ctx, func() { do(was) })
			}
		}
	})
}

// listenProfile waits for clicks on a profile's item, whichever profile it then shows.
func (d *desk) listenProfile(ctx context.Context, s *slot) {
	d.on(ctx, s, func(was entry) {
		if was.visible && was.enabled {
			d.do(ctx, app.Intent{Verb: app.Use, Profile: was.profile})
		}
	})
}

// listenOpened has the system's proxy looked at whenever somebody opens the menu, where systems tell of that: what it
// shows is to be true while it is read.
func (d *desk) listenOpened(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-systray.TrayOpenedCh:
			d.post(ctx, func() {
				if d.scene.state.SystemProxy.On {
					d.do(ctx, app.Intent{Verb: app.Look})
				}
			})
		}
	}
}

// tapped is a left click on the icon; it may be called on any goroutine.
func (d *desk) tapped(ctx context.Context) {
	now := time.Now()
	d.post(ctx, func() {
		if !d.taps.counts(now) {
			return
		}
		if d.click == "window" {
			d.openWindow(ctx, "")
		} else {
			d.do(ctx, app.Intent{Verb: app.Toggle})
		}
	})
}

// setClick changes what a left click does to what d.click says.
func (d *desk) setClick(ctx context.Context) {
	if d.click == "menu" {
		systray.SetOnTapped(nil)
	} else {
		systray.SetOnTapped(func() { d.tapped(ctx) })
	}
	d.announce()
}

// do sends an intent, after those before it are done: of two clicks the later one holds. What comes of it, the next state
// says; the owner remembers what went wrong as a problem.
func (d *desk) do(ctx context.Context, want app.Intent) {
	before, done := d.doing, make(chan struct{})
	d.doing = done
	d.background.Go(func() {
		defer close(done)
		if before != nil {
			<-before
		}
		if err := d.tray.Owner.Do(ctx, want); err != nil && ctx.Err() == nil {
			d.tray.log().Warn("not done", "intent", want.Verb, "err", err)
		}
	})
}

// openWindow has the owner open the window, on a page if that is not empty. One without a desktop cannot; then we can.
func (d *desk) openWindow(ctx context.Context, page string) {
	d.background.Go(func() {
		err := d.tray.Owner.Do(ctx, app.Intent{Verb: app.OpenWindow, Page: page})
		if errors.Is(err, app.ErrNoWindow) && d.tray.Window != nil {
			err = d.tray.Window()
		}
		if err != nil && ctx.Err() == nil {
			d.tray.log().Error("the window cannot be opened", "err", err)
			d.post(ctx, func() { d.tell(ctx, noticeWindow) })
		}
	})
}

// copy puts the lines for a shell, or for none the bare address, into the clipboard. Where that cannot be done, the
// window opens, from where it can.
func (d *desk) copy(ctx context.Context, shell string) {
	text, err := copied(d.scene.state, shell)
	if err != nil {
		d.tray.log().Warn("nothing to copy", "err", err)
		return
	}
	d.background.Go(func() {
		if err := d.setClipboard(ctx, text); err != nil && ctx.Err() == nil {
			d.tray.log().Warn("not copied", "err", err)
			d.post(ctx, func() {
				d.tell(ctx, noticeClipboard)
				d.openWindow(ctx, "")
			})
		}
	})
}

// testTarget is what a test asks for, as drawbridge check does.
const testTarget = "http://example.com/"

// check tests the way to a site, says so in the status line, and tells the outcome.
func (d *desk) check(ctx context.Context) {
	if d.testing {
		return
	}
	d.testing = true
	d.scene.test = d.scene.words.Say("tray.testing")
	profile := d.scene.state.Profile
	d.background.Go(func() {
		const patience = time.Minute
		limited, cancel := context.WithTimeout(ctx, patience)
		defer cancel()
		result, err := d.tray.Owner.Check(limited, app.CheckRequest{URL: testTarget})
		d.post(ctx, func() {
			d.testing = false
			d.scene.test = outcome(d.scene.words, profile, result, err)
			if d.scene.state.Settings.Desktop.Notifications {
				d.notify(ctx, noticeTest, d.scene.words.Say("notify.test"), d.scene.test)
			}
			d.forgetTest(ctx, d.scene.test)
		})
	})
}

// forgetTest gives the status line back to the state, after a while.
func (d *desk) forgetTest(ctx context.Context, told string) {
	const while = 15 * time.Second
	d.background.Go(func() {
		select {
		case <-ctx.Done():
		case <-time.After(while):
			d.post(ctx, func() {
				if !d.testing && d.scene.test == told {
					d.scene.test = ""
				}
			})
		}
	})
}

// tell sends a notification that answers a click which otherwise would seem to do nothing.
func (d *desk) tell(ctx context.Context, n notice) {
	title, body := n.text(d.scene.words, d.scene.state)
	d.notify(ctx, n, title, body)
}

// hostOf is the host that is tested, for a sentence.
func hostOf(target string) string {
	if u, err := url.Parse(target); err == nil {
		return u.Hostname()
	}
	return target
}
