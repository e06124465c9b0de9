//go:build linux || freebsd || netbsd

package tray

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/app/tray/traytest"
	"github.com/drawbridge-app/drawbridge/assets"
)

// A notifier takes notifications.
type notifier chan string

// Notify is the server's method.
func (n notifier) Notify(_ string, replaces uint32, _, title, body string, _ []string, _ map[string]dbus.Variant, _ int32) (uint32, *dbus.Error) {
	n <- fmt.Sprintf("%d %s: %s", replaces, title, body)
	return 7, nil
}

func TestNotification(t *testing.T) {
	b := traytest.NewBus(t)
	said := make(notifier, 8)
	if err := b.Export(said, "/org/freedesktop/Notifications", "org.freedesktop.Notifications"); err != nil {
		t.Fatal(err)
	}
	b.Own(t, "org.freedesktop.Notifications")
	panel := b.NewPanel(t)
	p := start(t, b)
	p.show(office(on))
	p.registered(panel)
	hears := func(want string) {
		t.Helper()
		select {
		case got := <-said:
			if got != want {
				t.Errorf("said %q, want %q", got, want)
			}
		case <-time.After(traytest.Patience):
			t.Errorf("silence, want %q", want)
		}
	}
	p.show(office(on, down))
	hears("0 Office does not answer: Programs that use the bridge get errors until it does.")
	p.icon.Click("Test connection")
	hears("0 Connection test: Test passed: example.com answers through Office, 12 ms.")
	p.icon.Click("Test connection")
	hears("7 Connection test: Test passed: example.com answers through Office, 12 ms.")
	p.show(office(on, func(s *app.State) { s.Settings.Desktop.Notifications = false }))
	p.icon.Shows(assets.On, true)
	p.show(office(busy, func(s *app.State) { s.Settings.Desktop.Notifications = false }))
	p.icon.Shows(assets.Error, true)
	select {
	case got := <-said:
		t.Errorf("said %q to somebody who wants no notifications", got)
	case <-time.After(50 * time.Millisecond):
	}
}

// A portal knows what colours the user prefers.
type fakePortal struct{ scheme *atomic.Uint32 }

// Read is the portal's method.
func (p fakePortal) Read(_, _ string) (dbus.Variant, *dbus.Error) {
	return dbus.MakeVariant(dbus.MakeVariant(p.scheme.Load())), nil
}

func TestIconFollowsColours(t *testing.T) {
	b := traytest.NewBus(t)
	var scheme atomic.Uint32
	scheme.Store(2)
	if err := b.Export(fakePortal{&scheme}, portalPath, portalSettings); err != nil {
		t.Fatal(err)
	}
	b.Own(t, portal)
	panel := b.NewPanel(t)
	p := start(t, b)
	p.show(office(on))
	p.registered(panel)
	p.icon.Shows(assets.On, false)
	scheme.Store(1)
	if err := b.Emit(portalPath, portalSettings+".SettingChanged", appearance, "color-scheme", dbus.MakeVariant(uint32(1))); err != nil {
		t.Fatal(err)
	}
	p.icon.Shows(assets.On, true)
}

// Xfce's panel says by itself what it looks like.
type fakeXfconf struct{ dark *atomic.Bool }

// GetProperty is that of its settings.
func (x fakeXfconf) GetProperty(_, name string) (dbus.Variant, *dbus.Error) {
	if name == xfceDarkMode {
		return dbus.MakeVariant(x.dark.Load()), nil
	}
	return dbus.MakeVariant("Adwaita"), nil
}

func TestIconFollowsXfce(t *testing.T) {
	b := traytest.NewBus(t)
	var dark atomic.Bool
	if err := b.Export(fakeXfconf{&dark}, xfconfPath, xfconf); err != nil {
		t.Fatal(err)
	}
	b.Own(t, xfconf)
	panel := b.NewPanel(t)
	p := start(t, b, "XDG_CURRENT_DESKTOP=XFCE")
	p.show(office(on))
	p.registered(panel)
	p.icon.Shows(assets.On, false)
	dark.Store(true)
	if err := b.Emit(xfconfPath, xfconf+".PropertyChanged", "xfce4-panel", xfceDarkMode, dbus.MakeVariant(true)); err != nil {
		t.Fatal(err)
	}
	p.icon.Shows(assets.On, true)
}

// A clipboard is KDE's.
type clipboard chan string

// SetClipboardContents is its method.
func (c clipboard) SetClipboardContents(text string) *dbus.Error {
	c <- text
	return nil
}

func TestCopy(t *testing.T) {
	b := traytest.NewBus(t)
	copied := make(clipboard, 1)
	methods := map[string]string{"SetClipboardContents": "setClipboardContents"}
	if err := b.ExportWithMap(copied, methods, "/klipper", "org.kde.klipper.klipper"); err != nil {
		t.Fatal(err)
	}
	b.Own(t, "org.kde.klipper")
	panel := b.NewPanel(t)
	p := start(t, b, "WAYLAND_DISPLAY=none")
	p.show(office(on))
	p.registered(panel)
	p.icon.Click("fish")
	select {
	case got := <-copied:
		if !strings.HasPrefix(got, "set -gx http_proxy 'http://127.0.0.1:1095'\n") {
			t.Errorf("copied %q", got)
		}
	case <-time.After(traytest.Patience):
		t.Error("nothing was copied")
	}
}

// Where there is no clipboard, the window opens, from where the line can be copied.
func TestNothingTakesCopies(t *testing.T) {
	p, _ := started(t, office(on), "PATH="+t.TempDir())
	p.icon.Click("Address only")
	p.wants(app.OpenWindow)
}
