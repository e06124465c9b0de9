package bridge_test

import (
	"io"
	"log/slog"
	"net"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/proxy"

	"github.com/drawbridge-app/drawbridge/bridge"
	"github.com/drawbridge-app/drawbridge/bridge/bridgetest"
	"github.com/drawbridge-app/drawbridge/bridge/upstream"
)

// The answers to a request that was granted, as clients see them.
const (
	granted5 = "\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00"
	granted4 = "\x00\x5a\x00\x00\x00\x00\x00\x00"
)

// request5 is a SOCKS 5 request for a name, and request4a its like.
func request5(command byte, name string, port int) string {
	return string([]byte{5, command, 0, 3, byte(len(name))}) + name + string([]byte{byte(port >> 8), byte(port)})
}

func request4a(name string, port int) string {
	return string([]byte{4, 1, byte(port >> 8), byte(port), 0, 0, 0, 1}) + "me\x00" + name + "\x00"
}

func TestSOCKSClientsOnTheSamePort(t *testing.T) {
	bridgetest.Leaks(t)
	origin := bridgetest.StartScript(t, bridgetest.Script{bridgetest.Until("ping"), bridgetest.Send("pong"), bridgetest.Rest()})
	s := bridgetest.StartSOCKS(t, bridgetest.SOCKS{Names: map[string]string{
		"site.test": origin.Addr, "192.0.2.9": origin.Addr, "2001:db8::1": origin.Addr,
	}})
	b := start(t, bridge.Config{Upstream: through(s)})
	tests := []struct {
		name, sent, answer, asked string
	}{
		{"5 with a name", "\x05\x01\x00" + request5(1, "site.test", 443), "\x05\x00" + granted5, "site.test:443"},
		{"5 that offers logins too", "\x05\x03\x00\x01\x02" + request5(1, "site.test", 443), "\x05\x00" + granted5, "site.test:443"},
		{"5 with an IPv4 address", "\x05\x01\x00\x05\x01\x00\x01\xc0\x00\x02\x09\x00\x50", "\x05\x00" + granted5, "192.0.2.9:80"},
		{"5 with an IPv6 address", "\x05\x01\x00\x05\x01\x00\x04\x20\x01\x0d\xb8" + strings.Repeat("\x00", 11) + "\x01\x00\x50",
			"\x05\x00" + granted5, "[2001:db8::1]:80"},
		{"4", "\x04\x01\x00\x50\xc0\x00\x02\x09\x00", granted4, "192.0.2.9:80"},
		{"4 with a user", "\x04\x01\x00\x50\xc0\x00\x02\x09anna\x00", granted4, "192.0.2.9:80"},
		{"4a", request4a("site.test", 8080), granted4, "site.test:8080"},
	}
	for _, test := range tests {
		for _, pieces := range []bool{false, true} {
			t.Run(test.name+" in pieces "+strconv.FormatBool(pieces), func(t *testing.T) {
				before := len(s.Targets())
				p := dial(t, address(b))
				sent := test.sent + "ping" // early bytes
				if pieces {
					p.SetNoDelay(true)
					for i := range len(sent) {
						p.send(sent[i : i+1])
						time.Sleep(time.Millisecond) // so that it comes alone
					}
				} else {
					p.send(sent)
				}
				p.want(test.answer + "pong")
				p.CloseWrite()
				p.wantEOF()
				if got := s.Targets()[before:]; !slices.Equal(got, []string{test.asked}) {
					t.Errorf("the endpoint was asked for %q, want %q", got, test.asked)
				}
			})
		}
	}
	p := dial(t, address(b)) // and HTTP is there as ever
	p.send("CONNECT site.test:443 HTTP/1.1\r\nHost: site.test:443\r\n\r\nping")
	p.want(established + "pong")
}

