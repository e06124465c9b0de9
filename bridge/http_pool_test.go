package bridge_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/drawbridge-app/drawbridge/bridge"
	"github.com/drawbridge-app/drawbridge/bridge/bridgetest"
	"github.com/drawbridge-app/drawbridge/bridge/upstream"
)

// A crossing is a bridge with origins that answer by the number of the
// connection and of the request on it, all of them reachable by name.
type crossing struct {
	t      testing.TB
	bridge *bridge.Bridge
	socks  *bridgetest.SOCKSServer
	site   *bridgetest.Origin
	hold   chan struct{} // a request for /hold is answered with each element
	held   atomic.Int32  // requests for /hold that have come
}

func newCrossing(t testing.TB, p bridge.Pool) *crossing {
	t.Helper()
	x := &crossing{t: t, hold: make(chan struct{}, 100)}
	var number atomic.Int32
	x.site = bridgetest.StartOrigin(t, func(conn net.Conn) {
		n, m := number.Add(1), 0
		serveHeads(func(head string) string {
			m++
			if strings.HasPrefix(head, "GET /hold ") {
				x.held.Add(1)
				<-x.hold
			}
			body := fmt.Sprintf("%d.%d", n, m)
			return fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
		})(conn)
	})
	x.socks = bridgetest.StartSOCKS(t, bridgetest.SOCKS{Names: map[string]string{
		"site.test": x.site.Addr, "Site.test": x.site.Addr, "other.test": x.site.Addr, "third.test": x.site.Addr,
	}})
	t.Cleanup(func() { close(x.hold) })
	x.bridge = start(t, bridge.Config{Upstream: through(x.socks), Pool: p})
	return x
}

func (x *crossing) dial() *peer { return dial(x.t, address(x.bridge)) }

// ask fetches a URL and returns which request on which connection that was.
func (p *peer) ask(url string) string {
	p.t.Helper()
	p.send(head("GET http://"+url+" HTTP/1.1", "Host: x"))
	return p.answered()
}

func (p *peer) answered() string {
	p.t.Helper()
	res, body := p.reply("GET")
	if res.StatusCode != 200 {
		return res.Status
	}
	return body
}

// begin asks for /hold at a host and returns when the origin has got that.
func (x *crossing) begin(host string) *peer {
	x.t.Helper()
	before := x.held.Load()
	p := x.dial()
	p.send(head("GET http://"+host+"/hold HTTP/1.1", "Host: x"))
	bridgetest.Eventually(x.t, "a request to arrive", func() bool { return x.held.Load() > before })
	return p
}

// enqueue asks for something and returns when that waits in the queue, with n
// requests in all.
func (x *crossing) enqueue(url string, n int) *peer {
	x.t.Helper()
	p := x.dial()
	p.send(head("GET http://"+url+" HTTP/1.1", "Host: x"))
	queued(x.t, n)
	return p
}

// queued waits until n requests wait in the pool's queue, which shows in the
// stacks alone.
func queued(t testing.TB, n int) {
	t.Helper()
	stacks := make([]byte, 1<<20)
	bridgetest.Eventually(t, fmt.Sprint(n, " requests in the queue"), func() bool {
		return strings.Count(string(stacks[:runtime.Stack(stacks, true)]), "bridge.(*pool).wait(") == n
	})
}

func (x *crossing) open(n int) {
	x.t.Helper()
	bridgetest.Eventually(x.t, fmt.Sprint(n, " open connections"), func() bool { return x.site.Open() == n })
}

func TestConnectionsAreShared(t *testing.T) {
	bridgetest.Leaks(t)
	x := newCrossing(t, bridge.Pool{})
	for i := range 3 { // clients that come and go
		c := x.dial()
		for j := range 3 {
			if got, want := c.ask("site.test/"), fmt.Sprint("1.", 3*i+j+1); got != want {
				t.Fatalf("client %d, request %d = %s, want %s", i, j, got, want)
			}
		}
		c.Close()
	}
}

func TestLastUsedConnectionIsLentFirst(t *testing.T) {
	bridgetest.Leaks(t)
	x := newCrossing(t, bridge.Pool{})
	a, b, c := x.begin("site.test"), x.begin("site.test"), x.begin("site.test")
	first := map[string]*peer{}
	for range 3 {
		x.hold <- struct{}{}
	}
	for _, p := range []*peer{a, b, c} {
		first[p.answered()] = p
		p.settle()
	}
	if len(first) != 3 || x.site.Accepted() != 3 {
		t.Fatalf("three requests at once = %v on %d connections, want 3", first, x.site.Accepted())
	}
	last := ""
	for i := range 6 {
		got, _, _ := strings.Cut(x.dial().ask("site.test/"), ".")
		if last != "" && got != last {
			t.Errorf("request %d went by connection %s, want that of the one before, %s", i, got, last)
		}
		last = got
	}
}

