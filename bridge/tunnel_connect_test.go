package bridge_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/drawbridge-app/drawbridge/bridge"
	"github.com/drawbridge-app/drawbridge/bridge/bridgetest"
	"github.com/drawbridge-app/drawbridge/bridge/upstream"
)

const established = "HTTP/1.1 200 Connection established\r\n\r\n"

// connect opens a tunnel and sends early right behind the head.
func connect(t testing.TB, b *bridge.Bridge, target, early string) *peer {
	t.Helper()
	p := dial(t, address(b))
	p.send("CONNECT " + target + " HTTP/1.1\r\nHost: " + target + "\r\n\r\n" + early)
	p.want(established)
	return p
}

// far starts an origin and a SOCKS server that knows it as site.test.
func far(t testing.TB, scripts ...bridgetest.Script) (*bridgetest.Scripted, *bridgetest.SOCKSServer) {
	t.Helper()
	origin := bridgetest.StartScript(t, scripts...)
	return origin, bridgetest.StartSOCKS(t, bridgetest.SOCKS{Names: map[string]string{"site.test": origin.Addr}})
}

// reset closes a connection with a TCP reset.
func (p *peer) reset() {
	p.SetLinger(0)
	p.Close()
}

// readToReset reads on to a reset.
func (p *peer) readToReset() {
	p.t.Helper()
	if rest, err := p.rest(); !bridgetest.IsReset(err) {
		p.t.Errorf("rest = %.60q, %v, want a reset", rest, err)
	}
}

func TestConnectAsksTheEndpointForWhatTheClientNamed(t *testing.T) {
	bridgetest.Leaks(t)
	origin := bridgetest.StartScript(t, bridgetest.Script{bridgetest.Until("ping"), bridgetest.Send("pong"), bridgetest.Rest()})
	names := map[string]string{}
	for _, host := range []string{"site.test", "Site.TEST", "127.0.0.9", "2001:db8::1", "xn--bcher-kva.test", "under_score.test"} {
		names[host] = origin.Addr
	}
	s := bridgetest.StartSOCKS(t, bridgetest.SOCKS{Names: names})
	b := start(t, bridge.Config{Upstream: through(s)})
	for _, test := range []struct{ authority, asked string }{
		{"site.test:443", "site.test:443"}, // resolves nowhere: it was sent as a name
		{"Site.TEST:80", "Site.TEST:80"},
		{"site.test:65535", "site.test:65535"},
		{"xn--bcher-kva.test:443", "xn--bcher-kva.test:443"},
		{"under_score.test:443", "under_score.test:443"},
		{"127.0.0.9:443", "127.0.0.9:443"},
		{"[2001:db8::1]:443", "[2001:db8::1]:443"},
		{"[2001:DB8:0:0:0::1]:443", "[2001:db8::1]:443"},
	} {
		before := len(s.Targets())
		p := connect(t, b, test.authority, "ping") // behind the head, in its segment
		p.want("pong")
		p.CloseWrite()
		p.wantEOF()
		if got := s.Targets()[before:]; !slices.Equal(got, []string{test.asked}) {
			t.Errorf("CONNECT %s: the endpoint was asked for %q, want %q", test.authority, got, test.asked)
		}
	}
}

func TestBytesRightBehindTheSOCKSReplyReachTheClient(t *testing.T) {
	bridgetest.Leaks(t)
	origin := bridgetest.StartScript(t, bridgetest.Script{bridgetest.Send(", and more"), bridgetest.HalfClose(), bridgetest.Rest()})
	s := bridgetest.StartSOCKS(t, bridgetest.SOCKS{
		Names:  map[string]string{"site.test": origin.Addr},
		Faults: []bridgetest.Fault{bridgetest.Behind("220 ready")},
	})
	b := start(t, bridge.Config{Upstream: through(s)})
	for range 3 { // the dialer changes how it reads replies once it knows them
		p := connect(t, b, "site.test:25", "")
		p.want("220 ready, and more")
		p.CloseWrite()
		p.wantEOF()
	}
}

