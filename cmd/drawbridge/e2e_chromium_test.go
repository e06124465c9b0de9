//go:build unix

package main_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// TestChromium loads a page of 60 pictures and 20 scripts with a WebSocket that echoes, by http and by https, from a
// name that only the endpoint knows.
func TestChromium(t *testing.T) {
	t.Parallel()
	path, ok := installed("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
	if !ok {
		// Ubuntu's chromium package is a stub for a snap, which .ci/test-deps does not install.
		if release, err := os.ReadFile("/etc/os-release"); err == nil && slices.Contains(strings.Split(string(release), "\n"), "ID=ubuntu") {
			t.Skip("chromium is not installed")
		}
		missing(t, "chromium is not installed")
	}

	var mu sync.Mutex
	served := map[string]int{} // parts by host
	count := func(r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		served[r.Host]++
	}
	const images, scripts = 60, 20
	o := newOrigin(t, map[string]http.Handler{
		"/page": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			fmt.Fprint(w, "<!doctype html><title>loading</title><script>window.ran = 0; window.echoed = ''</script>\n")
			for i := range images {
				fmt.Fprintf(w, "<img src=/image/%d>\n", i+1)
			}
			for i := range scripts {
				fmt.Fprintf(w, "<script src=/script/%d></script>\n", i)
			}
			fmt.Fprint(w, `<script>
const socket = new WebSocket(location.origin.replace(/^http/, 'ws') + '/ws')
socket.onopen = () => socket.send('across')
socket.onmessage = (message) => { window.echoed = message.data }
</script>`)
		}),
		"/image/{n}": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			count(r)
			n, _ := strconv.Atoi(r.PathValue("n"))
			picture := image.NewGray(image.Rect(0, 0, n, 1)) // as wide as its number
			picture.SetGray(0, 0, color.Gray{Y: uint8(n)})
			var out bytes.Buffer
			_ = png.Encode(&out, picture)
			w.Header().Set("Content-Type", "image/png")
			_, _ = w.Write(out.Bytes())
		}),
		"/script/{n}": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			count(r)
			w.Header().Set("Content-Type", "text/javascript")
			fmt.Fprintf(w, "/*%s*/ window.ran++", strings.Repeat("-", 10000))
		}),
	})
	const name = "site.test"
	bridge := run(t, "--upstream", scripted(t, name, o.port, o.tls))

	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]),
		chromedp.ExecPath(path),
		chromedp.NoSandbox, // root has none
		chromedp.DisableGPU,
		chromedp.UserDataDir(t.TempDir()),
		chromedp.NoInheritEnv,
		chromedp.Env(environ(t.TempDir())...),
		chromedp.ProxyServer(bridge.url()),
		chromedp.Flag("proxy-bypass-list", "<-loopback>"),
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"), // whoever looks up, finds nothing
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.IgnoreCertErrors,
	)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	ctx, cancel = chromedp.NewExecAllocator(ctx, options...)
	defer cancel()
	ctx, cancel = chromedp.NewContext(ctx)
	defer cancel()

	for _, page := range []string{o.http(name, "/page"), o.https(name, "/page")} {
		type parts struct {
			Images  int    `json:"images"`
			Scripts int    `json:"scripts"`
			Echoed  string `json:"echoed"`
		}
		if err := chromedp.Do(ctx, chromedp.Navigate(page)); err != nil {
			t.Fatalf("%s: %v", page, err)
		}
		loaded, err := chromedp.Run(ctx, chromedp.Poll[parts](`document.readyState === 'complete' && window.echoed !== '' && {
			images: [...document.images].filter((image, i) => image.naturalWidth === i + 1).length,
			scripts: window.ran,
			echoed: window.echoed,
		}`, chromedp.WithPollingTimeout(2*patience)))
		if err != nil {
			t.Fatalf("%s: %v", page, err)
		}
		if want := (parts{images, scripts, "across"}); loaded != want {
			t.Errorf("%s: loaded %+v, want %+v", page, loaded, want)
		}
	}
	mu.Lock()
	defer mu.Unlock()
	for _, host := range []string{name + ":" + o.port, name + ":" + o.tls} {
		if served[host] != images+scripts {
			t.Errorf("%d parts were asked of %s, want %d", served[host], host, images+scripts)
		}
	}
}
