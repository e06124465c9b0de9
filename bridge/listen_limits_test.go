package bridge_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/proxy"

	"github.com/drawbridge-app/drawbridge/bridge"
	"github.com/drawbridge-app/drawbridge/bridge/bridgetest"
	"github.com/drawbridge-app/drawbridge/bridge/upstream"
)

func TestClientsAboveTheLimitWaitForTheirTurn(t *testing.T) {
	for name, listen := range map[string][]string{
		"one listener":     {"127.0.0.1:0"},
		"three listeners":  {"127.0.0.1:0", "[::1]:0", "127.0.0.1:0"},
		"the last of them": {"[::1]:0", "127.0.0.1:0", "127.0.0.1:0"},
	} {
		t.Run(name, func(t *testing.T) {
			bridgetest.Leaks(t)
			b := start(t, bridge.Config{Upstream: direct, Listen: listen, Limits: bridge.Limits{Clients: 3}})
			addrs := b.Addrs()
			to := addrs[0].String()
			if name == "the last of them" {
				to = addrs[len(addrs)-1].String()
			}
			const ask = "OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n"
			var in []*peer
			for range 3 {
				p := dial(t, to)
				p.send(ask)
				p.head()
				in = append(in, p)
			}
			fourth := dial(t, to)
			fourth.send(ask)
			fourth.SetReadDeadline(time.Now().Add(100 * time.Millisecond))
			if _, err := fourth.in.Peek(1); !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("the fourth client: %v, want silence", err)
			}
			if n := b.Stats().Clients; n != 3 {
				t.Errorf("Stats().Clients = %d, want 3", n)
			}
			fourth.SetReadDeadline(time.Now().Add(patience))
			in[1].Close()
			fourth.head()

			// A higher limit holds at once.
			fifth := dial(t, to)
			fifth.send(ask)
			if err := b.Apply(bridge.Config{Upstream: direct, Listen: listen, Limits: bridge.Limits{Clients: 4}}); err != nil {
				t.Fatalf("Apply: %v", err)
			}
			fifth.head()
		})
	}
}

func TestIdleClientIsClosed(t *testing.T) {
	bridgetest.Leaks(t)
	const idle = 300 * time.Millisecond
	b := start(t, bridge.Config{Upstream: direct, Timeouts: bridge.Timeouts{Idle: idle}})
	begin := time.Now()
	quiet := dial(t, address(b)) // says nothing at all
	quiet.wantEOF()
	if took := time.Since(begin); took < idle {
		t.Errorf("a silent client was closed after %v, want %v", took, idle)
	}
	p := dial(t, address(b))
	p.send("OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n")
	p.head()
	p.wantEOF()
}

// A tunnel is no idle client, however long it is silent.
func TestIdleBoundDoesNotHoldForTunnels(t *testing.T) {
	bridgetest.Leaks(t)
	_, s := far(t, bridgetest.Script{bridgetest.Until("ping"), bridgetest.Send("pong")})
	b := start(t, bridge.Config{Upstream: through(s), Timeouts: bridge.Timeouts{Idle: 50 * time.Millisecond, Header: 50 * time.Millisecond}})
	p := connect(t, b, "site.test:443", "")
	q := dial(t, address(b))
	q.send("\x05\x01\x00" + request5(1, "site.test", 443))
	q.want("\x05\x00" + granted5)
	time.Sleep(200 * time.Millisecond)
	p.send("ping")
	p.want("pong")
	q.send("ping")
	q.want("pong")
}

// A fragile upstream panics when it is asked for boom.test.
type fragile struct{}

func (fragile) DialContext(_ context.Context, _, addr string) (net.Conn, error) {
	if strings.HasPrefix(addr, "boom.test:") {
		panic("boom")
	}
	return nil, errors.New("not reached")
}

func (f fragile) Dial(network, addr string) (net.Conn, error) {
	return f.DialContext(context.Background(), network, addr)
}

// plainDialer hides that a dialer takes a context.
type plainDialer struct{ proxy.Dialer }

var registered atomic.Bool

func registerFragile() {
	if registered.CompareAndSwap(false, true) { // the registry has no lock
		proxy.RegisterDialerType("fragile", func(*url.URL, proxy.Dialer) (proxy.Dialer, error) { return fragile{}, nil })
		proxy.RegisterDialerType("fragile-plain", func(*url.URL, proxy.Dialer) (proxy.Dialer, error) { return plainDialer{fragile{}}, nil })
	}
}

func TestPanicEndsOneConnectionOnly(t *testing.T) {
	bridgetest.Leaks(t)
	registerFragile()
	for _, scheme := range []string{"fragile", "fragile-plain"} {
		for name, request := range map[string]string{
			"connect": "CONNECT boom.test:443 HTTP/1.1\r\nHost: boom.test:443\r\n\r\n",
			"http":    "GET http://boom.test/ HTTP/1.1\r\nHost: boom.test\r\n\r\n",
			"post":    "POST http://boom.test/ HTTP/1.1\r\nHost: boom.test\r\nContent-Length: 9\r\n\r\n",
			"socks":   "\x05\x01\x00" + request5(1, "boom.test", 443),
		} {
			t.Run(scheme+" "+name, func(t *testing.T) {
				j, log := newJournal(slog.LevelInfo)
				b := start(t, bridge.Config{Upstream: upstream.Spec{URL: scheme + "://x:1"}, Log: log,
					Pool: bridge.Pool{PerHost: 1, Total: 1, Wait: 50 * time.Millisecond}})
				other := dial(t, address(b))
				for range 2 { // the second must not find that the first still holds its place
					p := dial(t, address(b))
					p.send(request)
					if answer, _ := p.rest(); strings.Contains(answer, "503") {
						t.Errorf("answer %q: the pool is full", answer)
					}
				}
				bridgetest.Eventually(t, "the connection's end", func() bool { return b.Stats().Clients == 1 })
				lines := j.lines("level=ERROR")
				if len(lines) != 2 || !strings.Contains(lines[0], "boom") || !strings.Contains(lines[0], "DialContext") {
					t.Errorf("log %q, want two panics with their stacks", lines)
				}
				other.send("GET http://fine.test/ HTTP/1.1\r\nHost: fine.test\r\n\r\n")
				if head := other.head(); !strings.HasPrefix(head, "HTTP/1.1 502 ") {
					t.Errorf("afterwards: answer %q, want 502", head)
				}
			})
		}
	}
}

// Whoever comes while the bridge is full and leaves before it is served must not
// cost anybody else's place.
func TestClientsThatLeaveWhileTheyWaitCostNothing(t *testing.T) {
	bridgetest.Leaks(t)
	b := start(t, bridge.Config{Upstream: direct, Limits: bridge.Limits{Clients: 1}})
	first := dial(t, address(b))
	bridgetest.Eventually(t, "the first to be in", func() bool { return b.Stats().Clients == 1 })
	for range 20 {
		dial(t, address(b)).Close()
	}
	first.Close()
	answers(t, address(b))
	bridgetest.Eventually(t, "all to have gone", func() bool { return b.Stats().Clients == 0 })
	io.Copy(io.Discard, first)
}
