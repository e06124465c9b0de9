package control_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/app/control"
	"github.com/drawbridge-app/drawbridge/bridge"
	"github.com/drawbridge-app/drawbridge/bridge/bridgetest"
	"github.com/drawbridge-app/drawbridge/settings"
)

// socket is a path for one test's socket, short enough on every system.
func socket(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "db")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return filepath.Join(dir, "s")
}

// serve serves owner at path until stop is called, at the latest at the test's
// end.
func serve(t *testing.T, path string, owner control.Owner) (stop func()) {
	t.Helper()
	l, err := control.Listen(path)
	if err != nil {
		t.Fatalf("Listen: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- control.Serve(ctx, l, owner) }()
	done := false
	stop = func() {
		if done {
			return
		}
		done = true
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Serve = %v, want nil", err)
		}
	}
	t.Cleanup(stop)
	return stop
}

const settingsFile = `version = 1
listen = ["127.0.0.1:0"]

[[profile]]
name = "one"
url = "direct://"

[[profile]]
name = "two"
url = "socks5://192.0.2.1:1080"
user = "anna"
password = "open sesame"
`

// owner is a controller, off, that is served at path.
func owner(t *testing.T, path string) (c *app.Controller, file string, stop func()) {
	t.Helper()
	file = filepath.Join(t.TempDir(), "settings.toml")
	if err := os.WriteFile(file, []byte(settingsFile), 0o600); err != nil {
		t.Fatal(err)
	}
	c = &app.Controller{
		Journal: app.NewJournal(slog.LevelInfo, nil), File: file,
		Process: app.Process{Program: "test", Version: "1.2.3", PID: 7},
	}
	t.Cleanup(func() { c.Close() })
	c.Reload(t.Context())
	return c, file, serve(t, path, c)
}

func TestClientDoesWhatTheControllerDoes(t *testing.T) {
	bridgetest.Leaks(t)
	path := socket(t)
	c, file, _ := owner(t, path)
	client := control.Dial(path)
	ctx := t.Context()
	do := func(want app.Intent) {
		t.Helper()
		if err := client.Do(ctx, want); err != nil {
			t.Fatalf("Do(%+v) = %v", want, err)
		}
	}
	state := func() app.State {
		t.Helper()
		s, err := client.State(ctx)
		if err != nil {
			t.Fatalf("State = %v", err)
		}
		return s
	}

	s := state()
	if s.On || s.File != file || s.Owner != c.Process || s.Profile.Name != "one" || len(s.Settings.Profiles) != 2 {
		t.Errorf("State() = %+v", s)
	}
	if p := s.Settings.Profiles[1].Password; p.Reveal() != "***" {
		t.Errorf("the password travelled as %q", p.Reveal())
	}
	do(app.Intent{Verb: app.TurnOn})
	s = state()
	if !s.On || len(s.Listen) != 1 || s.Since.IsZero() {
		t.Errorf("State() = %+v, want on", s)
	}

	origin := bridgetest.StartOrigin(t, func(conn net.Conn) { io.Copy(io.Discard, conn) })
	conn, err := net.Dial("tcp", s.Listen[0])
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	io.WriteString(conn, "CONNECT 127.0.0.1:"+origin.Port()+" HTTP/1.1\r\nHost: x\r\n\r\n")
	conn.Read(make([]byte, 100))
	list, err := client.Connections(ctx)
	if err != nil || len(list) != 1 || list[0].Kind != "connect" || list[0].Since.IsZero() {
		t.Fatalf("Connections = %+v, %v, want one", list, err)
	}
	do(app.Intent{Verb: app.Close, Connections: []uint64{list[0].ID}})
	if _, err := conn.Read(make([]byte, 1)); err == nil {
		t.Error("the connection was not closed")
	}

	if history, err := client.History(ctx); err != nil || history == nil {
		t.Errorf("History = %v, %v", history, err)
	}
	do(app.Intent{Verb: app.Use, Profile: "two"})
	c.Logger().Info("a line", "n", 1)
	lines, err := client.Log(ctx, 0)
	if err != nil || len(lines) == 0 || lines[len(lines)-1].Text != "a line" || lines[len(lines)-1].With[0] != (app.Attr{Name: "n", Value: "1"}) {
		t.Errorf("Log = %+v, %v", lines, err)
	}
	if lines, err := client.Log(ctx, lines[len(lines)-1].Number); err != nil || len(lines) != 0 {
		t.Errorf("Log after the last = %+v, %v, want none", lines, err)
	}
	check, err := client.Check(ctx, app.CheckRequest{URL: "http://127.0.0.1:1/", Profile: &settings.Profile{Name: "new", URL: "direct://"}})
	if err != nil || check.Profile != "new" || len(check.Stages) == 0 {
		t.Errorf("Check = %+v, %v", check, err)
	}
	do(app.Intent{Verb: app.Toggle})
	if s := state(); s.On || s.Profile.Name != "two" {
		t.Errorf("State() = %+v, want off, with two", s)
	}
}

// A password that somebody types reaches the settings, and one that nobody
// touched stays.
func TestPasswordsTravelOneWay(t *testing.T) {
	bridgetest.Leaks(t)
	path := socket(t)
	c, file, _ := owner(t, path)
	client := control.Dial(path)
	save := func(change func(*settings.Settings)) {
		t.Helper()
		s, err := client.State(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		to := s.Settings.Clone()
		change(&to)
		if err := client.Do(t.Context(), app.Intent{Verb: app.Save, Edit: &app.Edit{From: s.Settings, To: to}}); err != nil {
			t.Fatalf("Do = %v", err)
		}
	}
	save(func(s *settings.Settings) { s.Profiles[1].Name = "office" })
	if got := c.State().Settings.Profiles[1]; got.Name != "office" || got.Password != "open sesame" {
		t.Errorf("the profile is %s with %q", got.Name, got.Password.Reveal())
	}
	save(func(s *settings.Settings) {
		s.Profiles[1].Password = "typed"
		s.Login = settings.Login{User: "bert", Password: "typed too"}
	})
	now := c.State().Settings
	if now.Profiles[1].Password != "typed" || now.Login.Password != "typed too" {
		t.Errorf("the passwords are %q and %q", now.Profiles[1].Password.Reveal(), now.Login.Password.Reveal())
	}
	if text, err := os.ReadFile(file); err != nil || !strings.Contains(string(text), `"typed"`) {
		t.Errorf("the file says %s, %v", text, err)
	}

	socks := bridgetest.StartSOCKS(t, bridgetest.SOCKS{User: "anna", Password: "typed"})
	p := settings.DefaultProfile()
	p.Name, p.URL, p.User = "x", "socks5://"+socks.Addr, "anna"
	for _, password := range []settings.Secret{"typed", "***"} {
		p.Password = password
		got, err := client.Check(t.Context(), app.CheckRequest{URL: "http://127.0.0.1:1/", Profile: &p, Stored: "office"})
		if err != nil || got.Method != "password" || got.Failed != "request" {
			t.Errorf("Check with %q = %+v, %v, want to be let in", password.Reveal(), got, err)
		}
	}
}

func TestErrorsStayThemselves(t *testing.T) {
	bridgetest.Leaks(t)
	path := socket(t)
	c, _, _ := owner(t, path)
	client := control.Dial(path)
	ctx := t.Context()
	same := func(want app.Intent) error {
		t.Helper()
		here, there := c.Do(ctx, want), client.Do(ctx, want)
		if here == nil || there == nil || here.Error() != there.Error() {
			t.Errorf("Do(%+v) = %v, and through the socket %v", want, here, there)
		}
		return there
	}
	var wrong settings.Problems
	if err := same(app.Intent{Verb: app.Use, Profile: "twoo"}); !errors.As(err, &wrong) || wrong[0].Field != "use" || wrong[0].Text != "twoo" {
		t.Errorf("Do = %#v, want a Problem of use", err)
	}
	if err := same(app.Intent{Verb: app.OpenWindow}); !errors.Is(err, app.ErrNoWindow) {
		t.Errorf("Do = %v, want ErrNoWindow", err)
	}
	if err := same(app.Intent{Verb: app.UseSystemProxy, On: true}); !errors.Is(err, app.ErrNoSystemProxy) {
		t.Errorf("Do = %v, want ErrNoSystemProxy", err)
	}
	same(app.Intent{Verb: "dance"})

	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	c.Adjust = func(s *settings.Settings) error { s.Listen = []string{taken.Addr().String()}; return nil }
	var listen *bridge.ListenError
	if err := same(app.Intent{Verb: app.TurnOn}); !errors.As(err, &listen) || listen.Address != taken.Addr().String() || listen.Free == "" {
		t.Errorf("Do = %#v, want a ListenError", err)
	}
	c.File = ""
	if err := same(app.Intent{Verb: app.Save, Edit: &app.Edit{}}); !errors.Is(err, app.ErrNoFile) {
		t.Errorf("Do = %v, want ErrNoFile", err)
	}
}

func TestNoOwner(t *testing.T) {
	bridgetest.Leaks(t)
	path := socket(t)
	client := control.Dial(path)
	asks := map[string]func() error{
		"State":       func() error { _, err := client.State(t.Context()); return err },
		"Do":          func() error { return client.Do(t.Context(), app.Intent{Verb: app.TurnOn}) },
		"Connections": func() error { _, err := client.Connections(t.Context()); return err },
		"History":     func() error { _, err := client.History(t.Context()); return err },
		"Log":         func() error { _, err := client.Log(t.Context(), 0); return err },
		"Check":       func() error { _, err := client.Check(t.Context(), app.CheckRequest{}); return err },
		"Watch":       func() error { return client.Watch(t.Context(), func(app.State) {}) },
	}
	look := func(when string) {
		t.Helper()
		for name, ask := range asks {
			if err := ask(); !errors.Is(err, app.ErrNoOwner) {
				t.Errorf("%s: %s = %v, want ErrNoOwner", when, name, err)
			}
		}
	}
	look("before there is any")
	c, _, stop := owner(t, path)
	c.Close()
	look("with a controller that is closed")
	stop()
	look("after it has gone")
	stale(t, path)
	look("with the socket of a dead one")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := client.Watch(ctx, func(app.State) {}); err != nil {
		t.Errorf("Watch = %v after its context, want nil", err)
	}
}

// stale leaves a socket behind, as one who was killed does.
func stale(t *testing.T, path string) {
	t.Helper()
	bridgetest.NeedUnixSockets(t)
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	l.SetUnlinkOnClose(false)
	l.Close()
}

func TestWatch(t *testing.T) {
	bridgetest.Leaks(t)
	path := socket(t)
	c, _, stop := owner(t, path)
	states := make(chan app.State, 100)
	ended := make(chan error)
	go func() { ended <- control.Dial(path).Watch(t.Context(), func(s app.State) { states <- s }) }()
	until(t, states, func(s app.State) bool { return !s.On })
	c.Do(t.Context(), app.Intent{Verb: app.TurnOn})
	until(t, states, func(s app.State) bool { return s.On })
	c.Do(t.Context(), app.Intent{Verb: app.TurnOff})
	until(t, states, func(s app.State) bool { return !s.On })
	stop()
	if err := <-ended; !errors.Is(err, app.ErrNoOwner) {
		t.Errorf("Watch = %v, want ErrNoOwner", err)
	}
}

// until waits for a state.
func until(t *testing.T, states <-chan app.State, is func(app.State) bool) {
	t.Helper()
	late := time.After(20 * time.Second)
	for {
		select {
		case s := <-states:
			if is(s) {
				return
			}
		case <-late:
			t.Fatal("the state did not come")
		}
	}
}

// One who watches and does not read keeps nobody, and sees the newest state in
// the end.
func TestSlowWatcher(t *testing.T) {
	bridgetest.Leaks(t)
	path := socket(t)
	c, _, _ := owner(t, path)
	ctx, cancel := context.WithCancel(t.Context())
	first, slow := make(chan bool), make(chan bool)
	ended := make(chan error)
	count := 0
	var last app.State
	go func() {
		ended <- control.Dial(path).Watch(ctx, func(s app.State) {
			if count++; count == 1 {
				close(first)
				<-slow
			}
			if last = s; s.Raise == 5000 {
				cancel()
			}
		})
	}()
	<-first
	for range 5000 {
		c.Do(t.Context(), app.Intent{Verb: app.OpenWindow})
	}
	close(slow)
	if err := <-ended; err != nil || last.Raise != 5000 || count > 2500 {
		t.Errorf("Watch = %v, the last of %d states has Raise %d", err, count, last.Raise)
	}
}

func TestFollowFindsTheNextOwner(t *testing.T) {
	bridgetest.Leaks(t)
	path := socket(t)
	ctx, cancel := context.WithCancel(t.Context())
	states, gone, ended := make(chan app.State, 100), make(chan bool, 100), make(chan bool)
	go func() {
		control.Follow(ctx, path, func(s app.State) { states <- s }, func() { gone <- true })
		close(ended)
	}()
	<-gone
	for range 2 {
		c, _, stop := owner(t, path)
		until(t, states, func(s app.State) bool { return s.Owner.PID == 7 })
		c.Close()
		stop()
		<-gone
	}
	cancel()
	<-ended
	if n := len(gone); n > 0 {
		t.Errorf("gone was called %d times too often", n)
	}
}
