package app_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/app/systemproxy"
	"github.com/drawbridge-app/drawbridge/bridge"
	"github.com/drawbridge-app/drawbridge/bridge/bridgetest"
	"github.com/drawbridge-app/drawbridge/settings"
)

// do does what is wanted, or fails the test.
func do(t *testing.T, c *app.Controller, want app.Intent) {
	t.Helper()
	if err := c.Do(t.Context(), want); err != nil {
		t.Fatalf("Do(%+v) = %v", want, err)
	}
}

// hold takes a port for the length of a test.
func hold(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l.Addr().String()
}

// freeAddress is one that nobody listens on.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	return l.Addr().String()
}

// owner is a controller, off, with a settings file of two profiles.
func owner(t *testing.T) (*app.Controller, folder) {
	t.Helper()
	c, _ := newController(t)
	f := newFolder(t)
	f.write(file("one") + "user = \"anna\"\npassword = \"first secret\"\n\n[[profile]]\nname = \"two\"\nurl = \"direct://\"\n")
	c.File = f.path
	c.Reload(t.Context())
	if s := c.State(); s.On || s.Profile.Name != "one" || s.File != f.path || len(s.Problems) > 0 {
		t.Fatalf("State() = %+v, want off, with profile one", s)
	}
	return c, f
}

// mine are the problems but those of the upstream, which is not there in some
// tests.
func mine(s app.State) []app.Problem {
	return slices.DeleteFunc(slices.Clone(s.Problems), func(p app.Problem) bool { return strings.HasPrefix(p.Code, "upstream.") })
}

func (f folder) read() string {
	f.t.Helper()
	text, err := os.ReadFile(f.path)
	if err != nil {
		f.t.Fatal(err)
	}
	return string(text)
}

func TestOnAndOff(t *testing.T) {
	bridgetest.Leaks(t)
	c, _ := owner(t)
	for _, step := range []struct {
		verb app.Verb
		on   bool
	}{
		{app.TurnOff, false}, {app.TurnOn, true}, {app.TurnOn, true}, {app.TurnOff, false}, {app.Toggle, true}, {app.Toggle, false},
	} {
		do(t, c, app.Intent{Verb: step.verb})
		s := c.State()
		if s.On != step.on || (len(s.Listen) == 1) != step.on || step.on && !serves(s.Listen[0]) {
			t.Errorf("after %s: State() = %+v", step.verb, s)
		}
	}
	for _, want := range []app.Intent{{}, {Verb: "dance"}} {
		if err := c.Do(t.Context(), want); err == nil {
			t.Errorf("Do(%+v) = nil, want an error", want)
		}
	}
}

// A click that cannot be followed is remembered as a problem, until it can be.
func TestProblemsOfTurningOn(t *testing.T) {
	bridgetest.Leaks(t)
	c, f := owner(t)
	text, at := f.read(), hold(t)
	f.write(strings.Replace(text, "127.0.0.1:0", at, 1))
	for range 2 {
		var e *bridge.ListenError
		if err := c.Do(t.Context(), app.Intent{Verb: app.Toggle}); !errors.As(err, &e) {
			t.Errorf("Do = %v, want a ListenError", err)
		}
	}
	s := c.State()
	s.Problems = mine(s)
	if p, ok := s.Problem(); !ok || s.On || len(s.Problems) != 1 || p.Code != "listen" || p.With["address"] != at || p.Text == "" {
		t.Errorf("State() = %+v, want off, with one problem", s)
	}
	f.write(text)
	do(t, c, app.Intent{Verb: app.Toggle})
	if ps := mine(c.State()); len(ps) != 1 || !ps[0].Over {
		t.Errorf("Problems = %+v, want the one, over", ps)
	}
	do(t, c, app.Intent{Verb: app.Forget})
	if ps := mine(c.State()); len(ps) > 0 {
		t.Errorf("Problems = %+v after Forget", ps)
	}
}

