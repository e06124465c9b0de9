package bridgetest_test

import (
	"io"
	"net"
	"slices"
	"testing"
	"time"

	"github.com/drawbridge-app/drawbridge/bridge/bridgetest"
	"golang.org/x/net/proxy"
)

// dial connects through a scripted server by x/net's client.
func dial(t *testing.T, s *bridgetest.SOCKSServer, target string) net.Conn {
	t.Helper()
	d, err := proxy.SOCKS5("tcp", s.Addr, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := d.Dial("tcp", target)
	if err != nil {
		t.Fatalf("dial %s: %v", target, err)
	}
	t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(10 * time.Second))
	return conn
}

func TestNamesReachTheServerAsNames(t *testing.T) {
	bridgetest.Leaks(t)
	origin := bridgetest.StartScript(t, bridgetest.Script{bridgetest.Until("ping"), bridgetest.Send("pong")})
	s := bridgetest.StartSOCKS(t, bridgetest.SOCKS{Names: map[string]string{"site.test": origin.Addr}})

	conn := dial(t, s, "site.test:80")
	io.WriteString(conn, "ping")
	answer, err := io.ReadAll(conn)
	if string(answer) != "pong" || err != nil {
		t.Errorf("answer = %q, %v", answer, err)
	}
	if got, want := s.Targets(), []string{"site.test:80"}; !slices.Equal(got, want) {
		t.Errorf("Targets() = %q, want %q", got, want)
	}
	if got := origin.Received(1); got != "ping" {
		t.Errorf("Received(1) = %q", got)
	}
	conn.Close()
	bridgetest.Eventually(t, "the server to let go", func() bool { return s.Open() == 0 })
	if s.Accepted() != 1 || s.Peak() != 1 {
		t.Errorf("Accepted() = %d, Peak() = %d, want 1, 1", s.Accepted(), s.Peak())
	}
}

func TestScriptWaitsAtItsGate(t *testing.T) {
	bridgetest.Leaks(t)
	reached, gate := bridgetest.NewGate(), bridgetest.NewGate()
	origin := bridgetest.StartScript(t,
		bridgetest.Script{bridgetest.Head(), bridgetest.Reached(reached), bridgetest.Pause(gate), bridgetest.Send("late"), bridgetest.HalfClose(), bridgetest.Rest()},
		bridgetest.Script{bridgetest.Bytes(1), bridgetest.Abort()},
	)
	first, err := net.Dial("tcp", origin.Addr)
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close()
	io.WriteString(first, "GET / HTTP/1.1\r\n\r\n")
	<-reached.Opened()
	first.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
	if n, err := first.Read(make([]byte, 8)); n != 0 || err == nil {
		t.Errorf("Read before the gate = %d, %v", n, err)
	}
	gate.Open()
	first.SetReadDeadline(time.Now().Add(10 * time.Second))
	if b, err := io.ReadAll(first); string(b) != "late" || err != nil {
		t.Errorf("ReadAll = %q, %v", b, err)
	}
	io.WriteString(first, "more")
	first.Close()
	bridgetest.Eventually(t, "the end to be recorded", func() bool { return origin.End(1) == io.EOF })
	if got, want := origin.Received(1), "GET / HTTP/1.1\r\n\r\nmore"; got != want {
		t.Errorf("Received(1) = %q, want %q", got, want)
	}

	second, err := net.Dial("tcp", origin.Addr)
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	second.SetDeadline(time.Now().Add(10 * time.Second))
	second.Write([]byte{1})
	if _, err := second.Read(make([]byte, 1)); err == nil || err == io.EOF {
		t.Errorf("Read after a reset = %v", err)
	}
}

