//go:build linux

package cmd_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
)

// startService starts the bridge as the user's service manager does, and waits until it answers and listens.
func (r *rig) startService() *program {
	r.t.Helper()
	return r.startHeadless("drawbridge", "service", "run", "--user")
}

// startHeadless starts a bridge without a desktop of its own, and waits until it answers and listens.
func (r *rig) startHeadless(name string, args ...string) *program {
	r.t.Helper()
	p := r.start(name, args...)
	p.line() // or what else it prints has nowhere to go
	r.within("it owns the bridge, which is on", func() bool {
		if !p.alive() {
			r.t.Fatalf("%s ended\n%s", name, r.transcripts())
		}
		s, ok := r.asked()
		return ok && s.Owner.PID == p.cmd.Process.Pid && s.On
	})
	return p
}

// asked is status where there may be no owner; ok says that there is one.
func (r *rig) asked() (s status, ok bool) {
	r.t.Helper()
	out, code := r.run("drawbridge", "status", "--json")
	if code == 0 {
		r.must(json.Unmarshal([]byte(out), &s))
	}
	return s, code == 0
}

// tooltip is the text at our icon.
func (r *rig) tooltip() string {
	r.t.Helper()
	v, err := r.item().GetProperty("org.kde.StatusNotifierItem.ToolTip")
	r.must(err)
	var tip struct {
		Icon    string
		Pixmaps []struct {
			Width, Height int32
			Pixels        []byte
		}
		Title, Text string
	}
	r.must(dbus.Store([]any{v.Value()}, &tip))
	return tip.Title
}

// icons counts the icons that the panel knows of.
func (r *rig) icons() int {
	r.t.Helper()
	v, err := r.bus.Object("org.kde.StatusNotifierWatcher", "/StatusNotifierWatcher").GetProperty("org.kde.StatusNotifierWatcher.RegisteredStatusNotifierItems")
	r.must(err)
	return len(v.Value().([]string))
}

// pictureOfMenu keeps a picture of the screen with the icon's menu open.
func (r *rig) pictureOfMenu(at spot, name string) {
	r.t.Helper()
	if os.Getenv("DRAWBRIDGE_PICTURES") == "" {
		return
	}
	r.click(at, 3)
	time.Sleep(time.Second) // until it is drawn
	r.picture(name)
	r.run("xdotool", "key", "Escape")
}

// untilItShows waits until the menu's first line and the tooltip say so, and the menu's tick at On is like that.
func (r *rig) untilItShows(line, tooltip string, on bool) {
	r.t.Helper()
	r.within("the icon says "+line+" and "+tooltip, func() bool {
		return r.find(line).label == line && r.tooltip() == tooltip && r.find("On").ticked == on
	})
}

// What the icon says of a service.
const (
	onLine   = "On. Traffic crosses through Office" // and the time that it takes
	offLine  = "Off. It runs as a service."
	goneLine = "Drawbridge is not running."
	onTip    = "Drawbridge: On, through Office"
	offTip   = "Drawbridge: Off"
	goneTip  = "Drawbridge: not running"
	quitItem = "Close the icon (the service goes on)"
)

// untilTheServiceIsOn waits until icon and page say that the service is on.
func (r *rig) untilTheServiceIsOn() {
	r.t.Helper()
	r.untilItCrosses()
	r.within("the icon shows the service", func() bool {
		line := r.find(onLine).label
		return strings.HasSuffix(line, ". It runs as a service.") && strings.HasPrefix(r.tooltip(), onTip) && r.find("On").ticked
	})
}