// What the settings file said last holds while it is wrong.
func TestWrongFile(t *testing.T) {
	bridgetest.Leaks(t)
	c, f := owner(t)
	text := f.read()
	f.write("vai = true\n")
	c.Reload(t.Context())
	if p, ok := c.State().Problem(); !ok || p.Code != "settings" || p.With["file"] != f.path {
		t.Errorf("Problem() = %+v, %v, want one of the settings", p, ok)
	}
	do(t, c, app.Intent{Verb: app.TurnOn})
	if s := c.State(); !s.On || s.Profile.Name != "one" {
		t.Errorf("State() = %+v, want on, with profile one", s)
	}
	f.write(text)
	c.Reload(t.Context())
	if ps := mine(c.State()); len(ps) != 1 || !ps[0].Over {
		t.Errorf("Problems = %+v after it was mended", ps)
	}

	fresh, _ := newController(t)
	f.write("vai = true\n")
	fresh.File = f.path
	var wrong settings.Problems
	if err := fresh.Do(t.Context(), app.Intent{Verb: app.TurnOn}); !errors.As(err, &wrong) || fresh.State().On {
		t.Errorf("Do = %v, want Problems", err)
	}
}

func TestUse(t *testing.T) {
	bridgetest.Leaks(t)
	c, f := owner(t)
	for range 2 { // off, and on
		for _, name := range []string{"two", "one"} {
			do(t, c, app.Intent{Verb: app.Use, Profile: name})
			if s := c.State(); s.Profile.Name != name || !strings.Contains(f.read(), "use = \""+name+"\"") {
				t.Errorf("State() = %+v, file %s, want %s", s, f.read(), name)
			}
		}
		do(t, c, app.Intent{Verb: app.TurnOn})
	}
	before := f.read()
	var wrong settings.Problems
	if err := c.Do(t.Context(), app.Intent{Verb: app.Use, Profile: "three"}); !errors.As(err, &wrong) || f.read() != before {
		t.Errorf("Do = %v, file %s, want Problems", err, f.read())
	}
	c.Adjust = func(s *settings.Settings) error { s.Profiles, s.Use = home().Profiles, ""; return nil }
	if err := c.Do(t.Context(), app.Intent{Verb: app.Use, Profile: "two"}); err == nil || f.read() != before {
		t.Errorf("Do = %v, file %s, want an error since the command line says otherwise", err, f.read())
	}

	c, _ = newController(t) // without a file
	s := home()
	s.Profiles = append(s.Profiles, s.Profiles[0])
	s.Profiles[1].Name = "other"
	if err := c.Apply(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	do(t, c, app.Intent{Verb: app.Use, Profile: "other"})
	if got := c.State().Profile.Name; got != "other" {
		t.Errorf("Profile = %q, want other", got)
	}
	if err := c.Do(t.Context(), app.Intent{Verb: app.Save, Edit: &app.Edit{From: s, To: s}}); err != app.ErrNoFile {
		t.Errorf("Do = %v, want ErrNoFile", err)
	}
}

// edit is what a form sends: it saw what State says, with secrets hidden.
func edit(c *app.Controller, change func(*settings.Settings)) app.Intent {
	from := c.State().Settings.Clone()
	for i := range from.Profiles {
		from.Profiles[i].Password = settings.Secret(from.Profiles[i].Password.String())
	}
	to := from.Clone()
	change(&to)
	return app.Intent{Verb: app.Save, Edit: &app.Edit{From: from, To: to}}
}

func TestSave(t *testing.T) {
	bridgetest.Leaks(t)
	c, f := owner(t)
	do(t, c, app.Intent{Verb: app.TurnOn})
	do(t, c, edit(c, func(s *settings.Settings) { s.Via, s.Profiles[0].Name = true, "office" }))
	s := c.State()
	if !s.Settings.Via || s.Profile.Name != "office" || s.Profile.Password != "first secret" {
		t.Errorf("State() = %+v, want the edit applied", s)
	}
	if text := f.read(); !strings.Contains(text, "via = true") || !strings.Contains(text, `"office"`) || !strings.Contains(text, "first secret") {
		t.Errorf("the file says\n%s", text)
	}

	// Both or neither: a port that is taken, and a file that cannot be written.
	before, at := f.read(), s.Listen[0]
	unchanged := func(what string) {
		t.Helper()
		if now := c.State(); f.read() != before || !now.Settings.Equal(s.Settings) || !serves(at) || len(mine(now)) > 0 {
			t.Errorf("%s: State() = %+v, file\n%s\nwant all as before", what, now, f.read())
		}
	}
	taken := hold(t)
	var e *bridge.ListenError
	err := c.Do(t.Context(), edit(c, func(s *settings.Settings) { s.Listen = []string{taken} }))
	if !errors.As(err, &e) {
		t.Errorf("Do = %v, want a ListenError", err)
	}
	unchanged("a port that is taken")
	var wrong settings.Problems
	err = c.Do(t.Context(), edit(c, func(s *settings.Settings) { s.Profiles[1].URL = "ftp://x" }))
	if !errors.As(err, &wrong) || wrong[0].Field != "profile.two.url" || wrong[0].File != "" {
		t.Errorf("Do = %#v, want a Problem with profile.two.url", err)
	}
	unchanged("a wrong value")
	f.write("listen = [")
	if err := c.Do(t.Context(), edit(c, func(s *settings.Settings) { s.Open = true })); err == nil || f.read() != "listen = [" {
		t.Errorf("Do = %v over a file that is wrong", err)
	}
	f.write(before)
	unchanged("a file that is wrong")
	if err := c.Do(t.Context(), app.Intent{Verb: app.Save}); err == nil {
		t.Error("Do without an edit = nil, want an error")
	}
}

// The port moves while a tunnel goes on.
func TestSaveMovesThePortUnderATunnel(t *testing.T) {
	bridgetest.Leaks(t)
	c, _ := owner(t)
	do(t, c, app.Intent{Verb: app.Use, Profile: "two"}) // which is direct
	do(t, c, app.Intent{Verb: app.TurnOn})
	origin := bridgetest.StartOrigin(t, func(conn net.Conn) { io.Copy(conn, conn) })
	old := c.State().Listen[0]
	tunnel := connect(t, old, "127.0.0.1:"+origin.Port())
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	free.Close()
	next := free.Addr().String()
	do(t, c, edit(c, func(s *settings.Settings) { s.Listen = []string{next} }))
	if s := c.State(); !slices.Equal(s.Listen, []string{next}) || !serves(next) || serves(old) {
		t.Errorf("Listen = %v, want %s alone", s.Listen, next)
	}
	tunnel.SetDeadline(time.Now().Add(20 * time.Second))
	if _, err := io.WriteString(tunnel, "still there"); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(tunnel, make([]byte, len("still there"))); err != nil {
		t.Errorf("the tunnel has ended: %v", err)
	}
}

// What was saved is not applied a second time when the file's watch sees it.
func TestSaveWhileFollowing(t *testing.T) {
	bridgetest.Leaks(t)
	c, j := newController(t)
	f := newFolder(t)
	f.write(file("one"))
	c.File = f.path
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- c.Follow(ctx) }()
	bridgetest.Eventually(t, "the first look", func() bool { return c.State().Profile.Name == "one" })
	do(t, c, edit(c, func(s *settings.Settings) { s.Profiles[0].Name = "mine" }))
	f.write(f.read() + "\n[timeouts]\ndial = \"7s\"\n")
	bridgetest.Eventually(t, "the next change", func() bool { return strings.Count(j.String(), "settings applied") == 2 })
	if s := c.State(); s.On || s.Profile.Name != "mine" || s.Settings.Timeouts.Dial.String() != "7s" {
		t.Errorf("State() = %+v, want off, with both changes", s)
	}
	stop()
	if err := <-ended; err != nil {
		t.Errorf("Follow = %v", err)
	}
}