func TestTunnelIsNotConfirmedBeforeTheEndpointHas(t *testing.T) {
	bridgetest.Leaks(t)
	asked, answer := bridgetest.NewGate(), bridgetest.NewGate()
	endpoint := bridgetest.StartScript(t, bridgetest.Script{
		bridgetest.Bytes(3), bridgetest.Send("\x05\x00"), // greeting
		bridgetest.Bytes(4 + 1 + int64(len("site.test")) + 2), bridgetest.Reached(asked), bridgetest.Pause(answer),
		bridgetest.Send("\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00"), bridgetest.Rest(),
	})
	b := start(t, bridge.Config{Upstream: upstream.Spec{URL: "socks5://" + endpoint.Addr, OneFlight: "no"}})
	p := dial(t, address(b))
	p.send("CONNECT site.test:443 HTTP/1.1\r\nHost: site.test:443\r\n\r\n")
	<-asked.Opened()
	p.SetReadDeadline(time.Now().Add(100 * time.Millisecond))
	if _, err := p.in.Peek(1); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("before the endpoint's reply: %v, want silence", err)
	}
	p.SetReadDeadline(time.Now().Add(patience))
	answer.Open()
	p.want(established)
}

func TestTunnelPassesOnHalfCloses(t *testing.T) {
	bridgetest.Leaks(t)
	large := strings.Repeat("0123456789abcdef", 1<<16) // 1 MiB
	tests := []struct {
		name   string
		origin bridgetest.Script
		client func(*peer)
		got    string // by the origin
	}{
		{"the client first, the answer comes after", bridgetest.Script{bridgetest.Rest(), bridgetest.Send(large)}, func(p *peer) {
			p.send("question")
			p.CloseWrite()
			p.want(large)
			p.wantEOF()
		}, "question"},
		{"the client first, the answer is under way", bridgetest.Script{bridgetest.Send("a"), bridgetest.Rest(), bridgetest.Send(large)}, func(p *peer) {
			p.want("a")
			p.CloseWrite()
			p.want(large)
			p.wantEOF()
		}, ""},
		{"the target first", bridgetest.Script{bridgetest.Send("bye"), bridgetest.HalfClose(), bridgetest.Rest()}, func(p *peer) {
			p.want("bye")
			p.wantEOF()
			p.send(large)
			p.CloseWrite()
		}, large},
		{"both at once", bridgetest.Script{bridgetest.HalfClose(), bridgetest.Rest()}, func(p *peer) {
			p.CloseWrite()
			p.wantEOF()
		}, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			origin, s := far(t, test.origin)
			b := start(t, bridge.Config{Upstream: through(s)})
			test.client(connect(t, b, "site.test:443", ""))
			bridgetest.Eventually(t, "the target's end of stream", func() bool { return origin.End(1) != nil })
			if got, end := origin.Received(1), origin.End(1); got != test.got || end != io.EOF {
				t.Errorf("the target received %d bytes and %v, want %d and %v", len(got), end, len(test.got), io.EOF)
			}
			bridgetest.Eventually(t, "the tunnel's end", func() bool { return b.Stats().Clients == 0 && s.Open() == 0 })
		})
	}
}

func TestResetOnOneSideResetsTheOther(t *testing.T) {
	bridgetest.Leaks(t)
	cut := bridgetest.NewGate()
	origin, s := far(t,
		bridgetest.Script{bridgetest.Until("a"), bridgetest.Send("b"), bridgetest.Rest()},
		bridgetest.Script{bridgetest.Until("a"), bridgetest.Send("b"), bridgetest.Pause(cut), bridgetest.Abort()},
	)
	b := start(t, bridge.Config{Upstream: through(s)})

	p := connect(t, b, "site.test:443", "a")
	p.want("b")
	p.reset()
	bridgetest.Eventually(t, "the target to see the client's reset", func() bool { return origin.End(1) != nil })
	if err := origin.End(1); !bridgetest.IsReset(err) {
		t.Errorf("after the client's reset the target saw %v, want a reset", err)
	}

	p = connect(t, b, "site.test:443", "a")
	p.want("b")
	cut.Open()
	p.readToReset()
	bridgetest.Eventually(t, "the tunnels' end", func() bool { return b.Stats().Clients == 0 })
}

// refused is the address of a port where nothing listens, and nothing else will
// while the test runs: a client has it.
func refused(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return dial(t, l.Addr().String()).LocalAddr().String()
}

