//go:build linux

package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/app/control"
	"github.com/drawbridge-app/drawbridge/app/tray/traytest"
)

// newDesktop is a place where that desktop is said to run, with real gsettings. Without them the test is skipped, except
// in CI, where that is a failure.
func newDesktop(t *testing.T, desktop string) *place {
	t.Helper()
	if out, err := exec.Command("gsettings", "list-keys", "org.gnome.system.proxy").CombinedOutput(); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("%v: %s", err, out)
		}
		t.Skipf("%v: %s", err, out)
	}
	p := &place{t: t, dir: t.TempDir()}
	p.env = []string{"XDG_CURRENT_DESKTOP=" + desktop, "GSETTINGS_BACKEND=dconf", "PATH=" + p.dir + ":" + os.Getenv("PATH")}
	for _, name := range []string{"HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR"} {
		path := filepath.Join(p.dir, strings.ToLower(name))
		if err := os.Mkdir(path, 0o700); err != nil {
			t.Fatal(err)
		}
		p.env = append(p.env, name+"="+path)
	}
	p.furnish()
	return p
}

// run runs another program in this place, which has to succeed, and returns what it prints.
func (p *place) run(name string, args ...string) string {
	p.t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Env = p.environ()
	var trouble bytes.Buffer
	cmd.Stderr = &trouble
	out, err := cmd.Output()
	if err != nil {
		p.t.Fatalf("%s %q: %v: %s", name, args, err, &trouble)
	}
	return string(out)
}

// gsettings are all of the system's proxy.
func (p *place) gsettings() string {
	p.t.Helper()
	return p.run("gsettings", "list-recursively", "org.gnome.system.proxy")
}

// set is what the user does: lists of what follows "gsettings set org.gnome.system.proxy".
func (p *place) set(all ...[]string) {
	p.t.Helper()
	for _, args := range all {
		p.run("gsettings", append([]string{"set", "org.gnome.system.proxy" + args[0]}, args[1:]...)...)
	}
}

// own is a manual proxy of the user's.
func own() [][]string {
	return [][]string{
		{".http", "host", "proxy.example"}, {".http", "port", "3128"}, {".http", "use-authentication", "true"},
		{".http", "authentication-user", "anna"}, {".https", "host", "tls.example"}, {".socks", "host", "'::1'"},
		{"", "ignore-hosts", `['*.example', "it's", '10.0.0.0/8']`}, {"", "mode", "manual"},
	}
}

// lead has the tray lead the system to the bridge by a click, and waits until it does.
func (p *place) lead(icon *traytest.Icon) {
	p.t.Helper()
	icon.Click("Use as system proxy")
	traytest.Until(p.t, "the system's proxy is the bridge", func() bool { return p.state().SystemProxy.On })
	host, port, _ := strings.Cut(p.listen, ":")
	want := []string{".http host '" + host + "'\n", ".https port " + port + "\n", " mode 'manual'\n"}
	if p.state().Settings.SystemProxy == "pac" {
		want = []string{" autoconfig-url 'http://" + p.listen + "/", " mode 'auto'\n"}
	}
	now := p.gsettings()
	for _, part := range want {
		if !strings.Contains(now, part) {
			p.t.Errorf("the system's proxy is\n%swithout %s", now, part)
		}
	}
}

