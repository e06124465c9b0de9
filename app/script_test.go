package app_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/app/chooser/pac/pactest"
	"github.com/drawbridge-app/drawbridge/app/programs"
	"github.com/drawbridge-app/drawbridge/bridge/bridgetest"
)

// The test's program is also the one that evaluates PAC scripts.
func TestMain(m *testing.M) { os.Exit(pactest.Main(m)) }

// installed lets the program that evaluates scripts be found.
func installed(t *testing.T) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if runtime.GOOS == "windows" { // where another name of a program that runs cannot be removed
		var program []byte
		if program, err = os.ReadFile(self); err == nil {
			err = os.WriteFile(filepath.Join(dir, programs.PAC+".exe"), program, 0o700)
		}
	} else {
		err = os.Symlink(self, filepath.Join(dir, programs.PAC))
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir)
}

// children is how many processes this one has started that have not ended, where the system tells.
func children(t *testing.T) (n int) {
	t.Helper()
	stats, err := filepath.Glob("/proc/[0-9]*/status")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range stats {
		if text, err := os.ReadFile(path); err == nil && strings.Contains(string(text), fmt.Sprintf("\nPPid:\t%d\n", os.Getpid())) {
			n++
		}
	}
	return n
}

// scriptAt is where a profile's URL has a script's file.
func scriptAt(path string) string {
	return "pac+file:///" + strings.TrimPrefix(filepath.ToSlash(path), "/")
}

// A profile with a PAC script is down while there is none, and says so; afterwards requests go where it says, and what
// its proxies do does not make it ill.
func TestAScriptDecides(t *testing.T) {
	bridgetest.Leaks(t)
	installed(t)
	page := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "well") }))
	defer page.Close()
	socks := bridgetest.StartSOCKS(t, bridgetest.SOCKS{Names: map[string]string{"site.test": page.Listener.Addr().String()}})
	path := filepath.Join(t.TempDir(), "proxy.pac")
	c, j := newController(t)
	if err := c.Apply(t.Context(), through(scriptAt(path))); err != nil {
		t.Fatal(err)
	}
	bridgetest.Eventually(t, "the upstream to be down", func() bool { return c.State().Upstream.State == app.Down })
	if p, ok := c.State().Problem(); !ok || p.Code != "upstream.script" || p.With["profile"] != "home" || !strings.Contains(p.Text, path) {
		t.Errorf("Problem() = %+v, %v", p, ok)
	}
	client := &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{DisableKeepAlives: true, Proxy: func(*http.Request) (*url.URL, error) {
		return &url.URL{Scheme: "http", Host: c.State().Listen[0]}, nil
	}}}
	get := func(host string) int {
		res, err := client.Get("http://" + host + "/")
		if err != nil {
			t.Error(err)
			return 0
		}
		res.Body.Close()
		return res.StatusCode
	}
	if got := get("site.test"); got != 502 {
		t.Errorf("status %d without a script", got)
	}
	script := fmt.Sprintf("function FindProxyForURL(url, host) { return host == 'dead.test' ? 'PROXY 127.0.0.1:1' : 'SOCKS %s' }", socks.Addr)
	if err := os.WriteFile(path, []byte(script), 0o600); err != nil {
		t.Fatal(err)
	}
	bridgetest.Eventually(t, "the script to decide", func() bool { return get("site.test") == 200 })
	bridgetest.Eventually(t, "the upstream to be up", func() bool { return c.State().Upstream.State == app.Up })
	if got := get("dead.test"); got != 502 || c.State().Upstream.State != app.Up {
		t.Errorf("status %d, Upstream = %+v", got, c.State().Upstream)
	}
	s := c.State().Settings
	s.Via = true // the script is not read again for that
	if err := c.Apply(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	if got := get("site.test"); got != 200 || strings.Count(j.String(), "PAC script read") != 1 {
		t.Errorf("status %d after a change of something else:\n%s", got, j)
	}
	if n := children(t); n == 0 && runtime.GOOS == "linux" {
		t.Error("no process evaluates the script")
	}
	if err := c.Apply(t.Context(), through(socks.URL())); err != nil {
		t.Fatal(err)
	}
	if n := children(t); n > 0 {
		t.Errorf("%d processes are left", n)
	}
	if got := get("site.test"); got != 200 {
		t.Errorf("status %d without a script in the settings", got)
	}
}

func TestCheckSaysWhatTheScriptAnswers(t *testing.T) {
	bridgetest.Leaks(t)
	installed(t)
	page := httptest.NewServer(http.NotFoundHandler())
	defer page.Close()
	path := filepath.Join(t.TempDir(), "proxy.pac")
	if err := os.WriteFile(path, []byte(`function FindProxyForURL(url, host) { alert(url); if (host == "bad.test") throw "no"; return "DIRECT; SOCKS " + url.length }`), 0o600); err != nil {
		t.Fatal(err)
	}
	for target, want := range map[string][]string{
		page.URL + "/abc":       {"script", "dial", "answer"},
		"https://bad.test:443/": {"script"},
	} {
		u, err := app.ParseCheckURL(target)
		if err != nil {
			t.Fatal(err)
		}
		r := app.RunCheck(t.Context(), through(scriptAt(path)), u)
		var got []string
		for _, s := range r.Stages {
			got = append(got, s.Name)
		}
		if fmt.Sprint(got) != fmt.Sprint(want) || len(want) == 1 != (r.Failed == "script") {
			t.Errorf("RunCheck(%s) = %+v, want the stages %v", target, r, want)
		}
	}
}
