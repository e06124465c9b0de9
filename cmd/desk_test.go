//go:build linux

// Package cmd_test runs the three real programs on real desktops: an X server, a session bus, a panel, and clicks.
//
// What is not installed skips its tests; with CI=true it fails them, because there `make test` has installed everything
// first.
package cmd_test

import (
	"bufio"
	"bytes"
	"cmp"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
)

// patience bounds every wait. Nothing is expected to take this long; a slow machine is not a failure.
const patience = 60 * time.Second

// builds is where the programs are built; TestMain removes it.
var builds string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "drawbridge-desktop-")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(dir)
		builds = dir
		return m.Run()
	}())
}

// build makes the programs as `make build` does, side by side.
var build = sync.OnceValue(func() error {
	for _, p := range []struct{ name, cgo string }{{"drawbridge", "0"}, {"drawbridge-tray", "0"}, {"drawbridge-pac", "0"}, {"drawbridge-window", "1"}} {
		cmd := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-tags", "migrated_fynedo,no_emoji", "-ldflags", "-s -w",
			"-o", filepath.Join(builds, p.name), "./"+p.name)
		cmd.Env = append(os.Environ(), "CGO_ENABLED="+p.cgo)
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("go build %s: %w\n%s", p.name, err, out)
		}
	}
	return nil
})

// need skips the test where one of the programs is not installed; in CI it fails it.
func need(t testing.TB, programs ...string) {
	t.Helper()
	for _, p := range programs {
		if _, err := exec.LookPath(p); err != nil {
			if os.Getenv("CI") == "true" {
				t.Fatalf("%s is not installed", p)
			}
			t.Skipf("%s is not installed", p)
		}
	}
}

