package bridge_test

import (
	"fmt"
	"io"
	"log/slog"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/drawbridge-app/drawbridge/bridge"
	"github.com/drawbridge-app/drawbridge/bridge/bridgetest"
	"github.com/drawbridge-app/drawbridge/bridge/upstream"
)

// everyKind opens one connection of each kind through b, which are then in the
// order of the kinds' numbers; the far end is to be talkative.
func everyKind(t testing.TB, b *bridge.Bridge) [5]*peer {
	t.Helper()
	var ps [5]*peer
	begin := func(k bridge.Kind, sent, answer string) {
		ps[k] = dial(t, address(b))
		ps[k].send(sent)
		ps[k].want(answer)
	}
	begin(bridge.Idle, "OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n", "HTTP/1.1 200 OK\r\n")
	ps[bridge.Idle].head()
	begin(bridge.HTTP, "GET http://site.test/slow HTTP/1.1\r\nHost: site.test\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n12")
	begin(bridge.Connect, "CONNECT site.test:443 HTTP/1.1\r\nHost: site.test:443\r\n\r\nraw", established+"12")
	begin(bridge.Upgrade, "GET http://site.test:8080/up HTTP/1.1\r\nHost: site.test:8080\r\nUpgrade: raw\r\nConnection: Upgrade\r\n\r\n",
		"HTTP/1.1 101 Switching Protocols\r\nUpgrade: raw\r\nConnection: Upgrade\r\n\r\n12")
	begin(bridge.SOCKS, "\x05\x01\x00"+request5(1, "site.test", 22)+"raw", "\x05\x00"+granted5+"12")
	return ps
}

// talkative is the far end of everyKind. It notes how its connections end.
func talkative(t testing.TB, ends chan<- error) *bridgetest.SOCKSServer {
	origin := bridgetest.StartOrigin(t, func(conn net.Conn) {
		p := newPeer(t, conn)
		first, _ := p.in.Peek(1)
		switch {
		case string(first) == "r":
			p.send("12")
		case strings.HasPrefix(p.head(), "GET /up "):
			p.send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: raw\r\nConnection: Upgrade\r\n\r\n12")
		default:
			p.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n12")
		}
		_, err := io.Copy(io.Discard, p.in)
		if ends != nil {
			ends <- err
		}
	})
	return bridgetest.StartSOCKS(t, bridgetest.SOCKS{Names: map[string]string{"site.test": origin.Addr}})
}

func TestLiveListsWhatRuns(t *testing.T) {
	bridgetest.Leaks(t)
	s := talkative(t, nil)
	b := start(t, bridge.Config{Upstream: through(s)})
	ps := everyKind(t, b)
	want := [5]bridge.Connection{
		bridge.Idle:    {Kind: bridge.Idle},
		bridge.HTTP:    {Kind: bridge.HTTP, Target: "site.test:80", Via: "test"},
		bridge.Connect: {Kind: bridge.Connect, Target: "site.test:443", Via: "test", Up: 3, Down: 2},
		bridge.Upgrade: {Kind: bridge.Upgrade, Target: "site.test:8080", Via: "test"},
		bridge.SOCKS:   {Kind: bridge.SOCKS, Target: "site.test:22", Via: "test", Up: 3, Down: 2},
	}
	bridgetest.Eventually(t, "three tunnels that have moved all", func() bool {
		live := b.Live()
		return len(live) == 5 && live[bridge.Connect].Up == 3 && live[bridge.SOCKS].Up == 3 && live[bridge.SOCKS].Down == 2 && live[bridge.Connect].Down == 2 &&
			live[bridge.HTTP].Down >= 40 && live[bridge.Upgrade].Down >= 40 && b.Stats().Tunnelled == 3
	})
	for i, got := range b.Live() {
		w := want[i]
		if got.Kind != w.Kind || got.Target != w.Target || got.Via != w.Via || got.Client != ps[i].LocalAddr().String() ||
			got.ID != uint64(i+1) || time.Since(got.Since) > time.Minute {
			t.Errorf("Live()[%d] = %+v, want %+v", i, got, w)
		}
		if w.Up > 0 && (got.Up != w.Up || got.Down != w.Down) {
			t.Errorf("Live()[%d] has moved %d up, %d down, want %d, %d", i, got.Up, got.Down, w.Up, w.Down)
		}
		// Heads count, too.
		if (got.Kind == bridge.HTTP || got.Kind == bridge.Upgrade) && (got.Up < 30 || got.Down < 40) {
			t.Errorf("Live()[%d] has moved %d up, %d down", i, got.Up, got.Down)
		}
	}
	if got := b.Stats(); got.Clients != 5 || got.Tunnels != 3 || got.Exchanges != 2 || got.Failures != 0 {
		t.Errorf("Stats() = %+v, want 5 clients, 3 tunnels, 2 exchanges", got)
	}
	before := b.Stats()
	for _, p := range ps {
		p.reset()
	}
	if bridgetest.LosesResets() { // and a clean end leaves the exchange a minute's time
		s.Cut()
	}
	bridgetest.Eventually(t, "the end of all", func() bool { return len(b.Live()) == 0 })
	if got := b.Stats(); got.Clients != 0 || got.Tunnels != 0 || got.Up < before.Up || got.Down < before.Down {
		t.Errorf("Stats() = %+v after all have gone, before %+v", got, before)
	}
}

