//go:build linux

package main_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/drawbridge-app/drawbridge/app/tray/traytest"
)

// A desktop is a user's session with a bus and real gsettings, where a desktop is said to run.
type desktop struct {
	*testing.T
	home string
	env  []string
}

// usersKDE is a file of the user's, as nobody but people writes it.
const usersKDE = "# mine\n[Proxy Settings]\nhttpProxy=http://proxy.example 8080\n  ProxyType = 1\n\n\n[Other]\nx=1\n"

// newDesktop is one on which the user has a proxy.
func newDesktop(t *testing.T, name string) *desktop {
	t.Helper()
	need(t, "gsettings")
	if out, err := exec.Command("gsettings", "list-keys", "org.gnome.system.proxy").CombinedOutput(); err != nil {
		missing(t, fmt.Sprintf("gsettings: %v: %s", err, out))
	}
	d := &desktop{T: t, home: t.TempDir()}
	sockets, err := os.MkdirTemp("", "db") // a socket's path has to be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(sockets) })
	own := []string{"XDG_CURRENT_DESKTOP=" + name, "GSETTINGS_BACKEND=dconf", "DRAWBRIDGE_SOCKET=" + filepath.Join(sockets, "s")}
	for variable, dir := range map[string]string{"XDG_CONFIG_HOME": "config", "XDG_STATE_HOME": "state", "XDG_CACHE_HOME": "cache", "XDG_RUNTIME_DIR": "run"} {
		path := filepath.Join(d.home, dir)
		if err := os.Mkdir(path, 0o700); err != nil {
			t.Fatal(err)
		}
		t.Setenv(variable, path) // the bus starts services with it
		own = append(own, variable+"="+path)
	}
	d.env = environ(d.home, append(own, "DBUS_SESSION_BUS_ADDRESS="+traytest.NewBus(t).Address)...)
	write(t, d.config(), "kioslaverc", usersKDE, 0o600)
	for _, args := range [][]string{
		{".http", "host", "proxy.example"}, {".http", "port", "3128"}, {"", "ignore-hosts", "['*.example']"}, {"", "mode", "manual"},
	} {
		d.must("gsettings", append([]string{"set", "org.gnome.system.proxy" + args[0]}, args[1:]...)...)
	}
	return d
}

func (d *desktop) config() string { return filepath.Join(d.home, "config") }

// must is what a program says that works.
func (d *desktop) must(name string, args ...string) string {
	d.Helper()
	cmd := exec.Command(name, args...)
	cmd.Env = d.env
	return string(succeed(d, cmd))
}

// drawbridge is what a command of the program says.
func (d *desktop) drawbridge(args ...string) string {
	d.Helper()
	return d.must(program(d), args...)
}

// setting is all that the system's proxy is.
func (d *desktop) setting() string {
	d.Helper()
	file, err := os.ReadFile(filepath.Join(d.config(), "kioslaverc"))
	if err != nil {
		d.Fatal(err)
	}
	return d.must("gsettings", "list-recursively", "org.gnome.system.proxy") + string(file)
}

// bridge starts one that is the system's proxy. terminal is what it has as such; nil: none.
func (d *desktop) bridge(terminal *os.File) *drawbridge {
	d.Helper()
	cmd := exec.Command(program(d), "run", "--json", "--listen", "127.0.0.1:0", "--upstream", "direct://")
	cmd.Env = d.env
	if terminal != nil {
		cmd.Stderr = terminal
		cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true, Ctty: 2}
	}
	before := d.setting()
	b := listening(d, cmd)
	d.drawbridge("system-proxy", "on")
	if now := d.setting(); now == before || traytest.Entries(d, d.config()) == "" {
		d.Fatalf("nothing was set:\n%s", now)
	}
	return b
}

