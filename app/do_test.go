package app_test

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/drawbridge-app/drawbridge/app"
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