func TestBytesAreCountedWhileTheyFlow(t *testing.T) {
	bridgetest.Leaks(t)
	const size = 8 << 20
	bulk := strings.Repeat("x", size)
	half := bridgetest.NewGate()
	_, s := far(t, bridgetest.Script{bridgetest.Send(bulk), bridgetest.Pause(half), bridgetest.Send(bulk), bridgetest.Rest()})
	b := start(t, bridge.Config{Upstream: through(s)})
	p := connect(t, b, "site.test:443", "")
	moved := func(up, down int64) func() bool {
		return func() bool {
			live := b.Live()
			return len(live) == 1 && live[0].Up == up && live[0].Down == down && b.Stats().Up == up && b.Stats().Down == down
		}
	}
	p.want(bulk)
	bridgetest.Eventually(t, "half of it to be counted, with the tunnel open", moved(0, size))
	half.Open()
	p.want(bulk)
	bridgetest.Eventually(t, "all of it to be counted", moved(0, 2*size))
	p.send(bulk)
	bridgetest.Eventually(t, "the way up to be counted", moved(size, 2*size))
}

func TestCutEndsOneConnectionWithResets(t *testing.T) {
	for kind := range bridge.Kind(5) {
		t.Run(kind.String(), func(t *testing.T) {
			bridgetest.Leaks(t)
			ends := make(chan error, 8)
			s := talkative(t, ends)
			b := start(t, bridge.Config{Upstream: through(s)})
			ps := everyKind(t, b)
			id := b.Live()[kind].ID
			if !b.Cut(id) {
				t.Fatalf("Cut(%d) = false", id)
			}
			ps[kind].readToReset()
			if kind != bridge.Idle {
				if err := <-ends; !bridgetest.IsReset(err) {
					t.Errorf("the target's side ended with %v, want a reset", err)
				}
			}
			bridgetest.Eventually(t, "the connection's end", func() bool { return len(b.Live()) == 4 })
			if b.Cut(id) {
				t.Errorf("Cut(%d) of what has ended = true", id)
			}
			for k, p := range ps { // the others are as they were
				if bridge.Kind(k) != kind && k > int(bridge.HTTP) {
					p.send("more")
				}
			}
			if len(ends) > 0 {
				t.Errorf("another connection ended, too: %v", <-ends)
			}
		})
	}
}

// The connection that is reset is one that the pool had kept: that its request
// fails on it must not be taken for a stale connection.
func TestCutRequestIsNotSentAgain(t *testing.T) {
	bridgetest.Leaks(t)
	arrived := bridgetest.NewGate()
	origin, s := far(t,
		bridgetest.Script{bridgetest.Head(), bridgetest.Send("HTTP/1.1 204 No Content\r\n\r\n"), bridgetest.Head(), bridgetest.Reached(arrived), bridgetest.Rest()},
		bridgetest.Script{bridgetest.Rest()},
	)
	b := start(t, bridge.Config{Upstream: through(s)})
	p := dial(t, address(b))
	p.send("GET http://site.test/1 HTTP/1.1\r\nHost: site.test\r\n\r\n")
	p.head()
	p.send("GET http://site.test/2 HTTP/1.1\r\nHost: site.test\r\n\r\n")
	<-arrived.Opened()
	bridgetest.Eventually(t, "the exchange to show", func() bool { return b.Live()[0].Kind == bridge.HTTP })
	b.Cut(b.Live()[0].ID)
	p.readToReset()
	bridgetest.Eventually(t, "the exchange's end", func() bool { return len(b.Live()) == 0 })
	if n := origin.Accepted(); n != 1 {
		t.Errorf("the target was connected to %d times, want once", n)
	}
}

