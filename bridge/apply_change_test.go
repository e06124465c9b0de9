package bridge_test

import (
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"

	"github.com/drawbridge-app/drawbridge/bridge"
	"github.com/drawbridge-app/drawbridge/bridge/bridgetest"
)

// apply gives b a Config that it has to take.
func apply(t testing.TB, b *bridge.Bridge, c bridge.Config) {
	t.Helper()
	if err := b.Apply(c); err != nil {
		t.Fatalf("Apply: %v", err)
	}
}

func TestNewUpstreamIsForNewRequestsOnly(t *testing.T) {
	bridgetest.Leaks(t)
	more := bridgetest.NewGate()
	origin := bridgetest.StartOrigin(t, func(conn net.Conn) {
		p := newPeer(t, conn)
		if first, _ := p.in.Peek(1); string(first) == "r" { // a tunnel
			p.want("raw")
			p.send("12")
			p.want("more")
			p.send("345")
			return
		}
		for {
			if _, err := p.in.Peek(1); err != nil {
				return
			}
			head := p.head()
			p.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n12")
			if strings.HasPrefix(head, "GET /slow ") {
				<-more.Opened()
			}
			p.send("345")
		}
	})
	names := map[string]string{"site.test": origin.Addr}
	first := bridgetest.StartSOCKS(t, bridgetest.SOCKS{Names: names})
	second := bridgetest.StartSOCKS(t, bridgetest.SOCKS{Names: names})
	listen := []string{"127.0.0.1:0"}
	b := start(t, bridge.Config{Listen: listen, Upstream: through(first)})
	const answer = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n12345"
	get := func(path string) string {
		return "GET http://site.test" + path + " HTTP/1.1\r\nHost: site.test\r\n\r\n"
	}

	tunnel := connect(t, b, "site.test:443", "raw")
	tunnel.want("12")
	slow := dial(t, address(b))
	slow.send(get("/slow"))
	slow.want(answer[:len(answer)-3])
	kept := dial(t, address(b))
	kept.send(get("/"))
	kept.want(answer)
	bridgetest.Eventually(t, "two connections in use and one idle", func() bool { return first.Open() == 3 })

	at := address(b)
	apply(t, b, bridge.Config{Listen: listen, Upstream: through(second)})
	if address(b) != at {
		t.Errorf("it listens on %s, want %s as before", address(b), at)
	}
	bridgetest.Eventually(t, "the old upstream's idle connection to be closed", func() bool { return first.Open() == 2 })
	kept.send(get("/")) // on the same connection to the client
	kept.want(answer)
	p := connect(t, b, "site.test:443", "raw")
	p.want("12")
	if got, want := second.Targets(), []string{"site.test:80", "site.test:443"}; !slices.Equal(got, want) {
		t.Errorf("the new upstream was asked for %q, want %q", got, want)
	}

	for _, p := range []*peer{p, tunnel} { // what ran goes on
		p.send("more")
		p.want("345")
		p.CloseWrite()
		p.wantEOF()
	}
	more.Open()
	slow.want("345")
	slow.send(get("/"))
	slow.want(answer)
	bridgetest.Eventually(t, "the old upstream to be left", func() bool { return first.Open() == 0 })
	if n := first.Accepted(); n != 3 {
		t.Errorf("the old upstream had %d connections, want 3", n)
	}
}

// A request that waits for a connection of the old upstream still gets it.
func TestRequestInTheQueueSurvivesANewUpstream(t *testing.T) {
	bridgetest.Leaks(t)
	answer := bridgetest.NewGate()
	const ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
	_, s := far(t, bridgetest.Script{bridgetest.Head(), bridgetest.Pause(answer), bridgetest.Send(ok), bridgetest.Head(), bridgetest.Send(ok), bridgetest.Rest()})
	other := bridgetest.StartSOCKS(t, bridgetest.SOCKS{})
	c := bridge.Config{Listen: []string{"127.0.0.1:0"}, Upstream: through(s), Pool: bridge.Pool{PerHost: 1, Wait: patience}}
	b := start(t, c)
	var ps [2]*peer
	for i := range ps {
		ps[i] = dial(t, address(b))
		ps[i].send("GET http://site.test/ HTTP/1.1\r\nHost: site.test\r\n\r\n")
		bridgetest.Eventually(t, "the first request to be on its way", func() bool { return s.Accepted() == 1 })
		queued(t, i)
	}
	c.Upstream = through(other)
	apply(t, b, c)
	answer.Open()
	for _, p := range ps {
		p.want(ok)
	}
}