func TestWindowAndQuit(t *testing.T) {
	c, _ := newController(t)
	if err := c.Do(t.Context(), app.Intent{Verb: app.OpenWindow}); err != app.ErrNoWindow || c.State().Raise != 1 {
		t.Errorf("Do = %v, Raise %d, want ErrNoWindow, and one that is open raised", err, c.State().Raise)
	}
	do(t, c, app.Intent{Verb: app.Raise, Page: "log", Why: "no-tray"})
	if s := c.State(); s.Raise != 2 || s.RaisePage != "log" || s.RaiseWhy != "no-tray" {
		t.Errorf("Raise %d, on %q, since %q", s.Raise, s.RaisePage, s.RaiseWhy)
	}
	opened, quit := 0, 0
	c.Window = func() error { opened++; return nil }
	c.Quit = func() { quit++ }
	do(t, c, app.Intent{Verb: app.OpenWindow})
	do(t, c, app.Intent{Verb: app.Quit})
	if s := c.State(); opened != 1 || quit != 1 || s.Raise != 3 || s.RaisePage != "" || s.RaiseWhy != "" {
		t.Errorf("opened %d, quit %d, Raise %d on %q since %q, want 1, 1, 3 and nothing else", opened, quit, s.Raise, s.RaisePage, s.RaiseWhy)
	}
}