// within waits until condition holds, and fails the test with the desk's transcripts if it never does.
func (d *desk) within(what string, condition func() bool) {
	d.t.Helper()
	deadline := time.Now().Add(patience)
	for !condition() {
		if time.Now().After(deadline) {
			d.picture("failed")
			tree, _ := exec.Command("env", slices.Concat(d.env, []string{"xwininfo", "-root", "-tree"})...).CombinedOutput()
			d.t.Fatalf("%s: not within %v\n%s\n%s", what, patience, tree, d.transcripts())
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// A desk is a desktop of one test's own: an X server, a session bus, a home.
type desk struct {
	t     testing.TB
	home  string
	env   []string
	bus   *dbus.Conn
	panel *program

	mu       sync.Mutex
	programs []*program
}

// A setup says what is missing on a desk, or special. The zero value is a whole one: a panel with a tray, OpenGL.
type setup struct {
	noPanel  bool
	noBus    bool
	noScreen bool
	noGL     bool
	dark     bool
	desktop  string // what XDG_CURRENT_DESKTOP says; empty: XFCE
	screen   string // size; empty: 1280x800
}

func newDesk(t testing.TB, s setup) *desk {
	t.Helper()
	need(t, "Xvfb", "dbus-daemon", "xfce4-panel", "xfwm4", "xdotool", "import", "curl", "gcc")
	if err := build(); err != nil {
		t.Fatal(err)
	}
	d := &desk{t: t, home: t.TempDir()}
	t.Cleanup(d.leave)
	run := filepath.Join(d.home, "run")
	d.must(os.MkdirAll(run, 0o700))
	d.must(os.MkdirAll(d.file(".config/drawbridge"), 0o700))
	for _, entry := range os.Environ() {
		name, _, _ := strings.Cut(entry, "=")
		if steers := regexp.MustCompile(`(?i)_proxy$|^XDG_|^DRAWBRIDGE|^HOME$|^DISPLAY$|^WAYLAND_|^DBUS_|^LANG|^LC_|^LIBGL`); !steers.MatchString(name) {
			d.env = append(d.env, entry)
		}
	}
	d.set("HOME="+d.home, "XDG_CONFIG_HOME="+d.file(".config"), "XDG_STATE_HOME="+d.file(".local/state"), "XDG_CACHE_HOME="+d.file(".cache"),
		"XDG_RUNTIME_DIR="+run, "XDG_CURRENT_DESKTOP="+cmp.Or(s.desktop, "XFCE"), "LANG=C.UTF-8", "LANGUAGE=en", "GDK_BACKEND=x11", "NO_AT_BRIDGE=1",
		"LIBGL_ALWAYS_SOFTWARE=1")
	if s.desktop == "KDE" {
		d.set("KDE_SESSION_VERSION=5")
	}
	if !s.noScreen {
		d.startScreen(s)
	}
	if !s.noBus {
		d.startBus()
	}
	if !s.noScreen && !s.noBus && !s.noPanel {
		d.startPanel(s.dark)
	}
	return d
}

// leave ends what our programs started, and forgot: whoever lives in this desk's home.
func (d *desk) leave() {
	lists, _ := filepath.Glob("/proc/[0-9]*/environ")
	for _, list := range lists {
		environ, err := os.ReadFile(list)
		pid, _ := strconv.Atoi(strings.Split(list, "/")[2])
		if err == nil && pid != os.Getpid() && bytes.Contains(environ, []byte("HOME="+d.home+"\x00")) {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
	}
}

func (d *desk) must(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) set(entries ...string) { d.env = append(d.env, entries...) }

// file is the path of a file in the desk's home.
func (d *desk) file(name string) string { return filepath.Join(d.home, name) }

func (d *desk) startScreen(s setup) {
	d.t.Helper()
	size := s.screen
	if size == "" {
		size = "1280x800"
	}
	args := []string{"-displayfd", "1", "-screen", "0", size + "x24", "-nolisten", "tcp", "-dpi", "96"}
	if s.noGL {
		args = append(args, "-extension", "GLX")
	}
	x := d.start("Xvfb", args...)
	d.set("DISPLAY=:" + x.line())
	d.start("xfwm4", "--compositor=off")
}

func (d *desk) startBus() {
	d.t.Helper()
	b := d.start("dbus-daemon", "--session", "--nofork", "--nopidfile", "--print-address=1")
	address := b.line()
	d.set("DBUS_SESSION_BUS_ADDRESS=" + address)
	conn, err := dbus.Connect(address)
	d.must(err)
	d.bus = conn
	d.t.Cleanup(func() { conn.Close() })
}

// panelSettings are a panel along the top with nothing in it but the tray, at its right end.
const panelSettings = `<?xml version="1.0" encoding="UTF-8"?>
<channel name="xfce4-panel" version="1.0">
  <property name="configver" type="int" value="2"/>
  <property name="panels" type="array">
    <value type="int" value="1"/>
    <property name="dark-mode" type="bool" value="%v"/>
    <property name="panel-1" type="empty">
      <property name="position" type="string" value="p=6;x=0;y=0"/>
      <property name="position-locked" type="bool" value="true"/>
      <property name="length" type="uint" value="100"/>
      <property name="size" type="uint" value="28"/>
      <property name="plugin-ids" type="array"><value type="int" value="1"/><value type="int" value="2"/></property>
    </property>
  </property>
  <property name="plugins" type="empty">
    <property name="plugin-1" type="string" value="separator">
      <property name="expand" type="bool" value="true"/>
      <property name="style" type="uint" value="0"/>
    </property>
    <property name="plugin-2" type="string" value="systray"><property name="square-icons" type="bool" value="true"/></property>
  </property>
</channel>
`

func (d *desk) startPanel(dark bool) {
	d.t.Helper()
	dir := d.file(".config/xfce4/xfconf/xfce-perchannel-xml")
	d.must(os.MkdirAll(dir, 0o700))
	d.must(os.WriteFile(filepath.Join(dir, "xfce4-panel.xml"), fmt.Appendf(nil, panelSettings, dark), 0o600))
	d.panel = d.start("xfce4-panel", "--disable-wm-check")
	d.within("a tray", func() bool { return d.owned("org.kde.StatusNotifierWatcher") })
}

// owned reports whether some program has a name on the bus.
func (d *desk) owned(name string) bool {
	var has bool
	return d.bus.BusObject().Call("org.freedesktop.DBus.NameHasOwner", 0, name).Store(&has) == nil && has
}

// A program is one that a test started. It does not outlive the test.
type program struct {
	desk *desk
	name string
	cmd  *exec.Cmd
	done chan struct{} // closed when it has ended
	out  *bufio.Reader // what it printed first, see line
	said transcript
}

// start starts a program of this machine, or one of ours by its name.
func (d *desk) start(name string, args ...string) *program {
	d.t.Helper()
	p := d.launch(name, args...)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.programs = append(d.programs, p)
	return p
}

// launch is start for what no transcript needs to tell of.
func (d *desk) launch(name string, args ...string) *program {
	d.t.Helper()
	path := name
	if strings.HasPrefix(name, "drawbridge") {
		path = filepath.Join(builds, name)
	}
	p := &program{desk: d, name: name, done: make(chan struct{})}
	p.cmd = exec.Command(path, args...)
	p.cmd.Env, p.cmd.Dir = d.env, d.home
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
	p.cmd.Stderr = &p.said
	r, w := io.Pipe()
	p.cmd.Stdout = io.MultiWriter(&p.said, lossy{w})
	p.out = bufio.NewReader(r)
	p.cmd.WaitDelay = time.Second // what it started may hold its output open
	d.must(p.cmd.Start())
	go func() {
		defer close(p.done)
		_ = p.cmd.Wait()
		w.Close()
	}()
	d.t.Cleanup(func() {
		r.Close()
		_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL) // with what it started
		<-p.done
	})
	return p
}

// lossy is a writer whose reader may have gone.
type lossy struct{ w io.Writer }

func (l lossy) Write(b []byte) (int, error) {
	_, _ = l.w.Write(b)
	return len(b), nil
}

// line is the first line that the program prints. Later output goes to the transcript alone.
func (p *program) line() string {
	p.desk.t.Helper()
	text, err := p.out.ReadString('\n')
	if err != nil {
		p.desk.t.Fatalf("%s printed no line: %v\n%s", p.name, err, p.said.String())
	}
	go io.Copy(io.Discard, p.out)
	return strings.TrimSpace(text)
}

// ended waits for the program's end and returns its exit code; -1 for a signal.
func (p *program) ended() int {
	p.desk.t.Helper()
	select {
	case <-p.done:
		return p.cmd.ProcessState.ExitCode()
	case <-time.After(patience):
		p.desk.t.Fatalf("%s did not end\n%s", p.name, p.desk.transcripts())
		return 0
	}
}

// alive reports whether the program runs.
func (p *program) alive() bool {
	select {
	case <-p.done:
		return false
	default:
		return true
	}
}

func (p *program) signal(s syscall.Signal) {
	p.desk.t.Helper()
	p.desk.must(p.cmd.Process.Signal(s))
}

// run runs a program to its end and returns what it printed on both outputs, and its exit code.
func (d *desk) run(name string, args ...string) (string, int) {
	d.t.Helper()
	p := d.launch(name, args...)
	go io.Copy(io.Discard, p.out)
	code := p.ended()
	return p.said.String(), code
}

// drawbridge runs the command line, which has to succeed.
func (d *desk) drawbridge(args ...string) string {
	d.t.Helper()
	out, code := d.run("drawbridge", args...)
	if code != 0 {
		d.t.Fatalf("drawbridge %s: exit code %d\n%s\n%s", strings.Join(args, " "), code, out, d.transcripts())
	}
	return out
}

// transcript collects what a program says.
type transcript struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (t *transcript) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.buf.Write(p)
}

func (t *transcript) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.buf.String()
}

// transcripts is what our programs said so far.
func (d *desk) transcripts() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	var b strings.Builder
	for _, p := range d.programs {
		fmt.Fprintf(&b, "--- %s (pid %d)\n%s", p.name, p.cmd.Process.Pid, p.said.String())
	}
	return b.String()
}