func TestConnectFailuresSayWhatBroke(t *testing.T) {
	bridgetest.Leaks(t)
	quick := 100 * time.Millisecond
	tests := []struct {
		name   string
		server bridgetest.SOCKS
		change func(*upstream.Spec)
		status int
		token  string // RFC 9209 §2.3
		stage  bridge.Stage
	}{
		{"nothing listens", bridgetest.SOCKS{}, func(s *upstream.Spec) { s.URL = "socks5://" + refused(t) }, 502, "connection_refused", bridge.AtDial},
		{"a silent endpoint", bridgetest.SOCKS{Faults: []bridgetest.Fault{bridgetest.Silent(bridgetest.AtAccept)}},
			func(s *upstream.Spec) { s.HandshakeTimeout = quick }, 504, "connection_timeout", bridge.AtGreeting},
		{"a web server", bridgetest.SOCKS{Faults: []bridgetest.Fault{bridgetest.Say(bridgetest.AtGreeting, "HTTP/1.0 400 Bad\r\n\r\n")}},
			nil, 502, "proxy_configuration_error", bridge.AtGreeting},
		{"hangs up at once", bridgetest.SOCKS{Faults: []bridgetest.Fault{bridgetest.Close(bridgetest.AtGreeting)}},
			nil, 502, "proxy_configuration_error", bridge.AtGreeting},
		{"wants a login", bridgetest.SOCKS{User: "anna", Password: "right"},
			func(s *upstream.Spec) { s.URL = strings.Replace(s.URL, "anna:right@", "", 1) }, 502, "proxy_configuration_error", bridge.AtGreeting},
		{"another password", bridgetest.SOCKS{User: "anna", Password: "right"},
			func(s *upstream.Spec) { s.Password, s.User = "wrong", "anna" }, 502, "proxy_configuration_error", bridge.AtLogin},
		{"silent at the request", bridgetest.SOCKS{Faults: []bridgetest.Fault{bridgetest.Silent(bridgetest.AtRequest)}},
			func(s *upstream.Spec) { s.HandshakeTimeout = quick }, 504, "connection_timeout", bridge.AtRequest},
		{"hangs up at the request", bridgetest.SOCKS{Faults: []bridgetest.Fault{bridgetest.Close(bridgetest.AtRequest)}},
			nil, 502, "destination_unavailable", bridge.AtRequest},
		{"reply 1", bridgetest.SOCKS{Faults: []bridgetest.Fault{bridgetest.Refuse(1)}}, nil, 502, "destination_unavailable", bridge.AtRequest},
		{"reply 2", bridgetest.SOCKS{Faults: []bridgetest.Fault{bridgetest.Refuse(2)}}, nil, 403, "http_request_denied", bridge.AtRule},
		{"reply 3", bridgetest.SOCKS{Faults: []bridgetest.Fault{bridgetest.Refuse(3)}}, nil, 502, "destination_ip_unroutable", bridge.AtRequest},
		{"reply 4", bridgetest.SOCKS{Faults: []bridgetest.Fault{bridgetest.Refuse(4)}}, nil, 502, "destination_unavailable", bridge.AtRequest},
		{"reply 5", bridgetest.SOCKS{Faults: []bridgetest.Fault{bridgetest.Refuse(5)}}, nil, 502, "connection_refused", bridge.AtTarget},
		{"reply 6", bridgetest.SOCKS{Faults: []bridgetest.Fault{bridgetest.Refuse(6)}}, nil, 504, "connection_timeout", bridge.AtRequest},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := bridgetest.StartSOCKS(t, test.server)
			u := through(s)
			if test.change != nil {
				test.change(&u)
			}
			b := start(t, bridge.Config{Upstream: u})
			p := dial(t, address(b))
			p.send("CONNECT site.test:443 HTTP/1.1\r\nHost: site.test:443\r\n\r\n\x16\x03\x01 a TLS hello")
			wantFailure(p, test.status, test.token, test.stage)
			page, err := p.rest() // an orderly end: a reset could overtake the answer
			if err != nil || !strings.Contains(page, "Stage: "+string(test.stage)) || strings.Contains(page, "right") {
				t.Errorf("page = %q, %v", page, err)
			}
			if n := b.Stats().Failures; n != 1 {
				t.Errorf("Stats().Failures = %d, want 1", n)
			}
		})
	}
}

// wantFailure reads the head of an answer of the bridge's own.
func wantFailure(p *peer, status int, token string, stage bridge.Stage) {
	p.t.Helper()
	head := p.head()
	for _, part := range []string{fmt.Sprintf("HTTP/1.1 %d ", status), "\r\nProxy-Status: drawbridge; error=" + token + ";",
		`details="` + string(stage) + ": ", "\r\nConnection: close\r\n"} {
		if !strings.Contains(head, part) {
			p.t.Errorf("answer %q, want %q in it", head, part)
		}
	}
}