// told is a bridge in words.
func told(b systemproxy.Bridge) string {
	text := b.Listen
	if !b.SOCKS {
		text += " without SOCKS"
	}
	if len(b.Bypass) > 0 {
		text += " but for " + strings.Join(b.Bypass, " ")
	}
	return text + b.PAC
}

// A lease that is written down.
type lease struct {
	calls []string
	stuck error // of Take and Move
	kept  error // of Return

	during func() // what happens meanwhile; may be nil
}

func (l *lease) Take(_ context.Context, b systemproxy.Bridge) error {
	l.calls = append(l.calls, told(b))
	if l.during != nil {
		l.during()
	}
	return l.stuck
}

func (l *lease) Move(_ context.Context, b systemproxy.Bridge) error {
	l.calls = append(l.calls, "to "+told(b))
	return l.stuck
}

func (l *lease) Changed(context.Context) ([]string, error) { return nil, nil }

func (l *lease) Return(context.Context) error {
	l.calls = append(l.calls, "returned")
	return l.kept
}

func TestSystemProxy(t *testing.T) {
	bridgetest.Leaks(t)
	c, _ := owner(t)
	on := app.Intent{Verb: app.UseSystemProxy, On: true}
	if err := c.Do(t.Context(), on); err != app.ErrNoSystemProxy || c.State().SystemProxy.Supported || c.State().SystemProxy.Why == "" {
		t.Errorf("Do = %v, State().SystemProxy = %+v, want it not supported", err, c.State().SystemProxy)
	}
	c.NoSystemProxy = errors.New("no desktop runs here")
	if err := c.Do(t.Context(), on); !errors.Is(err, app.ErrNoSystemProxy) || !errors.Is(err, c.NoSystemProxy) || c.State().SystemProxy.Why != "no desktop runs here" {
		t.Errorf("Do = %v, Why = %q, want the reason", err, c.State().SystemProxy.Why)
	}
	c.NoSystemProxy = &systemproxy.Unsupported{Code: systemproxy.UnknownDesktop, Desktop: "LXQt"}
	if p := c.State().SystemProxy; p.WhyCode != "unknown-desktop" || p.WhyDesktop != "LXQt" || !strings.HasPrefix(p.Why, "the desktop LXQt has no proxy setting") {
		t.Errorf("State().SystemProxy = %+v, want the reason and its code", p)
	}
	l := new(lease)
	c.SystemProxy = l
	do(t, c, on)
	s := c.State()
	if !s.On || !reflect.DeepEqual(s.SystemProxy, app.SystemProxy{Supported: true, On: true, Wanted: true}) {
		t.Errorf("State() = %+v, want on, and the system's proxy", s)
	}
	do(t, c, app.Intent{Verb: app.TurnOff})
	if want := []string{s.Listen[0], "returned"}; !reflect.DeepEqual(l.calls, want) || c.State().SystemProxy.On {
		t.Errorf("the lease was asked for %q, want %q", l.calls, want)
	}
}

