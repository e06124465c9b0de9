package bridge_test

import (
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/drawbridge-app/drawbridge/bridge"
	"github.com/drawbridge-app/drawbridge/bridge/bridgetest"
	"github.com/drawbridge-app/drawbridge/bridge/upstream"
)

// request4 is a SOCKS 4 request for an IPv4 address and port.
func request4(addr string) string {
	host, port, _ := net.SplitHostPort(addr)
	n, _ := strconv.Atoi(port)
	return string([]byte{4, 1, byte(n >> 8), byte(n)}) + string(net.ParseIP(host).To4()) + "\x00"
}

func TestBypassGoesDirectlyWhateverTheClientSpeaks(t *testing.T) {
	bridgetest.Leaks(t)
	const pattern = "127.0.0.0/8"
	answer := bridgetest.Send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: raw\r\nConnection: Upgrade\r\n\r\n")
	origin := bridgetest.StartScript(t, bridgetest.Script{bridgetest.Until("\r\n\r\n"), answer, bridgetest.Rest()})
	s := bridgetest.StartSOCKS(t, bridgetest.SOCKS{Names: map[string]string{"site.test": origin.Addr, "192.0.2.1": origin.Addr}})
	b := start(t, bridge.Config{Upstream: through(s), Bypass: []string{"*.corp", pattern}})
	_, port, _ := net.SplitHostPort(origin.Addr)
	for _, test := range []struct {
		name, target string
		kind         bridge.Kind
		sent, answer string
		viaUpstream  bool
	}{
		{name: "CONNECT", target: origin.Addr, kind: bridge.Connect, sent: "CONNECT " + origin.Addr + " HTTP/1.1\r\nHost: x\r\n\r\n", answer: established},
		{name: "SOCKS 4", target: origin.Addr, kind: bridge.SOCKS, sent: request4(origin.Addr), answer: granted4},
		{name: "upgrade", target: origin.Addr, kind: bridge.Upgrade, sent: "GET http://" + origin.Addr + "/ HTTP/1.1\r\nHost: x\r\nUpgrade: raw\r\nConnection: Upgrade\r\n\r\n", answer: "HTTP/1.1 101 "},
		{name: "CONNECT to another", target: "site.test:" + port, kind: bridge.Connect, sent: "CONNECT site.test:" + port + " HTTP/1.1\r\nHost: x\r\n\r\n", answer: established, viaUpstream: true},
		{name: "SOCKS 4 to another", target: "192.0.2.1:" + port, kind: bridge.SOCKS, sent: request4("192.0.2.1:" + port), answer: granted4, viaUpstream: true},
	} {
		t.Run(test.name, func(t *testing.T) {
			asked := len(s.Targets())
			p := dial(t, address(b))
			p.send(test.sent)
			p.want(test.answer)
			bridgetest.Eventually(t, "the tunnel", func() bool { return b.Stats().Tunnels == 1 })
			want := bridge.Connection{Target: test.target, Kind: test.kind, Route: bridge.Direct, Rule: pattern, Via: "direct"}
			if test.viaUpstream {
				want.Route, want.Rule, want.Via = bridge.ByUpstream, "", "test"
				asked++
			}
			live := b.Live()
			if c := live[len(live)-1]; c.Target != want.Target || c.Kind != want.Kind || c.Route != want.Route || c.Rule != want.Rule || c.Via != want.Via {
				t.Errorf("Live() has %+v, want %+v", c, want)
			}
			if got := s.Targets(); len(got) != asked {
				t.Errorf("the endpoint was asked for %q, want %d", got, asked)
			}
			p.reset()
			bridgetest.Eventually(t, "its end", func() bool { return b.Stats().Tunnels == 0 })
		})
	}
}

// A connection that the pool keeps is used again by requests that go the same way
// only, though host and port are the same.
func TestPoolKeepsDirectAndUpstreamApart(t *testing.T) {
	bridgetest.Leaks(t)
	origin := bridgetest.StartOrigin(t, func(conn net.Conn) {
		p := newPeer(t, conn)
		for {
			if _, err := requestHead(p.in); err != nil {
				return
			}
			io.WriteString(conn, plain)
		}
	})
	s := bridgetest.StartSOCKS(t, bridgetest.SOCKS{})
	c := bridge.Config{Upstream: through(s), Listen: []string{"127.0.0.1:0"}}
	b := start(t, c)
	p := dial(t, address(b))
	for i, step := range []struct {
		bypass       []string
		asked, conns int // of the endpoint, at the origin; in all
		rule         string
	}{
		{nil, 1, 1, ""},
		{nil, 1, 1, ""},
		{[]string{"127.*"}, 1, 2, "127.*"},
		{[]string{"127.*"}, 1, 2, "127.*"},
		{[]string{"<local>", "127.*"}, 1, 3, "<local>"}, // another reason is another way
		{[]string{"*.corp"}, 1, 3, ""},                  // the first connection again
		{[]string{"127.*"}, 1, 3, "127.*"},
	} {
		c.Bypass = step.bypass
		if err := b.Apply(c); err != nil {
			t.Fatal(err)
		}
		p.send("GET http://" + origin.Addr + "/ HTTP/1.1\r\nHost: x\r\n\r\n")
		p.want(plain)
		p.settle()
		if asked, conns := len(s.Targets()), origin.Accepted(); asked != step.asked || conns != step.conns {
			t.Errorf("step %d, bypass %q: the endpoint was asked %d times, the origin has %d connections, want %d, %d", i, step.bypass, asked, conns, step.asked, step.conns)
		}
	}
}