// The icon is a face of the service that runs: it shows that one's state and switches that one. The service outlives the
// icon, and the icon the service.
func TestTrayShowsTheService(t *testing.T) {
	r := newRig(t, setup{}, `start = "off"`) // of the tray's own bridge, which there is none of
	r.must(os.Remove(r.memory()))            // the first start opens the window, as it does without a service
	service := r.startService()
	r.startTray()
	at := r.icon()
	r.untilTheServiceIsOn()
	on := r.pixmap()
	r.keys(r.window(), "ctrl+w")
	r.within("the window is closed", func() bool { return r.windows() == 0 })
	r.pictureOfMenu(at, "menu")

	stream := r.startStream()
	r.choose(quitItem)
	if code := r.tray.ended(); code != 0 {
		t.Errorf("drawbridge-tray: exit code %d, want 0\n%s", code, r.tray.said.String())
	}
	r.goesOn(stream)
	r.startTray()
	at = r.icon()
	r.untilTheServiceIsOn()
	r.goesOn(stream)

	r.click(at, 1)
	r.untilItRefuses()
	r.untilItShows(offLine, offTip, false)
	off := r.pixmap()
	r.choose("On")
	r.untilTheServiceIsOn()
	if s := r.status(); s.Owner.PID != service.cmd.Process.Pid || len(s.Problems) > 0 {
		t.Errorf("the owner is %+v with the problems %v, want the service, %d, with none", s.Owner, s.Problems, service.cmd.Process.Pid)
	}

	service.signal(syscall.SIGTERM)
	if code := service.ended(); code != 0 {
		t.Errorf("the service: exit code %d, want 0\n%s", code, service.said.String())
	}
	r.untilItShows(goneLine, goneTip, false)
	gone := r.pixmap()
	if on == off || off == gone || gone == on {
		t.Error("the icon of on, off and gone is not three pictures")
	}
	if test := r.find("Test connection"); test.enabled {
		t.Error("nobody is there, and the connection can be tested")
	}
	r.pictureOfMenu(at, "gone")
	if _, refused := r.crosses(); !refused {
		t.Error("something still listens")
	}

	for _, end := range []syscall.Signal{syscall.SIGKILL, syscall.SIGTERM} { // after which it is started again
		service = r.startService()
		r.untilTheServiceIsOn()
		if r.pixmap() != on {
			t.Error("the icon of a service that came back is not that of one that is on")
		}
		service.signal(end)
		service.ended()
		r.untilItShows(goneLine, goneTip, false)
	}

	r.choose("On") // somebody wants a bridge: then it is the tray's
	r.untilItCrosses()
	if s := r.status(); s.Owner.PID != r.tray.cmd.Process.Pid {
		t.Errorf("the owner is %+v, want the tray", s.Owner)
	}
	r.within("it is no service any more", func() bool { return r.find("Quit").label == "Quit" })
	if n := r.windows(); n > 0 {
		t.Errorf("%d windows, want none: it was not the first start, and it starts hidden", n)
	}
	r.stop()
}

// Started again beside a service, the tray opens its window and leaves the icon alone.
func TestSecondStartBesideAService(t *testing.T) {
	r := newRig(t, setup{})
	r.startService()
	r.startTray("--hidden")
	r.within("the panel knows the icon", func() bool { return r.icons() == 1 })
	for _, tt := range []struct {
		args    []string
		windows int
	}{{[]string{"--hidden"}, 0}, {[]string{"--at-login"}, 0}, {nil, 1}, {[]string{"--open-window"}, 1}} {
		if out, code := r.run("drawbridge-tray", tt.args...); code != 0 || strings.Contains(out, "level=ERROR") {
			t.Errorf("second start %v: exit code %d\n%s", tt.args, code, out)
		}
		if tt.windows > 0 {
			r.window()
		}
		if n, m := r.icons(), r.windows(); n != 1 || m != tt.windows {
			t.Errorf("second start %v: %d icons and %d windows, want 1 and %d", tt.args, n, m, tt.windows)
		}
	}
	r.tray.signal(syscall.SIGKILL) // one that has died keeps nobody out
	r.tray.ended()
	r.startTray("--hidden")
	r.untilTheServiceIsOn()
}

// The window is a client of the service as it is of the tray.
func TestWindowOfAService(t *testing.T) {
	for _, theme := range []string{"light", "dark"} {
		t.Run(theme, func(t *testing.T) {
			r := newRig(t, setup{dark: theme == "dark"}, `theme = "`+theme+`"`, "start_hidden = false")
			service := r.startService()
			r.startTray()
			at := r.icon()
			id := r.window()
			r.choose("Open window") // it is
			r.within("the window shows the service", func() bool { return strings.Contains(r.title(id), "On, through Office") })
			r.settled(id)
			if n := r.windows(); n != 1 {
				t.Errorf("%d windows, want 1", n)
			}
			r.pictureOfMenu(at, "bridge")
			r.keys(id, "ctrl+7")
			r.settled(id)
			r.picture("about")
			r.keys(id, "ctrl+1")
			r.keys(id, "ctrl+t")
			r.untilItRefuses()
			r.untilItShows(offLine, offTip, false)
			r.choose("On")
			r.untilTheServiceIsOn()
			r.within("the window shows what the icon did", func() bool { return strings.Contains(r.title(id), "On, through Office") })

			service.signal(syscall.SIGTERM)
			service.ended()
			r.within("the window says that it has gone", func() bool { return strings.Contains(r.title(id), "not running") })
			r.untilItShows(goneLine, goneTip, false)
			r.settled(id)
			r.pictureOfMenu(at, "gone")
			r.startService()
			r.within("the window shows the next one", func() bool { return strings.Contains(r.title(id), "On, through Office") })
			r.untilTheServiceIsOn()
			r.keys(id, "ctrl+w")
			r.within("the window is closed", func() bool { return r.windows() == 0 })
			r.untilTheServiceIsOn()
		})
	}
}