// What was ticked once stays ticked: off gives the system's proxy back, on takes it again.
func TestSystemProxyComesAgain(t *testing.T) {
	bridgetest.Leaks(t)
	c, _ := owner(t)
	l := new(lease)
	c.SystemProxy = l
	c.WantSystemProxy() // as it was remembered
	is := func(on, wanted bool) {
		t.Helper()
		if s := c.State(); s.SystemProxy.On != on || s.SystemProxy.Wanted != wanted || s.SystemProxyTicked() != wanted {
			t.Errorf("on %v, wanted %v, ticked %v, want %v, %v", s.SystemProxy.On, s.SystemProxy.Wanted, s.SystemProxyTicked(), on, wanted)
		}
	}
	is(false, true)
	var want []string
	l.during = func() {
		if s := c.State(); !s.On || !s.SystemProxyTicked() {
			t.Errorf("while it is being taken, the bridge is on: %v, and it is ticked: %v", s.On, s.SystemProxyTicked())
		}
	}
	for range 2 {
		do(t, c, app.Intent{Verb: app.TurnOn})
		is(true, true)
		want = append(want, c.State().Listen[0], "returned")
		do(t, c, app.Intent{Verb: app.TurnOff})
		is(false, true)
	}
	do(t, c, app.Intent{Verb: app.UseSystemProxy, On: false}) // while off
	is(false, false)
	do(t, c, app.Intent{Verb: app.TurnOn})
	is(false, false)
	l.during = nil
	l.stuck = errors.New("stuck")
	if err := c.Do(t.Context(), app.Intent{Verb: app.UseSystemProxy, On: true}); !errors.Is(err, l.stuck) {
		t.Errorf("Do = %v, want %v", err, l.stuck)
	}
	is(false, false) // a tick that cannot be is none
	if want = append(want, c.State().Listen[0]); !reflect.DeepEqual(l.calls, want) {
		t.Errorf("the lease was asked for %q, want %q", l.calls, want)
	}
	do(t, c, app.Intent{Verb: app.TurnOff})
}

// systemProxyProblem is the one with the system's proxy that holds. The upstream of these tests is a problem of its own.
func systemProxyProblem(s app.State) (app.Problem, bool) {
	for _, p := range s.Problems {
		if strings.HasPrefix(p.Code, "system-proxy") && !p.Over {
			return p, true
		}
	}
	return app.Problem{}, false
}

// The bridge is on also where the system's proxy cannot be set, and tells why; the next change tries it again.
func TestSystemProxyThatCannotBeTaken(t *testing.T) {
	bridgetest.Leaks(t)
	c, _ := owner(t)
	l := &lease{stuck: errors.New("no session bus")}
	c.SystemProxy = l
	c.WantSystemProxy()
	do(t, c, app.Intent{Verb: app.TurnOn})
	s := c.State()
	if p, holds := systemProxyProblem(s); !s.On || s.SystemProxy.On || !holds || p.Code != "system-proxy" || p.Text != "set the system's proxy: no session bus" ||
		p.With["cause"] != "no session bus" {
		t.Errorf("State() = %+v, want on, and the problem", s)
	}
	l.stuck = nil
	of := s.Settings.Clone()
	of.Via = !of.Via
	if err := c.Apply(t.Context(), of); err != nil {
		t.Fatal(err)
	}
	s = c.State()
	if p, holds := systemProxyProblem(s); !s.SystemProxy.On || holds {
		t.Errorf("On is %v, the problem %+v, want it taken", s.SystemProxy.On, p)
	}
	do(t, c, app.Intent{Verb: app.TurnOff})

	// A click on an icon has nobody to answer: what came of it is a problem too, until it is moot.
	l.stuck = errors.New("no session bus")
	do(t, c, app.Intent{Verb: app.UseSystemProxy, On: false})
	if err := c.Do(t.Context(), app.Intent{Verb: app.UseSystemProxy, On: true}); !errors.Is(err, l.stuck) {
		t.Errorf("Do = %v, want %v", err, l.stuck)
	}
	if p, holds := systemProxyProblem(c.State()); !holds || p.Code != "system-proxy" {
		t.Errorf("after a tick that failed the problem is %+v, %v", p, holds)
	}
	do(t, c, app.Intent{Verb: app.TurnOff})
	if p, holds := systemProxyProblem(c.State()); holds {
		t.Errorf("after turning off, the problem is %+v", p)
	}
}

