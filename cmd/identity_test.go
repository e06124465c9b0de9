//go:build linux

package cmd_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// identity is the name of our desktop file without its ending, and what that says the window calls itself.
func (d *desk) identity() string {
	d.t.Helper()
	files, err := filepath.Glob("../packaging/linux/*.desktop")
	d.must(err)
	if len(files) != 1 {
		d.t.Fatalf("the desktop files are %v, want one", files)
	}
	text, err := os.ReadFile(files[0])
	d.must(err)
	name := strings.TrimSuffix(filepath.Base(files[0]), ".desktop")
	if class := regexp.MustCompile(`(?m)^StartupWMClass=(.*)$`).FindSubmatch(text); class == nil || string(class[1]) != name {
		d.t.Errorf("StartupWMClass is %q, want the file's name %s", class, name)
	}
	return name
}

// On X11, desktops find the window's name and icon by its class, which the title does not change.
func TestWindowClass(t *testing.T) {
	need(t, "xprop")
	r := newRig(t, setup{})
	r.startTray()
	r.start("drawbridge-window")
	out, code := r.run("xprop", "-id", r.window(), "WM_CLASS")
	id := r.identity()
	if want := `WM_CLASS(STRING) = "` + id + `", "` + id + `"`; code != 0 || strings.TrimSpace(out) != want {
		t.Errorf("%s, want %s", out, want)
	}
}

// On Wayland they do by its app_id. This is the one picture that is made without X11: the compositor itself stands in an X
// server, because a display without a keyboard is more than GLFW can bear.
func TestWindowAppID(t *testing.T) {
	need(t, "weston")
	r := newRig(t, setup{})
	r.startTray()
	r.start("weston", "--backend=x11-backend.so", "--use-pixman", "--socket=wayland-drawbridge", "--width=1100", "--height=760")
	r.within("a compositor", func() bool { _, err := os.Stat(r.file("run/wayland-drawbridge")); return err == nil })
	w := r.start("env", "-u", "DISPLAY", "WAYLAND_DISPLAY=wayland-drawbridge", "WAYLAND_DEBUG=1", filepath.Join(builds, "drawbridge-window"))
	says := regexp.MustCompile(`xdg_toplevel@\d+\.set_app_id\("([^"]*)"\)`)
	r.within("the window says whose it is", func() bool {
		if !w.alive() {
			r.t.Fatalf("drawbridge-window ended\n%s", r.transcripts())
		}
		return says.MatchString(w.said.String())
	})
	r.picture("wayland")
	if found := says.FindStringSubmatch(w.said.String()); found[1] != r.identity() {
		t.Errorf("the window's app_id is %q, want %q", found[1], r.identity())
	}
}