// x/net's client is written by others.
func TestSOCKSClientOfXNet(t *testing.T) {
	bridgetest.Leaks(t)
	_, s := far(t, bridgetest.Script{bridgetest.Until("ping"), bridgetest.Send("pong"), bridgetest.Rest()})
	j, log := newJournal(slog.LevelDebug)
	open := start(t, bridge.Config{Upstream: through(s)})
	guarded := start(t, bridge.Config{Upstream: through(s), Login: bridge.Login{User: "anna", Password: "secret"}, Log: log})
	for _, test := range []struct {
		name   string
		bridge *bridge.Bridge
		auth   *proxy.Auth
		in     bool
	}{
		{"no login asked, none given", open, nil, true},
		{"no login asked, one given", open, &proxy.Auth{User: "anna", Password: "secret"}, true},
		{"the login", guarded, &proxy.Auth{User: "anna", Password: "secret"}, true},
		{"another password", guarded, &proxy.Auth{User: "anna", Password: "secrets"}, false},
		{"another user", guarded, &proxy.Auth{User: "bert", Password: "secret"}, false},
		{"no login", guarded, nil, false},
	} {
		d, err := proxy.SOCKS5("tcp", address(test.bridge), test.auth, nil)
		if err != nil {
			t.Fatal(err)
		}
		conn, err := d.(proxy.ContextDialer).DialContext(t.Context(), "tcp", "site.test:443")
		if (err == nil) != test.in {
			t.Errorf("%s: dial = %v, want success %v", test.name, err, test.in)
		}
		if err != nil {
			continue
		}
		conn.SetDeadline(time.Now().Add(patience))
		io.WriteString(conn, "ping")
		answer := make([]byte, 4)
		if _, err := io.ReadFull(conn, answer); string(answer) != "pong" {
			t.Errorf("%s: answer %q, %v", test.name, answer, err)
		}
		conn.Close()
	}
	for _, target := range s.Targets() {
		if target != "site.test:443" {
			t.Errorf("the endpoint was asked for %q", target)
		}
	}
	if text := j.String(); strings.Contains(text, "secret") {
		t.Errorf("the log tells the password: %s", text)
	}
}

func TestSOCKSClientsThatAreTurnedAway(t *testing.T) {
	bridgetest.Leaks(t)
	s := bridgetest.StartSOCKS(t, bridgetest.SOCKS{})
	login := bridge.Config{Upstream: through(s), Login: bridge.Login{User: "anna", Password: "secret"}}
	tests := []struct {
		name         string
		config       bridge.Config
		sent, answer string
	}{
		{"4 where a login is asked", login, "\x04\x01\x00\x50\xc0\x00\x02\x09anna\x00", "\x00\x5d\x00\x00\x00\x00\x00\x00"},
		{"4a where a login is asked", login, request4a("site.test", 80), "\x00\x5d\x00\x00\x00\x00\x00\x00"},
		{"5 that has no login", login, "\x05\x01\x00", "\x05\xff"},
		{"5 with a wrong login", login, "\x05\x01\x02\x01\x04anna\x05wrong", "\x05\x02\x01\x01"},
		{"5 that offers logins only", bridge.Config{Upstream: through(s)}, "\x05\x01\x02", "\x05\xff"},
		{"5 with BIND", bridge.Config{Upstream: through(s)}, "\x05\x01\x00" + request5(2, "site.test", 80), "\x05\x00\x05\x07\x00\x01\x00\x00\x00\x00\x00\x00"},
		{"5 with UDP", bridge.Config{Upstream: through(s)}, "\x05\x01\x00" + request5(3, "site.test", 80), "\x05\x00\x05\x07\x00\x01\x00\x00\x00\x00\x00\x00"},
		{"4 with BIND", bridge.Config{Upstream: through(s)}, "\x04\x02\x00\x50\xc0\x00\x02\x09\x00", "\x00\x5b\x00\x00\x00\x00\x00\x00"},
		{"5 with an unknown address type", bridge.Config{Upstream: through(s)}, "\x05\x01\x00\x05\x01\x00\x02site.test", "\x05\x00\x05\x08\x00\x01\x00\x00\x00\x00\x00\x00"},
		{"5 where only HTTP is taken", bridge.Config{Upstream: through(s), HTTPOnly: true}, "\x05\x01\x00", ""},
		{"4 where only HTTP is taken", bridge.Config{Upstream: through(s), HTTPOnly: true}, "\x04\x01\x00\x50\xc0\x00\x02\x09\x00", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b := start(t, test.config)
			p := dial(t, address(b))
			p.send(test.sent)
			if got, err := p.rest(); got != test.answer || err != nil {
				t.Errorf("answer = %q, %v, want %q", got, err, test.answer)
			}
			if n := b.Stats().Failures; n != 1 {
				t.Errorf("Stats().Failures = %d, want 1", n)
			}
		})
	}
	if got := s.Targets(); len(got) > 0 {
		t.Errorf("the endpoint was asked for %q, want nothing", got)
	}
}

