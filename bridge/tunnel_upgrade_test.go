package bridge_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"github.com/drawbridge-app/drawbridge/bridge"
	"github.com/drawbridge-app/drawbridge/bridge/bridgetest"
)

func TestWebSocketThroughTheBridge(t *testing.T) {
	bridgetest.Leaks(t)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{"echo"}})
		if err != nil {
			t.Errorf("Accept: %v", err)
			return
		}
		defer c.CloseNow()
		c.SetReadLimit(-1)
		c.Write(r.Context(), websocket.MessageText, []byte("welcome "+r.Host)) // right behind the 101
		for {
			kind, message, err := c.Read(r.Context())
			if err != nil || c.Write(r.Context(), kind, message) != nil {
				return
			}
		}
	}))
	t.Cleanup(server.Close)
	s := bridgetest.StartSOCKS(t, bridgetest.SOCKS{Names: map[string]string{"site.test:80": server.Listener.Addr().String()}})
	b := start(t, bridge.Config{Upstream: through(s)})

	transport := &http.Transport{Proxy: http.ProxyURL(&url.URL{Scheme: "http", Host: address(b)})}
	t.Cleanup(transport.CloseIdleConnections)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	c, res, err := websocket.Dial(ctx, "ws://site.test/chat", &websocket.DialOptions{
		HTTPClient: &http.Client{Transport: transport}, Subprotocols: []string{"echo"}, CompressionMode: websocket.CompressionContextTakeover})
	if err != nil {
		t.Fatalf("Dial: %v", err)
	}
	defer c.CloseNow()
	c.SetReadLimit(-1)
	if got := res.Header.Get("Sec-Websocket-Protocol"); got != "echo" {
		t.Errorf("subprotocol = %q, want echo", got)
	}
	if _, message, err := c.Read(ctx); string(message) != "welcome site.test" || err != nil {
		t.Errorf("first message = %q, %v", message, err)
	}
	for _, size := range []int{0, 1, 125, 126, 1 << 16, 1 << 20} {
		sent := bytes.Repeat([]byte("x"), size)
		if err := c.Write(ctx, websocket.MessageBinary, sent); err != nil {
			t.Fatalf("Write %d bytes: %v", size, err)
		}
		if _, got, err := c.Read(ctx); !bytes.Equal(got, sent) || err != nil {
			t.Fatalf("echo of %d bytes = %d bytes, %v", size, len(got), err)
		}
	}
	if live := b.Live(); len(live) != 1 || live[0].Kind != bridge.Upgrade || live[0].Target != "site.test:80" {
		t.Errorf("Live() = %+v, want one upgrade to site.test:80", live)
	}
	if err := c.Close(websocket.StatusNormalClosure, "bye"); err != nil {
		t.Errorf("Close: %v", err)
	}
	bridgetest.Eventually(t, "the tunnel's end", func() bool { return b.Stats().Clients == 0 })
}

