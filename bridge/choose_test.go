package bridge_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/drawbridge-app/drawbridge/bridge"
	"github.com/drawbridge-app/drawbridge/bridge/bridgetest"
	"github.com/drawbridge-app/drawbridge/bridge/upstream"
)

// An oracle is a Chooser that answers by the host, or else with what "" has.
type oracle struct {
	mu      sync.Mutex
	answers map[string][]string
	err     error
	asked   []string
}

func (o *oracle) Choose(_ context.Context, url, host string) ([]string, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.asked = append(o.asked, url+" "+host)
	if o.err != nil {
		return nil, o.err
	}
	if a, ok := o.answers[host]; ok {
		return a, nil
	}
	return o.answers[""], nil
}

// heard is what it was asked, each a URL and its host.
func (o *oracle) heard() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.asked)
}

func (o *oracle) say(answers map[string][]string, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.answers, o.err = answers, err
}

// chosen is a configuration in which o decides.
func chosen(o *oracle) bridge.Config {
	return bridge.Config{Upstream: upstream.Spec{Name: "pac", URL: "pac+file:///x.pac", OneFlight: "no"}, Chooser: o, Listen: []string{"127.0.0.1:0"}}
}

// keeper is an origin that answers any number of requests on a connection.
func keeper(t *testing.T) *bridgetest.Origin {
	return bridgetest.StartOrigin(t, func(conn net.Conn) {
		p := newPeer(t, conn)
		for {
			if _, err := requestHead(p.in); err != nil {
				return
			}
			io.WriteString(conn, plain)
		}
	})
}

// stopped is the address of a proxy that has gone.
func stopped(t *testing.T) string {
	s := bridgetest.StartSOCKS(t, bridgetest.SOCKS{})
	s.Stop()
	return s.Addr
}

func TestAChooserDecidesAboutEachRequest(t *testing.T) {
	bridgetest.Leaks(t)
	origin := keeper(t)
	names := map[string]string{"one.test": origin.Addr, "two.test": origin.Addr, "http.test": origin.Addr}
	one, two := bridgetest.StartSOCKS(t, bridgetest.SOCKS{Names: names}), bridgetest.StartSOCKS(t, bridgetest.SOCKS{Names: names})
	proxy := bridgetest.StartProxy(t, bridgetest.Proxy{Names: names})
	o := &oracle{answers: map[string][]string{
		"one.test": {"socks5://" + one.Addr}, "two.test": {"socks4a://" + two.Addr}, "http.test": {"http://" + proxy.Addr}, "127.0.0.1": {"direct://"},
	}}
	b := start(t, chosen(o))
	p := dial(t, address(b))
	for range 2 { // the second time by the pool
		for _, host := range []string{"one.test", "two.test", "http.test", origin.Addr} {
			p.send("GET http://" + host + "/a?b HTTP/1.1\r\nHost: " + host + "\r\n\r\n")
			p.want(plain)
		}
	}
	if one, two, three := one.Targets(), two.Targets(), proxy.Targets(); !slices.Equal(one, []string{"one.test:80"}) || !slices.Equal(two, []string{"two.test:80"}) || !slices.Equal(three, []string{"http.test:80"}) {
		t.Errorf("the proxies were asked for %q, %q and %q", one, two, three)
	}
	if n := origin.Accepted(); n != 4 {
		t.Errorf("the origin has seen %d connections, want 4", n)
	}
	if want := []string{"http://one.test/a?b one.test", "http://two.test/a?b two.test", "http://http.test/a?b http.test", "http://" + origin.Addr + "/a?b 127.0.0.1"}; !slices.Equal(o.heard(), append(want, want...)) {
		t.Errorf("the chooser was asked %q", o.heard())
	}
	if h := b.Upstream().Health(); !h.OK() || h.LastSuccess.IsZero() {
		t.Errorf("Health() = %+v", h)
	}
	o.say(map[string][]string{"": {"socks5://" + two.Addr}}, nil) // about a host that it was just asked about, too
	p.send("GET http://" + origin.Addr + "/ HTTP/1.1\r\nHost: " + origin.Addr + "\r\n\r\n")
	p.want(plain)
	if got := two.Targets(); !slices.Contains(got, origin.Addr) {
		t.Errorf("the endpoint was asked for %q", got)
	}
}