func TestSOCKSRequestForTheBridgeItselfIsNotAllowed(t *testing.T) {
	bridgetest.Leaks(t)
	s := bridgetest.StartSOCKS(t, bridgetest.SOCKS{})
	b := start(t, bridge.Config{Upstream: through(s)})
	_, text, _ := net.SplitHostPort(address(b))
	port, _ := strconv.Atoi(text)
	p := string([]byte{byte(port >> 8), byte(port)})
	for _, test := range []struct{ name, sent, answer string }{
		{"5 by name", "\x05\x01\x00" + request5(1, "LOCALHOST", port), "\x05\x00\x05\x02\x00\x01\x00\x00\x00\x00\x00\x00"},
		{"5 by an address as a name", "\x05\x01\x00" + request5(1, "127.0.0.1", port), "\x05\x00\x05\x02\x00\x01\x00\x00\x00\x00\x00\x00"},
		{"5 by address", "\x05\x01\x00\x05\x01\x00\x01\x7f\x00\x00\x01" + p, "\x05\x00\x05\x02\x00\x01\x00\x00\x00\x00\x00\x00"},
		{"5 by a mapped address", "\x05\x01\x00\x05\x01\x00\x04" + strings.Repeat("\x00", 10) + "\xff\xff\x7f\x00\x00\x01" + p,
			"\x05\x00\x05\x02\x00\x01\x00\x00\x00\x00\x00\x00"},
		{"4", "\x04\x01" + p + "\x7f\x00\x00\x01\x00", "\x00\x5b\x00\x00\x00\x00\x00\x00"},
		{"4a", request4a("localhost", port), "\x00\x5b\x00\x00\x00\x00\x00\x00"},
	} {
		p := dial(t, address(b))
		p.send(test.sent)
		if got, err := p.rest(); got != test.answer || err != nil {
			t.Errorf("%s: answer = %q, %v, want %q", test.name, got, err, test.answer)
		}
	}
	if got := s.Targets(); len(got) > 0 {
		t.Errorf("the endpoint was asked for %q, want nothing", got)
	}
}