func TestApplyingABypassLeavesTunnelsAlone(t *testing.T) {
	bridgetest.Leaks(t)
	origin := bridgetest.StartOrigin(t, func(conn net.Conn) { io.Copy(conn, conn) })
	s := bridgetest.StartSOCKS(t, bridgetest.SOCKS{})
	c := bridge.Config{Upstream: through(s), Listen: []string{"127.0.0.1:0"}}
	b := start(t, c)
	before := connect(t, b, origin.Addr, "")
	c.Bypass = []string{origin.Addr}
	c.Upstream.DialTimeout = patience // of direct dials, too
	if err := b.Apply(c); err != nil {
		t.Fatal(err)
	}
	after := connect(t, b, origin.Addr, "")
	for _, p := range []*peer{before, after} {
		p.send("ping")
		p.want("ping")
	}
	live := b.Live()
	if live[0].Route != bridge.ByUpstream || live[1].Route != bridge.Direct || live[1].Rule != origin.Addr || len(s.Targets()) != 1 {
		t.Errorf("Live() = %+v, the endpoint was asked for %q", live, s.Targets())
	}
}

// Where everything goes directly, no rule is the reason for it.
func TestDirectUpstreamNeedsNoRule(t *testing.T) {
	bridgetest.Leaks(t)
	origin := bridgetest.StartOrigin(t, func(conn net.Conn) { io.Copy(conn, conn) })
	b := start(t, bridge.Config{Upstream: upstream.Spec{Name: "built in", URL: "direct://"}, Bypass: []string{"*"}})
	connect(t, b, origin.Addr, "")
	if c := b.Live()[0]; c.Route != bridge.Direct || c.Rule != "" || c.Via != "built in" {
		t.Errorf("Live() has %+v", c)
	}
}

func TestDirectFailuresNameTheTrueHop(t *testing.T) {
	bridgetest.Leaks(t)
	s := bridgetest.StartSOCKS(t, bridgetest.SOCKS{})
	s.Stop() // nothing may go there
	for _, test := range []struct {
		config bridge.Config
		next   string
	}{
		{bridge.Config{Upstream: through(s), Bypass: []string{"127.0.0.1"}}, "The bypass pattern 127.0.0.1 sends this target directly"},
		{bridge.Config{Upstream: direct}, "The built-in endpoint connects directly"},
	} {
		b := start(t, test.config)
		target := refused(t)
		p := dial(t, address(b))
		p.send("GET http://" + target + "/ HTTP/1.1\r\nHost: x\r\n\r\n")
		res, page := p.reply("GET")
		status := proxyStatus(t, res)
		if res.StatusCode != 502 || status["error"] != "connection_refused" || status["next-hop"] != target || !strings.Contains(page, test.next) {
			t.Errorf("answer = %s %v %q, want 502 by %s", res.Status, status, page, target)
		}
		if h := b.Upstream().Health(); !h.LastFailure.IsZero() {
			t.Errorf("Health() = %+v after a failure that is the target's", h)
		}
	}
}

// A name that leads back to the bridge is found out when it was looked up.
func TestDirectLoopByNameIsRefused(t *testing.T) {
	bridgetest.Leaks(t)
	name, _ := os.Hostname()
	addrs, err := net.LookupHost(name)
	if err != nil || len(addrs) == 0 || strings.EqualFold(name, "localhost") {
		t.Skipf("this machine's name %q leads nowhere: %v", name, err)
	}
	s := bridgetest.StartSOCKS(t, bridgetest.SOCKS{})
	c := bridge.Config{Listen: []string{"0.0.0.0:0"}, Open: true}
	for _, u := range []upstream.Spec{through(s), direct} {
		c.Upstream, c.Bypass = u, []string{name}
		b := start(t, c)
		_, port, _ := net.SplitHostPort(address(b))
		at := net.JoinHostPort("127.0.0.1", port)
		target := name + ":" + port
		p := dial(t, at)
		p.send("GET http://" + target + "/ HTTP/1.1\r\nHost: x\r\n\r\n")
		if res, _ := p.reply("GET"); res.StatusCode != 508 {
			t.Errorf("GET http://%s/ through %v = %s, want 508", target, u, res.Status)
		}
		p.send("CONNECT " + target + " HTTP/1.1\r\nHost: x\r\n\r\n")
		if res, _ := p.reply("GET"); res.StatusCode != 508 {
			t.Errorf("CONNECT %s through %v = %s, want 508", target, u, res.Status)
		}
		n, _ := strconv.Atoi(port)
		p = dial(t, at)
		p.send("\x05\x01\x00" + request5(1, name, n))
		p.want("\x05\x00\x05\x02") // not allowed
	}
	if got := s.Targets(); len(got) != 0 {
		t.Errorf("the endpoint was asked for %q, want nothing", got)
	}
}

func TestBadBypassIsRefused(t *testing.T) {
	bridgetest.Leaks(t)
	c := bridge.Config{Upstream: direct, Listen: []string{"127.0.0.1:0"}}
	b := start(t, c)
	c.Bypass = []string{"good.corp", "http://bad"}
	_, err := bridge.Start(c)
	for _, err := range []error{err, b.Apply(c)} {
		if err == nil || !strings.Contains(err.Error(), `bypass pattern 2, "http://bad": `) {
			t.Errorf("error = %v, want one about the second pattern", err)
		}
	}
}
