package app_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/bridge"
	"github.com/drawbridge-app/drawbridge/bridge/bridgetest"
	"github.com/drawbridge-app/drawbridge/bridge/upstream"
	"github.com/drawbridge-app/drawbridge/settings"
)

// journal is a log that tests read.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

// has reports whether one line holds all parts.
func (j *journal) has(parts ...string) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
line:
	for line := range strings.Lines(j.text.String()) {
		for _, part := range parts {
			if !strings.Contains(line, part) {
				continue line
			}
		}
		return true
	}
	return false
}

func (j *journal) clear() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.text.Reset()
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

func newController(t *testing.T) (*app.Controller, *journal) {
	t.Helper()
	j := new(journal)
	c := &app.Controller{Journal: app.NewJournal(slog.LevelInfo, slog.NewTextHandler(j, nil)), Level: new(slog.LevelVar)}
	t.Cleanup(func() { c.Close() })
	return c, j
}

// home are settings that work on any machine.
func home() settings.Settings {
	s := settings.Default()
	s.Listen = []string{"127.0.0.1:0"}
	p := settings.DefaultProfile()
	p.Name, p.URL = "home", "socks5://192.0.2.1:1080"
	s.Profiles = []settings.Profile{p}
	return s
}

// serves reports whether a bridge answers at address.
func serves(address string) bool {
	conn, err := net.DialTimeout("tcp", address, 10*time.Second)
	if err != nil {
		return false
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(10 * time.Second))
	fmt.Fprint(conn, "OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n")
	answer := make([]byte, len("HTTP/1.1 200 "))
	n, _ := conn.Read(answer)
	return string(answer[:n]) == "HTTP/1.1 200 "
}

func TestControllerTurnsOnAndOff(t *testing.T) {
	bridgetest.Leaks(t)
	c, _ := newController(t)
	if s := c.State(); s.On || c.Bridge() != nil {
		t.Errorf("State() = %+v before Apply, want off", s)
	}
	if err := c.Stop(); err != nil {
		t.Errorf("Stop() of what is off = %v", err)
	}
	for range 2 { // and again after Stop
		if err := c.Apply(t.Context(), home()); err != nil {
			t.Fatalf("Apply: %v", err)
		}
		s := c.State()
		if !s.On || len(s.Listen) != 1 || s.Profile.Name != "home" || s.Chosen || s.Direct() || !s.Settings.Equal(home()) {
			t.Fatalf("State() = %+v, want on, at home", s)
		}
		at := s.Listen[0]
		if !serves(at) {
			t.Errorf("nothing answers at %s", at)
		}
		if err := c.Stop(); err != nil {
			t.Errorf("Stop() = %v", err)
		}
		if s := c.State(); s.On || s.Listen != nil || c.Bridge() != nil || serves(at) {
			t.Errorf("State() = %+v after Stop, want off", s)
		}
	}
}

func TestControllerTakesChangesWhole(t *testing.T) {
	bridgetest.Leaks(t)
	c, _ := newController(t)
	if err := c.Apply(t.Context(), home()); err != nil {
		t.Fatalf("Apply: %v", err)
	}
	before := c.State()
	b := c.Bridge()

	s := home()
	s.Profiles[0].URL = "direct://"
	s.Log.Level = "debug"
	if err := c.Apply(t.Context(), s); err != nil {
		t.Fatalf("Apply: %v", err)
	}
	if now := c.State(); !now.Direct() || !now.Settings.Equal(s) || fmt.Sprint(now.Listen) != fmt.Sprint(before.Listen) || c.Bridge() != b {
		t.Errorf("State() = %+v, want the same bridge, direct now", now)
	}
	if got := c.Level.Level(); got != slog.LevelDebug {
		t.Errorf("the log's level is %v, want debug", got)
	}
	s.Profiles[0].URL = "changed behind its back"
	if got := c.State().Settings.Profiles[0].URL; got != "direct://" {
		t.Errorf("the controller's settings changed with the caller's, to %q", got)
	}

	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	held := c.State()
	for name, change := range map[string]func(*settings.Settings){
		"settings that are wrong": func(s *settings.Settings) { s.Use = "nobody" },
		"a port that is taken":    func(s *settings.Settings) { s.Listen = []string{taken.Addr().String()} },
	} {
		bad := home()
		bad.Log.Level = "error"
		change(&bad)
		if err := c.Apply(t.Context(), bad); err == nil {
			t.Errorf("%s: Apply = nil, want an error", name)
		}
		if now := c.State(); !now.On || !now.Settings.Equal(held.Settings) || !slices.Equal(now.Listen, held.Listen) || c.Level.Level() != slog.LevelDebug || !serves(now.Listen[0]) {
			t.Errorf("%s: State() = %+v, want %+v as before", name, now, held)
		}
	}
}

