package bridge_test

import (
	"net"
	"net/netip"
	"strings"
	"testing"

	"github.com/drawbridge-app/drawbridge/bridge"
	"github.com/drawbridge-app/drawbridge/bridge/bridgetest"
	"github.com/drawbridge-app/drawbridge/bridge/route"
)

const pacPath = "/Zm9vYmFyYmF6cXV4.pac"

func pacText(t *testing.T, proxy string, patterns ...string) string {
	t.Helper()
	list, err := route.ParseBypass(patterns)
	if err != nil {
		t.Fatal(err)
	}
	return list.PAC(netip.MustParseAddrPort(proxy))
}

func TestPACIsServed(t *testing.T) {
	bridgetest.Leaks(t)
	b := start(t, bridge.Config{Upstream: direct, Bypass: []string{"*.corp"}, PACPath: pacPath})
	c := dial(t, address(b))
	_, port, _ := net.SplitHostPort(address(b))
	for _, r := range []struct {
		method, path, host string
		status             int
		proxy              string // that the text names; empty: it is no PAC text
	}{
		{"GET", pacPath, address(b), 200, address(b)},
		{"HEAD", pacPath, address(b), 200, address(b)},
		{"GET", pacPath + "?r=2", address(b), 200, address(b)},
		{"GET", pacPath, "localhost:" + port, 200, address(b)},
		{"GET", pacPath, "127.0.0.1", 200, address(b)},
		{"GET", pacPath, "[::1]:9999", 200, "[::1]:9999"}, // a forwarded port
		{"GET", pacPath, "192.168.1.7:" + port, 200, "192.168.1.7:" + port},
		{"GET", pacPath, "evil.test:" + port, 403, ""},
		{"GET", pacPath, "", 403, ""},
		{"POST", pacPath, address(b), 405, ""},
		{"GET", pacPath + "x", address(b), 404, ""},
		{"GET", pacPath[:len(pacPath)-1], address(b), 404, ""},
		{"GET", strings.ToLower(pacPath), address(b), 404, ""},
		{"GET", "/" + pacPath, address(b), 404, ""},
		{"GET", "/proxy.pac", address(b), 404, ""},
		{"GET", "/?" + pacPath, address(b), 404, ""},
		{"GET", "/", address(b), 200, ""},
	} {
		c.send(head(r.method+" "+r.path+" HTTP/1.1", "Host: "+r.host))
		res, body := c.reply(r.method)
		what := r.method + " " + r.path + " of " + r.host
		if res.StatusCode != r.status || res.Close {
			t.Errorf("%s = %s, want %d on a connection that is kept", what, res.Status, r.status)
		}
		if is := res.Header.Get("Content-Type") == route.PACType; is != (r.proxy != "") {
			t.Errorf("%s is of type %q", what, res.Header.Get("Content-Type"))
		}
		if r.proxy == "" {
			if strings.Contains(body, "FindProxyForURL") || strings.Contains(body, pacPath[1:]) && r.path == "/" {
				t.Errorf("%s = %q", what, body)
			}
			continue
		}
		want := pacText(t, r.proxy, "*.corp")
		if r.method == "HEAD" {
			if res.ContentLength != int64(len(want)) {
				t.Errorf("%s: %d bytes, want %d", what, res.ContentLength, len(want))
			}
		} else if body != want {
			t.Errorf("%s = %q, want %q", what, body, want)
		}
		if tag := res.Header.Get("ETag"); len(tag) < 16 || res.Header.Get("Cache-Control") != "no-cache" {
			t.Errorf("%s: ETag %q, Cache-Control %q", what, tag, res.Header.Get("Cache-Control"))
		}
	}
}

func TestPACIsFetchedAnewWhenItChanged(t *testing.T) {
	bridgetest.Leaks(t)
	conf := bridge.Config{Listen: []string{"127.0.0.1:0"}, Upstream: direct, Bypass: []string{"a.corp"}, PACPath: pacPath}
	b := start(t, conf)
	c := dial(t, address(b))
	ask := func(tag string) (status int, newTag, body string) {
		c.send(head("GET "+pacPath+" HTTP/1.1", "Host: "+address(b), "If-None-Match: "+tag))
		res, body := c.reply("GET")
		return res.StatusCode, res.Header.Get("ETag"), body
	}
	status, tag, _ := ask(`"other"`)
	if status != 200 {
		t.Fatalf("status %d, want 200", status)
	}
	for _, known := range []string{tag, "W/" + tag, `"other", ` + tag, "*"} {
		if status, again, body := ask(known); status != 304 || again != tag || body != "" {
			t.Errorf("If-None-Match: %s = %d, %s, %q; want 304, %s", known, status, again, body, tag)
		}
	}
	conf.Bypass = []string{"b.corp"}
	conf.Listen = []string{address(b)}
	if err := b.Apply(conf); err != nil {
		t.Fatal(err)
	}
	if status, again, body := ask(tag); status != 200 || again == tag || body != pacText(t, address(b), "b.corp") {
		t.Errorf("after a change: %d, %s, %q; want a new text", status, again, body)
	}
	conf.PACPath = ""
	if err := b.Apply(conf); err != nil {
		t.Fatal(err)
	}
	if status, _, _ := ask(tag); status != 404 {
		t.Errorf("without a path: %d, want 404", status)
	}
}

// Browsers have no login when they fetch the PAC text; but it opens nothing else.
func TestPACNeedsNoLogin(t *testing.T) {
	bridgetest.Leaks(t)
	b := start(t, bridge.Config{Upstream: direct, Login: bridge.Login{User: "anna", Password: "secret"}, PACPath: pacPath})
	for _, r := range []struct {
		line   string
		status int
	}{
		{"GET " + pacPath + " HTTP/1.1", 200},
		{"GET " + pacPath + "?r=2 HTTP/1.1", 200},
		{"GET / HTTP/1.1", 407},
		{"GET " + pacPath + "/ HTTP/1.1", 407},
		{"GET http://127.0.0.1:1" + pacPath + " HTTP/1.1", 407},
		{"CONNECT 127.0.0.1:1 HTTP/1.1", 407},
		{"CONNECT " + pacPath + " HTTP/1.1", 400},
	} {
		c := dial(t, address(b))
		c.send(head(r.line, "Host: "+address(b)))
		if res, _ := c.reply(strings.Fields(r.line)[0]); res.StatusCode != r.status {
			t.Errorf("%s = %s, want %d", r.line, res.Status, r.status)
		}
		c.Close()
	}
}

func TestBadPACPathIsRefused(t *testing.T) {
	for _, path := range []string{"/", "/short", "Zm9vYmFyYmF6cXV4.pac", "/Zm9vYmFyYmF6cXV4?x", "/Zm9vYmFy/YmF6cXV4aaa", "/Zm9vYmFyYmF6 cXV4", "/Zm9vYmFyYmF6cXV4%41"} {
		b, err := bridge.Start(bridge.Config{Listen: []string{"127.0.0.1:0"}, Upstream: direct, PACPath: path})
		if err == nil {
			b.Close()
			t.Errorf("PACPath %q is taken", path)
		} else if !strings.Contains(err.Error(), "PAC path") {
			t.Errorf("PACPath %q: %v", path, err)
		}
	}
}