// A service that runs as the user, on the user's desktop, is the system's proxy if the icon's tick says so, and gives back
// however it ends. It does not matter to that whether there is an icon.
func TestSystemProxyOfAService(t *testing.T) {
	need(t, "gsettings")
	for _, end := range []syscall.Signal{syscall.SIGTERM, syscall.SIGKILL} {
		t.Run(end.String(), func(t *testing.T) {
			r := newRig(t, setup{})
			before := r.systemProxy()
			service := r.startService()
			r.startTray()
			r.choose(tick)
			r.within("the system's proxy is the service", func() bool { return strings.Contains(r.systemProxy(), r.port) })
			r.within("a tick", func() bool { return r.find(tick).ticked })
			r.choose(quitItem)
			r.tray.ended()
			if now := r.systemProxy(); !strings.Contains(now, r.port) {
				t.Errorf("the icon's end took the service's lease with it:\n%s", now)
			}
			r.startTray()
			r.within("a tick", func() bool { return r.find(tick).ticked })
			service.signal(end)
			service.ended()
			r.within("the system's proxy is the user's own", func() bool { return r.systemProxy() == before })
			r.within("no tick", func() bool { e := r.find(tick); return !e.ticked && !e.enabled })
		})
	}
}

// One that knows of no desktop, or is the whole machine's, takes no system proxy, and the icon says why.
func TestNoSystemProxyOfAService(t *testing.T) {
	need(t, "gsettings")
	for _, tt := range []struct {
		name, why string
		args      func(r *rig) []string // of env
	}{
		{"no desktop", "the service knows of no desktop", func(r *rig) []string {
			return []string{"-u", "XDG_CURRENT_DESKTOP", filepath.Join(builds, "drawbridge"), "service", "run", "--user"}
		}},
		{"machine", "the bridge is the machine's service", func(r *rig) []string { // at the user's socket, where root is let in
			return []string{"DRAWBRIDGE_SOCKET=" + r.file("run/drawbridge/control.sock"), filepath.Join(builds, "drawbridge"),
				"service", "run", "--system", "--settings", r.file(".config/drawbridge/settings.toml")}
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t, setup{})
			before := r.systemProxy()
			r.startHeadless("env", tt.args(r)...)
			r.startTray()
			r.untilTheServiceIsOn()
			if e := r.find("Use as system proxy"); e.enabled || e.ticked || !strings.Contains(e.label, tt.why) {
				t.Errorf("the tick is %+v, want one that says: %s", e, tt.why)
			}
			if out, code := r.run("drawbridge", "system-proxy", "on"); code == 0 {
				t.Errorf("drawbridge system-proxy on did it:\n%s", out)
			}
			if now := r.systemProxy(); now != before {
				t.Errorf("the system's proxy is\n%s", now)
			}
		})
	}
}

// The icon also shows a bridge that runs in a terminal, and says what Quit leaves behind.
func TestTrayShowsARun(t *testing.T) {
	r := newRig(t, setup{})
	run := r.startHeadless("drawbridge", "run")
	r.startTray()
	r.within("the icon shows that it is on", func() bool { return strings.HasPrefix(r.tooltip(), onTip) })
	r.choose("Close the icon (the bridge goes on)")
	if code := r.tray.ended(); code != 0 {
		t.Errorf("drawbridge-tray: exit code %d, want 0", code)
	}
	r.untilItCrosses()
	if s := r.status(); s.Owner.PID != run.cmd.Process.Pid {
		t.Errorf("the owner is %+v, want drawbridge run", s.Owner)
	}
}
