//go:build linux

package cmd_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestScreenshots makes the pictures of the README from the real programs. `make screenshots` runs it.
func TestScreenshots(t *testing.T) {
	dir := os.Getenv("SCREENSHOTS")
	if dir == "" {
		t.Skip("makes pictures only when asked to: make screenshots")
	}
	for _, theme := range []string{"light", "dark"} {
		r := newRig(t, setup{dark: theme == "dark"}, `start = "on"`, fmt.Sprintf("theme = %q", theme), "left_click = \"menu\"")
		r.startTray()
		r.untilItCrosses()
		stop := r.busyLine()
		at := r.icon()
		r.start("drawbridge-window", "--page", "bridge")
		id := r.window()
		time.Sleep(20 * time.Second) // for a chart with something in it
		for i, page := range []string{"bridge", "upstreams", "connections", "settings"} {
			r.keys(id, "ctrl+"+itoa([]int{1, 2, 3, 6}[i]))
			time.Sleep(2 * time.Second)
			r.shoot(filepath.Join(dir, page+"-"+theme+".png"), "-window", id)
		}
		r.click(at, 3)
		time.Sleep(time.Second)
		r.shoot(filepath.Join(dir, "tray-"+theme+".png"), "-window", "root", "-crop", "420x420+860+0", "+repage")
		stop()
		r.stop()
	}
}

// shoot takes a picture, as small as it goes without a loss.
func (r *rig) shoot(path string, args ...string) {
	r.t.Helper()
	args = append(args, "-strip", "-define", "png:compression-level=9", path)
	if out, code := r.run("import", args...); code != 0 {
		r.t.Fatalf("import %s: %s", strings.Join(args, " "), out)
	}
}

// busyLine keeps the bridge busy with traffic that comes and goes, until stop is called.
func (r *rig) busyLine() (stop func()) {
	for range 5 {
		r.startStream()
	}
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for i := 0; ; i++ {
			select {
			case <-done:
				return
			case <-time.After(time.Duration(100+i%7*90) * time.Millisecond):
				r.crosses()
			}
		}
	}()
	return func() { close(done); <-ended }
}
