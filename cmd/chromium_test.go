//go:build linux

package cmd_test

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/drawbridge-app/drawbridge/app/tray/traytest"
	"github.com/drawbridge-app/drawbridge/bridge/bridgetest"
)

// Chromium, which was told of no proxy, follows the tick while it runs, and what the user had after kill -9. While the
// setting leads to a bridge that is dead, it goes nowhere.
func TestChromiumFollowsTheSystemProxy(t *testing.T) {
	path := chromium(t)
	need(t, "gsettings")
	for _, desktop := range []string{"GNOME", "KDE"} {
		for _, way := range []string{"all", "pac"} {
			t.Run(desktop+"/"+way, func(t *testing.T) {
				r := newRig(t, setup{desktop: desktop})
				r.drawbridge("settings", "set", "system_proxy", way)
				r.drawbridge("settings", "set", "desktop.start", "off") // otherwise the next start takes it again
				r.setProxy(".http", "host", "proxy.example")
				r.setProxy(".http", "port", "3128")
				r.setProxy("", "ignore-hosts", "['*.example']")
				if desktop == "KDE" {
					r.must(os.WriteFile(r.file(".config/kioslaverc"), []byte("[Proxy Settings]\nhttpProxy=http://proxy.example 3128\nProxyType=0\n"), 0o600))
				}
				before := r.systemProxy()
				r.startTray()
				b := r.startBrowser(path)
				b.untilDirect(r.page)
				r.choose(tick)
				b.untilItLoads(r.page, "crossed")
				r.choose(tick)
				b.untilDirect(r.page)
				if ok, _ := r.crosses(); !ok {
					t.Error("the bridge was turned off with the tick, so this shows nothing")
				}
				r.choose(tick)
				b.untilItLoads(r.page, "crossed")
				r.picture("loaded")

				r.kill()
				b.untilNoProxyAnswers(r.page)
				if way == "all" { // by PAC, a Chromium that is started now would go directly: it has no file that says otherwise
					r.startBrowser(path).untilNoProxyAnswers(r.page)
				}
				r.startTray()
				r.within("the system's proxy is the user's own", func() bool { return r.systemProxy() == before })
				b.untilDirect(r.page)
				r.choose("On") // it is ticked still
				b.untilItLoads(r.page, "crossed")
				r.tray.signal(syscall.SIGKILL)
				r.tray.ended()
				r.within("the system's proxy is the user's own", func() bool { return r.systemProxy() == before })
				b.untilDirect(r.page)
			})
		}
	}
}

// By the PAC that the bridge serves, Chromium goes past the bridge to what is in the bypass list, and fetches it anew when
// that changes. Before and after it uses the PAC of the user's own.
func TestChromiumByPAC(t *testing.T) {
	path := chromium(t)
	need(t, "gsettings")
	r := newRig(t, setup{desktop: "GNOME"})
	const other = "http://other.test/"
	r.drawbridge("settings", "set", "system_proxy", "pac")
	r.drawbridge("settings", "set", "bypass", "other.test")
	r.setProxy("", "autoconfig-url", r.ownPAC("page.test"))
	r.setProxy("", "mode", "auto")
	before := r.systemProxy()
	r.startTray()
	b := r.startBrowser(path)
	b.untilItLoads(r.page, "theirs")
	b.untilDirect(other)

	r.choose(tick)
	b.untilItLoads(r.page, "crossed")
	b.untilDirect(other)
	if now := r.systemProxy(); !strings.Contains(now, " mode 'auto'\n") || !strings.Contains(now, ":"+r.port+"/") {
		t.Errorf("the system's proxy is\n%s", now)
	}
	first := r.systemProxy()
	r.drawbridge("settings", "set", "bypass", "page.test")
	b.untilItLoads(other, "crossed")
	b.untilDirect(r.page)
	if now := r.systemProxy(); now == first {
		t.Errorf("the system's proxy stayed\n%s", now)
	}
	r.drawbridge("settings", "unset", "bypass")
	b.untilItLoads(r.page, "crossed")
	b.untilItLoads(other, "crossed")

	r.tray.signal(syscall.SIGKILL)
	r.tray.ended()
	r.within("the system's proxy is the user's own", func() bool { return r.systemProxy() == before })
	b.untilItLoads(r.page, "theirs")
	b.untilDirect(other)
}