// newTerminal is a terminal's two ends: that of the one who looks at it, and that of programs.
func newTerminal(t testing.TB) (eyes, program *os.File) {
	t.Helper()
	eyes, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { eyes.Close() })
	if err := unix.IoctlSetPointerInt(int(eyes.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(int(eyes.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	if program, err = os.OpenFile(fmt.Sprint("/dev/pts/", n), os.O_RDWR|syscall.O_NOCTTY, 0); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { program.Close() })
	return eyes, program
}

// However a bridge without a tray ends, the user's own proxy comes back.
func TestSystemProxyComesBack(t *testing.T) {
	signal := func(sig os.Signal) func(*desktop, *drawbridge) {
		return func(d *desktop, b *drawbridge) { b.signal(d, sig) }
	}
	for _, tt := range []struct {
		name  string
		end   func(*desktop, *drawbridge)
		lives bool
	}{
		{name: "killed", end: signal(os.Kill)},
		{name: "told to end", end: signal(syscall.SIGTERM)},
		{name: "interrupted", end: signal(os.Interrupt)},
		{name: "crashed", end: signal(syscall.SIGQUIT)},
		{name: "turned off", end: func(d *desktop, _ *drawbridge) { d.drawbridge("off") }, lives: true},
		{name: "unticked", end: func(d *desktop, _ *drawbridge) { d.drawbridge("system-proxy", "off") }, lives: true},
		{name: "killed with its guard, then a login", end: func(d *desktop, b *drawbridge) {
			led := d.setting()
			traytest.PowerCut(d, b.cmd.Process)
			b.wait(d)
			if now := d.setting(); now != led {
				d.Errorf("after the power cut the system holds\n%s", now)
			}
			if n := traytest.Login(d, d.config(), d.env); n != 1 {
				d.Errorf("the login starts %d", n)
			}
		}},
		{name: "killed with its guard, then started", end: func(d *desktop, b *drawbridge) {
			traytest.PowerCut(d, b.cmd.Process)
			b.wait(d)
			cmd := exec.Command(program(d), "run", "--json", "--listen", "127.0.0.1:0", "--upstream", "direct://")
			cmd.Env = d.env
			listening(d, cmd)
		}},
	} {
		for _, on := range []string{"GNOME", "KDE"} {
			t.Run(on+"/"+tt.name, func(t *testing.T) {
				d := newDesktop(t, on)
				before := d.setting()
				b := d.bridge(nil)
				tt.end(d, b)
				d.back(before)
				if !tt.lives {
					b.wait(t)
				}
			})
		}
	}
}

// back waits until the user's own is there again, and nothing is left of ours.
func (d *desktop) back(before string) {
	d.Helper()
	eventually(d, "the user's own is back", func() bool { return d.setting() == before })
	eventually(d, "nothing is left to give back", func() bool {
		return strings.Contains(d.drawbridge("system-proxy", "status", "--json"), `"taken": false`) && traytest.Entries(d, d.config()) == ""
	})
}

// On a terminal, SIGHUP says that the terminal has gone; without one, that the settings are to be read again.
func TestHangUp(t *testing.T) {
	t.Run("terminal", func(t *testing.T) {
		d := newDesktop(t, "GNOME")
		before := d.setting()
		eyes, terminal := newTerminal(t)
		b := d.bridge(terminal)
		terminal.Close()
		eyes.Close() // who has this terminal is sent SIGHUP
		d.back(before)
		b.wait(t)
	})
	t.Run("no terminal", func(t *testing.T) {
		d := newDesktop(t, "GNOME")
		b := d.bridge(nil)
		led := d.setting()
		b.signal(t, syscall.SIGHUP)
		eventually(t, "it has read the signal", func() bool { return strings.Contains(b.stderr.String(), "no settings file to read again") })
		if now := d.setting(); now != led {
			t.Errorf("the system holds\n%s", now)
		}
	})
}

func TestHeal(t *testing.T) {
	d := newDesktop(t, "GNOME")
	before := d.setting()
	says := func(want string, json string) {
		t.Helper()
		if got := d.drawbridge("heal"); !strings.HasPrefix(got, want) {
			t.Errorf("heal says %s, want %s", got, want)
		}
		if got := strings.Join(strings.Fields(d.drawbridge("heal", "--json")), ""); got != json {
			t.Errorf("heal --json says %s, want %s", got, json)
		}
	}
	const nothing = `{"healed":false,"held":false}`
	says("Nothing was left behind.\n", nothing)
	if files, err := os.ReadDir(filepath.Join(d.home, "state")); len(files) > 0 || err != nil {
		t.Errorf("looking for it left %v, %v", files, err)
	}
	b := d.bridge(nil)
	led := d.setting()
	says("A bridge that runs has set the system's proxy.", `{"healed":false,"held":true}`)
	if now := d.setting(); now != led {
		t.Errorf("healed while it lives: the system holds\n%s", now)
	}
	traytest.PowerCut(t, b.cmd.Process)
	b.wait(t)
	says("The system's own proxy setting is back.\n", nothing)
	d.back(before)

	b = d.bridge(nil)
	traytest.PowerCut(t, b.cmd.Process)
	b.wait(t)
	if got := strings.Join(strings.Fields(d.drawbridge("heal", "--json")), ""); got != `{"healed":true,"held":false}` {
		t.Errorf("heal --json says %s", got)
	}
	d.back(before)
}