func TestConnectionsAreKeyedByTarget(t *testing.T) {
	bridgetest.Leaks(t)
	x := newCrossing(t, bridge.Pool{})
	c := x.dial()
	for _, r := range []struct{ url, want string }{
		{"site.test/", "1.1"}, {"site.test:80/", "1.2"}, {"site.test:0080/", "1.3"},
		{"site.test:8080/", "2.1"}, {"other.test/", "3.1"}, {"Site.test/", "4.1"},
		{"site.test/", "1.4"}, {"site.test:8080/", "2.2"}, {"other.test/", "3.2"}, {"Site.test/", "4.2"},
	} {
		if got := c.ask(r.url); got != r.want {
			t.Errorf("%s = %s, want %s", r.url, got, r.want)
		}
	}
	if got, want := fmt.Sprint(x.socks.Targets()), "[site.test:80 site.test:8080 other.test:80 Site.test:80]"; got != want {
		t.Errorf("targets = %s, want %s", got, want)
	}
}

// A changed upstream takes its connections along; those in use end after their
// answer.
func TestConnectionsAreKeyedByUpstream(t *testing.T) {
	bridgetest.Leaks(t)
	x := newCrossing(t, bridge.Pool{})
	c := x.dial()
	held := x.begin("site.test")
	if got := c.ask("site.test/"); got != "2.1" {
		t.Fatalf("before = %s, want 2.1", got)
	}
	other := bridgetest.StartSOCKS(t, bridgetest.SOCKS{Names: map[string]string{"site.test": x.site.Addr}})
	config := bridge.Config{Listen: []string{address(x.bridge)}, Upstream: through(other)}
	if err := x.bridge.Apply(config); err != nil {
		t.Fatal(err)
	}
	x.open(1)
	if got := c.ask("site.test/"); got != "3.1" || other.Accepted() != 1 {
		t.Errorf("after = %s by %d connections of the new upstream, want 3.1 by 1", got, other.Accepted())
	}
	x.hold <- struct{}{}
	if got := held.answered(); got != "1.1" {
		t.Errorf("held = %s, want 1.1", got)
	}
	x.open(1)
	if got := held.ask("site.test/"); got != "3.2" {
		t.Errorf("after that = %s, want 3.2", got)
	}
	config.Via = true // anything else leaves the upstream and its connections alone
	if err := x.bridge.Apply(config); err != nil {
		t.Fatal(err)
	}
	if got := c.ask("site.test/"); got != "3.3" {
		t.Errorf("after an unrelated change = %s, want 3.3", got)
	}
}

func TestPerHost(t *testing.T) {
	bridgetest.Leaks(t)
	x := newCrossing(t, bridge.Pool{PerHost: 2})
	a, b := x.begin("site.test"), x.begin("site.test")
	first := x.enqueue("site.test/", 1)
	second := x.enqueue("site.test/", 2)
	third := x.enqueue("site.test/", 3)
	if got := x.dial().ask("other.test/"); got != "3.1" {
		t.Errorf("another host = %s, want 3.1 at once", got)
	}
	x.hold <- struct{}{}
	// One connection is free now and serves the queue in its order, so the
	// numbers rise.
	got := []string{first.answered(), second.answered(), third.answered()}
	if want := []string{"1.2 1.3 1.4", "2.2 2.3 2.4"}; strings.Join(got, " ") != want[0] && strings.Join(got, " ") != want[1] {
		t.Errorf("queue = %v, want it in order on one connection", got)
	}
	x.hold <- struct{}{}
	a.answered()
	b.answered()
	if n := x.site.Accepted(); n != 3 {
		t.Errorf("%d connections, want 3", n)
	}
}