func TestControllerThatCannotStartStaysOff(t *testing.T) {
	bridgetest.Leaks(t)
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	c, _ := newController(t)
	s := home()
	s.Listen = []string{taken.Addr().String()}
	var e *bridge.ListenError
	if err := c.Apply(t.Context(), s); !errors.As(err, &e) {
		t.Errorf("Apply = %v, want a ListenError", err)
	}
	if c.State().On || c.Bridge() != nil {
		t.Errorf("State() = %+v, want off", c.State())
	}
}

// A folder holds one settings file of a test.
type folder struct {
	t    *testing.T
	path string
}

func newFolder(t *testing.T) folder {
	return folder{t, filepath.Join(t.TempDir(), "settings.toml")}
}

func (f folder) write(text string) {
	f.t.Helper()
	if err := os.WriteFile(f.path, []byte(text), 0o600); err != nil {
		f.t.Fatal(err)
	}
}

// file is a settings file with one profile.
func file(profile string) string {
	return "version = 1\nlisten = [\"127.0.0.1:0\"]\n\n[[profile]]\nname = \"" + profile + "\"\nurl = \"socks5://192.0.2.1:1080\"\n"
}

// locally is what a test's command line says: defaults are nothing for it, since
// their port may be taken.
func locally(s *settings.Settings) error {
	s.Listen = []string{"127.0.0.1:0"}
	if len(s.Profiles) == 0 {
		s.Profiles = home().Profiles
		s.Profiles[0].Name = "command line"
	}
	return nil
}

// steps of a file's life, and the profile that is in use after each.
var steps = []struct {
	name    string
	do      func(folder)
	profile string
	log     []string // of one line that is new
}{
	{"a file", func(f folder) { f.write(file("one")) }, "one", []string{"level=INFO", "settings applied", "upstream=one"}},
	{"a change", func(f folder) { f.write(file("two")) }, "two", []string{"level=INFO", "settings applied", "upstream=two"}},
	{"a wrong key", func(f folder) { f.write(file("three") + "colour = \"red\"\n") }, "two",
		[]string{"level=ERROR", "settings not applied, nothing has changed", "colour"}},
	{"no TOML", func(f folder) { f.write("{") }, "two", []string{"level=ERROR", "settings.toml:1"}},
	{"a wrong value", func(f folder) { f.write(file("four") + "method = \"magic\"\n") }, "two", []string{"level=ERROR", "magic"}},
	{"mended", func(f folder) { f.write(file("five")) }, "five", []string{"level=INFO", "upstream=five"}},
	{"removed", func(f folder) { os.Remove(f.path) }, "command line", []string{"level=INFO", `upstream="command line"`}},
	{"back again", func(f folder) { f.write(file("six")) }, "six", []string{"level=INFO", "upstream=six"}},
}

func TestReload(t *testing.T) {
	bridgetest.Leaks(t)
	c, j := newController(t)
	f := newFolder(t)
	c.File, c.Adjust = f.path, locally
	if err := c.Apply(t.Context(), home()); err != nil {
		t.Fatalf("Apply: %v", err)
	}
	for _, step := range steps {
		j.clear()
		step.do(f)
		c.Reload(t.Context())
		if got := c.State(); got.Profile.Name != step.profile || !got.On {
			t.Errorf("%s: State() = %+v, want on, with %s", step.name, got, step.profile)
		}
		if !j.has(step.log...) {
			t.Errorf("%s: the log has no line with %q:\n%s", step.name, step.log, j)
		}
	}
	length := len(j.String())
	c.Reload(t.Context())
	if text := j.String(); len(text) != length {
		t.Errorf("the same file again logged %s", text[length:])
	}
	c.Adjust = func(*settings.Settings) error { return errors.New("the flags are wrong") }
	c.Reload(t.Context())
	if !j.has("level=ERROR", "the flags are wrong") || c.State().Profile.Name != "six" {
		t.Errorf("flags that are wrong: State() = %+v, log %s", c.State(), j)
	}
}

