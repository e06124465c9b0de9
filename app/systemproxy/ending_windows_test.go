package systemproxy_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"

	"github.com/drawbridge-app/drawbridge/app/systemproxy"
)

const (
	role     = "DRAWBRIDGE_TEST_ROLE"
	loginArg = "--login"
)

// The test's program is also a holder of the lease, its guard, and what a login starts.
func TestMain(m *testing.M) {
	ctx := context.Background()
	var err error
	as := os.Getenv(role)
	if len(os.Args) == 2 && os.Args[1] == loginArg {
		as = "login"
	}
	switch as {
	case "guard":
		err = systemproxy.Guard(ctx, os.Stdin)
	case "login":
		err = systemproxy.HealAtLogin(ctx, atLogin)
	case "holder", "holder without a guard":
		err = hold(ctx, as == "holder")
	default:
		os.Exit(m.Run())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// play is this program in another role.
func play(as string) *exec.Cmd {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), role+"="+as)
	return cmd
}

func atLogin() *exec.Cmd { return exec.Command(os.Args[0], loginArg) }

// hold takes the lease, says so, and gives it back when its input ends.
func hold(ctx context.Context, guarded bool) error {
	var guard func() *exec.Cmd
	if guarded {
		guard = func() *exec.Cmd { return play("guard") }
	}
	g, err := systemproxy.Begin(ctx, slog.New(slog.NewTextHandler(os.Stderr, nil)), guard, atLogin)
	if err == nil {
		err = g.Take(ctx, systemproxy.Bridge{Listen: "127.0.0.1:1095"})
	}
	if err != nil {
		return err
	}
	fmt.Println("taken")
	io.Copy(io.Discard, os.Stdin)
	return g.Return(ctx)
}

// holder starts a process that holds the lease; end is the end of its input.
func (u *user) holder(cmd *exec.Cmd) (end func() error) {
	u.Helper()
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		u.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		u.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		u.Fatal(err)
	}
	ended := false
	u.Cleanup(func() {
		if !ended {
			cmd.Process.Kill()
			cmd.Wait()
		}
	})
	if line, err := bufio.NewReader(out).ReadString('\n'); strings.TrimSpace(line) != "taken" {
		u.Fatalf("it says %q, %v", line, err)
	}
	if !u.led() || u.once() == "" {
		u.Fatalf("taken, the registry has %s, and the next login starts %q", u.setting(), u.once())
	}
	return func() error {
		ended = true
		in.Close()
		return cmd.Wait()
	}
}

// A window is one of another process.
type window uintptr

// window finds the one of a process that waits for the session's end.
func (u *user) window(pid int) window {
	u.Helper()
	class, err := windows.UTF16PtrFromString("DrawbridgeSession")
	if err != nil {
		u.Fatal(err)
	}
	find := windows.NewLazySystemDLL("user32.dll").NewProc("FindWindowExW")
	for w := uintptr(0); ; {
		if w, _, _ = find.Call(0, w, uintptr(unsafe.Pointer(class)), 0); w == 0 {
			return 0
		}
		var of uint32
		windows.GetWindowThreadProcessId(windows.HWND(w), &of)
		if int(of) == pid {
			return window(w)
		}
	}
}

// told is the window's answer.
func (w window) told(message, value uintptr) uintptr {
	answer, _, _ := windows.NewLazySystemDLL("user32.dll").NewProc("SendMessageW").Call(uintptr(w), message, value, 0)
	return answer
}

const (
	wmClose           = 0x0010
	wmQueryEndSession = 0x0011
	wmEndSession      = 0x0016
)

var manual = map[string]any{"ProxyEnable": uint32(1), "ProxyServer": "proxy.example:8080"}

// When the message has been answered, Windows may end the process.
func TestSessionEnds(t *testing.T) {
	u := newUser(t, manual)
	cmd := play("holder")
	end := u.holder(cmd)
	w := u.window(cmd.Process.Pid)
	if w == 0 {
		t.Fatal("no window waits for the end of the session")
	}
	taken := u.setting()
	if may := w.told(wmQueryEndSession, 0); may != 1 {
		t.Errorf("it does not let the session end: %d", may)
	}
	w.told(wmEndSession, 0)
	w.told(wmClose, 0)
	if now := u.setting(); now != taken {
		t.Errorf("the end was called off, and the registry has %s, want %s", now, taken)
	}
	began := time.Now()
	w.told(wmEndSession, 1)
	took := time.Since(began)
	u.clean()
	t.Logf("given back in %v", took)
	if err := end(); err != nil {
		t.Error(err)
	}
	u.clean()
	if u.window(cmd.Process.Pid) != 0 {
		t.Error("the window stayed")
	}
}

// What the user has. Wine 8 reads no file's URL and no list, so there it only shows that they are let alone.
var owns = []struct {
	name string
	own  map[string]any
}{
	{"nothing", map[string]any{"ProxyEnable": uint32(0)}},
	{"a proxy", manual},
	{"a proxy and a list", map[string]any{"ProxyEnable": uint32(1), "ProxyServer": "proxy.example:8080", "ProxyOverride": "*.example;<local>"}},
	{"a file", map[string]any{"ProxyEnable": uint32(0), "AutoConfigURL": "http://proxy.example/x.pac"}},
}