func TestTotal(t *testing.T) {
	bridgetest.Leaks(t)
	t.Run("an idle one gives way", func(t *testing.T) {
		x := newCrossing(t, bridge.Pool{Total: 2})
		c := x.dial()
		for i, r := range []struct{ url, want string }{
			{"site.test/", "1.1"}, {"other.test/", "2.1"}, {"site.test/", "1.2"}, {"third.test/", "3.1"}, {"site.test/", "1.3"}, {"other.test/", "4.1"},
		} {
			if got := c.ask(r.url); got != r.want {
				t.Errorf("%d: %s = %s, want %s", i, r.url, got, r.want)
			}
		}
		x.open(2)
	})
	t.Run("others queue", func(t *testing.T) {
		x := newCrossing(t, bridge.Pool{Total: 1})
		a := x.begin("site.test")
		b := x.enqueue("other.test/", 1)
		c := x.enqueue("site.test/", 2)
		x.hold <- struct{}{}
		if got := a.answered(); got != "1.1" {
			t.Errorf("first = %s, want 1.1", got)
		}
		// Its own host's request goes on by it, then the other host's gets a new one.
		if got := c.answered(); got != "1.2" {
			t.Errorf("own host = %s, want 1.2", got)
		}
		if got := b.answered(); got != "2.1" {
			t.Errorf("other host = %s, want 2.1", got)
		}
		x.open(1)
	})
}

// A wider bound lets the queue move up at once.
func TestQueueMovesUpWhenLimitsAreRaised(t *testing.T) {
	bridgetest.Leaks(t)
	for _, p := range []bridge.Pool{{PerHost: 1}, {Total: 1}} {
		x := newCrossing(t, p)
		a := x.begin("site.test")
		b, c := x.enqueue("site.test/", 1), x.enqueue("site.test/", 2)
		p.PerHost, p.Total = 2*p.PerHost, 2*p.Total
		if err := x.bridge.Apply(bridge.Config{Listen: []string{address(x.bridge)}, Upstream: through(x.socks), Pool: p}); err != nil {
			t.Fatal(err)
		}
		if got := b.answered() + " " + c.answered(); got != "2.1 2.2" {
			t.Errorf("%+v: the queue = %s, want 2.1 2.2", p, got)
		}
		x.hold <- struct{}{}
		a.answered()
	}
}

func TestQueueIsBoundedInTime(t *testing.T) {
	bridgetest.Leaks(t)
	for _, p := range []bridge.Pool{{PerHost: 1, Wait: 50 * time.Millisecond}, {Total: 1, Wait: 50 * time.Millisecond}} {
		x := newCrossing(t, p)
		a := x.begin("site.test")
		b := x.dial()
		b.send(asked("/"))
		res, body := b.reply("GET")
		if status := proxyStatus(t, res); res.StatusCode != 503 || res.Header.Get("Retry-After") != "1" || status["error"] != "connection_limit_reached" || !strings.Contains(body, "pool.per_host") {
			t.Errorf("%+v: answer = %s %v %v %q, want 503 and when to try again", p, res.Status, res.Header, status, body)
		}
		x.hold <- struct{}{}
		if got := a.answered(); got != "1.1" {
			t.Errorf("%+v: the first = %s, want 1.1", p, got)
		}
		if got := b.ask("site.test/"); got != "1.2" {
			t.Errorf("%+v: tried again = %s, want 1.2", p, got)
		}
	}
}

// A request in the queue gets its turn also when the connection in front of it
// ends, or cannot be opened.
func TestQueueGoesOnAfterFailures(t *testing.T) {
	bridgetest.Leaks(t)
	x := newCrossing(t, bridge.Pool{PerHost: 1})
	a := x.begin("site.test")
	b := x.enqueue("site.test/hold", 1)
	c := x.enqueue("site.test/", 2)
	x.site.Cut()
	for range 2 { // the origin's handlers are still held; their connections are not
		x.hold <- struct{}{}
	}
	if got := a.answered(); !strings.HasPrefix(got, "502") {
		t.Errorf("cut = %s, want 502", got)
	}
	if got := b.answered(); got != "2.1" {
		t.Errorf("next = %s, want 2.1", got)
	}
	if got := c.answered(); got != "2.2" {
		t.Errorf("last = %s, want 2.2", got)
	}
}