// settings writes the settings file.
func (d *desk) settings(text string) {
	d.t.Helper()
	d.must(os.WriteFile(d.file(".config/drawbridge/settings.toml"), []byte(text), 0o600))
}

// picture keeps a picture of the screen, where the failure of a test is looked at.
func (d *desk) picture(name string) {
	if dir := os.Getenv("DRAWBRIDGE_PICTURES"); dir != "" {
		name = strings.ReplaceAll(d.t.Name(), "/", "-") + "-" + name + ".png"
		_, _ = d.run("import", "-window", "root", filepath.Join(dir, name))
	}
}

// freePort is one on which nobody listens.
func freePort(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
}

// A spot is a place on the screen.
type spot struct{ x, y int }

// icon finds where the panel shows our icon.
func (d *desk) icon() (at spot) {
	d.t.Helper()
	geometry := regexp.MustCompile(`\): \((?:"[^"]*" ?)*\)\s+(\d+)x(\d+)\+-?\d+\+-?\d+\s+\+(-?\d+)\+(-?\d+)`)
	d.within("an icon in the panel", func() bool {
		tree, _ := d.run("xwininfo", "-root", "-tree")
		for line := range strings.Lines(tree) {
			if !strings.Contains(line, `"wrapper-2.0"`) {
				continue
			}
			if m := geometry.FindStringSubmatch(strings.Replace(line, `":`, `"):`, 1)); m != nil {
				n := make([]int, 4)
				for i := range n {
					n[i], _ = strconv.Atoi(m[i+1])
				}
				if n[0] >= 16 && n[1] >= 16 && n[2] > 0 && n[3] >= 0 && n[3] < 10 {
					at = spot{n[2] + n[0]/2, n[3] + n[1]/2}
					return true
				}
			}
		}
		return false
	})
	return at
}

