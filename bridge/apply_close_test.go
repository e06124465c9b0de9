package bridge_test

import (
	"errors"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/drawbridge-app/drawbridge/bridge"
	"github.com/drawbridge-app/drawbridge/bridge/bridgetest"
)

// promptly fails the test if f takes as long as something that waits for a peer.
func promptly(t testing.TB, what string, f func()) {
	t.Helper()
	begin := time.Now()
	f()
	if took := time.Since(begin); took > 5*time.Second {
		t.Errorf("%s took %v", what, took)
	}
}

func TestCloseCutsAllThatRuns(t *testing.T) {
	bridgetest.Leaks(t)
	ends := make(chan error, 8)
	s := talkative(t, ends)
	b := start(t, bridge.Config{Upstream: through(s), Pool: bridge.Pool{PerHost: 1, Wait: time.Hour}})
	ps := everyKind(t, b)
	queued := dial(t, address(b))
	queued.send("GET http://site.test/ HTTP/1.1\r\nHost: site.test\r\n\r\n")
	drained := dial(t, address(b)) // has its answer, and does not leave
	drained.send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n")
	if head := drained.head(); !strings.Contains(head, "\r\nConnection: close\r\n") {
		t.Errorf("answer %q, want it to close", head)
	}
	upload := dial(t, address(b))
	upload.send("POST http://site.test:81/ HTTP/1.1\r\nHost: site.test:81\r\nContent-Length: 1000\r\n\r\npart")
	upload.want("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n12") // so that its target has it too
	bridgetest.Eventually(t, "eight clients, one of them uploading", func() bool { return len(b.Live()) == 8 && b.Stats().Exchanges == 3 })

	promptly(t, "Close", func() {
		if err := b.Close(); err != nil {
			t.Errorf("Close = %v", err)
		}
	})
	if got := b.Stats(); got.Clients != 0 || got.Tunnels != 0 || len(b.Live()) != 0 {
		t.Errorf("Stats() = %+v after Close", got)
	}
	if n := len(b.Addrs()); n != 0 {
		t.Errorf("%d addresses after Close, want none", n)
	}
	for _, p := range append(ps[:], queued, upload) {
		if _, err := p.rest(); p != ps[bridge.Idle] && !bridgetest.IsReset(err) {
			t.Errorf("%v: %v, want a reset", p.LocalAddr(), err)
		}
	}
	bridgetest.Eventually(t, "the exchange, three tunnels and the upload to end", func() bool { return len(ends) == 5 })
	for range 5 {
		if err := <-ends; !bridgetest.IsReset(err) {
			t.Errorf("a target saw %v, want a reset", err)
		}
	}
	bridgetest.Eventually(t, "the upstream to be left", func() bool { return s.Open() == 0 })
}

// A dial may take as long as its timeouts, and Close must not.
func TestCloseDoesNotWaitForASilentUpstream(t *testing.T) {
	bridgetest.Leaks(t)
	s := bridgetest.StartSOCKS(t, bridgetest.SOCKS{Faults: []bridgetest.Fault{bridgetest.Silent(bridgetest.AtAccept)}})
	u := through(s)
	u.HandshakeTimeout, u.OneFlight, u.Spares = time.Hour, "auto", 2
	b := start(t, bridge.Config{Upstream: u})
	for _, sent := range []string{
		"CONNECT site.test:443 HTTP/1.1\r\nHost: site.test:443\r\n\r\n",
		"GET http://site.test/ HTTP/1.1\r\nHost: site.test\r\n\r\n",
		"POST http://site.test/ HTTP/1.1\r\nHost: site.test\r\nContent-Length: 5\r\n\r\n12",
		"\x05\x01\x00" + request5(1, "site.test", 443),
	} {
		dial(t, address(b)).send(sent)
	}
	bridgetest.Eventually(t, "four dials", func() bool { return s.Open() == 4 })
	promptly(t, "Close", func() { b.Close() })
	bridgetest.Eventually(t, "the upstream to be left", func() bool { return s.Open() == 0 })
}

// So it is with those who wait to be let in.
func TestCloseTurnsAwayThoseWhoWait(t *testing.T) {
	bridgetest.Leaks(t)
	b := start(t, bridge.Config{Upstream: direct, Limits: bridge.Limits{Clients: 1}})
	ps := []*peer{dial(t, address(b)), dial(t, address(b)), dial(t, address(b))}
	bridgetest.Eventually(t, "the first to be in", func() bool { return b.Stats().Clients == 1 })
	promptly(t, "Close", func() { b.Close() })
	for _, p := range ps {
		p.rest() // ends
	}
}

func TestCloseUnderLoad(t *testing.T) {
	bridgetest.Leaks(t)
	for range 20 {
		_, s := far(t, bridgetest.Script{bridgetest.Until("ping"), bridgetest.Send("pong"), bridgetest.Rest()})
		b := start(t, bridge.Config{Upstream: through(s)})
		at := address(b)
		var clients sync.WaitGroup
		for i := range 8 {
			clients.Go(func() {
				conn, err := net.Dial("tcp", at)
				if err != nil {
					return // too late
				}
				p := newPeer(t, conn)
				request := "CONNECT site.test:443 HTTP/1.1\r\nHost: site.test:443\r\n\r\nping"
				if i%2 == 0 {
					request = "GET http://site.test/ping HTTP/1.1\r\nHost: site.test\r\n\r\n"
				}
				p.Write([]byte(request))
				p.rest() // ends, however far it came
			})
		}
		bridgetest.Eventually(t, "some clients", func() bool { return s.Accepted() > 0 })
		promptly(t, "Close", func() { b.Close() })
		clients.Wait()
	}
}

func TestCloseTwice(t *testing.T) {
	bridgetest.Leaks(t)
	c := bridge.Config{Listen: []string{"127.0.0.1:0"}, Upstream: through(talkative(t, nil))}
	b := start(t, c)
	at := address(b)
	everyKind(t, b)
	var both sync.WaitGroup
	for range 2 {
		both.Go(func() {
			if err := b.Close(); err != nil {
				t.Errorf("Close = %v", err)
			}
			if n := b.Stats().Clients; n != 0 {
				t.Errorf("%d clients after Close", n)
			}
		})
	}
	both.Wait()
	if err := b.Close(); err != nil {
		t.Errorf("Close once more = %v", err)
	}
	if err := b.Apply(c); !errors.Is(err, bridge.ErrClosed) {
		t.Errorf("Apply after Close = %v, want ErrClosed", err)
	}
	if b.Cut(1) {
		t.Error("Cut after Close = true")
	}
	closed(t, at)
}
