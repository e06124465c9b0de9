//go:build linux

package cmd_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A click on the real icon in a real panel lowers the bridge, the next one raises it.
func TestClickIsTheSwitch(t *testing.T) {
	r := newRig(t, setup{})
	r.startTray()
	at := r.icon()
	r.untilItRefuses()
	off := r.pixmap()
	r.click(at, 1)
	r.untilItCrosses()
	r.within("the icon shows that it is on", func() bool { return r.pixmap() != off })
	r.picture("on")
	time.Sleep(time.Second) // longer than a double click
	r.click(at, 1)
	r.untilItRefuses()
	r.within("the icon shows that it is off", func() bool { return r.pixmap() == off })
}

// pixmap is our icon's picture, as text.
func (r *rig) pixmap() string {
	r.t.Helper()
	v, err := r.item().GetProperty("org.kde.StatusNotifierItem.IconPixmap")
	r.must(err)
	return v.String()
}

// Two clicks in a row are one toggle.
func TestDoubleClickIsOneToggle(t *testing.T) {
	r := newRig(t, setup{})
	r.startTray()
	at := r.icon()
	r.run("xdotool", "mousemove", itoa(at.x), itoa(at.y), "sleep", "0.3", "click", "--repeat", "2", "--delay", "120", "1")
	r.untilItCrosses()
	time.Sleep(time.Second)
	if !r.status().On {
		t.Error("off after a double click, want on")
	}
}

func TestMenuOverTheBus(t *testing.T) {
	r := newRig(t, setup{})
	r.startTray()
	r.choose("On")
	r.untilItCrosses()
	r.within("a tick at On", func() bool { return r.find("On").ticked })
	if !r.find("Office").ticked || r.find("Nobody").ticked {
		t.Errorf("profiles: %+v, %+v, want Office ticked", r.find("Office"), r.find("Nobody"))
	}
	stream := r.startStream()
	r.choose("Nobody")
	r.within("the other profile", func() bool { return r.find("Nobody").ticked && !r.find("Office").ticked })
	r.within("the upstream is down", func() bool { return r.status().Upstream.State == "down" })
	r.goesOn(stream)
	r.choose("Office")
	r.untilItCrosses()
	r.goesOn(stream)
	r.choose("Quit")
	if code := r.tray.ended(); code != 0 {
		t.Errorf("exit code %d after Quit, want 0", code)
	}
}

// The tick leads the system's programs to the bridge, and the end of the program leads them back, however it comes.
func TestSystemProxyFromTheMenu(t *testing.T) {
	need(t, "gsettings")
	for _, end := range []syscall.Signal{syscall.SIGTERM, syscall.SIGKILL} {
		t.Run(end.String(), func(t *testing.T) {
			r := newRig(t, setup{})
			r.startTray()
			before := r.systemProxy()
			r.choose(tick)
			r.within("the system's proxy is the bridge", func() bool { return strings.Contains(r.systemProxy(), r.port) })
			r.within("a tick", func() bool { return r.find(tick).ticked })
			r.untilItCrosses() // it was turned on by that
			r.tray.signal(end)
			r.tray.ended()
			r.within("the system's proxy is the user's own", func() bool { return r.systemProxy() == before })
		})
	}
}

// systemProxy is all of the desktop's setting: GNOME's, and KDE's file.
func (r *rig) systemProxy() string {
	r.t.Helper()
	out, code := r.run("gsettings", "list-recursively", "org.gnome.system.proxy")
	if code != 0 {
		r.t.Fatalf("gsettings: %s", out)
	}
	file, _ := os.ReadFile(r.file(".config/kioslaverc")) // none, but on KDE
	return out + string(file)
}

// A panel that dies takes the icon with it, and the next one shows it again.
func TestPanelRestarts(t *testing.T) {
	r := newRig(t, setup{})
	r.startTray()
	r.icon()
	r.panel.signal(syscall.SIGKILL)
	r.panel.ended()
	r.within("no tray", func() bool { return !r.owned("org.kde.StatusNotifierWatcher") })
	r.startPanel(false)
	at := r.icon()
	r.click(at, 1)
	r.untilItCrosses()
}