const tick = "Use as system proxy"

// setProxy is what the user sets: what follows "gsettings set org.gnome.system.proxy".
func (r *rig) setProxy(schema string, args ...string) {
	r.t.Helper()
	if out, code := r.run("gsettings", append([]string{"set", "org.gnome.system.proxy" + schema}, args...)...); code != 0 {
		r.t.Fatalf("gsettings set %v: %s", args, out)
	}
}

// ownPAC is the URL of a PAC file of the user's that leads a host to another proxy, which answers everything by itself.
func (r *rig) ownPAC(host string) string {
	r.t.Helper()
	serve := func(kind, text string) string {
		return bridgetest.StartOrigin(r.t, func(conn net.Conn) {
			if _, err := http.ReadRequest(bufio.NewReader(conn)); err == nil {
				fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s", kind, len(text), text)
			}
		}).Addr
	}
	proxy := serve("text/plain", "theirs")
	pac := fmt.Sprintf("function FindProxyForURL(url, host) { return host == %q ? %q : %q; }", host, "PROXY "+proxy, "DIRECT")
	return "http://" + serve("application/x-ns-proxy-autoconfig", pac) + "/own.pac"
}

// kill ends the tray and its guard by SIGKILL, so that the system's proxy stays as it is.
func (r *rig) kill() {
	r.t.Helper()
	guards := traytest.Guards(r.tray.cmd.Process.Pid)
	if len(guards) != 1 {
		r.t.Fatalf("the guards are %v, want one", guards)
	}
	r.must(syscall.Kill(guards[0], syscall.SIGKILL))
	r.tray.signal(syscall.SIGKILL)
	r.tray.ended()
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
	ctx, cancel := context.WithTimeout(r.t.Context(), 10*patience)
	r.t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx, options...)
	r.t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	r.t.Cleanup(cancel)
	r.must(chromedp.Do(ctx)) // starts it, for longer than one load
	return &browser{rig: r, ctx: ctx}
}

// load loads a page anew and returns the text that it shows.
func (b *browser) load(page string) (string, error) {
	b.loads++
	ctx, cancel := context.WithTimeout(b.ctx, patience/4) // within has a deadline to come back to
	defer cancel()
	if err := chromedp.Do(ctx, chromedp.Navigate(fmt.Sprintf("%s?%d", page, b.loads))); err != nil {
		if ctx.Err() != nil {
			b.t.Logf("load %d hung: %v", b.loads, err)
		}
		return "", err
	}
	return chromedp.Run(ctx, chromedp.Evaluate[string]("document.body.innerText"))
}

func (b *browser) untilItLoads(page, want string) {
	b.t.Helper()
	b.within("Chromium loads "+page+": "+want, func() bool {
		text, err := b.load(page)
		return err == nil && strings.TrimSpace(text) == want
	})
}

// untilDirect waits until Chromium looks the page's name up itself, which goes wrong, and so asks no proxy.
func (b *browser) untilDirect(page string) {
	b.t.Helper()
	b.untilItFails(page, "ERR_NAME_NOT_RESOLVED")
}

// untilNoProxyAnswers waits until Chromium asks a proxy that is dead, and checks that it does not try without.
func (b *browser) untilNoProxyAnswers(page string) {
	b.t.Helper()
	b.untilItFails(page, "ERR_PROXY_CONNECTION_FAILED")
	for range 3 {
		if _, err := b.load(page); err == nil || !strings.Contains(err.Error(), "ERR_PROXY_CONNECTION_FAILED") {
			b.t.Errorf("the proxy is dead, and loading gives %v", err)
		}
	}
}

func (b *browser) untilItFails(page, why string) {
	b.t.Helper()
	b.within("Chromium on "+page+": "+why, func() bool {
		_, err := b.load(page)
		return err != nil && strings.Contains(err.Error(), why)
	})
}