func TestDirectFailuresSayWhatBroke(t *testing.T) {
	bridgetest.Leaks(t)
	b := start(t, bridge.Config{Upstream: upstream.Spec{URL: "direct://"}})
	p := dial(t, address(b))
	p.send("CONNECT " + refused(t) + " HTTP/1.1\r\nHost: x\r\n\r\n")
	wantFailure(p, 502, "connection_refused", bridge.AtTarget)
}

func TestConnectToNoAuthorityIsRefused(t *testing.T) {
	bridgetest.Leaks(t)
	s := bridgetest.StartSOCKS(t, bridgetest.SOCKS{})
	b := start(t, bridge.Config{Upstream: through(s)})
	for _, target := range []string{
		"site.test", "site.test:", "site.test:0", "site.test:65536", "site.test:-1", "site.test:+443", "site.test:44 3",
		"site.test:443/", "http://site.test:443", "/", "*", ":443", "user@site.test:443", "user:password@site.test:443",
		"2001:db8::1:443", "[2001:db8::1]", "[2001:db8::1]443", "[fe80::1%25eth0]:443", "[fe80::1%eth0]:443", "[::1:443",
		"[site.test]:443", "site.test:443:443", "site.test,other.test:443", "site%2etest:443",
	} {
		p := dial(t, address(b))
		p.send("CONNECT " + target + " HTTP/1.1\r\nHost: site.test\r\n\r\n")
		wantFailure(p, 400, "http_request_error", bridge.AtClient)
		if page, err := p.rest(); err != nil || strings.Contains(page, "password") {
			t.Errorf("CONNECT %s: page %q, %v", target, page, err)
		}
	}
	if got := s.Targets(); len(got) > 0 {
		t.Errorf("the endpoint was asked for %q, want nothing", got)
	}
}

func TestConnectWithABodyIsRefused(t *testing.T) {
	bridgetest.Leaks(t)
	origin, s := far(t, bridgetest.Script{bridgetest.Until("ping"), bridgetest.Send("pong")})
	b := start(t, bridge.Config{Upstream: through(s)})
	for _, field := range []string{"Content-Length: 4", "Transfer-Encoding: chunked"} {
		p := dial(t, address(b))
		p.send("CONNECT site.test:443 HTTP/1.1\r\nHost: site.test:443\r\n" + field + "\r\n\r\nping")
		wantFailure(p, 400, "http_request_error", bridge.AtClient)
	}
	p := dial(t, address(b))
	p.send("CONNECT site.test:443 HTTP/1.1\r\nHost: site.test:443\r\nContent-Length: 0\r\n\r\nping")
	p.want(established + "pong")
	if n := origin.Accepted(); n != 1 {
		t.Errorf("the target was reached %d times, want once", n)
	}
}

func TestConnectByHTTP10(t *testing.T) {
	bridgetest.Leaks(t)
	_, s := far(t, bridgetest.Script{bridgetest.Until("ping"), bridgetest.Send("pong")})
	b := start(t, bridge.Config{Upstream: through(s)})
	p := dial(t, address(b))
	p.send("CONNECT site.test:443 HTTP/1.0\r\n\r\nping")
	p.want(established + "pong")
	p.CloseWrite()
	p.wantEOF()
}

func TestConnectToTheBridgeItselfIsALoop(t *testing.T) {
	bridgetest.Leaks(t)
	s := bridgetest.StartSOCKS(t, bridgetest.SOCKS{})
	hosts := []string{"127.0.0.1", "localhost", "LocalHost", "localhost.", "0.0.0.0", "[::]", "[::ffff:127.0.0.1]", "[0:0:0:0:0:ffff:7f00:1]"}
	everywhere := append([]string{"127.0.0.2", "[::ffff:127.9.9.9]"}, hosts...)
	if ip := otherAddress(); ip != "" {
		everywhere = append(everywhere, net.JoinHostPort(ip, "")[:len(net.JoinHostPort(ip, ""))-1])
	}
	for _, test := range []struct {
		listen string
		hosts  []string
	}{
		{"127.0.0.1:0", hosts},
		{"0.0.0.0:0", everywhere},
		{"[::]:0", append(everywhere, "[::1]")},
		{"[::1]:0", []string{"[::1]", "[0:0:0:0:0:0:0:1]", "localhost", "[::]"}},
	} {
		b := start(t, bridge.Config{Listen: []string{test.listen}, Open: true, Upstream: through(s)})
		_, port, _ := net.SplitHostPort(address(b))
		for _, host := range test.hosts {
			to := address(b)
			to = strings.Replace(strings.Replace(to, "0.0.0.0", "127.0.0.1", 1), "[::]", "127.0.0.1", 1)
			p := dial(t, to)
			p.send("CONNECT " + host + ":" + port + " HTTP/1.1\r\nHost: x\r\n\r\n")
			if head := p.head(); !strings.HasPrefix(head, "HTTP/1.1 508 Loop Detected\r\n") {
				t.Errorf("listening on %s, CONNECT %s:%s = %q, want 508", test.listen, host, port, head)
			}
		}
	}
	if got := s.Targets(); len(got) > 0 {
		t.Errorf("the endpoint was asked for %q, want nothing", got)
	}
}