// Nobody may see the sums go down, however connections end meanwhile.
func TestSumsNeverGoDown(t *testing.T) {
	bridgetest.Leaks(t)
	_, s := far(t, bridgetest.Script{bridgetest.Bytes(1 << 10), bridgetest.Send("done")})
	b := start(t, bridge.Config{Upstream: through(s)})
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range 50 {
			p := connect(t, b, "site.test:443", strings.Repeat("x", 1<<10))
			p.want("done")
			p.CloseWrite()
			p.wantEOF()
		}
	}()
	var last bridge.Stats
	for running := true; running; {
		select {
		case <-done:
			running = false
		default:
		}
		now := b.Stats()
		if now.Up < last.Up || now.Down < last.Down {
			t.Errorf("Stats() = %+v after %+v", now, last)
			<-done
			return
		}
		last = now
	}
	if last.Up > 50<<10 {
		t.Errorf("Stats().Up = %d, want at most %d", last.Up, 50<<10)
	}
}

func TestSilentTunnelIsCutAndABusyOneIsNot(t *testing.T) {
	bridgetest.Leaks(t)
	const bound = 3 * time.Second
	origin := bridgetest.StartOrigin(t, func(conn net.Conn) { io.Copy(conn, conn) })
	s := bridgetest.StartSOCKS(t, bridgetest.SOCKS{Names: map[string]string{"site.test": origin.Addr}})
	b := start(t, bridge.Config{Upstream: through(s), Timeouts: bridge.Timeouts{TunnelIdle: bound}})
	silent := connect(t, b, "site.test:443", "")
	busy := connect(t, b, "site.test:443", "")
	later := dial(t, address(b)) // idle for as long before it becomes a tunnel

	cut := make(chan struct{})
	go func() {
		defer close(cut)
		silent.readToReset()
	}()
	begin := time.Now()
	for waiting := true; waiting; {
		busy.send("x")
		busy.want("x")
		select {
		case <-cut:
			waiting = false
		case <-time.After(50 * time.Millisecond):
		}
	}
	if took := time.Since(begin); took < bound-time.Second {
		t.Errorf("the silent tunnel was cut after %v, want about %v", took, bound)
	}
	later.send("CONNECT site.test:443 HTTP/1.1\r\nHost: site.test:443\r\n\r\n")
	later.want(established)
	time.Sleep(1500 * time.Millisecond) // the sweeper comes by, and finds it silent but young
	for name, p := range map[string]*peer{"busy": busy, "later": later} {
		if _, err := io.WriteString(p, "y"); err != nil {
			t.Errorf("the %s tunnel: %v", name, err)
		}
		if c, err := p.in.ReadByte(); c != 'y' {
			t.Errorf("the %s tunnel: echo %q, %v", name, c, err)
		}
	}
}

func TestFinishedTunnelsLeaveALine(t *testing.T) {
	bridgetest.Leaks(t)
	j, log := newJournal(slog.LevelDebug)
	_, s := far(t, bridgetest.Script{bridgetest.Until("ping"), bridgetest.Send("pong!"), bridgetest.Rest()})
	b := start(t, bridge.Config{Upstream: through(s), Log: log})
	p := connect(t, b, "site.test:443", "ping")
	p.want("pong!")
	p.CloseWrite()
	p.wantEOF()
	bridgetest.Eventually(t, "a line", func() bool { return len(j.lines("msg=tunnel")) == 1 })
	wantLine(t, j.lines("msg=tunnel")[0]+" ", "level=DEBUG ", "id=1 ", "client="+p.LocalAddr().String()+" ", "kind=connect ", "target=site.test:443 ",
		"via=test ", "up=4 ", "down=5 ", "took=", `end="both sides finished" `)

	p = connect(t, b, "site.test:22", "ping")
	p.want("pong!")
	p.reset()
	bridgetest.Eventually(t, "a second line", func() bool { return len(j.lines("msg=tunnel")) == 2 })
	wantLine(t, j.lines("msg=tunnel")[1], "id=2 ", "target=site.test:22 ", `reset by peer"`)
}