func TestUpgradePassesOnWhatBelongsToIt(t *testing.T) {
	bridgetest.Leaks(t)
	const switched = "HTTP/1.1 101 Go Ahead\r\nupgrade:  Raw/2\r\nCONNECTION: upgrade\r\nX-Own: yes\r\n\r\n"
	tests := []struct{ name, sent, arrived string }{
		{"any token", "GET http://site.test/s HTTP/1.1\r\nHost: site.test\r\nUpgrade: raw-stream/1.0\r\nConnection: Upgrade\r\n\r\n",
			"GET /s HTTP/1.1\r\nHost: site.test\r\nUpgrade: raw-stream/1.0\r\nConnection: Upgrade\r\n\r\n"},
		{"several tokens in lower case", "GET http://site.test/ HTTP/1.1\r\nHost: site.test\r\nconnection: upgrade\r\nupgrade: a/1, b\r\n\r\n",
			"GET / HTTP/1.1\r\nHost: site.test\r\nconnection: upgrade\r\nupgrade: a/1, b\r\n\r\n"},
		{"h2c with its settings", "GET http://site.test/ HTTP/1.1\r\nHost: site.test\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n",
			"GET / HTTP/1.1\r\nHost: site.test\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n"},
		{"as Firefox sends it", "GET http://site.test/ws HTTP/1.1\r\nHost: site.test\r\nConnection: keep-alive, Upgrade\r\nSec-WebSocket-Key: x3JJHMbDL1EzLkh9GBhXDw==\r\nProxy-Connection: keep-alive\r\nUpgrade: websocket\r\n\r\n",
			"GET /ws HTTP/1.1\r\nHost: site.test\r\nConnection: Upgrade\r\nSec-WebSocket-Key: x3JJHMbDL1EzLkh9GBhXDw==\r\nUpgrade: websocket\r\n\r\n"},
		{"as curl sends ws://", "GET ws://site.test/chat?x HTTP/1.1\r\nHost: site.test\r\nUser-Agent: curl/8\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nProxy-Connection: Keep-Alive\r\n\r\n",
			"GET /chat?x HTTP/1.1\r\nHost: site.test\r\nUser-Agent: curl/8\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"},
		{"two Connection fields", "GET http://site.test/ HTTP/1.1\r\nHost: site.test\r\nConnection: keep-alive\r\nConnection: Upgrade\r\nUpgrade: raw\r\n\r\n",
			"GET / HTTP/1.1\r\nHost: site.test\r\nConnection: Upgrade\r\nUpgrade: raw\r\n\r\n"},
		{"POST with a body", "POST http://site.test/ HTTP/1.1\r\nHost: site.test\r\nUpgrade: raw\r\nConnection: Upgrade\r\nContent-Length: 5\r\n\r\nhello",
			"POST / HTTP/1.1\r\nHost: site.test\r\nUpgrade: raw\r\nConnection: Upgrade\r\nContent-Length: 5\r\n\r\nhello"},
		{"POST with a chunked body", "POST http://site.test/ HTTP/1.1\r\nHost: site.test\r\nUpgrade: raw\r\nConnection: Upgrade\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
			"POST / HTTP/1.1\r\nHost: site.test\r\nUpgrade: raw\r\nConnection: Upgrade\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"},
	}
	for _, test := range tests {
		for _, early := range []string{"", "early bytes"} {
			t.Run(test.name+" "+early, func(t *testing.T) {
				origin, s := far(t, bridgetest.Script{
					bridgetest.Bytes(int64(len(test.arrived))), bridgetest.Send(switched + "and hello"), // in one segment
					bridgetest.Until("ping"), bridgetest.Send("pong"), bridgetest.Rest(), bridgetest.Send("bye"),
				})
				b := start(t, bridge.Config{Upstream: through(s)})
				p := dial(t, address(b))
				p.send(test.sent + early)
				p.want(switched + "and hello")
				p.send("ping")
				p.want("pong")
				p.CloseWrite()
				p.want("bye")
				p.wantEOF()
				if got, want := origin.Received(1), test.arrived+early+"ping"; got != want {
					t.Errorf("the target received %q, want %q", got, want)
				}
				if got := s.Targets(); !slices.Equal(got, []string{"site.test:80"}) {
					t.Errorf("the endpoint was asked for %q", got)
				}
			})
		}
	}
}

// A body that comes later than its head has to arrive whole before the 101, and
// what follows it belongs to the tunnel.
func TestUpgradeWaitsForTheBodyOfItsRequest(t *testing.T) {
	bridgetest.Leaks(t)
	head := bridgetest.NewGate()
	origin, s := far(t, bridgetest.Script{
		bridgetest.Head(), bridgetest.Reached(head), bridgetest.Bytes(5),
		bridgetest.Send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: raw\r\nConnection: Upgrade\r\n\r\n"),
		bridgetest.Until("ping"), bridgetest.Send("pong"), bridgetest.Rest(),
	})
	b := start(t, bridge.Config{Upstream: through(s)})
	p := dial(t, address(b))
	p.send("POST http://site.test/ HTTP/1.1\r\nHost: site.test\r\nUpgrade: raw\r\nConnection: Upgrade\r\nContent-Length: 5\r\n\r\n")
	<-head.Opened()
	p.send("helloping")
	p.want("HTTP/1.1 101 Switching Protocols\r\nUpgrade: raw\r\nConnection: Upgrade\r\n\r\npong")
	if got := origin.Received(1); !strings.HasSuffix(got, "\r\n\r\nhelloping") {
		t.Errorf("the target received %q", got)
	}
}