func TestFollow(t *testing.T) {
	bridgetest.Leaks(t)
	c, j := newController(t)
	f := newFolder(t)
	c.File, c.Adjust = f.path, locally
	if err := c.Apply(t.Context(), home()); err != nil {
		t.Fatalf("Apply: %v", err)
	}
	at := fmt.Sprint(c.State().Listen)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- c.Follow(ctx) }()
	bridgetest.Eventually(t, "the first look, which finds no file", func() bool { return c.State().Profile.Name == "command line" })
	for _, step := range steps {
		j.clear()
		step.do(f)
		bridgetest.Eventually(t, step.name+" to be taken", func() bool { return j.has(step.log...) })
		if got := c.State(); got.Profile.Name != step.profile || fmt.Sprint(got.Listen) != at {
			t.Errorf("%s: State() = %+v, want %s, at %s", step.name, got, step.profile, at)
		}
	}
	stop()
	if err := <-ended; err != nil {
		t.Errorf("Follow = %v, want nil", err)
	}
	f.write(file("seven"))
	if got := c.State(); got.Profile.Name != "six" || !got.On {
		t.Errorf("State() = %+v after Follow, want on, with six", got)
	}
}

func TestConfigSaysWhatTheSettingsSay(t *testing.T) {
	second := settings.Duration(time.Second)
	s := settings.Settings{
		Listen: []string{"127.0.0.1:1", "[::1]:2"}, Open: true, SOCKSClients: true, Via: true, ForwardedFor: true, Bypass: []string{"*.corp"},
		Login:    settings.Login{User: "anna", Password: "secret"},
		Timeouts: settings.Timeouts{Dial: 1 * second, Handshake: 2 * second, Header: 3 * second, Idle: 4 * second, TunnelIdle: 5 * second},
		Pool:     settings.Pool{PerHost: 6, Total: 7, Idle: 8, IdleTimeout: 9 * second, Wait: 10 * second},
		Limits:   settings.Limits{HeadBytes: 11, HeadFields: 12, Clients: 13},
	}
	p := settings.Profile{Name: "home", URL: "socks5://h:1", User: "bert", Password: "hidden", Method: "password", OneFlight: "yes", Spares: 14}
	want := bridge.Config{
		Listen: []string{"127.0.0.1:1", "[::1]:2"}, Open: true, Via: true, ForwardedFor: true, Bypass: []string{"*.corp"},
		Login: bridge.Login{User: "anna", Password: "secret"},
		Upstream: upstream.Spec{Name: "home", URL: "socks5://h:1", User: "bert", Password: "hidden", Method: "password", OneFlight: "yes",
			Spares: 14, DialTimeout: time.Second, HandshakeTimeout: 2 * time.Second},
		Timeouts: bridge.Timeouts{Header: 3 * time.Second, Idle: 4 * time.Second, TunnelIdle: 5 * time.Second},
		Pool:     bridge.Pool{PerHost: 6, Total: 7, Idle: 8, IdleTimeout: 9 * time.Second, Wait: 10 * time.Second},
		Limits:   bridge.Limits{HeadBytes: 11, HeadFields: 12, Clients: 13},
	}
	if got := app.Config(s, p, nil); !reflect.DeepEqual(got, want) {
		t.Errorf("Config(%+v) = %+v, want %+v", s, got, want)
	}
	s.SOCKSClients, s.Pool.Idle = false, 0
	want.HTTPOnly, want.Pool.Idle = true, -1 // none, where 0 would be 256
	if got := app.Config(s, p, nil); !reflect.DeepEqual(got, want) {
		t.Errorf("Config(%+v) = %+v, want %+v", s, got, want)
	}
}
