package window

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/settings"
)

// An owner is a bridge of which tests decide everything.
type owner struct {
	mu          sync.Mutex
	intents     []app.Intent
	err         error // of the next intents
	connections []app.Connection
	history     []app.Sample
	lines       []app.Line
	check       app.Check
	asked       []app.CheckRequest
}

func (o *owner) Do(_ context.Context, i app.Intent) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.intents = append(o.intents, i)
	return o.err
}

func (o *owner) Connections(context.Context) ([]app.Connection, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.connections, nil
}

func (o *owner) History(context.Context) ([]app.Sample, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.history, nil
}

func (o *owner) Log(_ context.Context, after uint64) ([]app.Line, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for i, l := range o.lines {
		if l.Number > after {
			return o.lines[i:], nil
		}
	}
	return nil, nil
}

func (o *owner) Check(_ context.Context, r app.CheckRequest) (app.Check, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.asked = append(o.asked, r)
	if o.check.URL == "" {
		return app.Check{}, errors.New("no check was prepared")
	}
	return o.check, nil
}

// sent returns what was sent so far.
func (o *owner) sent() []app.Intent {
	o.mu.Lock()
	defer o.mu.Unlock()
	return append([]app.Intent(nil), o.intents...)
}

// epoch is when the tests' states hold.
var epoch = time.Date(2026, 11, 20, 12, 0, 0, 0, time.Local)

// office are settings with three upstreams.
func office() settings.Settings {
	s := settings.Default()
	for _, p := range [][2]string{{"Office", "socks5://127.0.0.1:1080"}, {"Tor", "socks5://127.0.0.1:9050"}, {"Home", "socks5://home.example:1080"}} {
		profile := settings.DefaultProfile()
		profile.Name, profile.URL = p[0], p[1]
		s.Profiles = append(s.Profiles, profile)
	}
	s.Profiles[2].User, s.Profiles[2].Password = "anna", "***"
	s.Use = "Office"
	s.Bypass = []string{"*.corp", "10.0.0.0/8"}
	return s
}

// on is a bridge that is on and busy, in English.
func on() app.State {
	s := office()
	s.Desktop.Language = "en"
	return app.State{
		On: true, Since: epoch.Add(-3 * time.Hour), Listen: []string{"127.0.0.1:1095"}, Settings: s, File: "/home/anna/.config/drawbridge/settings.toml",
		Profile:  s.Profiles[0],
		Upstream: app.Health{State: app.Up, At: epoch, Greeting: 12.4, Target: 48},
		Traffic:  app.Traffic{Clients: 17, Tunnels: 12, Up: 48_210_000, Down: 1_204_000_000, Exchanges: 512, Tunnelled: 340, UpRate: 82_000, DownRate: 2_400_000},
		Owner:    app.Process{Program: "drawbridge-tray", Version: "v0.3.0", PID: 4711},
	}
}

// A screen is what the tests' windows are on. What wants to enter Fyne's goroutine waits there for answers.
type screen struct {
	fyne.App
	driver *driver
	raised *int // how often a window was brought to the front
}

type driver struct {
	fyne.Driver
	mu      sync.Mutex
	waiting []func()
}

func (d screen) Driver() fyne.Driver { return d.driver }

func (d *driver) DoFromGoroutine(f func(), _ bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.waiting = append(d.waiting, f)
}

// answers waits until all that the window asked, and asks then, is answered and shown. It must be called in a bubble, see
// package synctest; there, time passes only in time.Sleep.
func answers(w *Window) {
	d := w.app.(screen).driver
	for {
		synctest.Wait()
		d.mu.Lock()
		waiting := d.waiting
		d.waiting = nil
		d.mu.Unlock()
		if len(waiting) == 0 {
			return
		}
		for _, f := range waiting {
			f()
		}
	}
}

func (d screen) NewWindow(title string) fyne.Window {
	return &frame{Window: d.App.NewWindow(title), raised: d.raised}
}

// A frame is a window that can be closed twice, which Fyne's own for tests cannot.
type frame struct {
	fyne.Window
	raised *int
	closed bool
}

func (f *frame) RequestFocus() { *f.raised++ }

func (f *frame) Close() {
	if !f.closed {
		f.closed = true
		f.Window.Close()
	}
}

// newWindow makes a window on a test canvas, for somebody who knows it.
func newWindow(t *testing.T, o *owner) *Window {
	t.Helper()
	return newWindowWith(t, o, Options{Place: Place{Assisted: true}})
}

func newWindowWith(t *testing.T, o *owner, options Options) *Window {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	a := test.NewTempApp(t)
	d := screen{a, &driver{Driver: a.Driver()}, new(int)}
	fyne.SetCurrentApp(d)
	w := New(ctx, d, o, options)
	w.discover = func(context.Context, ...string) []app.Endpoint { return nil }
	t.Cleanup(w.fyne.Close)
	return w
}

// An orderly is an owner that answers an intent when it is told to.
type orderly struct {
	*owner
	answer chan error
}

func (o orderly) Do(ctx context.Context, i app.Intent) error {
	_ = o.owner.Do(ctx, i)
	return <-o.answer
}

// Two quick clicks arrive as they were clicked, also where the first takes its time, or fails.
func TestIntentsKeepTheirOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := orderly{&owner{}, make(chan error)}
		w := newWindow(t, o.owner)
		w.owner = o
		w.Show(on())
		var heard []string
		for i, verb := range []app.Verb{app.TurnOff, app.TurnOn, app.Forget} {
			w.do(app.Intent{Verb: verb}, func(err error) { heard = append(heard, string(verb)+" "+err.Error()) })
			answers(w)
			if n := len(o.sent()); n != 1 {
				t.Errorf("after %d clicks %d intents were sent before the first was answered", i+1, n)
			}
		}
		for _, text := range []string{"a", "b", "c"} {
			o.answer <- errors.New(text)
			answers(w)
		}
		var verbs []app.Verb
		for _, i := range o.sent() {
			verbs = append(verbs, i.Verb)
		}
		if want := []app.Verb{app.TurnOff, app.TurnOn, app.Forget}; !slices.Equal(verbs, want) {
			t.Errorf("sent %v, want %v", verbs, want)
		}
		if want := []string{"off a", "on b", "forget c"}; !slices.Equal(heard, want) {
			t.Errorf("heard %v, want %v", heard, want)
		}
	})
}

func TestEveryPageOpens(t *testing.T) {
	w := newWindow(t, &owner{})
	for _, s := range []app.State{{}, on()} {
		for _, tab := range w.tabs {
			w.Show(s)
			w.open(tab.name)
			if w.page != tab.name {
				t.Errorf("open(%q) shows %q", tab.name, w.page)
			}
		}
	}
}