func TestSOCKSClientsAreToldWhatFailed(t *testing.T) {
	bridgetest.Leaks(t)
	quick := 100 * time.Millisecond
	refuse := func(code byte) bridgetest.SOCKS {
		return bridgetest.SOCKS{Faults: []bridgetest.Fault{bridgetest.Refuse(code)}}
	}
	silent := func(at bridgetest.Stage) bridgetest.SOCKS {
		return bridgetest.SOCKS{Faults: []bridgetest.Fault{bridgetest.Silent(at)}}
	}
	tests := []struct {
		name   string
		server bridgetest.SOCKS
		url    string // empty: the server
		reply  byte
	}{
		{"reply 1", refuse(1), "", 1},
		{"reply 2", refuse(2), "", 2},
		{"reply 3", refuse(3), "", 3},
		{"reply 4", refuse(4), "", 4},
		{"reply 5", refuse(5), "", 5},
		{"reply 6", refuse(6), "", 6},
		{"reply 8", refuse(8), "", 8},
		{"a name that the endpoint does not know", bridgetest.SOCKS{}, "", 4},
		{"nothing listens at the endpoint", bridgetest.SOCKS{}, "socks5://" + refused(t), 1},
		{"an endpoint silent at the greeting", silent(bridgetest.AtGreeting), "", 1},
		{"an endpoint silent at the request", silent(bridgetest.AtRequest), "", 6},
		{"an endpoint that wants a login", bridgetest.SOCKS{User: "anna", Password: "secret", MethodsRefused: []byte{2}}, "", 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			u := through(bridgetest.StartSOCKS(t, test.server))
			u.HandshakeTimeout = quick
			if test.url != "" {
				u.URL = test.url
			}
			b := start(t, bridge.Config{Upstream: u})
			p := dial(t, address(b))
			p.send("\x05\x01\x00" + request5(1, "site.test", 443))
			want := "\x05\x00\x05" + string([]byte{test.reply}) + "\x00\x01\x00\x00\x00\x00\x00\x00"
			if got, err := p.rest(); got != want || err != nil {
				t.Errorf("answer to 5 = %q, %v, want %q", got, err, want)
			}
			p = dial(t, address(b))
			p.send(request4a("site.test", 443))
			if got, err := p.rest(); got != "\x00\x5b\x00\x00\x00\x00\x00\x00" || err != nil {
				t.Errorf("answer to 4a = %q, %v, want 91", got, err)
			}
		})
	}
	b := start(t, bridge.Config{Upstream: upstream.Spec{URL: "direct://"}})
	host, text, _ := net.SplitHostPort(refused(t))
	port, _ := strconv.Atoi(text)
	p := dial(t, address(b))
	p.send("\x05\x01\x00" + request5(1, host, port))
	if got, err := p.rest(); got != "\x05\x00\x05\x05\x00\x01\x00\x00\x00\x00\x00\x00" {
		t.Errorf("answer to a direct request = %q, %v, want reply 5", got, err)
	}
}

func TestSOCKSTunnelPassesOnHalfCloses(t *testing.T) {
	bridgetest.Leaks(t)
	origin, s := far(t,
		bridgetest.Script{bridgetest.Rest(), bridgetest.Send("an answer")},
		bridgetest.Script{bridgetest.Send("bye"), bridgetest.HalfClose(), bridgetest.Rest()},
	)
	b := start(t, bridge.Config{Upstream: through(s)})

	p := dial(t, address(b))
	p.send(request4a("site.test", 443) + "a question")
	p.CloseWrite()
	p.want(granted4 + "an answer")
	p.wantEOF()
	if got := origin.Received(1); got != "a question" {
		t.Errorf("the target received %q", got)
	}

	p = dial(t, address(b))
	p.send("\x05\x01\x00" + request5(1, "site.test", 443))
	p.want("\x05\x00" + granted5 + "bye")
	p.wantEOF()
	p.send("so long")
	p.CloseWrite()
	bridgetest.Eventually(t, "the target's end of stream", func() bool { return origin.End(2) != nil })
	if got, end := origin.Received(2), origin.End(2); got != "so long" || end != io.EOF {
		t.Errorf("the target received %q and %v", got, end)
	}
}

// A client that says what it wants byte by byte for ever is not waited for.
func TestSOCKSClientHasATimeForItsRequest(t *testing.T) {
	bridgetest.Leaks(t)
	s := bridgetest.StartSOCKS(t, bridgetest.SOCKS{})
	b := start(t, bridge.Config{Upstream: through(s), Timeouts: bridge.Timeouts{Header: 100 * time.Millisecond}})
	p := dial(t, address(b))
	p.send("\x05\x01\x00\x05\x01")
	if got, err := p.rest(); got != "\x05\x00" || err != nil {
		t.Errorf("answer = %q, %v, want the method and an end", got, err)
	}
}
