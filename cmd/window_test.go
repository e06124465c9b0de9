//go:build linux

package cmd_test

import (
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
)

func itoa(n int) string { return strconv.Itoa(n) }

// A new port, typed into the window, is listened on at once, and a tunnel through the old one streams on.
func TestPortChangedInTheWindow(t *testing.T) {
	r := newRig(t, setup{}, `start = "on"`)
	r.startTray()
	stream := r.startStream()
	window := r.start("drawbridge-window", "--page", "settings")
	id := r.window()
	r.picture("settings")
	old := r.port
	r.port = freePort(t)
	r.settled(id)
	r.keys(id, "ctrl+f", "ctrl+a") // in the first field, which is where the bridge listens
	r.typed(id, "127.0.0.1:"+r.port)
	r.picture("typed")
	r.keys(id, "Return")
	r.untilItCrosses()
	r.picture("moved")
	r.goesOn(stream)
	if now := r.status().Listen; len(now) != 1 || now[0] != "127.0.0.1:"+r.port {
		t.Errorf("listen = %v, want the new port %s alone", now, r.port)
	}
	if !strings.Contains(r.content(), r.port) || strings.Contains(r.content(), "127.0.0.1:"+old+`"`) {
		t.Errorf("the settings file was not changed:\n%s", r.content())
	}
	// What the command line changes shows in the window.
	r.drawbridge("use", "Nobody")
	r.within("the other upstream in the window", func() bool { return strings.Contains(r.title(id), "Nobody") })

	// A second start is none, but switches the page; from there the keyboard leads back.
	if out, code := r.run("drawbridge-window", "--page", "rules"); code != 0 || r.windows() != 1 {
		t.Errorf("a second start: exit code %d, %d windows\n%s", code, r.windows(), out)
	}
	r.settled(id)
	r.picture("rules")
	r.keys(id, "ctrl+comma")
	r.settled(id)
	r.picture("back")

	window.signal(syscall.SIGKILL)
	window.ended()
	r.goesOn(stream)
	if !r.status().On {
		t.Error("off after the window was killed, want on")
	}
}

// The window closes in order, and is the same process no longer: its memory is the system's again.
func TestWindowClosed(t *testing.T) {
	r := newRig(t, setup{}, `start = "on"`)
	r.startTray()
	window := r.start("drawbridge-window")
	id := r.window()
	r.keys(id, "ctrl+w")
	if code := window.ended(); code != 0 {
		t.Errorf("drawbridge-window: exit code %d, want 0\n%s", code, window.said.String())
	}
	r.untilItCrosses()
}

// The owner's death is told, and the next owner is found.
func TestOwnerDies(t *testing.T) {
	r := newRig(t, setup{}, `start = "on"`)
	r.startTray()
	r.start("drawbridge-window")
	id := r.window()
	r.tray.signal(syscall.SIGKILL)
	r.tray.ended()
	r.within("the window says so", func() bool { return strings.Contains(r.title(id), "not running") })
	r.picture("gone")
	r.startTray()
	r.within("the window has found the next one", func() bool { return !strings.Contains(r.title(id), "not running") })
	r.keys(id, "ctrl+t")
	r.untilItRefuses()
}

// title is the title of a window.
func (r *rig) title(id string) string {
	out, _ := r.run("xdotool", "getwindowname", id)
	return out
}

// Without OpenGL only the window fails, with one sentence that says what to use instead.
func TestNoOpenGL(t *testing.T) {
	r := newRig(t, setup{noGL: true}, `start = "on"`)
	r.startTray()
	r.untilItCrosses()
	out, code := r.run("drawbridge-window")
	if code != 1 || !strings.Contains(out, "OpenGL") || !strings.Contains(out, "drawbridge settings") || strings.Contains(out, "goroutine ") {
		t.Errorf("drawbridge-window: exit code %d, want 1 and one sentence that names OpenGL and drawbridge settings:\n%s", code, out)
	}
	// Nobody reads what a program says that a menu has started: the menu tells.
	r.choose("Open window")
	r.find("The window cannot be shown")
	r.untilItCrosses()
	r.stop()
	if out, code := r.run("drawbridge", "window"); code != 1 || !strings.Contains(out, "OpenGL") {
		t.Errorf("drawbridge window: exit code %d, want 1 and why:\n%s", code, out)
	}
}

// The window needs no tray to be started first.
func TestWindowAloneStartsTheTray(t *testing.T) {
	r := newRig(t, setup{})
	r.start("drawbridge-window")
	r.window()
	r.within("an owner", func() bool { _, code := r.run("drawbridge", "status"); return code == 0 })
	r.drawbridge("on")
	r.untilItCrosses()
	r.drawbridge("off")
	r.untilItRefuses()
}

// A portal is where a desktop says whether it is light or dark.
type portal struct{ scheme atomic.Uint32 }

const (
	portalName  = "org.freedesktop.portal.Desktop"
	portalPath  = "/org/freedesktop/portal/desktop"
	preferDark  = 1
	preferLight = 2
)

// ReadOne implements org.freedesktop.portal.Settings.
func (p *portal) ReadOne(namespace, key string) (dbus.Variant, *dbus.Error) {
	if namespace != "org.freedesktop.appearance" || key != "color-scheme" {
		return dbus.Variant{}, dbus.NewError("org.freedesktop.portal.Error.NotFound", nil)
	}
	return dbus.MakeVariant(p.scheme.Load()), nil
}

// Read is ReadOne as it was before, with a variant in a variant.
func (p *portal) Read(namespace, key string) (dbus.Variant, *dbus.Error) {
	v, err := p.ReadOne(namespace, key)
	return dbus.MakeVariant(v), err
}

// The window becomes light and dark with the desktop.
func TestWindowFollowsTheDesktop(t *testing.T) {
	r := newRig(t, setup{})
	p := &portal{}
	p.scheme.Store(preferLight)
	r.must(r.bus.Export(p, portalPath, "org.freedesktop.portal.Settings"))
	_, err := r.bus.RequestName(portalName, dbus.NameFlagDoNotQueue)
	r.must(err)
	r.startTray()
	r.start("drawbridge-window")
	id := r.window()
	for _, tt := range []struct {
		scheme uint32
		light  bool
	}{{preferLight, true}, {preferDark, false}, {preferLight, true}} {
		p.scheme.Store(tt.scheme)
		var told time.Time
		r.within(fmt.Sprintf("light: %v", tt.light), func() bool {
			// Told again, since nobody says when it listens; but not faster than Fyne can change all its colours.
			if now := time.Now(); now.Sub(told) > 2*time.Second {
				told = now
				r.must(r.bus.Emit(portalPath, "org.freedesktop.portal.Settings.SettingChanged",
					"org.freedesktop.appearance", "color-scheme", dbus.MakeVariant(tt.scheme)))
			}
			return r.light(id) == tt.light
		})
	}
}

// light tells whether the most of a window is light.
func (r *rig) light(id string) bool {
	dump := r.dump(id)
	sum := 0
	for i := range len(dump) {
		sum += int(dump[i])
	}
	return sum > len(dump)*0xa0
}
