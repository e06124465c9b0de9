//go:build linux

package systemproxy_test

import (
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/godbus/dbus/v5"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/app/systemproxy"
	"github.com/drawbridge-app/drawbridge/app/tray/traytest"
	"github.com/drawbridge-app/drawbridge/settings"
)

// A session is a user's, with a bus and real gsettings, on a desktop that is only said to run.
type session struct {
	*testing.T
	bus *traytest.Bus
	dir string
}

// newSession starts one. Without gsettings the test is skipped, except in CI, where that is a failure.
func newSession(t *testing.T, desktop string) *session {
	t.Helper()
	if out, err := exec.Command("gsettings", "list-keys", "org.gnome.system.proxy").CombinedOutput(); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("%v: %s", err, out)
		}
		t.Skipf("%v: %s", err, out)
	}
	s := &session{T: t, dir: t.TempDir()}
	t.Setenv("HOME", s.dir)
	for name, dir := range map[string]string{"XDG_CONFIG_HOME": "config", "XDG_STATE_HOME": "state", "XDG_CACHE_HOME": "cache", "XDG_RUNTIME_DIR": "run"} {
		t.Setenv(name, filepath.Join(s.dir, dir))
		if err := os.Mkdir(filepath.Join(s.dir, dir), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("XDG_CURRENT_DESKTOP", desktop)
	t.Setenv("GSETTINGS_BACKEND", "dconf")
	s.bus = traytest.NewBus(t)
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", s.bus.Address)
	return s
}

func (s *session) gsettings(args ...string) string {
	s.Helper()
	out, err := exec.Command("gsettings", args...).Output()
	if err != nil {
		s.Fatalf("gsettings %v: %v", args, err)
	}
	return string(out)
}

// set is what the user does.
func (s *session) set(schema, key, value string) {
	s.Helper()
	s.gsettings("set", "org.gnome.system.proxy"+schema, key, value)
}

func (s *session) all() string { return s.gsettings("list-recursively", "org.gnome.system.proxy") }

func (s *session) open() *systemproxy.Lease {
	s.Helper()
	l, err := systemproxy.Open()
	if err == nil {
		err = l.Supported()
	}
	if err != nil {
		s.Fatal(err)
	}
	return l
}

var bridge = systemproxy.Proxy{Address: "127.0.0.1:1095", SOCKS: "127.0.0.1:1096"}

func TestRealGSettings(t *testing.T) {
	for _, tt := range []struct {
		name string
		user func(s *session)
	}{
		{"nothing", func(*session) {}},
		{"a proxy", func(s *session) {
			s.set(".http", "host", "proxy.example")
			s.set(".http", "port", "3128")
			s.set(".http", "use-authentication", "true")
			s.set(".socks", "host", "'::1'")
			s.set("", "ignore-hosts", `['*.example', "it's", 'a\\b']`)
			s.set("", "mode", "manual")
		}},
		{"a file", func(s *session) {
			s.set("", "autoconfig-url", `"http://proxy.example/it's \\ \"that\".pac"`)
			s.set("", "ignore-hosts", "[]")
			s.set("", "mode", "auto")
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newSession(t, "ubuntu:GNOME")
			tt.user(s)
			before := s.all()
			l := s.open()
			for _, p := range []systemproxy.Proxy{bridge, {PAC: "http://127.0.0.1:1095/it's.pac"}, bridge} {
				if err := l.Take(t.Context(), p); err != nil {
					t.Fatal(err)
				}
			}
			now := s.all()
			for _, want := range []string{" mode 'manual'\n", ".http host '127.0.0.1'\n", ".https port 1095\n", ".socks port 1096\n"} {
				if !strings.Contains(now, want) {
					t.Errorf("it holds\n%swithout %s", now, want)
				}
			}
			if err := l.Return(t.Context()); err != nil {
				t.Fatal(err)
			}
			if after := s.all(); after != before {
				t.Errorf("it holds\n%swant\n%s", after, before)
			}
		})
	}
}

// The bypass list goes along, and follows its changes.
func TestRealBypass(t *testing.T) {
	s := newSession(t, "GNOME")
	s.set("", "ignore-hosts", "['*.example']")
	before := s.all()
	g := &systemproxy.Guarded{Lease: s.open()}
	b := systemproxy.Bridge{Listen: "0.0.0.0:1095", SOCKS: true, Bypass: []string{"*.corp", "corp", "10.0.0.0/8", "a.example:8080"}}
	if err := g.Take(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	holds := func(schema, key, want string) {
		t.Helper()
		if got := s.gsettings("get", "org.gnome.system.proxy"+schema, key); got != want+"\n" {
			t.Errorf("%s is %s, want %s", key, got, want)
		}
	}
	holds(".socks", "port", "1095")
	holds("", "ignore-hosts", "['localhost', '127.0.0.0/8', '::1', '*.corp', 'corp', '10.0.0.0/8']")
	b.Bypass, b.SOCKS = []string{"192.168.0.0/16"}, false
	if err := g.Move(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	holds(".socks", "port", "0")
	holds("", "ignore-hosts", "['localhost', '127.0.0.0/8', '::1', '192.168.0.0/16']")
	if err := g.Return(t.Context()); err != nil {
		t.Fatal(err)
	}
	if after := s.all(); after != before {
		t.Errorf("it holds\n%swant\n%s", after, before)
	}
}

// By a PAC file the user's own URL is replaced by one that the bridge answers, and comes back.
func TestRealPAC(t *testing.T) {
	s := newSession(t, "GNOME")
	s.set("", "autoconfig-url", "http://proxy.example/x.pac")
	s.set("", "mode", "auto")
	before := s.all()
	of := settings.Default()
	of.Listen, of.SystemProxy, of.Bypass = []string{"127.0.0.1:0"}, "pac", []string{"*.corp"}
	of.Profiles = []settings.Profile{{Name: "none", URL: "direct://"}}
	c := &app.Controller{SystemProxy: &systemproxy.Guarded{Lease: s.open()}}
	defer c.Close()
	if err := c.Apply(t.Context(), of); err != nil {
		t.Fatal(err)
	}
	var last string
	for _, bypass := range []string{"*.corp", "*.example"} {
		of.Bypass = []string{bypass}
		if err := c.Apply(t.Context(), of); err != nil {
			t.Fatal(err)
		}
		if err := c.Do(t.Context(), app.Intent{Verb: app.UseSystemProxy, On: true}); err != nil {
			t.Fatal(err)
		}
		if mode := s.gsettings("get", "org.gnome.system.proxy", "mode"); mode != "'auto'\n" {
			t.Errorf("the mode is %s", mode)
		}
		url := strings.Trim(s.gsettings("get", "org.gnome.system.proxy", "autoconfig-url"), "'\n")
		if url == last {
			t.Errorf("%s stayed", url)
		}
		last = url
		answer, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Get(url)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if err != nil || !strings.Contains(string(text), strings.TrimPrefix(bypass, "*")) || !strings.Contains(string(text), "PROXY "+c.State().Listen[0]) {
			t.Errorf("%s gives %v\n%s", url, err, text)
		}
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	if after := s.all(); after != before {
		t.Errorf("it holds\n%swant\n%s", after, before)
	}
}

// What the user never set is not set in the end: a keyfile shows that, which is another database of GSettings.
func TestNothingStaysInTheDatabase(t *testing.T) {
	s := newSession(t, "GNOME")
	t.Setenv("GSETTINGS_BACKEND", "keyfile")
	if _, err := os.Stat("/etc/dconf/profile/user"); err == nil {
		t.Skip("this machine has an administrator's defaults")
	}
	s.set(".http", "host", "proxy.example")
	file := filepath.Join(s.dir, "config", "glib-2.0", "settings", "keyfile")
	before, err := os.ReadFile(file)
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip(err) // an old GLib
	}
	l := s.open()
	if err := l.Take(t.Context(), bridge); err != nil {
		t.Fatal(err)
	}
	if taken, err := os.ReadFile(file); !strings.Contains(string(taken), "127.0.0.1") || err != nil {
		t.Errorf("the file is\n%s, %v", taken, err)
	}
	if err := l.Return(t.Context()); err != nil {
		t.Fatal(err)
	}
	if after, err := os.ReadFile(file); settled(after) != settled(before) || err != nil {
		t.Errorf("the file is\n%s, %v, want\n%s", after, err, before)
	}
}

// settled are the keys in a keyfile, without groups in which nothing is.
func settled(keyfile []byte) string {
	var keys []string
	for line := range strings.Lines(string(keyfile)) {
		if strings.Contains(line, "=") {
			keys = append(keys, line)
		}
	}
	return strings.Join(keys, "")
}

// gsettings says that all is well, and nothing is set.
func TestNoBus(t *testing.T) {
	s := newSession(t, "GNOME")
	s.bus.Stop()
	l := s.open()
	if err := l.Take(t.Context(), bridge); err == nil || !strings.Contains(err.Error(), "did not take") {
		t.Errorf("Take = %v", err)
	}
	if st, err := l.Status(t.Context()); st.Taken || err != nil {
		t.Errorf("Status = %+v, %v", st, err)
	}
}

func TestRealKDE(t *testing.T) {
	s := newSession(t, "KDE")
	const users = "[Proxy Settings]\nhttpProxy=http://proxy.example 8080\nProxyType=1\n"
	file := filepath.Join(s.dir, "config", "kioslaverc")
	if err := os.WriteFile(file, []byte(users), 0o644); err != nil {
		t.Fatal(err)
	}
	s.set(".http", "host", "proxy.example")
	before := s.all()
	if err := s.bus.AddMatchSignal(dbus.WithMatchInterface("org.kde.KIO.Scheduler")); err != nil {
		t.Fatal(err)
	}
	signals := make(chan *dbus.Signal, 9)
	s.bus.Signal(signals)
	told := func() {
		t.Helper()
		for sig := range signals {
			if sig.Name == "org.kde.KIO.Scheduler.reparseSlaveConfiguration" && sig.Path == "/KIO/Scheduler" {
				return
			}
		}
		t.Error("KDE was not told")
	}
	l := s.open()
	if err := l.Take(t.Context(), bridge); err != nil {
		t.Fatal(err)
	}
	told()
	if read, err := exec.LookPath("kreadconfig5"); err == nil {
		for key, want := range map[string]string{"httpsProxy": "http://127.0.0.1 1095", "ProxyType": "1", "NoProxyFor": "localhost,127.0.0.0/8,::1"} {
			out, err := exec.Command(read, "--file", "kioslaverc", "--group", "Proxy Settings", "--key", key).Output()
			if got := strings.TrimSpace(string(out)); got != want || err != nil {
				t.Errorf("KDE reads %s as %q, %v", key, got, err)
			}
		}
	}
	if now := s.all(); !strings.Contains(now, " mode 'manual'\n") { // for Firefox
		t.Errorf("gsettings holds\n%s", now)
	}
	// Heal from a session of another kind, as on a console.
	t.Setenv("XDG_CURRENT_DESKTOP", "")
	if err := l.Return(t.Context()); err != nil {
		t.Fatal(err)
	}
	told()
	if text, err := os.ReadFile(file); string(text) != users || err != nil {
		t.Errorf("the file is\n%s, %v", text, err)
	}
	if after := s.all(); after != before {
		t.Errorf("gsettings holds\n%swant\n%s", after, before)
	}
}

func TestOtherDesktop(t *testing.T) {
	t.Setenv("XDG_CURRENT_DESKTOP", "LXQt")
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	l, err := systemproxy.Open()
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Supported(); err == nil || !strings.Contains(err.Error(), "drawbridge env") {
		t.Errorf("Supported = %v", err)
	}
}