func TestIdleConnections(t *testing.T) {
	bridgetest.Leaks(t)
	busy := func(x *crossing) {
		var ps []*peer
		for range 3 {
			ps = append(ps, x.begin("site.test"))
		}
		for range ps {
			x.hold <- struct{}{}
		}
		for _, p := range ps {
			p.answered()
			p.settle()
		}
	}
	for _, r := range []struct {
		name string
		pool bridge.Pool
		left int
	}{
		{"default", bridge.Pool{}, 3},
		{"two", bridge.Pool{Idle: 2}, 2},
		{"none", bridge.Pool{Idle: -1}, 0},
		{"for a short time", bridge.Pool{IdleTimeout: time.Millisecond}, 0}, // the sweeper's next round
	} {
		t.Run(r.name, func(t *testing.T) {
			x := newCrossing(t, r.pool)
			busy(x)
			x.open(r.left)
		})
	}
	t.Run("fewer from now on", func(t *testing.T) {
		x := newCrossing(t, bridge.Pool{})
		busy(x)
		if err := x.bridge.Apply(bridge.Config{Listen: []string{address(x.bridge)}, Upstream: through(x.socks), Pool: bridge.Pool{Idle: 1}}); err != nil {
			t.Fatal(err)
		}
		x.open(1)
	})
	t.Run("closed by the target", func(t *testing.T) {
		x := newCrossing(t, bridge.Pool{})
		busy(x)
		x.site.Cut()
		bridgetest.Eventually(t, "the bridge to let go", func() bool { return x.socks.Open() == 0 })
	})
}

// An idle connection that ended, or on which something came unasked, is not
// used: every method gets a new one, and the target sees each request once.
func TestStaleConnections(t *testing.T) {
	bridgetest.Leaks(t)
	for _, method := range []struct {
		name, sent, rest string
		reads            bridgetest.Step
	}{
		{"GET", head("GET http://ORIGIN/2 HTTP/1.1", "Host: ORIGIN"), "", bridgetest.Head()},
		{"POST", head("POST http://ORIGIN/2 HTTP/1.1", "Host: ORIGIN", "Content-Length: 5") + "hello", "", bridgetest.Until("hello")},
		{"POST in pieces", head("POST http://ORIGIN/2 HTTP/1.1", "Host: ORIGIN", "Content-Length: 5"), "hello", bridgetest.Until("hello")},
	} {
		for _, r := range []struct {
			name   string
			answer string
			then   bridgetest.Step
		}{
			{"closed", plain, nil},
			{"half-closed", plain, bridgetest.HalfClose()},
			{"reset", plain, bridgetest.Abort()},
			{"bytes behind the answer", plain + "HTTP/1.1 200 Evil\r\nContent-Length: 0\r\n\r\n", bridgetest.Rest()},
			{"says that it closes", "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", bridgetest.Rest()},
			{"HTTP/1.0", "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", bridgetest.Rest()},
			{"body of a 204", "HTTP/1.1 204 No\r\nContent-Length: 2\r\n\r\nno", bridgetest.Rest()},
		} {
			t.Run(method.name+", "+r.name, func(t *testing.T) {
				idle := bridgetest.NewGate()
				first := bridgetest.Script{bridgetest.Head(), bridgetest.Send(r.answer)}
				if r.then != nil {
					first = append(first, r.then)
				}
				first = append(first, bridgetest.Reached(idle))
				second := bridgetest.Script{method.reads, bridgetest.Send(plain), bridgetest.Rest()}
				if r.name == "half-closed" {
					first = append(first, bridgetest.Rest())
				}
				origin := bridgetest.StartScript(t, first, second)
				b := start(t, bridge.Config{Upstream: upstream.Spec{URL: "direct://"}})
				c := dial(t, address(b))
				c.send(head("GET http://"+origin.Addr+"/1 HTTP/1.1", "Host: x"))
				if res, _ := c.reply("GET"); res.StatusCode/100 != 2 {
					t.Fatalf("first = %s", res.Status)
				}
				c.settle()
				if r.then == nil || r.name == "reset" {
					bridgetest.Eventually(t, "the end of the first connection", func() bool { return origin.Open() == 0 })
				} else if r.name == "half-closed" {
					wait(t, "the half-close", idle)
				}
				c.send(strings.ReplaceAll(method.sent, "ORIGIN", origin.Addr))
				if method.rest != "" {
					bridgetest.Eventually(t, "the head by a new connection", func() bool { return origin.Received(2) == arrivedAt(origin.Addr, method.sent) })
					c.send(method.rest)
				}
				c.want(plain)
				c.settle()
				if n := origin.Accepted(); n != 2 {
					t.Errorf("%d connections, want 2", n)
				}
				if got := origin.Received(1); strings.Contains(got, "/2") || strings.Contains(got, "POST") {
					t.Errorf("on the first connection: %q, want only the first request", got)
				}
				if got, want := origin.Received(2), arrivedAt(origin.Addr, method.sent)+method.rest; got != want {
					t.Errorf("on the second connection: %q, want %q", got, want)
				}
			})
		}
	}
	t.Run("bytes on an idle connection", func(t *testing.T) {
		go1, gone := bridgetest.NewGate(), bridgetest.NewGate()
		origin := bridgetest.StartScript(t,
			bridgetest.Script{bridgetest.Head(), bridgetest.Send(plain), bridgetest.Pause(go1), bridgetest.Send("HTTP/1.1 408 Too late\r\n\r\n"), bridgetest.Reached(gone), bridgetest.Rest()},
			bridgetest.Script{bridgetest.Head(), bridgetest.Send(plain), bridgetest.Rest()})
		b := start(t, bridge.Config{Upstream: upstream.Spec{URL: "direct://"}})
		c := dial(t, address(b))
		for i := range 2 {
			c.send(head("GET http://"+origin.Addr+"/ HTTP/1.1", "Host: x"))
			c.want(plain)
			c.settle()
			if go1.Open(); i == 0 {
				wait(t, "the unasked bytes", gone)
			}
		}
		if n := origin.Accepted(); n != 2 {
			t.Errorf("%d connections, want 2", n)
		}
	})
}

