//go:build linux || freebsd || netbsd

package tray

import (
	"bytes"
	"fmt"
	"image"
	_ "image/png"
	"strings"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/assets"
)

// A pixmap is a picture as icons are on the bus.
type pixmap struct {
	Width, Height int32
	Pixels        []byte
}

func (p *program) pixels() []byte {
	var list []pixmap
	p.property("IconPixmap", &list)
	if len(list) != 1 {
		p.t.Fatalf("%d pictures", len(list))
	}
	return list[0].Pixels
}

// pixelsOf is how the picture of a sign looks on the bus.
func pixelsOf(t *testing.T, sign assets.Sign, p panel) []byte {
	t.Helper()
	picture, _, err := image.Decode(bytes.NewReader(assets.Tray(sign, p == panelDark)))
	if err != nil {
		t.Fatal(err)
	}
	var pixels []byte
	for y := range picture.Bounds().Dy() {
		for x := range picture.Bounds().Dx() {
			r, g, b, a := picture.At(x, y).RGBA()
			pixels = append(pixels, byte(a), byte(r), byte(g), byte(b))
		}
	}
	return pixels
}

// shows waits until the icon is that sign's.
func (p *program) shows(sign assets.Sign, on panel) {
	p.t.Helper()
	want := pixelsOf(p.t, sign, on)
	p.until("the icon is "+string(sign), func() bool { return bytes.Equal(p.pixels(), want) })
}

func (p *program) tooltip() string {
	var tip struct {
		Icon  string
		Pix   []pixmap
		Title string
		Text  string
	}
	p.property("ToolTip", &tip)
	return tip.Title
}

// A line is one item of the real menu.
type line struct {
	id                             int32
	label, kind                    string
	ticked, enabled, visible, menu bool
	children                       []line
}

type layout struct {
	ID         int32
	Properties map[string]dbus.Variant
	Children   []dbus.Variant
}

func lineOf(l layout) line {
	text := func(name string) string { s, _ := l.Properties[name].Value().(string); return s }
	flag := func(name string, otherwise bool) bool {
		if v, ok := l.Properties[name].Value().(bool); ok {
			return v
		}
		return otherwise
	}
	state, _ := l.Properties["toggle-state"].Value().(int32)
	n := line{id: l.ID, label: text("label"), kind: text("type"), ticked: state == 1,
		enabled: flag("enabled", true), visible: flag("visible", true), menu: text("children-display") == "submenu"}
	for _, c := range l.Children {
		var inner layout
		if dbus.Store([]any{c.Value()}, &inner) == nil {
			n.children = append(n.children, lineOf(inner))
		}
	}
	return n
}

// menu reads the whole menu. The first answer to the first who asks holds the top alone.
func (p *program) menu() line {
	p.t.Helper()
	var all line
	p.until("the menu has all its levels", func() bool {
		var revision uint32
		var l layout
		err := p.bus.Object(p.name, "/StatusNotifierItem/menu").Call("com.canonical.dbusmenu.GetLayout", 0, int32(0), int32(-1), []string{}).Store(&revision, &l)
		if err != nil {
			p.t.Fatal(err)
		}
		all = lineOf(l)
		for _, c := range all.children {
			if c.menu && len(c.children) == 0 {
				return false
			}
		}
		return true
	})
	return all
}

// find returns the item of that label, at any depth.
func (l line) find(label string) (line, bool) {
	for _, c := range l.children {
		if c.label == label {
			return c, true
		}
		if found, ok := c.find(label); ok {
			return found, true
		}
	}
	return line{}, false
}

// text is the visible menu for people, with x for ticks and brackets around what cannot be clicked.
func (l line) text(indent string) string {
	var b strings.Builder
	for _, c := range l.children {
		switch {
		case !c.visible:
		case c.kind == "separator":
			b.WriteString(indent + "--\n")
		default:
			label := strings.ReplaceAll(c.label, "__", "_")
			if !c.enabled {
				label = "(" + label + ")"
			}
			if c.ticked {
				label = "x " + label
			}
			b.WriteString(indent + label + "\n" + c.text(indent+"  "))
		}
	}
	return b.String()
}

// click clicks the item of that label.
func (p *program) click(label string) {
	p.t.Helper()
	var item line
	p.until(label+" can be clicked", func() bool {
		item, _ = p.menu().find(label)
		return item.visible && item.enabled
	})
	// After Quit, nobody is there to reply.
	err := p.bus.Object(p.name, "/StatusNotifierItem/menu").Call("com.canonical.dbusmenu.Event", dbus.FlagNoReplyExpected, item.id, "clicked", dbus.MakeVariant(int32(0)), uint32(0)).Err
	if err != nil {
		p.t.Fatal(err)
	}
}