func TestAChooserDecidesAboutTunnels(t *testing.T) {
	bridgetest.Leaks(t)
	origin := bridgetest.StartOrigin(t, func(conn net.Conn) { io.Copy(conn, conn) })
	s := bridgetest.StartSOCKS(t, bridgetest.SOCKS{Names: map[string]string{"site.test": origin.Addr, "2001:db8::1": origin.Addr}})
	o := &oracle{answers: map[string][]string{"": {"socks5://" + s.Addr}, "127.0.0.1": {"direct://"}}}
	b := start(t, chosen(o))
	for _, test := range []struct{ sent, answer, asked, via string }{
		{"CONNECT site.test:443 HTTP/1.1\r\nHost: x\r\n\r\n", established, "https://site.test/ site.test", "socks5://" + s.Addr},
		{"CONNECT site.test:8443 HTTP/1.1\r\nHost: x\r\n\r\n", established, "https://site.test:8443/ site.test", "socks5://" + s.Addr},
		{"CONNECT [2001:db8::1]:443 HTTP/1.1\r\nHost: x\r\n\r\n", established, "https://[2001:db8::1]/ 2001:db8::1", "socks5://" + s.Addr},
		{request4(origin.Addr), granted4, "https://" + origin.Addr + "/ 127.0.0.1", "direct"},
	} {
		p := dial(t, address(b))
		p.send(test.sent)
		p.want(test.answer)
		p.send("ping")
		p.want("ping")
		live := b.Live()
		c := live[len(live)-1]
		if want := map[bool]bridge.Route{true: bridge.Direct, false: bridge.ByUpstream}[test.via == "direct"]; c.Via != test.via || c.Route != want || c.Rule != "" {
			t.Errorf("Live() has %+v, want it via %s", c, test.via)
		}
		if heard := o.heard(); heard[len(heard)-1] != test.asked {
			t.Errorf("the chooser was asked %q, want %q", heard, test.asked)
		}
		p.Close()
	}
}

func TestBypassComesBeforeTheChooser(t *testing.T) {
	bridgetest.Leaks(t)
	origin := keeper(t)
	o := &oracle{err: errors.New("must not be asked")}
	c := chosen(o)
	c.Bypass = []string{"127.0.0.0/8"}
	p := dial(t, address(start(t, c)))
	p.send("GET http://" + origin.Addr + "/ HTTP/1.1\r\nHost: " + origin.Addr + "\r\n\r\n")
	p.want(plain)
	if heard := o.heard(); len(heard) > 0 {
		t.Errorf("the chooser was asked %q", heard)
	}
}

// The list is tried in order; a dead one is asked for last from then on, and one
// that refuses a target is not dead.
func TestTheNextProxyIsTried(t *testing.T) {
	bridgetest.Leaks(t)
	origin := keeper(t)
	names := map[string]string{"site.test": origin.Addr, "other.test": origin.Addr}
	good := bridgetest.StartSOCKS(t, bridgetest.SOCKS{Names: names})
	hangsUp := bridgetest.StartSOCKS(t, bridgetest.SOCKS{Faults: []bridgetest.Fault{bridgetest.Close(bridgetest.AtGreeting)}})
	refuses := bridgetest.StartSOCKS(t, bridgetest.SOCKS{})
	o := &oracle{answers: map[string][]string{"": {"http://" + stopped(t), "socks5://" + hangsUp.Addr, "socks5://" + good.Addr}}}
	b := start(t, chosen(o))
	p := dial(t, address(b))
	for _, host := range []string{"site.test", "other.test"} {
		p.send("GET http://" + host + "/ HTTP/1.1\r\nHost: " + host + "\r\n\r\n")
		p.want(plain)
	}
	tunnel := dial(t, address(b))
	tunnel.send("CONNECT site.test:443 HTTP/1.1\r\nHost: x\r\n\r\n")
	tunnel.want(established)
	if n := hangsUp.Accepted(); n != 1 {
		t.Errorf("the dead proxy was tried %d times, want once", n)
	}
	o.say(map[string][]string{"": {"socks5://" + refuses.Addr, "socks5://" + good.Addr}}, nil)
	p.send("GET http://third.test/ HTTP/1.1\r\nHost: third.test\r\n\r\n")
	if res, _ := p.reply("GET"); res.StatusCode != 502 || len(good.Targets()) != 3 {
		t.Errorf("answer = %s, and the good proxy was asked for %q", res.Status, good.Targets())
	}
}