// click clicks a button of the mouse: 1 left, 3 right.
func (d *desk) click(at spot, button int) {
	d.t.Helper()
	// The panel has to see the pointer arrive before the button goes down.
	out, code := d.run("xdotool", "mousemove", strconv.Itoa(at.x), strconv.Itoa(at.y), "sleep", "0.3", "click", strconv.Itoa(button))
	if code != 0 {
		d.t.Fatalf("xdotool: %s", out)
	}
}

// keys types keys, as xdotool calls them, into a window.
func (d *desk) keys(window string, keys ...string) {
	d.t.Helper()
	if out, code := d.run("xdotool", slices.Concat([]string{"windowfocus", "--sync", window, "key", "--delay", "40"}, keys)...); code != 0 {
		d.t.Fatalf("xdotool key %v: %s", keys, out)
	}
}

// typed types text into a window.
func (d *desk) typed(window, text string) {
	d.t.Helper()
	if out, code := d.run("xdotool", "windowfocus", "--sync", window, "type", "--delay", "20", text); code != 0 {
		d.t.Fatalf("xdotool type %q: %s", text, out)
	}
}

// window waits for our window to be there with a picture in it, and returns its id.
func (d *desk) window() (id string) {
	d.t.Helper()
	d.within("the window", func() bool {
		out, code := d.run("xdotool", "search", "--onlyvisible", "--name", "^Drawbridge")
		id, _, _ = strings.Cut(strings.TrimSpace(out), "\n")
		return code == 0 && id != "" && d.colors(id) > 8
	})
	return id
}

// settled waits until the window's picture does not change any more.
func (d *desk) settled(id string) {
	d.t.Helper()
	last := ""
	d.within("a picture that stays", func() bool {
		before := last
		last = d.dump(id)
		time.Sleep(300 * time.Millisecond)
		return last != "" && last == before
	})
}

// dump is the window's picture, empty where there is none.
func (d *desk) dump(id string) string {
	cmd := exec.Command("xwd", "-silent", "-id", id)
	cmd.Env = d.env
	dump, _ := cmd.Output()
	return string(dump)
}

// colors counts the different pixels of a window, roughly.
func (d *desk) colors(id string) int {
	dump := d.dump(id)
	const header = 4 << 10
	seen := make(map[[3]byte]bool)
	for at := min(header, len(dump)); at+4 <= len(dump); at += 4 * 37 {
		seen[[3]byte([]byte(dump[at:at+3]))] = true
	}
	return len(seen)
}

// windows counts our windows.
func (d *desk) windows() int {
	d.t.Helper()
	out, _ := d.run("xdotool", "search", "--onlyvisible", "--name", "^Drawbridge")
	return len(strings.Fields(out))
}