func TestSameUpstreamIsKeptWithWhatItLearned(t *testing.T) {
	bridgetest.Leaks(t)
	_, s := far(t, bridgetest.Script{bridgetest.Rest()})
	c := bridge.Config{Listen: []string{"127.0.0.1:0"}, Upstream: through(s)}
	b := start(t, c)
	before := b.Upstream()
	c.Limits.Clients = 7
	apply(t, b, c)
	if b.Upstream() != before {
		t.Error("Upstream() is another one after a change of something else")
	}
	c.Upstream.Spares = 1
	apply(t, b, c)
	if b.Upstream() == before {
		t.Error("Upstream() is the same after a change of it")
	}
}

// Each setting holds from the next request on, on connections that are open too.
func TestChangedSettingsHoldFromTheNextRequest(t *testing.T) {
	bridgetest.Leaks(t)
	_, s := far(t, bridgetest.Script{bridgetest.Until("ping"), bridgetest.Send("pong"), bridgetest.Until("ping"), bridgetest.Send("pong")})
	c := bridge.Config{Listen: []string{"127.0.0.1:0"}, Upstream: through(s)}
	b := start(t, c)
	tunnel := connect(t, b, "site.test:443", "ping")
	tunnel.want("pong")
	p := dial(t, address(b))
	for _, step := range []struct {
		change func(*bridge.Config)
		sent   string
		status string
	}{
		{func(*bridge.Config) {}, "OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n", "200"},
		{func(c *bridge.Config) { c.Login = bridge.Login{User: "anna", Password: "secret"} }, "GET http://site.test/ HTTP/1.1\r\nHost: site.test\r\n\r\n", "407"},
		{func(c *bridge.Config) { c.Login = bridge.Login{} }, "OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n", "200"},
		{func(c *bridge.Config) { c.Limits.HeadFields = 2 }, "GET / HTTP/1.1\r\nHost: localhost\r\nA: 1\r\nB: 2\r\n\r\n", "431"},
	} {
		step.change(&c)
		apply(t, b, c)
		p.send(step.sent)
		head := p.head()
		if !strings.HasPrefix(head, "HTTP/1.1 "+step.status+" ") {
			t.Fatalf("%q: answer %q, want %s", step.sent, head, step.status)
		}
		if i := strings.Index(head, "Content-Length: "); i >= 0 {
			var n int
			fmt.Sscanf(head[i:], "Content-Length: %d", &n)
			p.in.Discard(n)
		}
	}
	c.HTTPOnly = true
	apply(t, b, c)
	q := dial(t, address(b))
	q.send("\x05\x01\x00")
	if got, _ := q.rest(); got != "" {
		t.Errorf("a SOCKS client got %q, want nothing", got)
	}
	tunnel.send("ping") // through all of it
	tunnel.want("pong")
}

func TestNewPortServesAndTheOldOneIsClosed(t *testing.T) {
	bridgetest.Leaks(t)
	_, s := far(t, bridgetest.Script{bridgetest.Until("ping"), bridgetest.Send("pong")})
	c := bridge.Config{Listen: []string{"127.0.0.1:0"}, Upstream: through(s)}
	b := start(t, c)
	old := address(b)
	tunnel := connect(t, b, "site.test:443", "")

	c.Listen = []string{"[::1]:0"}
	apply(t, b, c)
	answers(t, address(b))
	closed(t, old)
	if got := len(b.Addrs()); got != 1 || address(b) == old {
		t.Errorf("Addrs() = %v, want one that is new", b.Addrs())
	}
	tunnel.send("ping")
	tunnel.want("pong")

	p := dial(t, address(b)) // what counts as the bridge itself has changed, too
	p.send("CONNECT " + address(b) + " HTTP/1.1\r\nHost: x\r\n\r\n")
	if head := p.head(); !strings.HasPrefix(head, "HTTP/1.1 508 ") {
		t.Errorf("CONNECT to the new address = %q, want 508", head)
	}
}

// To add an address means to leave the others alone.
func TestAddressThatStaysIsNotTouched(t *testing.T) {
	bridgetest.Leaks(t)
	c := bridge.Config{Listen: []string{"127.0.0.1:0"}, Upstream: direct}
	b := start(t, c)
	stays := address(b)
	for _, listen := range [][]string{{"127.0.0.1:0", "[::1]:0"}, {"[::1]:0", "127.0.0.1:0"}, {"127.0.0.1:0"}} {
		c.Listen = listen
		apply(t, b, c)
		if !slices.ContainsFunc(b.Addrs(), func(a net.Addr) bool { return a.String() == stays }) || len(b.Addrs()) != len(listen) {
			t.Errorf("Addrs() = %v with Listen %v, want %s among them", b.Addrs(), listen, stays)
		}
		answers(t, stays)
	}
}