func TestAChooserFailsClosed(t *testing.T) {
	bridgetest.Leaks(t)
	origin := keeper(t)
	gone, unready := stopped(t), fmt.Errorf("read /x.pac: no such file: %w", upstream.ErrUnready)
	for _, test := range []struct {
		name    string
		answer  []string
		err     error
		status  int
		stage   bridge.Stage
		cause   string
		next    string
		unready bool
	}{
		{name: "DIRECT behind a dead proxy", answer: []string{"socks5://" + gone, "direct://"}, status: 502, stage: bridge.AtDial, cause: "connection refused", next: "only where DIRECT comes first"},
		{name: "DIRECT between", answer: []string{"socks5://" + gone, "direct://", "socks5://" + gone}, status: 502, stage: bridge.AtDial, cause: "connection refused", next: "only where DIRECT comes first"},
		{name: "all dead", answer: []string{"socks5://" + gone, "http://" + gone}, status: 502, stage: bridge.AtDial, cause: "; proxy " + gone, next: "is running"},
		{name: "nothing", status: 502, stage: bridge.AtRule, cause: "names no way", next: "drawbridge check"},
		{name: "nonsense", answer: []string{"gopher://" + gone}, status: 502, stage: bridge.AtRule, cause: `scheme "gopher" is not known`, next: "drawbridge check"},
		{name: "another script", answer: []string{"pac+file:///y.pac"}, status: 502, stage: bridge.AtRule, cause: "may name no script", next: "drawbridge check"},
		{name: "an error", err: errors.New("it threw"), status: 502, stage: bridge.AtRule, cause: "it threw", next: "drawbridge check"},
		{name: "a timeout", err: fmt.Errorf("too slow: %w", context.DeadlineExceeded), status: 504, stage: bridge.AtRule, cause: "too slow", next: "drawbridge check"},
		{name: "not loaded", err: unready, status: 502, stage: bridge.AtRule, cause: "no such file", next: "drawbridge check", unready: true},
	} {
		t.Run(test.name, func(t *testing.T) {
			bridgetest.Leaks(t)
			b := start(t, chosen(&oracle{answers: map[string][]string{"": test.answer}, err: test.err}))
			for _, sent := range []string{
				"GET http://" + origin.Addr + "/ HTTP/1.1\r\nHost: " + origin.Addr + "\r\n\r\n",
				"CONNECT " + origin.Addr + " HTTP/1.1\r\nHost: x\r\n\r\n",
			} {
				p := dial(t, address(b))
				p.send(sent)
				if res, body := p.reply("GET"); res.StatusCode != test.status || !strings.Contains(body, test.cause) || !strings.Contains(body, test.next) {
					t.Errorf("answer = %s, want %d with %q and %q:\n%s", res.Status, test.status, test.cause, test.next, body)
				}
				if f, ok := b.LastFailure(); !ok || f.Stage != test.stage || f.Target != origin.Addr {
					t.Errorf("LastFailure() = %+v, %v, want stage %s", f, ok, test.stage)
				}
			}
			p := dial(t, address(b))
			p.send(request4(origin.Addr))
			if got, _ := p.rest(); len(got) < 2 || got[1] != 0x5b {
				t.Errorf("answer = %q, want a refusal", got)
			}
			if h := b.Upstream().Health(); h.OK() == test.unready || test.unready && upstream.Cause(h.LastError) != upstream.Script {
				t.Errorf("Health() = %+v", h)
			}
		})
	}
	if n := origin.Accepted(); n > 0 {
		t.Errorf("%d connections went directly", n)
	}
}

