package bridge_test

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/drawbridge-app/drawbridge/bridge"
	"github.com/drawbridge-app/drawbridge/bridge/bridgetest"
	"github.com/drawbridge-app/drawbridge/bridge/program"
	"github.com/drawbridge-app/drawbridge/bridge/upstream"
)

// wantEnded waits for n connections that have ended, and returns the newest.
func wantEnded(t testing.TB, b *bridge.Bridge, n int) bridge.Connection {
	t.Helper()
	bridgetest.Eventually(t, fmt.Sprintf("%d ended connections", n), func() bool { return len(b.Recent()) >= n })
	return b.Recent()[0]
}

func TestRecentSaysHowConnectionsEnded(t *testing.T) {
	const get = "GET http://site.test/ HTTP/1.1\r\nHost: x\r\n\r\n"
	const post = "POST http://site.test/ HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nbegun"
	answers := bridgetest.Script{bridgetest.Head(), bridgetest.Send(plain), bridgetest.Rest()}
	listens := bridgetest.Script{bridgetest.Rest()}
	tunnel := func(then func(p *peer)) func(b *bridge.Bridge, p *peer) {
		return func(_ *bridge.Bridge, p *peer) {
			p.send("CONNECT site.test:443 HTTP/1.1\r\nHost: x\r\n\r\nping")
			p.want(established)
			then(p)
		}
	}
	exchange := func(sent, want string, then func(b *bridge.Bridge, p *peer)) func(b *bridge.Bridge, p *peer) {
		return func(b *bridge.Bridge, p *peer) {
			p.send(sent)
			p.want(want)
			then(b, p)
		}
	}
	closes := func(_ *bridge.Bridge, p *peer) { p.Close() }
	for _, test := range []struct {
		name   string
		origin bridgetest.Script
		config bridge.Config
		play   func(b *bridge.Bridge, p *peer)
		want   bridge.Connection // End, Kind, Target; Cause is a part
	}{
		{name: "tunnel finished", origin: listens, play: tunnel(func(p *peer) { p.CloseWrite(); p.wantEOF() }),
			want: bridge.Connection{End: bridge.EndFinished, Kind: bridge.Connect, Target: "site.test:443"}},
		{name: "tunnel reset by the client", origin: listens, play: tunnel((*peer).reset),
			want: bridge.Connection{End: bridge.EndClient, Kind: bridge.Connect, Target: "site.test:443", Cause: "reset"}},
		{name: "tunnel reset by the target", origin: bridgetest.Script{bridgetest.Until("ping"), bridgetest.Abort()}, play: tunnel((*peer).readToReset),
			want: bridge.Connection{End: bridge.EndTarget, Kind: bridge.Connect, Target: "site.test:443", Cause: "reset"}},
		{name: "tunnel silent", origin: listens, config: bridge.Config{Timeouts: bridge.Timeouts{TunnelIdle: time.Second}}, play: tunnel((*peer).readToReset),
			want: bridge.Connection{End: bridge.EndIdle, Kind: bridge.Connect, Target: "site.test:443"}},
		{name: "SOCKS tunnel finished", origin: listens, play: exchange("\x05\x01\x00"+request5(1, "site.test", 22), "\x05\x00"+granted5, func(_ *bridge.Bridge, p *peer) { p.CloseWrite(); p.wantEOF() }),
			want: bridge.Connection{End: bridge.EndFinished, Kind: bridge.SOCKS, Target: "site.test:22"}},
		{name: "tunnel to nowhere", play: exchange("CONNECT nowhere.test:443 HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 502 ", closes),
			want: bridge.Connection{End: bridge.EndFailed, Kind: bridge.Connect, Target: "nowhere.test:443", Cause: "reply 4"}},
		{name: "SOCKS tunnel to nowhere", play: exchange("\x05\x01\x00"+request5(1, "nowhere.test", 22), "\x05\x00\x05\x04", closes),
			want: bridge.Connection{End: bridge.EndFailed, Kind: bridge.SOCKS, Target: "nowhere.test:22", Cause: "reply 4"}},
		{name: "exchange, and then the client closes", origin: answers, play: exchange(get, plain, closes),
			want: bridge.Connection{End: bridge.EndFinished, Kind: bridge.HTTP, Target: "site.test:80"}},
		{name: "exchange, and then the client resets", origin: answers, play: exchange(get, plain, func(_ *bridge.Bridge, p *peer) { p.settle(); p.reset() }),
			want: bridge.Connection{End: bridge.EndClient, Kind: bridge.HTTP, Target: "site.test:80", Cause: "reset"}},
		{name: "exchange, the last one", origin: answers, play: exchange("GET http://site.test/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "HTTP/1.1 200 OK\r\n", func(_ *bridge.Bridge, p *peer) { p.rest() }),
			want: bridge.Connection{End: bridge.EndFinished, Kind: bridge.HTTP, Target: "site.test:80"}},
		{name: "exchange, and then silence", origin: answers, config: bridge.Config{Timeouts: bridge.Timeouts{Idle: 200 * time.Millisecond}}, play: exchange(get, plain, func(_ *bridge.Bridge, p *peer) { p.wantEnd() }),
			want: bridge.Connection{End: bridge.EndIdle, Kind: bridge.HTTP, Target: "site.test:80"}},
		{name: "exchange, and then half a request", origin: answers, play: exchange(get, plain, func(_ *bridge.Bridge, p *peer) { p.send("GET http://site.te"); p.CloseWrite(); p.wantEnd() }),
			want: bridge.Connection{End: bridge.EndClient, Kind: bridge.HTTP, Target: "site.test:80", Cause: "EOF"}},
		{name: "exchange broken off by the target", origin: bridgetest.Script{bridgetest.Head(), bridgetest.Send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"), bridgetest.Abort()},
			play: func(_ *bridge.Bridge, p *peer) { p.send(get); p.rest() },
			want: bridge.Connection{End: bridge.EndTarget, Kind: bridge.HTTP, Target: "site.test:80"}},
		{name: "exchange without an answer", origin: bridgetest.Script{bridgetest.Head()}, play: exchange(get, "HTTP/1.1 502 ", closes),
			want: bridge.Connection{End: bridge.EndFailed, Kind: bridge.HTTP, Target: "site.test:80", Cause: "without an answer"}},
		{name: "exchange that fails, and one that does not", origin: answers, play: func(b *bridge.Bridge, p *peer) {
			p.send("GET http://nowhere.test/ HTTP/1.1\r\nHost: x\r\n\r\n")
			p.reply("GET")
			exchange(get, plain, closes)(b, p)
		}, want: bridge.Connection{End: bridge.EndFinished, Kind: bridge.HTTP, Target: "site.test:80"}},
		{name: "upload left by the client", origin: listens, play: func(b *bridge.Bridge, p *peer) {
			p.send(post)
			bridgetest.Eventually(p.t, "the upload", func() bool { return len(b.Live()) == 1 && b.Live()[0].Up > 50 })
			p.reset()
		}, want: bridge.Connection{End: bridge.EndClient, Kind: bridge.HTTP, Target: "site.test:80", Cause: "reset"}},
		{name: "left while the target was silent", origin: listens, play: func(b *bridge.Bridge, p *peer) {
			p.send(get)
			bridgetest.Eventually(p.t, "the exchange", func() bool { return len(b.Live()) == 1 && b.Live()[0].Kind == bridge.HTTP })
			p.reset()
		}, want: bridge.Connection{End: bridge.EndLeft, Kind: bridge.HTTP, Target: "site.test:80"}},
		{name: "cut", origin: listens, play: func(b *bridge.Bridge, p *peer) {
			p.send("CONNECT site.test:443 HTTP/1.1\r\nHost: x\r\n\r\n")
			p.want(established)
			b.Cut(b.Live()[0].ID)
		}, want: bridge.Connection{End: bridge.EndCut, Kind: bridge.Connect, Target: "site.test:443"}},
		{name: "exchange cut", origin: listens, play: func(b *bridge.Bridge, p *peer) {
			p.send(get)
			bridgetest.Eventually(p.t, "the exchange", func() bool { return len(b.Live()) == 1 && b.Live()[0].Kind == bridge.HTTP })
			b.Cut(b.Live()[0].ID)
		}, want: bridge.Connection{End: bridge.EndCut, Kind: bridge.HTTP, Target: "site.test:80"}},
		{name: "closed with the bridge", origin: listens, play: func(b *bridge.Bridge, p *peer) {
			p.send("CONNECT site.test:443 HTTP/1.1\r\nHost: x\r\n\r\n")
			p.want(established)
			b.Close()
		}, want: bridge.Connection{End: bridge.EndClosed, Kind: bridge.Connect, Target: "site.test:443"}},
		{name: "nonsense", play: exchange("NONSENSE\r\n\r\n", "HTTP/1.1 400 ", closes), want: bridge.Connection{End: bridge.EndFailed, Cause: "request"}},
		{name: "TLS", play: exchange("\x16\x03\x01\x00\x05hello", "HTTP/1.1 400 ", closes), want: bridge.Connection{End: bridge.EndFailed, Cause: "TLS to a proxy"}},
		{name: "no login", config: bridge.Config{Login: bridge.Login{User: "u", Password: "p"}}, play: exchange(get, "HTTP/1.1 407 ", closes), want: bridge.Connection{End: bridge.EndFailed, Cause: "asks for a login"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if bridgetest.LosesResets() && (test.want.End == bridge.EndLeft || strings.Contains(test.want.Cause, "reset")) {
				t.Skip("this system loses resets")
			}
			bridgetest.Leaks(t)
			s := newStand(t, test.config, test.origin)
			p := s.dial()
			from, at := p.LocalAddr().String(), p.RemoteAddr().String()
			began := time.Now()
			test.play(s.bridge, p)
			got, want := wantEnded(t, s.bridge, 1), test.want
			if got.End != want.End || got.Kind != want.Kind || got.Target != want.Target || !strings.Contains(got.Cause, want.Cause) || (got.Cause == "") != (want.Cause == "") && want.End != bridge.EndTarget {
				t.Errorf("Recent() has %+v, want %+v", got, want)
			}
			if got.ID != 1 || got.Client != from || got.Listen != at || got.Since.After(got.Ended) || got.Ended.Before(began) {
				t.Errorf("Recent() has %+v, want number 1 from %s at %s, ended after %v", got, from, at, began)
			}
			if want.Target != "" && (got.Route != bridge.ByUpstream || got.Via != "test") {
				t.Errorf("Recent() has %+v, want it through the upstream", got)
			}
			if _, err := json.Marshal(got); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestConnectionsThatAskForNothingLeaveNoTrace(t *testing.T) {
	bridgetest.Leaks(t)
	s := newStand(t, bridge.Config{}, bridgetest.Script{bridgetest.Rest()})
	for _, sent := range []string{"", "OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n", "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", "\x05\x01\x00", "GET / HT"} {
		p := s.dial()
		p.send(sent)
		p.CloseWrite()
		p.rest()
	}
	bridgetest.Eventually(t, "the end of all", func() bool { return s.bridge.Stats().Clients == 0 })
	if got := s.bridge.Recent(); len(got) != 0 {
		t.Errorf("Recent() = %+v, want none", got)
	}
}

func TestRecentIsBoundedAndNewestFirst(t *testing.T) {
	bridgetest.Leaks(t)
	const most, more = 64, 7
	s := newStand(t, bridge.Config{}, bridgetest.Script{bridgetest.Rest()})
	for i := 1; i <= most+more; i++ {
		p := connect(t, s.bridge, fmt.Sprintf("site.test:%d", i), "12345")
		p.CloseWrite()
		p.wantEOF()
		bridgetest.Eventually(t, "its end", func() bool { return s.bridge.Stats().Clients == 0 })
	}
	got := s.bridge.Recent()
	if len(got) != most {
		t.Fatalf("Recent() has %d, want %d", len(got), most)
	}
	for i, c := range got {
		if want := most + more - i; c.ID != uint64(want) || c.Target != fmt.Sprintf("site.test:%d", want) || c.Up != 5 {
			t.Errorf("Recent()[%d] = %+v, want number %d", i, c, want)
		}
	}
}

func TestConnectionAsJSON(t *testing.T) {
	at := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		c    bridge.Connection
		want string
	}{
		{bridge.Connection{ID: 1, Client: "127.0.0.1:2", Listen: "127.0.0.1:1095", Since: at},
			`{"id":1,"kind":"idle","client":"127.0.0.1:2","listen":"127.0.0.1:1095","up":0,"down":0,"since":"2026-11-20T12:00:00Z"}`},
		{bridge.Connection{ID: 1, Kind: bridge.HTTP, Target: "a:80", Route: bridge.Direct, Rule: "*", Via: "direct", Since: at, Ended: at, End: bridge.EndFailed, Cause: "why"},
			`{"id":1,"kind":"http","client":"","listen":"","target":"a:80","route":"direct","rule":"*","via":"direct","up":0,"down":0,"since":"2026-11-20T12:00:00Z","ended":"2026-11-20T12:00:00Z","end":"failed","cause":"why"}`},
	} {
		if got, err := json.Marshal(test.c); err != nil || string(got) != test.want {
			t.Errorf("JSON = %s, %v, want %s", got, err, test.want)
		}
	}
}

// newest is the youngest open connection; there has to be one.
func newest(b *bridge.Bridge) bridge.Connection {
	live := b.Live()
	return live[len(live)-1]
}

func TestLastFailure(t *testing.T) {
	bridgetest.Leaks(t)
	silent := bridgetest.NewGate()
	origin := bridgetest.StartOrigin(t, func(conn net.Conn) { <-silent.Opened() })
	defer silent.Open()
	s := bridgetest.StartSOCKS(t, bridgetest.SOCKS{Names: map[string]string{"site.test": origin.Addr}})
	b := start(t, bridge.Config{Upstream: upstream.Spec{URL: s.URL(), OneFlight: "no"}})
	ask := func(sent string) {
		t.Helper()
		p := dial(t, address(b))
		p.send(sent)
		p.rest()
	}
	ask("NONSENSE\r\n\r\n")
	ask("CONNECT " + address(b) + " HTTP/1.1\r\nHost: x\r\n\r\n") // a loop
	bridgetest.Eventually(t, "their end", func() bool { return b.Stats().Clients == 0 })
	p := dial(t, address(b))
	p.send("GET http://site.test/ HTTP/1.1\r\nHost: x\r\n\r\n")
	bridgetest.Eventually(t, "the exchange", func() bool { return origin.Open() == 1 && len(b.Live()) == 1 && newest(b).Kind == bridge.HTTP })
	b.Cut(newest(b).ID)
	bridgetest.Eventually(t, "its end", func() bool { return b.Stats().Clients == 0 })
	if f, ok := b.LastFailure(); ok {
		t.Errorf("LastFailure() = %+v after mistakes and a cut, want none", f)
	}
	for _, test := range []struct {
		sent string
		want bridge.Failure
	}{
		{"CONNECT nowhere.test:443 HTTP/1.1\r\nHost: x\r\n\r\n",
			bridge.Failure{Stage: bridge.AtRequest, Status: 502, Target: "nowhere.test:443", Cause: "reply 4", Next: "could not reach the target", Token: "destination_unavailable"}},
		{"GET http://there.test:81/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
			bridge.Failure{Stage: bridge.AtRequest, Status: 502, Target: "there.test:81", Cause: "reply 4", Next: "could not reach the target", Token: "destination_unavailable"}},
		{"\x05\x01\x00" + request5(1, "nowhere.test", 22),
			bridge.Failure{Stage: bridge.AtRequest, Status: 502, Target: "nowhere.test:22", Cause: "reply 4", Next: "could not reach the target", Token: "destination_unavailable"}},
	} {
		ask(test.sent)
		got, ok := b.LastFailure()
		w := test.want
		if !ok || got.Stage != w.Stage || got.Status != w.Status || got.Target != w.Target || got.Token != w.Token || !strings.Contains(got.Cause, w.Cause) || !strings.Contains(got.Next, w.Next) || got.At.IsZero() {
			t.Errorf("LastFailure() = %+v, %v, want %+v", got, ok, w)
		}
	}
	s.Stop()
	ask("CONNECT site.test:443 HTTP/1.1\r\nHost: x\r\n\r\n")
	if got, _ := b.LastFailure(); got.Stage != bridge.AtDial || got.Target != "site.test:443" {
		t.Errorf("LastFailure() = %+v, want one at %s", got, bridge.AtDial)
	}
}

// A connection knows what its client's program can be found by.
func TestProgramOfAClient(t *testing.T) {
	if runtime.GOOS != "linux" && runtime.GOOS != "windows" {
		t.Skip("it takes running the system's tool")
	}
	bridgetest.Leaks(t)
	s := newStand(t, bridge.Config{}, bridgetest.Script{bridgetest.Rest()})
	p := connect(t, s.bridge, "site.test:443", "")
	var f program.Finder
	open := newest(s.bridge)
	if got := f.Find([]program.Socket{open.Socket()})[open.ID]; got.PID != os.Getpid() || got.Name == "" {
		t.Errorf("Find = %v for %+v, want pid %d", got, open, os.Getpid())
	}
	p.CloseWrite()
	p.wantEOF()
	ended := wantEnded(t, s.bridge, 1)
	if got := f.Find([]program.Socket{ended.Socket()})[ended.ID]; got.PID != os.Getpid() {
		t.Errorf("Find = %v for %+v, which was known", got, ended)
	}
}
