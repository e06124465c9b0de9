//go:build linux || freebsd || netbsd

package tray

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/app/tray/traytest"
	"github.com/drawbridge-app/drawbridge/assets"
)

// started is a tray whose icon is at a panel.
func started(t *testing.T, s app.State, env ...string) (*program, *traytest.Panel) {
	t.Helper()
	b := traytest.NewBus(t)
	panel := b.NewPanel(t)
	p := start(t, b, env...)
	p.show(s)
	p.registered(panel)
	return p, panel
}

func TestIconShowsState(t *testing.T) {
	p, _ := started(t, office())
	// The first look is right already.
	if !p.icon.Is(assets.Off, true) || p.icon.Tooltip() != "Drawbridge: Off" {
		t.Errorf("the icon came before its state: %q", p.icon.Tooltip())
	}
	for _, tt := range []struct {
		state   app.State
		sign    assets.Sign
		tooltip string
	}{
		{office(on), assets.On, "Drawbridge: On, through Office"},
		{office(on, leased), assets.System, "Drawbridge: On, through Office"},
		{office(on, down), assets.Down, "Drawbridge: Office does not answer"},
		{office(busy), assets.Error, "Drawbridge: 127.0.0.1:1095 cannot be listened on: node, pid 7 holds it."},
		{office(), assets.Off, "Drawbridge: Off"},
	} {
		p.show(tt.state)
		p.icon.Shows(tt.sign, true)
		traytest.Until(t, tt.tooltip, func() bool { return p.icon.Tooltip() == tt.tooltip })
	}
}