// However the program ends, the user's own proxy comes back.
func TestSystemProxyComesBack(t *testing.T) {
	for _, tt := range []struct {
		name string
		end  func(p *place, x *process)
	}{
		{"told to end", func(_ *place, x *process) { x.cmd.Process.Signal(syscall.SIGTERM) }},
		{"hung up", func(_ *place, x *process) { x.cmd.Process.Signal(syscall.SIGHUP) }},
		{"crashed", func(_ *place, x *process) { x.cmd.Process.Signal(syscall.SIGQUIT) }},
		{"turned off", func(p *place, _ *process) { p.do(app.TurnOff) }},
		{"quit", func(p *place, _ *process) { p.do(app.Quit) }},
	} {
		for _, desktop := range []string{"GNOME", "KDE"} {
			t.Run(tt.name+"/"+desktop, func(t *testing.T) {
				t.Parallel()
				p := newDesktop(t, desktop)
				panel := p.bus.NewPanel(t)
				manual().set(p)
				before := p.look()
				x := p.start("--hidden")
				p.lead(p.icon(panel))
				tt.end(p, x)
				p.isBack(before)
				traytest.Until(t, "the next login starts nothing", func() bool { return traytest.Entries(t, filepath.Join(p.dir, "xdg_config_home")) == "" })
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
}

// A user is one with a proxy setting.
type user struct {
	name  string
	gnome [][]string // see place.set
	kde   string     // what stands in kioslaverc; empty: there is none
}

func manual() user {
	return user{"manual", own(), `# mine
[Other Group]
Timeout=5

[Proxy Settings][$Version]
update_info=kioslave.upd:kde2.2/r1

[Proxy Settings]
ReversedException=false
httpProxy=http://anna@proxy.example 3128
NoProxyFor=.example,10.0.0.0/8
 ProxyType = 1
socksProxy=

[Later]
a=b`} // which doesn't end with a line's end
}

func users() []user {
	return []user{
		{"nothing", nil, ""},
		manual(),
		{"file", [][]string{{"", "autoconfig-url", `"file:///home/anna/it's mine.pac"`}, {"", "mode", "auto"}},
			"[Proxy Settings]\nProxy Config Script[$e]=file://$HOME/own.pac\nProxyType=2\n"},
	}
}

// set makes a place the user's.
func (u user) set(p *place) {
	p.t.Helper()
	p.set(u.gnome...)
	if u.kde != "" {
		if err := os.WriteFile(p.kioslaverc(), []byte(u.kde), 0o600); err != nil {
			p.t.Fatal(err)
		}
	}
}

func (p *place) kioslaverc() string { return filepath.Join(p.dir, "xdg_config_home", "kioslaverc") }

// look is all of the user's proxy setting: what holds, what stands in the user's own database, and KDE's file.
func (p *place) look() string {
	p.t.Helper()
	file, err := os.ReadFile(p.kioslaverc())
	if err != nil {
		file = []byte("no file")
	}
	text := p.gsettings() + "--- kioslaverc\n" + string(file)
	if _, err := exec.LookPath("dconf"); err == nil || os.Getenv("CI") == "true" {
		text += "--- dconf\n" + p.run("dconf", "dump", "/system/proxy/")
	}
	return text
}

// isBack waits until the user's proxy setting is to the letter what it was, and nothing is left to give back.
func (p *place) isBack(before string) {
	p.t.Helper()
	var now string
	right := func() bool {
		_, err := os.Lstat(p.journal())
		now = p.look()
		return os.IsNotExist(err) && now == before
	}
	defer func() {
		if p.t.Failed() {
			p.t.Logf("it is\n%s\nand was\n%s", now, before)
		}
	}()
	traytest.Until(p.t, "the user's own is back", right)
}

// journal is the path of what says what has to be given back.
func (p *place) journal() string { return filepath.Join(p.dir, "drawbridge", "system-proxy.json") }

// After kill -9 of the real program, what the user had comes back to the letter: by the guard, or, when that was killed
// too, by the next start or by drawbridge heal.
func TestKilledProgramGivesBackToTheLetter(t *testing.T) {
	heal := buildDrawbridge(t)
	for _, desktop := range []string{"GNOME", "KDE"} {
		for _, u := range users() {
			for _, end := range []struct {
				name     string
				settings string
				guard    bool
				then     func(p *place)
			}{
				{"guard", "", true, func(*place) {}},
				{"guard, by PAC", `system_proxy = "pac"`, true, func(*place) {}},
				{"next start", "[desktop]\nstart = \"off\"", false, func(p *place) { p.start("--hidden") }},
				{"heal", "", false, func(p *place) {
					if said := p.run(heal, "heal"); said != "The system's own proxy setting is back.\n" {
						p.t.Errorf("drawbridge heal says %q", said)
					}
				}},
			} {
				t.Run(desktop+"/"+u.name+"/"+end.name, func(t *testing.T) {
					t.Parallel()
					p := newDesktop(t, desktop)
					panel := p.bus.NewPanel(t)
					p.settle(end.settings)
					u.set(p)
					before := p.look()
					x := p.start("--hidden")
					p.lead(p.icon(panel))
					taken := p.look()
					leads := "\nhttpProxy=http://" + strings.Replace(p.listen, ":", " ", 1) + "\n"
					if strings.Contains(end.settings, "pac") {
						leads = "\nProxy Config Script=http://" + p.listen + "/"
					}
					if desktop == "KDE" && !strings.Contains(taken, leads) {
						t.Errorf("KDE's file does not lead to the bridge: %s", taken)
					}
					guards := traytest.Guards(x.cmd.Process.Pid)
					if len(guards) != 1 {
						t.Fatalf("the guards are %v, want one", guards)
					}
					if !end.guard {
						syscall.Kill(guards[0], syscall.SIGKILL)
					}
					x.cmd.Process.Kill()
					x.exits()
					if !end.guard {
						if now := p.look(); now != taken {
							t.Errorf("before anybody gave back it is\n%s\nand was\n%s", now, taken)
						}
					}
					end.then(p)
					p.isBack(before)
				})
			}
		}
	}
}

// The system follows the bridge to another port, and after kill -9 what the user had comes back all the same.
func TestKilledAfterAChangeOfPort(t *testing.T) {
	for _, desktop := range []string{"GNOME", "KDE"} {
		t.Run(desktop, func(t *testing.T) {
			t.Parallel()
			p := newDesktop(t, desktop)
			panel := p.bus.NewPanel(t)
			manual().set(p)
			before := p.look()
			x := p.start("--hidden")
			p.lead(p.icon(panel))
			p.listen = freeAddress(t)
			p.settle("")
			_, port, _ := strings.Cut(p.listen, ":")
			want := []string{".https port " + port + "\n"}
			if desktop == "KDE" {
				want = append(want, "\nhttpsProxy=http://127.0.0.1 "+port+"\n")
			}
			traytest.Until(t, "the system follows", func() bool {
				now := p.look()
				return !slices.ContainsFunc(want, func(part string) bool { return !strings.Contains(now, part) })
			})
			x.cmd.Process.Kill()
			p.isBack(before)
		})
	}
}

// Whoever wants it as the system's proxy ticks that once: the end gives it back, and the next start takes it again.
func TestSystemProxyIsRemembered(t *testing.T) {
	const tick = "Use as system proxy"
	p := newDesktop(t, "GNOME")
	panel := p.bus.NewPanel(t)
	before := p.gsettings()
	taken := func() {
		traytest.Until(t, "it is the system's proxy", func() bool {
			s, err := control.Dial(p.socket).State(t.Context())
			return err == nil && s.SystemProxy.On && p.gsettings() != before
		})
	}
	free := func() { traytest.Until(t, "the user's own is back", func() bool { return p.gsettings() == before }) }
	x := p.start("--hidden")
	p.icon(panel).Click(tick)
	taken()
	x.cmd.Process.Signal(syscall.SIGTERM)
	x.exits()
	free()

	x = p.start("--hidden")
	icon := p.icon(panel)
	taken()
	p.do(app.TurnOff)
	free()
	p.do(app.TurnOn)
	taken()
	icon.Click(tick)
	free()
	traytest.Until(t, "it is no wish any more", func() bool { return !p.state().SystemProxy.Wanted })
	x.cmd.Process.Signal(syscall.SIGTERM)
	x.exits()

	x = p.start("--hidden")
	p.icon(panel)
	traytest.Until(t, "it is on", func() bool { return p.state().On })
	if s := p.state().SystemProxy; s.On || s.Wanted || p.gsettings() != before {
		t.Errorf("the system's proxy is %+v", s)
	}
	x.cmd.Process.Signal(syscall.SIGTERM)
	x.exits()
}