// tap is a left click on the icon.
func (p *program) tap() error {
	return p.bus.Object(p.name, "/StatusNotifierItem").Call("org.kde.StatusNotifierItem.Activate", 0, int32(0), int32(0)).Err
}

// started is a tray whose icon is at a panel.
func started(t *testing.T, s app.State, env ...string) (*program, *fakePanel) {
	t.Helper()
	b := newBus(t)
	panel := b.newPanel(t)
	p := start(t, b, env...)
	p.show(s)
	p.registered(panel)
	return p, panel
}

func TestIconShowsState(t *testing.T) {
	p, _ := started(t, office())
	// The first look is right already.
	if !bytes.Equal(p.pixels(), pixelsOf(t, assets.Off, panelDark)) || p.tooltip() != "Drawbridge: Off" {
		t.Errorf("the icon came before its state: %q", p.tooltip())
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
		p.shows(tt.sign, panelDark)
		p.until(tt.tooltip, func() bool { return p.tooltip() == tt.tooltip })
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
  (        Check that the program behind 127.0.0.1:1080 is running: ssh, ss-local, Tor.)
--
Quit
`
	if got := p.menu().text(""); got != want {
		t.Errorf("the menu is\n%swant\n%s", got, want)
	}
	p.click("On")
	p.wants(app.TurnOff)
	p.click("Home__1")
	if i := p.wants(app.Use); i.Profile != "Home_1" {
		t.Errorf("profile %q", i.Profile)
	}
	p.click("Test connection")
	if w := p.wish(); w.Other != "check" {
		t.Errorf("asked for %+v", w)
	}
	passed := "Test passed: example.com answers through Office, 12 ms."
	p.until(passed, func() bool { _, ok := p.menu().find(passed); return ok })
	p.click("Open window")
	p.wants(app.OpenWindow)
	if w := p.wish(); w.Other != "window" { // the owner has none
		t.Errorf("asked for %+v", w)
	}
	p.show(office(leased))
	p.until("the system's proxy can be used", func() bool { l, _ := p.menu().find("Use as system proxy"); return l.enabled })
	p.click("Use as system proxy")
	if i := p.wants(app.UseSystemProxy); i.On {
		t.Error("a ticked item asks to be ticked")
	}
	p.click("On")
	p.wants(app.TurnOn)
	p.click("Quit")
	if w := p.wish(); w.Other != "quit" {
		t.Errorf("asked for %+v", w)
	}
	if code := p.exit(); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

// More profiles than fit move into a menu of their own, and back, and no item is ever taken away or made anew.
func TestMenuIsChangedInPlace(t *testing.T) {
	p, _ := started(t, office(named("a", "b")))
	first := p.menu()
	p.show(office(named("a", "b", "c", "d", "e", "f", "g")))
	p.until("profiles have a menu", func() bool { _, ok := p.menu().find("Upstream: b"); return ok })
	p.click("g")
	if i := p.wants(app.Use); i.Profile != "g" {
		t.Errorf("profile %q", i.Profile)
	}
	p.show(office(named("c", "b", "a"), on))
	p.until("profiles are in the menu", func() bool { l, ok := p.menu().find("Upstream: b"); return ok && !l.visible })
	p.click("c")
	if i := p.wants(app.Use); i.Profile != "c" {
		t.Errorf("profile %q", i.Profile)
	}
	now := p.menu()
	if len(now.children) != len(first.children) {
		t.Fatalf("%d items, and %d before", len(now.children), len(first.children))
	}
	for i, c := range now.children {
		if c.id != first.children[i].id {
			t.Errorf("item %d is another one: %q", i, c.label)
		}
	}
}

// A state that looks like the last one makes no panel read anything again.
func TestNothingChangesNothing(t *testing.T) {
	p, _ := started(t, office(on))
	p.menu()
	time.Sleep(300 * time.Millisecond) // systray announces the menu's levels once more, 150 ms after it was read first
	signals := make(chan *dbus.Signal, 64)
	p.bus.Signal(signals)
	if err := p.bus.AddMatchSignal(dbus.WithMatchSender(p.name)); err != nil {
		t.Fatal(err)
	}
	for i := range 20 {
		p.show(office(on, func(s *app.State) { s.Traffic.Exchanges = uint64(i) }))
	}
	p.show(office(on, down))
	p.shows(assets.Down, panelDark)
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
		if err := p.tap(); err != nil {
			t.Fatal(err)
		}
	}
	p.wants(app.Toggle)
	time.Sleep(doubleClick)
	if err := p.tap(); err != nil {
		t.Fatal(err)
	}
	p.wants(app.Toggle)
	select {
	case w := <-p.wishes:
		t.Errorf("and then asked for %+v", w)
	case <-time.After(50 * time.Millisecond):
	}
}

func TestLeftClickIsASetting(t *testing.T) {
	click := func(what string) app.State {
		return office(func(s *app.State) { s.Settings.Desktop.LeftClick = what })
	}
	isMenu := func(p *program) bool { var is bool; p.property("ItemIsMenu", &is); return is }
	p, _ := started(t, click("menu"))
	if !isMenu(p) || p.tap() == nil {
		t.Error("a left click does not open the menu")
	}
	p.show(click("window"))
	p.until("the icon takes clicks", func() bool { return !isMenu(p) })
	if err := p.tap(); err != nil {
		t.Fatal(err)
	}
	p.wants(app.OpenWindow)
	p.show(click("menu"))
	p.until("a left click opens the menu", func() bool { return isMenu(p) })
	p.show(click("toggle"))
	p.until("the icon takes clicks", func() bool { return !isMenu(p) })
	p.shows(assets.Off, panelDark)
}

func TestPanelComesBack(t *testing.T) {
	p, panel := started(t, office())
	p.show(office(on))
	// Systray registers first, and listens for the panel's end after that: on a busy machine the first end may be missed.
	for range 3 {
		panel.conn.Close()
		panel = p.bus.newPanel(t)
		select {
		case p.name = <-panel.items:
			p.shows(assets.On, panelDark)
			return
		case <-time.After(time.Second):
		}
	}
	t.Error("the icon did not come back")
}

// Without a panel the tray says so; one that comes later gets the icon.
func TestNoPanel(t *testing.T) {
	b := newBus(t)
	p := start(t, b)
	p.show(office())
	if w := p.wish(); w.Other != "no host" {
		t.Fatalf("asked for %+v", w)
	}
	p.registered(b.newPanel(t))
	p.shows(assets.Off, panelDark)
}

func TestNoDesktop(t *testing.T) {
	b := newBus(t)
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
	p.bus.stop()
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

// A notifier takes notifications.
type notifier chan string

// Notify is the server's method.
func (n notifier) Notify(_ string, replaces uint32, _, title, body string, _ []string, _ map[string]dbus.Variant, _ int32) (uint32, *dbus.Error) {
	n <- fmt.Sprintf("%d %s: %s", replaces, title, body)
	return 7, nil
}

func TestNotification(t *testing.T) {
	b := newBus(t)
	said := make(notifier, 8)
	if err := b.Export(said, "/org/freedesktop/Notifications", "org.freedesktop.Notifications"); err != nil {
		t.Fatal(err)
	}
	if _, err := b.RequestName("org.freedesktop.Notifications", dbus.NameFlagDoNotQueue); err != nil {
		t.Fatal(err)
	}
	panel := b.newPanel(t)
	p := start(t, b)
	p.show(office(on))
	p.registered(panel)
	hears := func(want string) {
		t.Helper()
		select {
		case got := <-said:
			if got != want {
				t.Errorf("said %q, want %q", got, want)
			}
		case <-time.After(patience):
			t.Errorf("silence, want %q", want)
		}
	}
	p.show(office(on, down))
	hears("0 Office does not answer: Programs that use the bridge get errors until it does.")
	p.click("Test connection")
	hears("0 Connection test: Test passed: example.com answers through Office, 12 ms.")
	p.click("Test connection")
	hears("7 Connection test: Test passed: example.com answers through Office, 12 ms.")
	p.show(office(on, func(s *app.State) { s.Settings.Desktop.Notifications = false }))
	p.shows(assets.On, panelDark)
	p.show(office(busy, func(s *app.State) { s.Settings.Desktop.Notifications = false }))
	p.shows(assets.Error, panelDark)
	select {
	case got := <-said:
		t.Errorf("said %q to somebody who wants no notifications", got)
	case <-time.After(50 * time.Millisecond):
	}
}

// A portal knows what colours the user prefers.
type fakePortal struct{ scheme uint32 }

// Read is the portal's method.
func (p fakePortal) Read(_, _ string) (dbus.Variant, *dbus.Error) {
	return dbus.MakeVariant(dbus.MakeVariant(p.scheme)), nil
}

func TestIconFollowsColours(t *testing.T) {
	b := newBus(t)
	const path = "/org/freedesktop/portal/desktop"
	if err := b.Export(fakePortal{2}, path, portalSettings); err != nil {
		t.Fatal(err)
	}
	if _, err := b.RequestName(portal, dbus.NameFlagDoNotQueue); err != nil {
		t.Fatal(err)
	}
	panel := b.newPanel(t)
	p := start(t, b)
	p.show(office(on))
	p.registered(panel)
	p.shows(assets.On, panelLight)
	if err := b.Emit(path, portalSettings+".SettingChanged", schemeNamespace, schemeKey, dbus.MakeVariant(uint32(1))); err != nil {
		t.Fatal(err)
	}
	p.shows(assets.On, panelDark)
}
