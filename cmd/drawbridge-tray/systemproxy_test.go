//go:build linux

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/app/control"
	"github.com/drawbridge-app/drawbridge/app/tray/traytest"
)

// newGnome is a place where GNOME is said to run, with real gsettings. Without them the test is skipped, except in CI,
// where that is a failure.
func newGnome(t *testing.T) *place {
	t.Helper()
	if out, err := exec.Command("gsettings", "list-keys", "org.gnome.system.proxy").CombinedOutput(); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("%v: %s", err, out)
		}
		t.Skipf("%v: %s", err, out)
	}
	env := []string{"XDG_CURRENT_DESKTOP=GNOME", "GSETTINGS_BACKEND=dconf"}
	dir := t.TempDir()
	for _, name := range []string{"HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR"} {
		path := filepath.Join(dir, strings.ToLower(name))
		if err := os.Mkdir(path, 0o700); err != nil {
			t.Fatal(err)
		}
		t.Setenv(name, path)
		env = append(env, name+"="+path)
	}
	t.Setenv("GSETTINGS_BACKEND", "dconf")
	p := newPlace(t)
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", p.bus.Address)
	p.env = append(env, "PATH="+p.dir+":"+os.Getenv("PATH"))
	return p
}

// gsettings are all of the system's proxy.
func (p *place) gsettings() string {
	p.t.Helper()
	out, err := exec.Command("gsettings", "list-recursively", "org.gnome.system.proxy").Output()
	if err != nil {
		p.t.Fatal(err)
	}
	return string(out)
}

// However the program ends, the user's own proxy comes back.
func TestSystemProxyComesBack(t *testing.T) {
	for _, tt := range []struct {
		name string
		end  func(p *place, x *process)
	}{
		{"killed", func(_ *place, x *process) { x.cmd.Process.Kill() }},
		{"told to end", func(_ *place, x *process) { x.cmd.Process.Signal(syscall.SIGTERM) }},
		{"hung up", func(_ *place, x *process) { x.cmd.Process.Signal(syscall.SIGHUP) }},
		{"crashed", func(_ *place, x *process) { x.cmd.Process.Signal(syscall.SIGQUIT) }},
		{"turned off", func(p *place, _ *process) { p.do(app.TurnOff) }},
		{"quit", func(p *place, _ *process) { p.do(app.Quit) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := newGnome(t)
			panel := p.bus.NewPanel(t)
			for _, args := range [][]string{
				{".http", "host", "proxy.example"}, {".http", "port", "3128"}, {"", "ignore-hosts", "['*.example']"}, {"", "mode", "manual"},
			} {
				if out, err := exec.Command("gsettings", append([]string{"set", "org.gnome.system.proxy" + args[0]}, args[1:]...)...).CombinedOutput(); err != nil {
					t.Fatalf("%v: %s", err, out)
				}
			}
			before := p.gsettings()
			x := p.start("--hidden")
			p.icon(panel).Click("Use as system proxy")
			host, port, _ := strings.Cut(p.listen, ":")
			traytest.Until(t, "the system's proxy is the bridge", func() bool {
				now := p.gsettings()
				return strings.Contains(now, ".http host '"+host+"'\n") && strings.Contains(now, ".https port "+port+"\n") && p.state().SystemProxy.On
			})
			tt.end(p, x)
			traytest.Until(t, "the user's own is back", func() bool { return p.gsettings() == before })
			if tt.name == "turned off" {
				return
			}
			x.exits()
			if _, err := control.Dial(p.socket).State(t.Context()); err == nil {
				t.Error("it still runs")
			}
		})
	}
}