// arrivedAt is a head as an origin at addr gets it.
func arrivedAt(addr, sent string) string {
	return strings.ReplaceAll(strings.Replace(sent, "http://ORIGIN", "", 1), "ORIGIN", addr)
}

// A connection that ends when the request is on it already: nobody knows whether
// that had an effect.
func TestRequestIsRepeatedOnceIfSafe(t *testing.T) {
	bridgetest.Leaks(t)
	for _, r := range []struct {
		method string
		sent   int // how often
		status int
	}{
		{"GET", 2, 200}, {"HEAD", 2, 200}, {"OPTIONS", 2, 200}, {"TRACE", 2, 200},
		{"POST", 1, 502}, {"PUT", 1, 502}, {"DELETE", 1, 502}, {"get", 1, 502}, {"PROPFIND", 1, 502},
	} {
		for _, end := range []struct {
			name string
			step bridgetest.Step
		}{{"closed", bridgetest.HalfClose()}, {"reset", bridgetest.Abort()}} {
			t.Run(r.method+" "+end.name, func(t *testing.T) {
				empty := bridgetest.Send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
				s := newStand(t, bridge.Config{},
					bridgetest.Script{bridgetest.Head(), bridgetest.Send(plain), bridgetest.Head(), end.step},
					bridgetest.Script{bridgetest.Head(), empty, bridgetest.Rest()})
				c := s.dial()
				c.get("/1")
				c.send(r.method + " http://site.test/2 HTTP/1.1\r\nHost: site.test\r\n\r\n")
				if res, _ := c.reply(r.method); res.StatusCode != r.status {
					t.Errorf("%s = %s, want %d", r.method, res.Status, r.status)
				}
				c.settle()
				s.bridge.Close()
				sent := strings.Count(s.origin.Received(1)+s.origin.Received(2), "/2 HTTP/1.1")
				if sent != r.sent {
					t.Errorf("%s was sent %d times, want %d", r.method, sent, r.sent)
				}
			})
		}
	}
	t.Run("a GET of which something came back", func(t *testing.T) {
		s := newStand(t, bridge.Config{}, bridgetest.Script{bridgetest.Head(), bridgetest.Send(plain), bridgetest.Head(), bridgetest.Send("HTTP/1.1 ")})
		c := s.dial()
		c.get("/1")
		c.send(asked("/2"))
		if res, _ := c.reply("GET"); res.StatusCode != 502 {
			t.Errorf("answer = %s, want 502", res.Status)
		}
		if n := s.origin.Accepted(); n != 1 {
			t.Errorf("%d connections, want 1", n)
		}
	})
	t.Run("a GET with a body on its way", func(t *testing.T) {
		s := newStand(t, bridge.Config{}, bridgetest.Script{bridgetest.Head(), bridgetest.Send(plain), bridgetest.Head()})
		c := s.dial()
		c.get("/1")
		c.send(asked("/2", "Content-Length: 5"))
		if res, _ := c.reply("GET"); res.StatusCode != 502 {
			t.Errorf("answer = %s, want 502", res.Status)
		}
		if n := s.origin.Accepted(); n != 1 {
			t.Errorf("%d connections, want 1", n)
		}
	})
	t.Run("never more than twice", func(t *testing.T) {
		s := newStand(t, bridge.Config{}, bridgetest.Script{bridgetest.Head(), bridgetest.Send(plain), bridgetest.Head()},
			bridgetest.Script{bridgetest.Head()}, bridgetest.Script{bridgetest.Head(), bridgetest.Send(plain)})
		c := s.dial()
		c.get("/1")
		c.send(asked("/2"))
		if res, _ := c.reply("GET"); res.StatusCode != 502 {
			t.Errorf("answer = %s, want 502", res.Status)
		}
		if n := s.origin.Accepted(); n != 2 {
			t.Errorf("%d connections, want 2", n)
		}
	})
	// Out of the queue comes a used connection, which dies as well.
	t.Run("never more than twice, by the queue", func(t *testing.T) {
		came, die := bridgetest.NewGate(), bridgetest.NewGate()
		s := newStand(t, bridge.Config{Pool: bridge.Pool{PerHost: 1}},
			bridgetest.Script{bridgetest.Head(), bridgetest.Send(plain), bridgetest.Head(), bridgetest.Reached(came), bridgetest.Pause(die)},
			bridgetest.Script{bridgetest.Head(), bridgetest.Send(plain), bridgetest.Head()},
			bridgetest.Script{bridgetest.Head(), bridgetest.Send(plain)})
		a, b := s.dial(), s.dial()
		a.get("/1")
		a.send(asked("/2"))
		wait(t, "the second request", came)
		b.send(asked("/3"))
		queued(t, 1)
		die.Open()
		b.want(plain)
		if res, _ := a.reply("GET"); res.StatusCode != 502 {
			t.Errorf("answer = %s, want 502", res.Status)
		}
		if n := s.origin.Accepted(); n != 2 {
			t.Errorf("%d connections, want 2", n)
		}
	})
}

