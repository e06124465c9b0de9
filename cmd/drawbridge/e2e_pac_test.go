//go:build unix

package main_test

import (
	"fmt"
	"os/exec"
	"strings"
	"testing"

	"github.com/drawbridge-app/drawbridge/bridge/bridgetest"
)

// The real program asks a real PAC file about each of curl's requests, which come on one connection, and takes over a
// changed file. Its processes end with it.
func TestPAC(t *testing.T) {
	t.Parallel()
	o := newOrigin(t, nil)
	direct := "127.0.0.1:" + o.port
	names := map[string]string{"one.test": direct, "two.test": direct, "web.test": direct}
	one := bridgetest.StartSOCKS(t, bridgetest.SOCKS{Names: names})
	two := bridgetest.StartSOCKS(t, bridgetest.SOCKS{Names: names})
	web := bridgetest.StartProxy(t, bridgetest.Proxy{Names: names})
	gone := bridgetest.StartProxy(t, bridgetest.Proxy{})
	gone.Stop()
	script := func(otherwise string) string {
		return fmt.Sprintf(`function FindProxyForURL(url, host) {
			if (host == "one.test") return "SOCKS5 %s";
			if (dnsDomainIs(host, "two.test")) return "PROXY %s; SOCKS4 %s";
			if (shExpMatch(url, "*://web.test*")) return "PROXY %s";
			if (isInNet(host, "127.0.0.0", "255.0.0.0")) return "DIRECT";
			if (host == "loop.test") for (;;) {}
			return "%s";
		}`, one.Addr, gone.Addr, two.Addr, web.Addr, otherwise)
	}
	dir := t.TempDir()
	pac := write(t, dir, "proxy.pac", script("PROXY "+gone.Addr+"; DIRECT"), 0o600)
	upstream := "pac+file://" + pac
	bridge := run(t, "--upstream", upstream)

	through := func(args ...string) result { return curl(t, append([]string{"-x", bridge.url()}, args...)...) }
	var urls []string
	var want strings.Builder
	for _, host := range []string{"one.test", "two.test", "web.test", "127.0.0.1", "one.test"} {
		urls = append(urls, o.http(host, "/hello"))
		want.WriteString("hello from " + host + ":" + o.port)
	}
	if r := through(append([]string{"-v"}, urls...)...); string(r.stdout) != want.String() || strings.Count(r.stderr, "Re-using existing") != len(urls)-1 {
		t.Errorf("curl says %q, want %q\n%s", r.stdout, want.String(), r.stderr)
	}
	if r := through("-p", o.http("web.test", "/hello")); string(r.stdout) != "hello from web.test:"+o.port {
		t.Errorf("by a tunnel curl says %q\n%s", r.stdout, r.stderr)
	}
	for host, says := range map[string]string{
		"nowhere.test": "only where DIRECT comes first",
		"loop.test":    "did not come to an end within 250ms",
	} {
		if r := through(o.http(host, "/hello")); !strings.Contains(string(r.stdout), says) || strings.Contains(string(r.stdout), "hello from") {
			t.Errorf("%s: curl says %q, want %q", host, r.stdout, says)
		}
	}
	if got := len(web.Targets()); got != 2 {
		t.Errorf("the HTTP proxy was asked for %q", web.Targets())
	}
	write(t, dir, "proxy.pac", script("SOCKS "+two.Addr+" ;"), 0o600)
	eventually(t, "the changed file holds", func() bool {
		r := through(o.http("nowhere.test", "/hello"))
		return strings.Contains(string(r.stdout), "nowhere.test") && strings.Contains(string(r.stdout), "socks "+two.Addr)
	})

	r := client(t, exec.Command(program(t), "check", "--upstream", upstream, o.http("two.test", "/hello")))
	for _, says := range []string{"script", "PROXY " + gone.Addr + "; SOCKS4 " + two.Addr, "connection refused"} {
		if r.exit != 1 || !strings.Contains(string(r.stdout), says) {
			t.Errorf("check, exit %d, says %q, want %q", r.exit, r.stdout, says)
		}
	}
	r = client(t, exec.Command(program(t), "check", "--upstream", upstream, o.http("one.test", "/hello")))
	if r.exit != 0 || !strings.Contains(string(r.stdout), "SOCKS5 "+one.Addr) || !strings.Contains(string(r.stdout), "200 OK") {
		t.Errorf("check, exit %d, says %q", r.exit, r.stdout)
	}
	r = client(t, exec.Command(program(t), "exec", "--upstream", upstream, "--", need(t, "curl"), "-qsS", o.http("one.test", "/hello")))
	if want := "hello from one.test:" + o.port; string(r.stdout) != want {
		t.Errorf("exec says %q, want %q\n%s", r.stdout, want, r.stderr)
	}
}

// Without the file everything fails, and says why.
func TestPACThatIsNotThere(t *testing.T) {
	t.Parallel()
	o := newOrigin(t, nil)
	bridge := run(t, "--upstream", "pac+file:///nonexistent/proxy.pac")
	for _, args := range [][]string{{o.http("127.0.0.1", "/hello")}, {"-p", o.http("127.0.0.1", "/hello")}, {"--socks5", bridge.addr, o.http("127.0.0.1", "/hello")}} {
		r := curl(t, append([]string{"-v", "-x", bridge.url()}, args...)...)
		if said := string(r.stdout) + r.stderr; strings.Contains(said, "hello from") {
			t.Errorf("%q came through:\n%s", args, said)
		} else if args[0] != "--socks5" && !strings.Contains(said, "no such file") && !strings.Contains(said, "502") {
			t.Errorf("%q: curl says %s", args, said)
		}
	}
}