// DIRECT first is the user's own choice; and a proxy behind it may still do.
func TestAProxyBehindDIRECT(t *testing.T) {
	bridgetest.Leaks(t)
	origin, gone := keeper(t), stopped(t)
	s := bridgetest.StartSOCKS(t, bridgetest.SOCKS{Names: map[string]string{"127.0.0.1": origin.Addr}})
	b := start(t, chosen(&oracle{answers: map[string][]string{"": {"direct://", "socks5://" + s.Addr}}}))
	p := dial(t, address(b))
	p.send("GET http://" + gone + "/ HTTP/1.1\r\nHost: " + gone + "\r\n\r\n")
	p.want(plain)
}

func TestAChooserMayNotNameTheBridge(t *testing.T) {
	bridgetest.Leaks(t)
	o := new(oracle)
	b := start(t, chosen(o))
	_, port, _ := net.SplitHostPort(address(b))
	for _, own := range []string{"socks5://" + address(b), "http://localhost:" + port, "http://0.0.0.0:" + port} {
		o.say(map[string][]string{"": {own}}, nil)
		p := dial(t, address(b))
		p.send("CONNECT site.test:443 HTTP/1.1\r\nHost: x\r\n\r\n")
		if res, body := p.reply("CONNECT"); res.StatusCode != 502 || !strings.Contains(body, "is this bridge itself") {
			t.Errorf("%s: answer = %s\n%s", own, res.Status, body)
		}
	}
}

// Upstreams that a Chooser names are kept while it is the same, and the oldest one
// goes when there are too many: idle connections with it, tunnels not.
func TestNamedUpstreamsAreKeptAndRetired(t *testing.T) {
	bridgetest.Leaks(t)
	origin := keeper(t)
	s := bridgetest.StartSOCKS(t, bridgetest.SOCKS{Names: map[string]string{"site.test": origin.Addr}})
	first := map[string][]string{"": {"socks5://" + s.Addr}}
	o := &oracle{answers: first}
	c := chosen(o)
	b := start(t, c)
	p, tunnel := dial(t, address(b)), dial(t, address(b))
	tunnel.send("CONNECT site.test:443 HTTP/1.1\r\nHost: x\r\n\r\n")
	tunnel.want(established)
	p.get("/")
	c.ForwardedFor = true // a new plan
	if err := b.Apply(c); err != nil {
		t.Fatal(err)
	}
	p.get("/")
	if got := s.Targets(); len(got) != 2 {
		t.Errorf("the endpoint was asked for %q: the connection was not kept", got)
	}
	gone := stopped(t)
	_, port, _ := net.SplitHostPort(gone)
	for i := range 40 {
		o.say(map[string][]string{"": {fmt.Sprintf("socks5://127.0.1.%d:%s", i, port)}}, nil)
		p.send("GET http://site.test/ HTTP/1.1\r\nHost: site.test\r\n\r\n")
		if res, _ := p.reply("GET"); res.StatusCode != 502 {
			t.Fatalf("answer = %s", res.Status)
		}
	}
	bridgetest.Eventually(t, "the end of the idle connection", func() bool { return s.Open() == 1 })
	o.say(first, nil)
	p.get("/")
	c.Chooser = &oracle{answers: first} // another one
	if err := b.Apply(c); err != nil {
		t.Fatal(err)
	}
	bridgetest.Eventually(t, "the end of the next one", func() bool { return s.Open() == 1 })
	tunnel.send("GET / HTTP/1.1\r\n\r\n")
	tunnel.want(plain)
	c.Chooser, c.Upstream = nil, through(s)
	if err := b.Apply(c); err != nil {
		t.Fatal(err)
	}
	p.get("/")
	tunnel.send("GET / HTTP/1.1\r\n\r\n")
	tunnel.want(plain)
}
