//go:build linux

package main

import (
	"bytes"
	"cmp"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/app/control"
	"github.com/drawbridge-app/drawbridge/app/tray/traytest"
)

// The test binary plays the programs: drawbridge-tray, which is main, and drawbridge-window, which notes how it was
// started and stays as long as who has started it.
const playEnv = "DRAWBRIDGE_TEST_PLAY"

func TestMain(m *testing.M) {
	switch {
	case filepath.Base(os.Args[0]) == "drawbridge-window":
		os.Exit(playWindow())
	case os.Getenv(playEnv) != "":
		main()
	}
	os.Exit(m.Run())
}

func playWindow() int {
	note := strings.Join(os.Args[1:], " ") + " " + os.Getenv("DRAWBRIDGE_SOCKET")
	f, err := os.OpenFile(os.Getenv("DRAWBRIDGE_TEST_NOTES"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return 1
	}
	fmt.Fprintln(f, strings.TrimSpace(note))
	f.Close()
	for tray := os.Getppid(); os.Getppid() == tray; time.Sleep(20 * time.Millisecond) { // stays as long as the tray
	}
	return 0
}

// A place is a user's home with a desktop.
type place struct {
	t      *testing.T
	bus    *traytest.Bus
	dir    string
	socket string
	listen string
	env    []string // more, for the programs that are started

	program string // path of drawbridge-tray; empty: this test's own program plays it
}

func newPlace(t *testing.T) *place {
	t.Helper()
	p := &place{t: t, dir: t.TempDir()}
	p.furnish()
	return p
}

// furnish brings what every place has, after what is special about its environment.
func (p *place) furnish() {
	t := p.t
	t.Helper()
	p.bus = traytest.NewBus(t, p.env...)
	short, err := os.MkdirTemp("", "db") // a socket's path has little room
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(short) })
	p.socket = filepath.Join(short, "s")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(self, filepath.Join(p.dir, "drawbridge-window")); err != nil {
		t.Fatal(err)
	}
	p.settle("")
}

// settle writes the settings file: a free port, the built-in endpoint, and what else there is to say.
func (p *place) settle(more string) {
	p.t.Helper()
	if p.listen == "" {
		p.listen = freeAddress(p.t)
	}
	text := fmt.Sprintf("version = 1\nlisten = [%q]\n%s\n[[profile]]\nname = \"Direct\"\nurl = \"direct://\"\n", p.listen, more)
	if err := os.WriteFile(p.file(), []byte(text), 0o600); err != nil {
		p.t.Fatal(err)
	}
}

func (p *place) file() string { return filepath.Join(p.dir, "settings.toml") }

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// windows are how the window was started so far, a line each.
func (p *place) windows() string {
	text, _ := os.ReadFile(filepath.Join(p.dir, "notes")) // none: not started
	return strings.ReplaceAll(string(text), p.socket, "SOCKET")
}

// opens waits until the window was started like that.
func (p *place) opens(want string) {
	p.t.Helper()
	traytest.Until(p.t, "windows "+want, func() bool { return p.windows() == want })
}

// state asks the owner.
func (p *place) state() app.State {
	p.t.Helper()
	s, err := control.Dial(p.socket).State(p.t.Context())
	if err != nil {
		p.t.Fatal(err)
	}
	return s
}

// do sends the owner an intent.
func (p *place) do(verb app.Verb) {
	p.t.Helper()
	if err := control.Dial(p.socket).Do(p.t.Context(), app.Intent{Verb: verb}); err != nil {
		p.t.Fatal(err)
	}
}

// A process is one of drawbridge-tray.
type process struct {
	t      *testing.T
	cmd    *exec.Cmd
	stderr bytes.Buffer
	ended  chan struct{}
}

// environ is what programs find in their environment.
func (p *place) environ() []string {
	env := append(os.Environ(), "DISPLAY=:none", "DBUS_SESSION_BUS_ADDRESS="+p.bus.Address, "LC_ALL=C.UTF-8",
		"HOME="+p.dir, "XDG_STATE_HOME="+p.dir, "DRAWBRIDGE_SOCKET="+p.socket, "XDG_CURRENT_DESKTOP=test",
		"PATH="+p.dir, "DRAWBRIDGE_TEST_NOTES="+filepath.Join(p.dir, "notes"), "GORACE=exitcode=0")
	return append(env, p.env...)
}

func (p *place) start(args ...string) *process {
	p.t.Helper()
	x := &process{t: p.t, cmd: exec.Command(cmp.Or(p.program, os.Args[0]), append([]string{"--settings", p.file()}, args...)...), ended: make(chan struct{})}
	x.cmd.Env = append(p.environ(), playEnv+"=1")
	x.cmd.Stderr = &x.stderr
	x.cmd.WaitDelay = time.Second // a window may hold stderr open
	if err := x.cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	go func() {
		x.cmd.Wait()
		close(x.ended)
	}()
	p.t.Cleanup(func() {
		x.cmd.Process.Kill()
		<-x.ended
		if traytest.Race(x.stderr.String()) {
			p.t.Error("a data race")
		}
		if p.t.Failed() {
			p.t.Logf("drawbridge-tray %q said: %s", args, &x.stderr)
		}
	})
	return x
}

// exits waits for the end, and returns the exit code and what was said.
func (x *process) exits() (int, string) {
	x.t.Helper()
	select {
	case <-x.ended:
		return x.cmd.ProcessState.ExitCode(), x.stderr.String()
	case <-time.After(traytest.Patience):
		x.t.Fatal("it does not end")
		return 0, ""
	}
}

// icon is that of a process which is started, at a panel.
func (p *place) icon(on *traytest.Panel) *traytest.Icon {
	p.t.Helper()
	i := on.Icon(p.t, traytest.Patience)
	if i == nil {
		p.t.Fatal("no icon came")
	}
	return i
}