// What cannot be given back is a problem until it can.
func TestSystemProxyThatCannotBeGivenBack(t *testing.T) {
	bridgetest.Leaks(t)
	c, _ := owner(t)
	l := new(lease)
	c.SystemProxy = l
	do(t, c, app.Intent{Verb: app.UseSystemProxy, On: true})
	l.kept = errors.New("no session bus")
	for _, want := range []app.Intent{{Verb: app.UseSystemProxy}, {Verb: app.TurnOff}} {
		if err := c.Do(t.Context(), want); !errors.Is(err, l.kept) {
			t.Errorf("%s: Do = %v, want %v", want.Verb, err, l.kept)
		}
		s := c.State()
		if p, holds := systemProxyProblem(s); !holds || p.Code != "system-proxy-back" || p.With["cause"] != "no session bus" || !s.SystemProxy.On || !s.SystemProxyTicked() {
			t.Errorf("%s: the problem is %+v, and the system's proxy %+v", want.Verb, p, s.SystemProxy)
		}
	}
	l.kept = nil
	do(t, c, app.Intent{Verb: app.UseSystemProxy}) // off as it is
	s := c.State()
	if p, holds := systemProxyProblem(s); holds || s.SystemProxy.On || s.SystemProxy.Wanted {
		t.Errorf("the problem is %+v, and the system's proxy %+v", p, s.SystemProxy)
	}
}

