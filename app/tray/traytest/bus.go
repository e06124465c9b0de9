//go:build linux || freebsd || netbsd

package traytest

import (
	"bufio"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
)

// Patience is how long tests wait for what should happen at once, or soon, on a machine that may be busy.
const Patience = 30 * time.Second

// Until returns when right does, which it asks again and again. The test fails if that takes too long.
func Until(t testing.TB, what string, right func() bool) {
	t.Helper()
	for deadline := time.Now().Add(Patience); !right(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("never: %s", what)
		}
	}
}

// A Bus is a session's bus, and a connection to it.
type Bus struct {
	*dbus.Conn
	Address string // for DBUS_SESSION_BUS_ADDRESS
	daemon  *exec.Cmd
}

// NewBus starts a bus, which ends with the test. The services that it starts find what env says in their environment, too.
// Without dbus-daemon the test is skipped, except in CI, where that is a failure.
func NewBus(t testing.TB, env ...string) *Bus {
	t.Helper()
	path, err := exec.LookPath("dbus-daemon")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	b := &Bus{daemon: exec.Command(path, "--session", "--nofork", "--nopidfile", "--print-address")}
	b.daemon.Env = append(os.Environ(), env...)
	out, err := b.daemon.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := b.daemon.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Stop)
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	b.Address = strings.TrimSpace(line)
	b.Conn = b.connect(t)
	return b
}

func (b *Bus) connect(t testing.TB) *dbus.Conn {
	t.Helper()
	conn, err := dbus.Connect(b.Address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

// Stop ends the bus, as the end of a session does.
func (b *Bus) Stop() {
	b.daemon.Process.Kill()
	b.daemon.Wait()
}

// Own takes a well-known name.
func (b *Bus) Own(t testing.TB, name string) {
	t.Helper()
	own(t, b.Conn, name)
}

func own(t testing.TB, conn *dbus.Conn, name string) {
	t.Helper()
	if reply, err := conn.RequestName(name, dbus.NameFlagDoNotQueue); err != nil || reply != dbus.RequestNameReplyPrimaryOwner {
		t.Fatalf("request %s: %v, %v", name, reply, err)
	}
}

// The interface of who knows of all icons and of who shows them.
const watcher = "org.kde.StatusNotifierWatcher"

// A Panel takes note of icons.
type Panel struct {
	conn  *dbus.Conn
	icons chan string // their names on the bus
}

// NewPanel starts a panel. A bus has one at a time.
func (b *Bus) NewPanel(t testing.TB) *Panel {
	t.Helper()
	p := &Panel{conn: b.connect(t), icons: make(chan string, 8)}
	for _, name := range []string{watcher, "org.freedesktop.DBus.Properties"} {
		if err := p.conn.Export((*exported)(p), "/StatusNotifierWatcher", name); err != nil {
			t.Fatal(err)
		}
	}
	own(t, p.conn, watcher)
	return p
}

// Close ends the panel.
func (p *Panel) Close() { p.conn.Close() }

// exported is a panel as others on the bus see it.
type exported Panel

// RegisterStatusNotifierItem is the watcher's method.
func (p *exported) RegisterStatusNotifierItem(_ string, sender dbus.Sender) *dbus.Error {
	p.icons <- string(sender)
	return nil
}

// Get is that of the watcher's properties.
func (p *exported) Get(_, name string) (dbus.Variant, *dbus.Error) {
	return dbus.MakeVariant(name == "IsStatusNotifierHostRegistered"), nil
}

// Icon waits so long for an icon to come, and returns nil if none does.
func (p *Panel) Icon(t testing.TB, wait time.Duration) *Icon {
	t.Helper()
	select {
	case name := <-p.icons:
		return &Icon{t: t, conn: p.conn, Name: name}
	case <-time.After(wait):
		return nil
	}
}