func TestFinishedExchangesLeaveALine(t *testing.T) {
	bridgetest.Leaks(t)
	j, log := newJournal(slog.LevelDebug)
	const ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
	_, s := far(t, bridgetest.Script{bridgetest.Head(), bridgetest.Send(ok), bridgetest.Head(), bridgetest.Send(ok), bridgetest.Head()}, bridgetest.Script{bridgetest.Head()})
	b := start(t, bridge.Config{Upstream: through(s), Log: log})
	p := dial(t, address(b))
	for range 2 { // what is counted is the one exchange, not the connection
		p.send("GET http://site.test/secret?path HTTP/1.1\r\nHost: site.test\r\n\r\n")
		p.want(ok)
	}
	p.send("HEAD http://site.test/ HTTP/1.1\r\nHost: site.test\r\n\r\n") // and the origin hangs up, twice
	if head := p.head(); !strings.HasPrefix(head, "HTTP/1.1 502 ") {
		t.Errorf("answer %q, want 502", head)
	}
	bridgetest.Eventually(t, "a line for each", func() bool { return len(j.lines("msg=")) == 3 })
	lines := j.lines("msg=")
	up := fmt.Sprintf("up=%d ", len("GET /secret?path HTTP/1.1\r\nHost: site.test\r\n\r\n"))
	for _, line := range lines[:2] {
		wantLine(t, line, "level=DEBUG ", "msg=exchange ", "id=1 ", "client="+p.LocalAddr().String()+" ", "method=GET ", "target=site.test:80 ", "via=test ",
			"status=200 ", up, fmt.Sprintf("down=%d ", len(ok)), "took=")
	}
	wantLine(t, lines[2], "level=DEBUG ", `msg="request failed" `, "id=1 ", "client="+p.LocalAddr().String()+" ", "status=502 ", "stage=target ", `cause="the target closed`)
	if text := j.String(); strings.Contains(text, "secret") {
		t.Errorf("the log tells where users go inside a site: %s", text)
	}
}

// wantLine looks for parts in a line of a log.
func wantLine(t testing.TB, line string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(line, part) {
			t.Errorf("line %q, want %s in it", line, part)
		}
	}
}

// What strangers and broken peers do is no news.
func TestOrdinaryPeersAreNotNews(t *testing.T) {
	bridgetest.Leaks(t)
	j, log := newJournal(slog.LevelInfo)
	s := bridgetest.StartSOCKS(t, bridgetest.SOCKS{Faults: []bridgetest.Fault{bridgetest.Refuse(4)}})
	b := start(t, bridge.Config{Upstream: through(s), Log: log})
	for _, sent := range []string{"", "GET", "\x16\x03\x01\x02\x00\x01\x00", "\x00\x00\x00\x00", "\x05\x02", "\x04\x01\x00", "SSH-2.0-x\r\n",
		"CONNECT site.test:443 HTTP/1.1\r\nHost: site.test:443\r\n\r\n", "GET http://site.test/ HTTP/1.1\r\nHost: site.test\r\n\r\n"} {
		for _, reset := range []bool{false, true} {
			p := dial(t, address(b))
			p.send(sent)
			if reset {
				p.reset()
				continue
			}
			p.CloseWrite()
			p.rest()
		}
	}
	bridgetest.Eventually(t, "all to have gone", func() bool { return b.Stats().Clients == 0 })
	b.Close()
	if text := j.String(); text != "" {
		t.Errorf("logged at info or above: %s", text)
	}
}

func TestUpstreamThatGoesAndComesBackIsLoggedOnce(t *testing.T) {
	bridgetest.Leaks(t)
	j, log := newJournal(slog.LevelInfo)
	origin := bridgetest.StartScript(t, bridgetest.Script{bridgetest.Rest()})
	s := bridgetest.StartSOCKS(t, bridgetest.SOCKS{
		Names:  map[string]string{"site.test": origin.Addr},
		Faults: []bridgetest.Fault{bridgetest.Close(bridgetest.AtGreeting).Until(2)},
	})
	b := start(t, bridge.Config{Upstream: upstream.Spec{Name: "home", URL: s.URL(), OneFlight: "no"}, Log: log})
	ask := func(status int) {
		t.Helper()
		p := dial(t, address(b))
		p.send("CONNECT site.test:443 HTTP/1.1\r\nHost: site.test:443\r\n\r\n")
		if head := p.head(); !strings.HasPrefix(head, fmt.Sprintf("HTTP/1.1 %d ", status)) {
			t.Fatalf("answer %q, want %d", head, status)
		}
	}
	ask(502)
	ask(502)
	bridgetest.Eventually(t, "a line", func() bool { return j.String() != "" })
	ask(200)
	bridgetest.Eventually(t, "the line that takes it back", func() bool { return len(j.lines("upstream answers again")) == 1 })
	b.Close()
	lines := j.lines("")
	if len(lines) != 2 || !strings.Contains(lines[0], `level=INFO msg="upstream does not answer" upstream=home cause=`) ||
		!strings.Contains(lines[1], "level=INFO") || !strings.Contains(lines[1], "upstream=home") {
		t.Errorf("log = %q, want one line each way", lines)
	}
}
