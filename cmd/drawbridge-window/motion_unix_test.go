//go:build !windows && !darwin

package main

import (
	"bufio"
	"os/exec"
	"strings"
	"testing"

	"github.com/godbus/dbus/v5"
)

// A desktop without a bus, or with one that does not answer, is not waited for.
func TestMotionWithoutABus(t *testing.T) {
	for _, address := range []string{"", "unix:path=/nonexistent/bus"} {
		t.Setenv("DBUS_SESSION_BUS_ADDRESS", address)
		t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
		if still(t.Context()) {
			t.Errorf("at %q nothing is to move", address)
		}
	}
}

// settings is the desktop's portal, as far as it is asked.
type settings struct{ animations bool }

func (s settings) ReadOne(namespace, key string) (dbus.Variant, *dbus.Error) {
	if namespace != "org.gnome.desktop.interface" || key != "enable-animations" {
		return dbus.Variant{}, dbus.NewError("org.freedesktop.portal.Error.NotFound", nil)
	}
	return dbus.MakeVariant(s.animations), nil
}

func TestMotionAsTheDesktopSays(t *testing.T) {
	daemon, err := exec.LookPath("dbus-daemon")
	if err != nil {
		t.Skip("there is no dbus-daemon")
	}
	cmd := exec.Command(daemon, "--session", "--nofork", "--print-address=1")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", strings.TrimSpace(address))
	bus, err := dbus.ConnectSessionBus()
	if err != nil {
		t.Fatal(err)
	}
	defer bus.Close()
	if still(t.Context()) {
		t.Error("without a portal nothing is to move")
	}
	if _, err := bus.RequestName("org.freedesktop.portal.Desktop", 0); err != nil {
		t.Fatal(err)
	}
	for _, animations := range []bool{true, false} {
		if err := bus.Export(settings{animations}, "/org/freedesktop/portal/desktop", "org.freedesktop.portal.Settings"); err != nil {
			t.Fatal(err)
		}
		if got := still(t.Context()); got == animations {
			t.Errorf("with animations %v still = %v", animations, got)
		}
	}
}