// Left alone is left alone: what is taken is given back, and nobody takes it until the settings say something else.
func TestSystemProxyLeftAlone(t *testing.T) {
	bridgetest.Leaks(t)
	c, _ := owner(t)
	l := new(lease)
	c.SystemProxy = l
	mode := func(mode string) {
		t.Helper()
		s := c.State().Settings.Clone()
		s.SystemProxy = mode
		if err := c.Apply(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	on := app.Intent{Verb: app.UseSystemProxy, On: true}
	do(t, c, on)
	mode("leave")
	if s := c.State(); s.SystemProxy.On || !s.SystemProxy.Wanted || !s.SystemProxyLeft() || s.SystemProxyTicked() {
		t.Errorf("State().SystemProxy = %+v, want it given back, and wanted", s.SystemProxy)
	}
	if err := c.Do(t.Context(), on); !errors.Is(err, app.ErrLeftAlone) {
		t.Errorf("Do = %v, want ErrLeftAlone", err)
	}
	do(t, c, app.Intent{Verb: app.TurnOff})
	if c.State().SystemProxyTicked() {
		t.Error("ticked while it is left alone")
	}
	do(t, c, app.Intent{Verb: app.TurnOn})
	mode("all")
	last := c.State().Listen[0]
	do(t, c, app.Intent{Verb: app.TurnOff})
	if n := len(l.calls); n != 4 || l.calls[1] != "returned" || l.calls[2] != last || l.calls[3] != "returned" {
		t.Errorf("the lease was asked for %q, want two times taken and returned", l.calls)
	}
}

// A slowLease takes and returns when it is told to go on.
type slowLease struct {
	lease
	asked, goOn chan struct{}
}

func (l *slowLease) Take(ctx context.Context, b systemproxy.Bridge) error {
	l.asked <- struct{}{}
	<-l.goOn
	return l.lease.Take(ctx, b)
}

func (l *slowLease) Return(ctx context.Context) error {
	l.asked <- struct{}{}
	<-l.goOn
	return l.lease.Return(ctx)
}

// Who clicks again while the first click is being done sees what that wants, and so can want the opposite.
func TestSecondClickWhileTheFirstIsBeingDoneGetsLost(t *testing.T) {
	bridgetest.Leaks(t)
	c, _ := owner(t)
	l := &slowLease{asked: make(chan struct{}), goOn: make(chan struct{})}
	c.SystemProxy = l
	var clicks sync.WaitGroup
	defer clicks.Wait()
	click := func(want app.Intent) { clicks.Go(func() { do(t, c, want) }) }
	shows := func(on, turning, proxy, proxyTurning bool) {
		t.Helper()
		var s app.State
		for range 1000 { // clicks are goroutines
			s = c.State()
			if s.On == on && s.Turning == turning && s.SystemProxy.On == proxy && s.SystemProxy.Turning == proxyTurning {
				return
			}
			time.Sleep(time.Millisecond)
		}
		t.Errorf("on: %v, turning: %v, system's proxy: %+v", s.On, s.Turning, s.SystemProxy)
	}
	click(app.Intent{Verb: app.UseSystemProxy, On: true})
	<-l.asked
	shows(true, false, false, true)
	click(app.Intent{Verb: app.UseSystemProxy, On: false})
	shows(true, false, false, false)
	l.goOn <- struct{}{} // is taken
	<-l.asked
	shows(true, false, true, true)
	click(app.Intent{Verb: app.UseSystemProxy, On: true})
	shows(true, false, true, false)
	l.goOn <- struct{}{} // is returned
	<-l.asked
	l.goOn <- struct{}{} // is taken
	clicks.Wait()
	shows(true, false, true, false)

	click(app.Intent{Verb: app.TurnOff})
	<-l.asked
	shows(true, true, true, false)
	click(app.Intent{Verb: app.Toggle})
	shows(true, false, true, false)
	l.goOn <- struct{}{} // is returned, and the bridge off
	<-l.asked
	l.goOn <- struct{}{} // is taken, as it was ticked
	clicks.Wait()
	shows(true, false, true, false)
	click(app.Intent{Verb: app.TurnOff})
	<-l.asked
	l.goOn <- struct{}{}
	clicks.Wait()
	if got, want := len(l.calls), 6; got != want {
		t.Errorf("the lease was asked for %q", l.calls)
	}
}

func TestWatch(t *testing.T) {
	bridgetest.Leaks(t)
	c, _ := owner(t)
	states := make(chan app.State)
	ctx, stop := context.WithCancel(t.Context())
	watch := func(ctx context.Context) <-chan error {
		ended := make(chan error, 1)
		go func() {
			ended <- c.Watch(ctx, func(s app.State) {
				select {
				case states <- s:
				case <-ctx.Done():
				}
			})
		}()
		return ended
	}
	ended := watch(ctx)
	if s := <-states; s.On {
		t.Errorf("the first state is %+v, want off", s)
	}
	// Nobody reads meanwhile; the owner is not kept, and the newest wins.
	var all sync.WaitGroup
	for range 5 {
		all.Go(func() { c.Do(t.Context(), app.Intent{Verb: app.Toggle}) })
	}
	all.Wait()
	for s := range states {
		if s.On {
			break
		}
	}
	stop()
	if err := <-ended; err != nil {
		t.Errorf("Watch = %v, want nil", err)
	}
	ended = watch(t.Context())
	<-states
	c.Close()
	for open := true; open; {
		select {
		case <-states:
		case err := <-ended:
			open = false
			if !errors.Is(err, app.ErrNoOwner) {
				t.Errorf("Watch = %v, want ErrNoOwner", err)
			}
		}
	}
	if err := c.Do(t.Context(), app.Intent{Verb: app.TurnOn}); !errors.Is(err, app.ErrNoOwner) {
		t.Errorf("Do = %v after Close, want ErrNoOwner", err)
	}
}

// What the system is told of the bridge changes with the settings, and with no others.
func TestSystemProxyFollowsTheSettings(t *testing.T) {
	bridgetest.Leaks(t)
	c, _ := owner(t)
	l := new(lease)
	c.SystemProxy = l
	do(t, c, app.Intent{Verb: app.UseSystemProxy, On: true})
	listen := c.State().Listen[0]
	for _, change := range []func(*settings.Settings){
		func(s *settings.Settings) { s.Bypass = []string{"*.corp", "10.0.0.0/8"} },
		func(s *settings.Settings) { s.Via = true },
		func(s *settings.Settings) { s.SOCKSClients = false },
		func(s *settings.Settings) { s.Bypass = nil },
	} {
		s := c.State().Settings.Clone()
		change(&s)
		if err := c.Apply(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	do(t, c, app.Intent{Verb: app.UseSystemProxy, On: false})
	s := c.State().Settings.Clone()
	s.SOCKSClients = true // while not taken
	if err := c.Apply(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	want := []string{
		listen, "to " + listen + " but for *.corp 10.0.0.0/8", "to " + listen + " without SOCKS but for *.corp 10.0.0.0/8",
		"to " + listen + " without SOCKS", "returned",
	}
	if !reflect.DeepEqual(l.calls, want) {
		t.Errorf("the lease was asked for %q, want %q", l.calls, want)
	}
	do(t, c, app.Intent{Verb: app.TurnOff})
}

// By a PAC file the system is led to a URL that nobody can guess, and that changes with what the file says.
func TestSystemProxyByPAC(t *testing.T) {
	bridgetest.Leaks(t)
	c, _ := owner(t)
	l := new(lease)
	c.SystemProxy = l
	change := func(change func(*settings.Settings)) {
		t.Helper()
		s := c.State().Settings.Clone()
		change(&s)
		if err := c.Apply(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	do(t, c, app.Intent{Verb: app.UseSystemProxy, On: true})
	was := c.State().Listen[0]
	for _, f := range []func(*settings.Settings){
		func(s *settings.Settings) { s.SystemProxy = "pac" },
		func(s *settings.Settings) { s.SOCKSClients = false }, // of which the file says nothing
		func(s *settings.Settings) { s.Bypass = []string{"*.corp"} },
		func(s *settings.Settings) { s.Listen = []string{freeAddress(t)} },
	} {
		change(f)
	}
	now := c.State().Listen[0]
	moved, ok := strings.CutPrefix(l.calls[len(l.calls)-1], "to "+now+" without SOCKS but for *.corp")
	path, rev, _ := strings.Cut(moved, "?")
	if !ok || !regexp.MustCompile(`^/[A-Z2-7]{26}\.pac$`).MatchString(path) || rev != "r=3" {
		t.Fatalf("the lease was asked for %q", l.calls)
	}
	answer, text := get(t, "http://"+now+moved)
	if answer.Header.Get("Content-Type") != "application/x-ns-proxy-autoconfig" || !strings.Contains(text, ".corp") || !strings.Contains(text, "PROXY "+now) {
		t.Errorf("the answer is %v\n%s", answer.Header, text)
	}
	change(func(s *settings.Settings) { s.SystemProxy = "all" })
	if answer, _ := get(t, "http://"+now+moved); answer.StatusCode == http.StatusOK {
		t.Error("the file is there still")
	}
	change(func(s *settings.Settings) { s.SystemProxy = "pac" })
	do(t, c, app.Intent{Verb: app.TurnOff})
	want := []string{
		was, "to " + was + path + "?r=1", "to " + was + " without SOCKS" + path + "?r=1", "to " + was + " without SOCKS but for *.corp" + path + "?r=2",
		"to " + now + " without SOCKS but for *.corp" + path + "?r=3", "to " + now + " without SOCKS but for *.corp",
		"to " + now + " without SOCKS but for *.corp" + path + "?r=4", "returned",
	}
	if !reflect.DeepEqual(l.calls, want) {
		t.Errorf("the lease was asked for %q, want %q", l.calls, want)
	}
}

// get asks for a URL without a proxy.
func get(t *testing.T, url string) (*http.Response, string) {
	t.Helper()
	transport := new(http.Transport)
	defer transport.CloseIdleConnections()
	answer, err := (&http.Client{Transport: transport}).Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer, string(text)
}

// A change of the address takes the system's proxy along.
func TestSystemProxyMoves(t *testing.T) {
	bridgetest.Leaks(t)
	c, _ := owner(t)
	l := new(lease)
	c.SystemProxy = l
	do(t, c, app.Intent{Verb: app.UseSystemProxy, On: true})
	want := []string{c.State().Listen[0]}
	for _, stuck := range []error{nil, errors.New("stuck")} {
		l.stuck = stuck
		s := c.State().Settings.Clone()
		s.Listen = []string{freeAddress(t)}
		if err := c.Apply(t.Context(), s); err != nil {
			t.Fatal(err)
		}
		want = append(want, "to "+s.Listen[0])
	}
	if !reflect.DeepEqual(l.calls, want) {
		t.Errorf("the lease was asked for %q, want %q", l.calls, want)
	}
	s := c.State()
	if p, _ := s.Problem(); s.SystemProxy.On || !strings.Contains(p.Text, "stuck") {
		t.Errorf("On is %v, the problem %+v", s.SystemProxy.On, p)
	}
	do(t, c, app.Intent{Verb: app.TurnOff})
}