// There are never more connections than requests, however many clients there are.
func TestConnectionsNeverExceedRequests(t *testing.T) {
	bridgetest.Leaks(t)
	const clients, requests = 64, 20
	for _, r := range []struct {
		name  string
		pool  bridge.Pool
		most  int
		every int // a client comes anew after so many requests
	}{
		{"no bound", bridge.Pool{}, clients, requests},
		{"no bound, clients come and go", bridge.Pool{}, clients, 3},
		{"per host", bridge.Pool{PerHost: 5, Wait: patience}, 5, 7},
		{"total", bridge.Pool{Total: 5, Wait: patience}, 5, 1},
	} {
		t.Run(r.name, func(t *testing.T) {
			x := newCrossing(t, r.pool)
			var running sync.WaitGroup
			for i := range clients {
				running.Go(func() {
					for done := 0; done < requests; {
						n := min(r.every, requests-done)
						if err := fetch(address(x.bridge), n); err != nil {
							t.Errorf("client %d: %v", i, err)
							return
						}
						done += n
					}
				})
			}
			running.Wait()
			if n := x.site.Accepted(); n > r.most {
				t.Errorf("%d connections for %d clients, want at most %d", n, clients, r.most)
			}
		})
	}
}

// fetch asks for site.test n times by one connection.
func fetch(address string, n int) error {
	c, err := net.Dial("tcp", address)
	if err != nil {
		return err
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(patience))
	in := bufio.NewReader(c)
	for range n {
		if _, err := io.WriteString(c, asked("/")); err != nil {
			return err
		}
		res, err := http.ReadResponse(in, nil)
		if err != nil {
			return err
		}
		if _, err := io.Copy(io.Discard, res.Body); err != nil || res.StatusCode != 200 {
			return fmt.Errorf("%s, %v", res.Status, err)
		}
	}
	return nil
}

// Close ends whatever hangs, however early in its life it is.
func TestCloseWhileRequestsAreOnTheirWay(t *testing.T) {
	bridgetest.Leaks(t)
	for i := range 20 {
		s := newStand(t, bridge.Config{Pool: bridge.Pool{PerHost: 20}}, bridgetest.Script{bridgetest.Rest()})
		for range 30 { // ten of them will queue
			s.dial().send(asked("/"))
		}
		bridgetest.Eventually(t, "some requests", func() bool { return s.socks.Accepted() > i })
		began := time.Now()
		s.bridge.Close()
		if took := time.Since(began); took > patience/2 {
			t.Fatalf("Close took %v", took)
		}
	}
}