func TestSamePortOnOtherAddresses(t *testing.T) {
	bridgetest.Leaks(t)
	_, s := far(t, bridgetest.Script{bridgetest.Until("ping"), bridgetest.Send("pong")})
	c := bridge.Config{Listen: []string{"127.0.0.1:0"}, Upstream: through(s), Open: true}
	b := start(t, c)
	_, port, _ := net.SplitHostPort(address(b))
	tunnel := connect(t, b, "site.test:443", "")
	for _, step := range []struct{ listen, serves, closed []string }{
		{[]string{"0.0.0.0:"}, []string{"127.0.0.1:", "127.0.0.2:"}, []string{"[::1]:"}},
		{[]string{"127.0.0.1:", "[::1]:"}, []string{"127.0.0.1:", "[::1]:"}, []string{"127.0.0.2:"}},
		{[]string{"[::]:"}, []string{"127.0.0.1:", "[::1]:", "127.0.0.2:"}, nil}, // over both
		{[]string{"127.0.0.1:"}, []string{"127.0.0.1:"}, []string{"[::1]:", "127.0.0.2:"}},
	} {
		c.Listen = nil
		for _, host := range step.listen {
			c.Listen = append(c.Listen, host+port)
		}
		apply(t, b, c)
		for _, host := range step.serves {
			answers(t, host+port)
		}
		for _, host := range step.closed {
			closed(t, host+port)
		}
	}
	tunnel.send("ping")
	tunnel.want("pong")
}

func TestApplyThatFailsChangesNothing(t *testing.T) {
	bridgetest.Leaks(t)
	other, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	origin, s := far(t, bridgetest.Script{bridgetest.Until("ping"), bridgetest.Send("pong"), bridgetest.Until("ping"), bridgetest.Send("pong")})
	good := bridge.Config{Listen: []string{"127.0.0.1:0", "[::1]:0"}, Upstream: through(s), Open: true}
	b := start(t, good)
	addrs, before := fmt.Sprint(b.Addrs()), b.Upstream()
	_, port, _ := net.SplitHostPort(address(b))
	tunnel := connect(t, b, "site.test:443", "ping")
	tunnel.want("pong")
	for name, change := range map[string]func(*bridge.Config){
		"a port that is taken":                 func(c *bridge.Config) { c.Listen = []string{other.Addr().String()} },
		"a good port and one that is taken":    func(c *bridge.Config) { c.Listen = []string{"127.0.0.1:0", "127.0.0.2:0", other.Addr().String()} },
		"the same port, and one that is taken": func(c *bridge.Config) { c.Listen = []string{"0.0.0.0:" + port, other.Addr().String()} },
		"no address of this machine":           func(c *bridge.Config) { c.Listen = []string{"192.0.2.1:" + port} },
		"no address":                           func(c *bridge.Config) { c.Listen = []string{"here"} },
		"a bad upstream":                       func(c *bridge.Config) { c.Upstream.URL = "gopher://127.0.0.1:70" },
		"another upstream, a taken port": func(c *bridge.Config) {
			c.Upstream, c.Listen = direct, []string{other.Addr().String()}
		},
		"a negative timeout": func(c *bridge.Config) { c.Timeouts.Header = -1 },
	} {
		c := good
		c.Login = bridge.Login{User: "anna", Password: "secret"} // would show
		c.Listen = slices.Clone(c.Listen)
		change(&c)
		if err := b.Apply(c); err == nil {
			t.Errorf("%s: Apply = nil, want an error", name)
			continue
		} else if strings.Contains(name, "taken") && !errors.Is(err, bridgetest.EADDRINUSE) {
			t.Errorf("%s: Apply = %v, want EADDRINUSE", name, err)
		}
		if got := fmt.Sprint(b.Addrs()); got != addrs || b.Upstream() != before {
			t.Errorf("%s: Addrs() = %s, want %s, and the same upstream", name, got, addrs)
		}
		for _, a := range b.Addrs() {
			answers(t, a.String())
		}
		closed(t, "127.0.0.2:"+port)
	}
	tunnel.send("ping")
	tunnel.want("pong")
	p := connect(t, b, "site.test:443", "ping")
	p.want("pong")
	if n := origin.Accepted(); n != 2 {
		t.Errorf("the target was reached %d times, want 2", n)
	}
}