func TestRefusedUpgradeLeavesTheConnectionInUse(t *testing.T) {
	bridgetest.Leaks(t)
	for _, answer := range []string{
		"HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\nX-Own: yes\r\n\r\nno",
		"HTTP/1.1 426 Upgrade Required\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nContent-Length: 2\r\n\r\nno",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nno\r\n0\r\n\r\n",
	} {
		const next = "HTTP/1.1 200 Fine\r\nContent-Length: 3\r\n\r\nyes"
		origin, s := far(t, bridgetest.Script{bridgetest.Head(), bridgetest.Send(answer), bridgetest.Head(), bridgetest.Send(next), bridgetest.Rest()})
		b := start(t, bridge.Config{Upstream: through(s)})
		p := dial(t, address(b))
		p.send("GET http://site.test/ws HTTP/1.1\r\nHost: site.test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n")
		p.want(answer)
		p.send("GET http://site.test/ HTTP/1.1\r\nHost: site.test\r\n\r\n")
		p.want(next)
		if n := origin.Accepted(); n != 1 {
			t.Errorf("%.20q: %d connections to the target, want 1", answer, n)
		}
	}
}

func TestSwitchThatNobodyAskedForIsABadGateway(t *testing.T) {
	bridgetest.Leaks(t)
	for _, request := range []string{
		"GET http://site.test/ HTTP/1.1\r\nHost: site.test\r\n\r\n",
		"GET http://site.test/ HTTP/1.1\r\nHost: site.test\r\nUpgrade: raw\r\n\r\n", // not listed in Connection
		"GET http://site.test/ HTTP/1.0\r\nHost: site.test\r\nUpgrade: raw\r\nConnection: Upgrade\r\n\r\n",
	} {
		origin, s := far(t, bridgetest.Script{bridgetest.Head(), bridgetest.Send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: raw\r\nConnection: Upgrade\r\n\r\nraw"), bridgetest.Rest()})
		b := start(t, bridge.Config{Upstream: through(s)})
		p := dial(t, address(b))
		p.send(request)
		if head := p.head(); !strings.HasPrefix(head, "HTTP/1.1 502 ") || !strings.Contains(head, "error=http_protocol_error") {
			t.Errorf("%q: answer %q, want 502", request, head)
		}
		if got := origin.Received(1); strings.Contains(strings.ToLower(got), "upgrade") {
			t.Errorf("%q: the target received %q, want no upgrade", request, got)
		}
	}
}

// A tunnel is no connection of the pool any more: with one per host, the next
// request can dial.
func TestUpgradedConnectionLeavesThePool(t *testing.T) {
	bridgetest.Leaks(t)
	const switched = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: raw\r\nConnection: Upgrade\r\n\r\n"
	_, s := far(t, bridgetest.Script{bridgetest.Head(), bridgetest.Send(switched), bridgetest.Rest()})
	b := start(t, bridge.Config{Upstream: through(s), Pool: bridge.Pool{PerHost: 1, Total: 1}})
	var tunnels []*peer
	for range 3 {
		p := dial(t, address(b))
		p.send("GET http://site.test/ HTTP/1.1\r\nHost: site.test\r\nUpgrade: raw\r\nConnection: Upgrade\r\n\r\n")
		p.want(switched)
		tunnels = append(tunnels, p)
	}
	bridgetest.Eventually(t, "three tunnels", func() bool { return b.Stats().Tunnels == 3 })
	for _, p := range tunnels {
		p.CloseWrite()
		p.wantEOF()
	}
}

func TestUpgradedTunnelPassesOnResets(t *testing.T) {
	bridgetest.Leaks(t)
	gone := bridgetest.NewGate()
	origin := bridgetest.StartOrigin(t, func(conn net.Conn) {
		p := newPeer(t, conn)
		p.head()
		p.send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: raw\r\nConnection: Upgrade\r\n\r\n")
		if _, err := io.ReadAll(p.in); err == nil {
			t.Error("the target saw an orderly end, want a reset")
		}
		gone.Open()
	})
	s := bridgetest.StartSOCKS(t, bridgetest.SOCKS{Names: map[string]string{"site.test": origin.Addr}})
	b := start(t, bridge.Config{Upstream: through(s)})
	p := dial(t, address(b))
	p.send("GET http://site.test/ HTTP/1.1\r\nHost: site.test\r\nUpgrade: raw\r\nConnection: Upgrade\r\n\r\n")
	p.head()
	bridgetest.Eventually(t, "a tunnel", func() bool { return b.Stats().Tunnels == 1 })
	p.reset()
	<-gone.Opened()
}
