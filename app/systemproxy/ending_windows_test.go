package systemproxy_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
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

const role = "DRAWBRIDGE_TEST_ROLE"

// The test's program is also a holder of the lease, its guard, and what a login starts.
func TestMain(m *testing.M) {
	ctx := context.Background()
	var err error
	switch os.Getenv(role) {
	case "guard":
		err = systemproxy.Guard(ctx, os.Stdin)
	case "login":
		err = systemproxy.HealAtLogin(ctx, atLogin)
	case "holder", "holder without a guard":
		err = hold(ctx, os.Getenv(role) == "holder")
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

func atLogin() *exec.Cmd { return exec.Command(os.Args[0], "--login") }

// hold takes the lease, says so, and gives it back when its input ends or the console has it end.
func hold(ctx context.Context, guarded bool) error {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
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
	ended := make(chan struct{})
	go func() { io.Copy(io.Discard, os.Stdin); close(ended) }()
	select {
	case <-ended:
	case <-ctx.Done():
	}
	return g.Return(context.WithoutCancel(ctx))
}

// A user is one whose registry and folders nobody minds.
type user struct {
	*testing.T
	before string // the setting
}

// newUser is one with this setting: values of Internet Settings.
func newUser(t *testing.T, own map[string]any) *user {
	t.Helper()
	if os.Getenv("CI") != "true" && os.Getenv("WINEPREFIX") == "" {
		t.Skip("this would change the proxy of whoever runs the test")
	}
	t.Setenv("LocalAppData", t.TempDir())
	u := &user{T: t}
	was := u.values()
	t.Cleanup(func() { u.write(was) })
	u.write(own)
	u.before = u.setting()
	return u
}

const settingsKey = `Software\Microsoft\Windows\CurrentVersion\Internet Settings`

// values are those that say the proxy; what is not there is not in it.
func (u *user) values() map[string]any {
	u.Helper()
	key, err := registry.OpenKey(registry.CURRENT_USER, settingsKey, registry.QUERY_VALUE)
	if err != nil {
		u.Fatal(err)
	}
	defer key.Close()
	now := make(map[string]any)
	for _, name := range []string{"ProxyServer", "ProxyOverride", "AutoConfigURL"} {
		if s, _, err := key.GetStringValue(name); err == nil && s != "" {
			now[name] = s
		}
	}
	if n, _, err := key.GetIntegerValue("ProxyEnable"); err == nil {
		now["ProxyEnable"] = uint32(n)
	}
	return now
}

func (u *user) setting() string { return fmt.Sprint(u.values()) }

func (u *user) write(values map[string]any) {
	u.Helper()
	key, _, err := registry.CreateKey(registry.CURRENT_USER, settingsKey, registry.SET_VALUE)
	if err != nil {
		u.Fatal(err)
	}
	defer key.Close()
	for _, name := range []string{"ProxyServer", "ProxyOverride", "AutoConfigURL", "ProxyEnable"} {
		switch v := values[name].(type) {
		case string:
			err = key.SetStringValue(name, v)
		case uint32:
			err = key.SetDWordValue(name, v)
		default:
			if err = key.DeleteValue(name); errors.Is(err, registry.ErrNotExist) {
				err = nil
			}
		}
		if err != nil {
			u.Fatal(err)
		}
	}
}

// led reports whether the system is led to the bridge.
func (u *user) led() bool { return strings.Contains(u.setting(), "127.0.0.1:1095") }

// clean fails the test if the user's own is not there, or something is left behind.
func (u *user) clean() {
	u.Helper()
	if now := u.setting(); now != u.before {
		u.Errorf("the registry has %s, want %s", now, u.before)
	}
	if line := u.once(); line != "" {
		u.Errorf("the next login starts %s", line)
	}
	if _, err := os.Stat(u.journal()); err == nil {
		u.Error("the journal stayed")
	}
}

func (u *user) journal() string {
	return filepath.Join(os.Getenv("LocalAppData"), "drawbridge", "system-proxy.json")
}

// once is what the next login starts for us.
func (u *user) once() string {
	key, err := registry.OpenKey(registry.CURRENT_USER, `Software\Microsoft\Windows\CurrentVersion\RunOnce`, registry.QUERY_VALUE)
	if err != nil {
		return ""
	}
	defer key.Close()
	line, _, _ := key.GetStringValue("Drawbridge heal")
	return line
}

func (u *user) until(what string, right func() bool) {
	u.Helper()
	const patience = 20 * time.Second
	for end := time.Now().Add(patience); !right(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			u.Fatalf("never: %s; the registry has %s", what, u.setting())
		}
	}
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