func TestMenu(t *testing.T) {
	p, _ := started(t, office(on, down, named("Home_1", "Office")))
	want := `(On, but Office does not answer: connection refused.)
--
x On
(Use as system proxy (not supported here))
--
Home_1
x Office
--
Copy proxy command
  sh, bash, zsh
  fish
  PowerShell
  cmd
  Nushell
  Address only
Test connection
Open window
Recent problems
  12:00  Office does not answer: connection refused.
  (Check that the program behind 127.0.0.1:1080 is running: ssh, ss-local, Tor.)
--
Quit
`
	if got := strings.ReplaceAll(p.icon.Menu().String(), indent, ""); got != want {
		t.Errorf("the menu is\n%swant\n%s", got, want)
	}
	p.icon.Click("On")
	p.wants(app.TurnOff)
	p.icon.Click("Home_1")
	if i := p.wants(app.Use); i.Profile != "Home_1" {
		t.Errorf("profile %q", i.Profile)
	}
	p.icon.Click("Test connection")
	if w := p.wish(); w.Other != "check" {
		t.Errorf("asked for %+v", w)
	}
	passed := "Test passed: example.com answers through Office, 12 ms."
	traytest.Until(t, passed, func() bool { return p.icon.Menu().Find(passed).ID != 0 })
	p.icon.Click("Open window")
	p.wants(app.OpenWindow)
	if w := p.wish(); w.Other != "window" { // the owner has none
		t.Errorf("asked for %+v", w)
	}
	p.show(office(leased))
	traytest.Until(t, "the system's proxy can be used", func() bool { return p.icon.Menu().Find("Use as system proxy").Enabled })
	p.icon.Click("Use as system proxy")
	if i := p.wants(app.UseSystemProxy); i.On {
		t.Error("a ticked item asks to be ticked")
	}
	p.icon.Click("On")
	p.wants(app.TurnOn)
	p.icon.Click("Quit")
	if w := p.wish(); w.Other != "quit" {
		t.Errorf("asked for %+v", w)
	}
	if code := p.exit(); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

// What another program has changed can be set again from below the tick, and while the menu is open that is true.
func TestMenuSetsTheSystemProxyAgain(t *testing.T) {
	p, _ := started(t, office(on, leased))
	const again = "Changed by another program: set it again"
	if p.icon.Menu().Find(again).Visible {
		t.Error("the item is there before anything has changed")
	}
	p.icon.Open()
	p.wants(app.Look)
	p.show(office(on, leased, astray))
	p.icon.Shows(assets.On, true)
	if menu := p.icon.Menu().String(); !strings.Contains(menu, "x Use as system proxy\n"+again+"\n") {
		t.Errorf("the menu is\n%swant %q below the tick", menu, again)
	}
	p.icon.Click(again)
	if i := p.wants(app.UseSystemProxy); !i.On {
		t.Error("setting it again would give it back")
	}
	p.show(office(on, leased))
	p.icon.Shows(assets.System, true)
	traytest.Until(t, "nothing to set again", func() bool { return !p.icon.Menu().Find(again).Visible })
	p.show(office(wanted))
	traytest.Until(t, "off", func() bool { return strings.Contains(p.icon.Menu().String(), "x Use as system proxy\n") })
	p.icon.Click("Use as system proxy")
	if i := p.wants(app.UseSystemProxy); i.On {
		t.Error("a click on a wish wishes it again")
	}
	p.icon.Open() // nobody would look
	p.icon.Click("On")
	p.wants(app.TurnOn)
}

// More profiles than fit move into a menu of their own, and back, and no item is ever taken away or made anew.
func TestMenuIsChangedInPlace(t *testing.T) {
	p, _ := started(t, office(named("a", "b")))
	first := p.icon.Menu()
	p.show(office(named("a", "b", "c", "d", "e", "f", "g")))
	traytest.Until(t, "profiles have a menu", func() bool { return p.icon.Menu().Find("Upstream: b").ID != 0 })
	p.icon.Click("g")
	if i := p.wants(app.Use); i.Profile != "g" {
		t.Errorf("profile %q", i.Profile)
	}
	p.show(office(named("c", "b", "a"), on))
	traytest.Until(t, "profiles are in the menu", func() bool { l := p.icon.Menu().Find("Upstream: b"); return l.ID != 0 && !l.Visible })
	p.icon.Click("c")
	if i := p.wants(app.Use); i.Profile != "c" {
		t.Errorf("profile %q", i.Profile)
	}
	now := p.icon.Menu()
	if len(now.Children) != len(first.Children) {
		t.Fatalf("%d items, and %d before", len(now.Children), len(first.Children))
	}
	for i, c := range now.Children {
		if c.ID != first.Children[i].ID {
			t.Errorf("item %d is another one: %q", i, c.Label)
		}
	}
}

// A state that looks like the last one makes no panel read anything again.
func TestNothingChangesNothing(t *testing.T) {
	p, _ := started(t, office(on))
	p.icon.Menu()
	time.Sleep(300 * time.Millisecond) // systray announces the menu's levels once more, 150 ms after it was read first
	signals := make(chan *dbus.Signal, 64)
	p.bus.Signal(signals)
	if err := p.bus.AddMatchSignal(dbus.WithMatchSender(p.icon.Name)); err != nil {
		t.Fatal(err)
	}
	for i := range 20 {
		p.show(office(on, func(s *app.State) { s.Traffic.Exchanges = uint64(i) }))
	}
	p.show(office(on, down))
	p.icon.Shows(assets.Down, true)
	var names []string
	for len(signals) > 0 {
		names = append(names, (<-signals).Name)
	}
	all := fmt.Sprint(names)
	for name, most := range map[string]int{"NewIcon": 1, "NewToolTip": 1, "LayoutUpdated": 7} { // the status, and two lines of problems
		if n := strings.Count(all, name); n > most {
			t.Errorf("%d times %s, want %d: %s", n, name, most, all)
		}
	}
}

func TestTapToggles(t *testing.T) {
	p, _ := started(t, office())
	for range 3 { // a double click, and a third in haste
		if err := p.icon.Tap(); err != nil {
			t.Fatal(err)
		}
	}
	p.wants(app.Toggle)
	time.Sleep(doubleClick)
	if err := p.icon.Tap(); err != nil {
		t.Fatal(err)
	}
	p.wants(app.Toggle)
	select {
	case w := <-p.wishes:
		t.Errorf("and then asked for %+v", w)
	case <-time.After(50 * time.Millisecond):
	}
}

// However fast clicks come, each is one.
func TestFastClicksGetLost(t *testing.T) {
	p, _ := started(t, office(named("Home", "Office")))
	const clicks = 500
	p.icon.ClickFast("On", clicks)
	for range clicks {
		p.wants(app.TurnOn)
	}
	p.show(office(on))
	traytest.Until(t, "a tick", func() bool { return p.icon.Menu().Find("On").Ticked })
	p.icon.Click("On")
	p.wants(app.TurnOff)
}

// While a click is being done, the next one waits, and then is done too: the last one holds.
func TestClicksOvertakeEachOther(t *testing.T) {
	p, _ := started(t, office(named("Home", "Office", "Tor")), slowEnv+"=1")
	labels := []string{"Home", "Tor", "Office", "Home"}
	p.icon.Click(labels[0])
	for i, label := range labels {
		if w := p.wants(app.Use); w.Profile != label {
			t.Fatalf("the tray asked for %s, want %s", w.Profile, label)
		}
		if i+1 < len(labels) {
			p.icon.Click(labels[i+1])
		}
		select {
		case w := <-p.wishes:
			t.Fatalf("the tray asked for %+v before %s was done", w.Intent, label)
		case <-time.After(20 * time.Millisecond):
		}
		p.show(office(named("Home", "Office", "Tor"), func(s *app.State) { s.Traffic.Exchanges = uint64(i) }))
	}
}

func TestLeftClickIsASetting(t *testing.T) {
	click := func(what string) app.State {
		return office(func(s *app.State) { s.Settings.Desktop.LeftClick = what })
	}
	p, _ := started(t, click("menu"))
	if !p.icon.IsMenu() || p.icon.Tap() == nil {
		t.Error("a left click does not open the menu")
	}
	p.show(click("window"))
	traytest.Until(t, "the icon takes clicks", func() bool { return !p.icon.IsMenu() })
	if err := p.icon.Tap(); err != nil {
		t.Fatal(err)
	}
	p.wants(app.OpenWindow)
	p.show(click("menu"))
	traytest.Until(t, "a left click opens the menu", func() bool { return p.icon.IsMenu() })
	p.show(click("toggle"))
	traytest.Until(t, "the icon takes clicks", func() bool { return !p.icon.IsMenu() })
	p.icon.Shows(assets.Off, true)
}

func TestPanelComesBack(t *testing.T) {
	p, panel := started(t, office())
	p.show(office(on))
	// Systray registers first, and listens for the panel's end after that: on a busy machine the first end may be missed.
	for range 3 {
		panel.Close()
		panel = p.bus.NewPanel(t)
		if p.icon = panel.Icon(t, time.Second); p.icon != nil {
			p.icon.Shows(assets.On, true)
			return
		}
	}
	t.Error("the icon did not come back")
}

// Without a panel the tray says so; one that comes later gets the icon.
func TestNoPanel(t *testing.T) {
	b := traytest.NewBus(t)
	p := start(t, b)
	p.show(office())
	if w := p.wish(); w.Other != "no host" {
		t.Fatalf("asked for %+v", w)
	}
	p.registered(b.NewPanel(t))
	p.icon.Shows(assets.Off, true)
}

func TestNoDesktop(t *testing.T) {
	b := traytest.NewBus(t)
	for _, tt := range []struct {
		name string
		env  []string
		want string
	}{
		{"no display", []string{"DISPLAY=", "WAYLAND_DISPLAY="}, "no display"},
		{"no bus", []string{"DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent/bus"}, "no session bus"},
		{"no bus at all", []string{"DBUS_SESSION_BUS_ADDRESS=", "XDG_RUNTIME_DIR=" + t.TempDir(), "PATH=" + t.TempDir()}, "no session bus"},
	} {
		p := start(t, b, tt.env...)
		code := p.exit()
		said := p.stderr.String()
		if code != 1 || !strings.HasPrefix(said, tt.want) || !strings.HasSuffix(said, "use: drawbridge run\n") || strings.Count(said, "\n") != 1 {
			t.Errorf("%s: exit code %d, %q", tt.name, code, said)
		}
	}
}

func TestSessionEnds(t *testing.T) {
	p, _ := started(t, office(on))
	p.bus.Stop()
	if code := p.exit(); code != 3 || !strings.Contains(p.stderr.String(), ErrSessionEnded.Error()) {
		t.Errorf("exit code %d, %q", code, p.stderr.String())
	}
}

func TestOwnerEnds(t *testing.T) {
	p, _ := started(t, office(on))
	p.in.Close()
	if code := p.exit(); code != 0 {
		t.Errorf("exit code %d, %q", code, p.stderr.String())
	}
}