func TestDelayAddsItsRoundTrip(t *testing.T) {
	bridgetest.Leaks(t)
	const trip = 40 * time.Millisecond
	origin := bridgetest.StartOrigin(t, func(conn net.Conn) { io.Copy(conn, conn) })
	d := bridgetest.StartDelay(t, origin.Addr, trip)

	begin := time.Now()
	conn, err := net.Dial("tcp", d.Addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.SetDeadline(begin.Add(10 * time.Second))
	b := make([]byte, 4)
	for round, least := range []time.Duration{2 * trip, trip, trip} {
		start := time.Now()
		io.WriteString(conn, "echo")
		if _, err := io.ReadFull(conn, b); err != nil {
			t.Fatal(err)
		}
		// The first round also waits for what is left of the set-up.
		if took := time.Since(start); took < least-5*time.Millisecond {
			t.Errorf("round %d took %v, want at least %v", round, took, least)
		}
	}
	conn.(*net.TCPConn).CloseWrite()
	if n, err := conn.Read(b); n != 0 || err != io.EOF {
		t.Errorf("Read after half-close = %d, %v", n, err)
	}
}

// Neither a half-closed nor an idle connection may keep a test from ending.
func TestServersEndWithOpenConnections(t *testing.T) {
	bridgetest.Leaks(t)
	quiet := bridgetest.StartScript(t, bridgetest.Script{bridgetest.Rest(), bridgetest.Pause(bridgetest.NewGate())})
	s := bridgetest.StartSOCKS(t, bridgetest.SOCKS{})
	far := bridgetest.StartDelay(t, quiet.Addr, time.Millisecond)

	dial(t, s, quiet.Addr)
	d := bridgetest.StartSOCKS(t, bridgetest.SOCKS{Faults: []bridgetest.Fault{bridgetest.Silent(bridgetest.AtGreeting)}})
	for _, addr := range []string{far.Addr, d.Addr} {
		conn, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
		io.WriteString(conn, "\x05\x01\x00")
		conn.(*net.TCPConn).CloseWrite()
	}
	bridgetest.Eventually(t, "the far end", func() bool { return quiet.Open() == 2 })
}

// converse sends what a client of SOCKS 5 would, all at once, and returns what
// came back once the server has nothing more to say.
func converse(t *testing.T, s *bridgetest.SOCKSServer, sent string) string {
	t.Helper()
	conn, err := net.Dial("tcp", s.Addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(10 * time.Second))
	io.WriteString(conn, sent)
	conn.(*net.TCPConn).CloseWrite()
	got, _ := io.ReadAll(conn)
	return string(got)
}

func TestFaults(t *testing.T) {
	const flight = "\x05\x01\x00\x05\x01\x00\x03\x01n\x00\x50"
	const reply = "\x05\x00\x00\x01\x7f\x00\x00\x01\x12\x34"
	tests := []struct {
		name   string
		faults []bridgetest.Fault
		want   []string // by connection
	}{
		{"none", nil, []string{"\x05\x00" + reply + "early"}},
		{"behind", []bridgetest.Fault{bridgetest.Behind("more")}, []string{"\x05\x00" + reply + "more" + "early"}},
		{"loses early data", []bridgetest.Fault{bridgetest.LosesEarlyData()}, []string{"\x05\x00" + reply}},
		{"hangs on one flight", []bridgetest.Fault{bridgetest.HangsOnOneFlight()}, []string{"\x05\x00"}},
		{"dribble", []bridgetest.Fault{bridgetest.Dribble()}, []string{"\x05\x00" + reply + "early"}},
		{"refuse", []bridgetest.Fault{bridgetest.Refuse(5).From(2)}, []string{"\x05\x00" + reply + "early", "\x05\x00\x05\x05"}},
		{"silent", []bridgetest.Fault{bridgetest.Silent(bridgetest.AtRequest).Until(1)}, []string{"\x05\x00", "\x05\x00" + reply + "early"}},
		{"say", []bridgetest.Fault{bridgetest.Say(bridgetest.AtGreeting, "HTTP/1.1 400\r\n").On(2)}, []string{"\x05\x00" + reply + "early", "HTTP/1.1 400\r\n"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			bridgetest.Leaks(t)
			origin := bridgetest.StartOrigin(t, func(conn net.Conn) { io.Copy(conn, conn) })
			s := bridgetest.StartSOCKS(t, bridgetest.SOCKS{Names: map[string]string{"n": origin.Addr}, Faults: test.faults})
			for i, want := range test.want {
				got := converse(t, s, flight+"early")
				// After a refusal, unread early data may cut the answer short.
				if got != want && !(len(want) == 4 && len(got) > 4 && got[:4] == want) {
					t.Errorf("connection %d: got %q, want %q", i+1, got, want)
				}
			}
		})
	}
}