// Starting the application again shows the window of the first one.
func TestSecondStartOpensTheWindow(t *testing.T) {
	r := newRig(t, setup{})
	r.startTray()
	if n := r.windows(); n != 0 {
		t.Fatalf("%d windows at the start, want none: there are settings, and it starts hidden", n)
	}
	out, code := r.run("drawbridge-tray")
	if code != 0 {
		t.Errorf("second start: exit code %d, want 0\n%s", code, out)
	}
	r.window()
	if _, code := r.run("drawbridge-tray"); code != 0 {
		t.Errorf("third start: exit code %d, want 0", code)
	}
	time.Sleep(2 * time.Second)
	if n := r.windows(); n != 1 {
		t.Errorf("%d windows, want 1", n)
	}
}

// The first start shows the window, since nobody knows the icon yet, and in it the assistant, which leads to a bridge that
// is on by the keyboard alone.
func TestFirstStartShowsTheWindow(t *testing.T) {
	r := newRig(t, setup{})
	r.must(os.Remove(r.memory()))
	r.settings("version = 1\nlisten = [\"127.0.0.1:" + r.port + "\"]\n")
	r.startTray()
	id := r.window()
	r.settled(id)
	r.picture("assistant")
	r.keys(id, "End", "Up") // what was found on this machine stands above, the built-in endpoint below
	r.typed(id, "socks5://"+r.socks)
	r.picture("url")
	r.keys(id, "Return")
	r.settled(id)
	r.picture("name")
	r.keys(id, "Return")
	r.untilItCrosses()
	r.settled(id)
	r.picture("on")
	r.keys(id, "Return", "ctrl+w") // to its end, and the window's
	r.within("the window is closed", func() bool { return r.windows() == 0 })
	r.stop()

	// It does not come again, also not to somebody who has no upstream any more.
	r.settings("version = 1\nlisten = [\"127.0.0.1:" + r.port + "\"]\n")
	r.remember(`{"on": false}`)
	r.startTray("--open-window")
	id = r.window()
	r.settled(id)
	r.picture("again")
	r.keys(id, "ctrl+t") // which an assistant would keep to itself
	r.within("it is on", func() bool { return r.status().On })
}

// Where no panel shows icons, the window opens and says why, even if it was to start hidden; and the icon comes as soon
// as there is a panel.
func TestNoTrayOpensTheWindow(t *testing.T) {
	for _, first := range []bool{false, true} {
		t.Run(fmt.Sprintf("first=%v", first), func(t *testing.T) {
			r := newRig(t, setup{noPanel: true}, "start_hidden = true")
			if first {
				r.must(os.Remove(r.memory()))
			}
			r.startTray()
			id := r.window()
			if first { // the window is there before anybody knows that there is no icon
				r.within("the window is told", func() bool { return r.status().Why == "no-tray" })
			}
			r.settled(id)
			r.picture("no-tray")
			said := r.dump(id)
			r.keys(id, "Escape") // closes nothing but what the window says
			r.within("it said something", func() bool { return r.dump(id) != said })
			r.settled(id)
			r.picture("closed")
			r.startPanel(false)
			r.icon()
		})
	}
}

func TestNothingToShowOn(t *testing.T) {
	for _, tt := range []struct {
		name  string
		setup setup
	}{
		{"no display", setup{noScreen: true}},
		{"no session bus", setup{noBus: true}},
		{"neither", setup{noScreen: true, noBus: true}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t, tt.setup)
			out, code := r.run("drawbridge-tray")
			if lines := strings.Count(out, "\n"); code != 1 || lines != 1 || !strings.Contains(out, "drawbridge run") {
				t.Errorf("exit code %d, want 1 and one sentence that names drawbridge run:\n%s", code, out)
			}
		})
	}
}

// SIGTERM, which ends a session, leaves nothing behind.
func TestEndsInOrder(t *testing.T) {
	r := newRig(t, setup{}, `start = "on"`)
	r.startTray()
	r.untilItCrosses()
	r.stop()
	if _, refused := r.crosses(); !refused {
		t.Error("something still listens")
	}
	if left, _ := filepath.Glob(r.file("run/drawbridge/*.sock")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	if out := r.tray.said.String(); regexp.MustCompile(`panic|goroutine \d`).MatchString(out) {
		t.Errorf("it ended with:\n%s", out)
	}
	// It was on, so it is on again.
	r.settings(strings.Replace(r.content(), `start = "on"`, `start = "last"`, 1))
	r.startTray()
	r.untilItCrosses()
}

// content is the settings file's.
func (r *rig) content() string {
	r.t.Helper()
	text, err := os.ReadFile(r.file(".config/drawbridge/settings.toml"))
	r.must(err)
	return string(text)
}