func TestKilled(t *testing.T) {
	for _, tt := range owns {
		t.Run(tt.name, func(t *testing.T) {
			u := newUser(t, tt.own)
			cmd := play("holder")
			end := u.holder(cmd)
			cmd.Process.Kill() // TerminateProcess
			end()
			u.until("the guard has given back", func() bool { return u.setting() == u.before && u.once() == "" })
			u.clean()
		})
	}
}

// killed leaves behind what a holder leaves who was killed with its guard.
func (u *user) killed() {
	u.Helper()
	cmd := play("holder without a guard")
	end := u.holder(cmd)
	cmd.Process.Kill()
	end()
	if !u.led() {
		u.Fatalf("the registry has %s", u.setting())
	}
}

func TestKilledThenBegun(t *testing.T) {
	u := newUser(t, manual)
	u.killed()
	var said strings.Builder
	if _, err := systemproxy.Begin(t.Context(), slog.New(slog.NewTextHandler(&said, nil)), nil, nil); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(said.String(), "is given back") {
		t.Errorf("it says %s", &said)
	}
	u.clean()
}

// The next login starts what stands there, after it has forgotten it.
func TestPowerCutThenLogin(t *testing.T) {
	u := newUser(t, manual)
	u.killed()
	line := u.once()
	key, err := registry.OpenKey(registry.CURRENT_USER, `Software\Microsoft\Windows\CurrentVersion\RunOnce`, registry.SET_VALUE)
	if err != nil {
		t.Fatal(err)
	}
	defer key.Close()
	if err := key.DeleteValue("Drawbridge.Heal"); err != nil {
		t.Fatal(err)
	}
	login := exec.Command(os.Args[0])
	login.SysProcAttr = &syscall.SysProcAttr{CmdLine: line}
	if out, err := login.CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("%s says %s, %v", line, out, err)
	}
	u.clean()
}

// drawbridge is the path of the real program.
func drawbridge(t *testing.T) string {
	t.Helper()
	program := os.Getenv("DRAWBRIDGE")
	if program == "" {
		program = filepath.Join(t.TempDir(), "drawbridge.exe")
		build := exec.Command("go", "build", "-o", program, "../../cmd/drawbridge")
		if out, err := build.CombinedOutput(); err != nil {
			t.Fatalf("go build: %v\n%s", err, out)
		}
	}
	return program
}

// The real program, while it is the system's proxy: it sets it, and what the user had comes back when the program's session
// ends and when it is killed.
func TestRealProgram(t *testing.T) {
	program := drawbridge(t)
	for name, end := range map[string]func(u *user, cmd *exec.Cmd){
		"killed": func(_ *user, cmd *exec.Cmd) { cmd.Process.Kill() },
		"the session ends": func(u *user, cmd *exec.Cmd) {
			w := u.window(cmd.Process.Pid)
			w.told(wmQueryEndSession, 0)
			w.told(wmEndSession, 1)
			u.clean()
			cmd.Process.Kill() // as Windows does
		},
	} {
		t.Run(name, func(t *testing.T) {
			u := newUser(t, manual)
			cmd := exec.Command(program, "run", "--listen", "127.0.0.1:0", "--upstream", "direct://", "--system-proxy")
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			cmd.Stderr = os.Stderr
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				cmd.Process.Kill()
				cmd.Wait()
			})
			line, err := bufio.NewReader(out).ReadString('\n')
			address, ok := strings.CutPrefix(strings.TrimSpace(line), "Drawbridge is on: ")
			if !ok {
				t.Fatalf("it says %q, %v", line, err)
			}
			u.until("the system is led to "+address, func() bool { return u.values()["ProxyServer"] == address })
			if u.once() == "" || u.values()["ProxyEnable"] != uint32(1) {
				t.Errorf("taken, the registry has %s, and the next login starts %q", u.setting(), u.once())
			}
			end(u, cmd)
			u.until("the user's own", func() bool { _, err := os.Stat(u.journal()); return u.setting() == u.before && err != nil })
			u.clean()
		})
	}
}

// The real program heals what a killed holder has left behind, and only that.
func TestHealCommand(t *testing.T) {
	program := drawbridge(t)
	u := newUser(t, manual)
	says := func(want string) {
		t.Helper()
		out, err := exec.Command(program, "heal", "--json").CombinedOutput()
		if got := strings.Join(strings.Fields(string(out)), ""); got != want || err != nil {
			t.Errorf("heal says %s, %v, want %s", out, err, want)
		}
	}
	says(`{"healed":false,"held":false}`)
	end := u.holder(play("holder"))
	taken := u.setting()
	says(`{"healed":false,"held":true}`)
	if now := u.setting(); now != taken {
		t.Errorf("healed while it lives: the registry has %s", now)
	}
	if err := end(); err != nil {
		t.Error(err)
	}
	u.clean()
	u.killed()
	says(`{"healed":true,"held":false}`)
	u.clean()
}

// Wine ends a session as Windows does, all windows of all programs.
func TestWineEndsTheSession(t *testing.T) {
	path, err := exec.LookPath("wineboot.exe")
	if err != nil {
		t.Skip("this is not Wine, and nobody's session is to end")
	}
	u := newUser(t, manual)
	u.holder(play("holder without a guard"))
	if out, err := exec.Command(path, "--end-session").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	u.clean()
}