// otherAddress is an IPv4 address of this machine that is not of the loopback
// interface, if it has one.
func otherAddress() string {
	addrs, _ := net.InterfaceAddrs()
	for _, a := range addrs {
		if ip, _, err := net.ParseCIDR(a.String()); err == nil && !ip.IsLoopback() && ip.To4() != nil {
			return ip.String()
		}
	}
	return ""
}

// Another port of this machine, and another address with the same port, are
// targets like any other.
func TestOtherListenersOfThisMachineAreNoLoop(t *testing.T) {
	bridgetest.Leaks(t)
	s := bridgetest.StartSOCKS(t, bridgetest.SOCKS{Faults: []bridgetest.Fault{bridgetest.Refuse(5)}})
	b := start(t, bridge.Config{Upstream: through(s)})
	_, port, _ := net.SplitHostPort(address(b))
	targets := []string{s.Addr, "localhost:1", "192.0.2.1:" + port, "localhost.test:" + port, "[::1]:" + port, "127.0.0.2:" + port}
	for _, target := range targets {
		p := dial(t, address(b))
		p.send("CONNECT " + target + " HTTP/1.1\r\nHost: x\r\n\r\n")
		wantFailure(p, 502, "connection_refused", bridge.AtTarget)
	}
	if got := s.Targets(); !slices.Equal(got, targets) {
		t.Errorf("the endpoint was asked for %q, want %q", got, targets)
	}
}

func TestConnectWithALogin(t *testing.T) {
	bridgetest.Leaks(t)
	origin, s := far(t, bridgetest.Script{bridgetest.Until("ping"), bridgetest.Send("pong")})
	j, log := newJournal(slog.LevelDebug)
	b := start(t, bridge.Config{Upstream: through(s), Login: bridge.Login{User: "anna", Password: "se:cret"}, Log: log})
	basic := func(pair string) string { return base64.StdEncoding.EncodeToString([]byte(pair)) }
	for _, test := range []struct {
		field string
		in    bool
	}{
		{"Proxy-Authorization: Basic " + basic("anna:se:cret"), true},
		{"proxy-authorization: bAsIc  " + basic("anna:se:cret"), true},
		{"X-Nothing: at all", false},
		{"Authorization: Basic " + basic("anna:se:cret"), false},
		{"Proxy-Authorization: Basic " + basic("anna:wrong"), false},
		{"Proxy-Authorization: Basic " + basic("anna:"), false},
		{"Proxy-Authorization: Basic " + basic("Anna:se:cret"), false},
		{"Proxy-Authorization: Basic " + basic("anna"), false},
		{"Proxy-Authorization: Basic", false},
		{"Proxy-Authorization: Basic !!!", false},
		{"Proxy-Authorization: Bearer " + basic("anna:se:cret"), false},
	} {
		p := dial(t, address(b))
		p.send("CONNECT site.test:443 HTTP/1.1\r\nHost: site.test:443\r\n" + test.field + "\r\n\r\nping")
		if test.in {
			p.want(established + "pong")
			continue
		}
		head := p.head()
		if !strings.HasPrefix(head, "HTTP/1.1 407 Proxy Authentication Required\r\n") ||
			!strings.Contains(head, "\r\nProxy-Authenticate: Basic realm=\"Drawbridge\", charset=\"UTF-8\"\r\n") {
			t.Errorf("%s: answer %q, want 407", test.field, head)
		}
		p.rest()
	}
	if n := origin.Accepted(); n != 2 {
		t.Errorf("the target was reached %d times, want 2", n)
	}
	if text := j.String(); strings.Contains(text, "cret") || strings.Contains(text, basic("anna:se:cret")) {
		t.Errorf("the log tells the password: %s", text)
	}
}
