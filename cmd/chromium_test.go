//go:build linux

package cmd_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/chromedp/chromedp"
)

// Chromium on GNOME, which was told of no proxy, follows the tick while it runs, and what the user had after kill -9.
func TestChromiumFollowsTheSystemProxy(t *testing.T) {
	path := chromium(t)
	need(t, "gsettings")
	r := newRig(t, setup{desktop: "GNOME"})
	for _, own := range [][]string{{".http", "host", "proxy.example"}, {".http", "port", "3128"}, {"", "ignore-hosts", "['*.example']"}} {
		if out, code := r.run("gsettings", append([]string{"set", "org.gnome.system.proxy" + own[0]}, own[1:]...)...); code != 0 {
			t.Fatalf("gsettings set %v: %s", own, out)
		}
	}
	before := r.systemProxy()
	r.startTray()
	b := r.startBrowser(path)
	b.untilDirect()

	const tick = "Use as system proxy"
	r.choose(tick)
	b.untilItLoads()
	r.choose(tick)
	r.within("no tick", func() bool { return !r.find(tick).ticked }) // the next click is one on what the menu shows
	b.untilDirect()
	if ok, _ := r.crosses(); !ok {
		t.Error("the bridge was turned off with the tick, so this shows nothing")
	}
	r.choose(tick)
	b.untilItLoads()
	r.picture("loaded")

	r.tray.signal(syscall.SIGKILL)
	r.tray.ended()
	r.within("the system's proxy is the user's own", func() bool { return r.systemProxy() == before })
	b.untilDirect()
}

// chromium is the browser's path. Ubuntu's package is a stub for a snap, so CI does not have it there.
func chromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if release, err := os.ReadFile("/etc/os-release"); err == nil && slices.Contains(strings.Split(string(release), "\n"), "ID=ubuntu") {
		t.Skip("chromium is not installed")
	}
	need(t, "chromium")
	return ""
}

// A browser is a Chromium with a window on the rig's desk. Nothing tells it of a proxy but the desktop's setting.
type browser struct {
	*rig
	ctx   context.Context
	loads int
}

// startBrowser starts a Chromium, which ends with the test. It resolves no name: what it loads came through a proxy.
func (r *rig) startBrowser(path string) *browser {
	r.t.Helper()
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]),
		chromedp.ExecPath(path),
		chromedp.Flag("headless", false), // VisibleWindow asks for the display of this process, not of the desk
		chromedp.NoSandbox,               // root has none
		chromedp.DisableGPU,
		chromedp.NoInheritEnv,
		chromedp.Env(r.env...),
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"),
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-auto-reload", true), // of a page that failed, beside our own
	)
	ctx, cancel := context.WithTimeout(r.t.Context(), 5*patience)
	r.t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx, options...)
	r.t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	r.t.Cleanup(cancel)
	r.must(chromedp.Do(ctx)) // starts it, for longer than one load
	return &browser{rig: r, ctx: ctx}
}

// load loads the page anew and returns the text that it shows.
func (b *browser) load() (string, error) {
	b.loads++
	ctx, cancel := context.WithTimeout(b.ctx, patience/4) // within has a deadline to come back to
	defer cancel()
	if err := chromedp.Do(ctx, chromedp.Navigate(fmt.Sprintf("%s?%d", b.page, b.loads))); err != nil {
		if ctx.Err() != nil {
			b.t.Logf("load %d hung: %v", b.loads, err)
		}
		return "", err
	}
	return chromedp.Run(ctx, chromedp.Evaluate[string]("document.body.innerText"))
}

func (b *browser) untilItLoads() {
	b.t.Helper()
	b.within("Chromium loads the page", func() bool {
		text, err := b.load()
		return err == nil && strings.TrimSpace(text) == "crossed"
	})
}

// untilDirect waits until Chromium looks the page's name up itself, which goes wrong, and so asks no proxy.
func (b *browser) untilDirect() {
	b.t.Helper()
	b.within("Chromium asks no proxy", func() bool {
		_, err := b.load()
		return err != nil && strings.Contains(err.Error(), "ERR_NAME_NOT_RESOLVED")
	})
}
