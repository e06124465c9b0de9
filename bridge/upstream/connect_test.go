package upstream_test

import (
	"bytes"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/drawbridge-app/drawbridge/bridge/bridgetest"
	"github.com/drawbridge-app/drawbridge/bridge/socks"
	"github.com/drawbridge-app/drawbridge/bridge/upstream"
)

func TestAnHTTPProxyReachesTargets(t *testing.T) {
	for _, test := range []struct {
		name   string
		script bridgetest.Proxy
		spec   upstream.Spec // URL is what stands in front of the address
		early  string
	}{
		{name: "plain", spec: upstream.Spec{URL: "http://"}},
		{name: "login", script: bridgetest.Proxy{Authorization: "Basic YW5uYTpwOg=="}, spec: upstream.Spec{URL: "http://anna:p%3A@"}},
		{name: "login beside", script: bridgetest.Proxy{Authorization: "Basic YW5uYTpwOg=="}, spec: upstream.Spec{URL: "http://", User: "anna", Password: "p:"}},
		{name: "speaks early", script: bridgetest.Proxy{Early: "220 hello\r\n"}, spec: upstream.Spec{URL: "http://"}, early: "220 hello\r\n"},
		{name: "TLS", script: bridgetest.Proxy{Secure: true}, spec: upstream.Spec{URL: "https://"}},
		{name: "TLS, speaks early", script: bridgetest.Proxy{Secure: true, Early: "220"}, spec: upstream.Spec{URL: "https://"}, early: "220"},
	} {
		t.Run(test.name, func(t *testing.T) {
			bridgetest.Leaks(t)
			test.script.Names = map[string]string{"site.test": echo(t).Addr}
			server := bridgetest.StartProxy(t, test.script)
			test.spec.URL += server.Addr
			u := build(t, test.spec)
			if server.Roots != nil {
				upstream.Trust(u, server.Roots)
			}
			conn, err := u.Dial("tcp", "site.test:25")
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			if _, bare := conn.(*net.TCPConn); !bare && test.early == "" && server.Roots == nil {
				t.Errorf("the connection is a %T", conn)
			}
			conn.SetDeadline(time.Now().Add(10 * time.Second))
			io.WriteString(conn, "ping")
			if err := conn.(interface{ CloseWrite() error }).CloseWrite(); err != nil {
				t.Errorf("CloseWrite() = %v", err)
			}
			if got, err := io.ReadAll(conn); string(got) != test.early+"ping" || err != nil {
				t.Errorf("read %q, %v, want %q", got, err, test.early+"ping")
			}
			if got := server.Targets(); len(got) != 1 || got[0] != "site.test:25" {
				t.Errorf("the proxy was asked for %q", got)
			}
			if h := u.Health(); !h.OK() || h.Reached.IsZero() || u.Direct() || u.Address() != server.Addr {
				t.Errorf("Health() = %+v, Direct() = %v, Address() = %q", h, u.Direct(), u.Address())
			}
		})
	}
}

// What a proxy refuses has a code, the reply for SOCKS clients and words; and a
// refused target does not make the proxy ill.
func TestAnHTTPProxyRefuses(t *testing.T) {
	locked := bridgetest.Proxy{Authorization: "Basic eDp5"}
	negotiates := locked
	negotiates.Offers = "Negotiate"
	says := func(text string) bridgetest.Proxy { return bridgetest.Proxy{Answer: text} }
	for _, test := range []struct {
		name   string
		script bridgetest.Proxy
		login  string
		cause  upstream.Code
		reply  socks.Reply
		is     error
		words  string
		down   bool
	}{
		{"unknown name", bridgetest.Proxy{}, "", upstream.Target, socks.HostUnreachable, nil, "request site.test:443: the proxy cannot reach it (502)", false},
		{"forbidden", says("HTTP/1.1 403 Forbidden\r\n\r\n"), "", upstream.Target, socks.NotAllowed, nil, "not allowed by the proxy's rules (403)", false},
		{"late", says("HTTP/1.1 504 Gateway Timeout\r\n\r\n"), "", upstream.Target, socks.TTLExpired, nil, "timed out (504)", false},
		{"knows no CONNECT", says("HTTP/1.0 405 No\r\n\r\n"), "", upstream.Target, socks.BadCommand, nil, "refuses CONNECT", false},
		{"moved", says("HTTP/1.1 302 Found\r\nLocation: /\r\n\r\n"), "", upstream.Target, socks.GeneralFailure, nil, "answered 302", false},
		{"wants a login", locked, "", upstream.WrongMethod, socks.GeneralFailure, socks.ErrMethod, "login site.test:443: it asks for a login (407)", true},
		{"wants another login", negotiates, "a:b@", upstream.WrongMethod, socks.GeneralFailure, socks.ErrMethod, "other than Basic", true},
		{"refuses the login", locked, "a:b@", upstream.LoginRefused, socks.GeneralFailure, socks.ErrLogin, "login refused", true},
		{"refuses the login as tinyproxy does", says("HTTP/1.0 401 Unauthorized\r\n\r\n"), "a:b@", upstream.LoginRefused, socks.GeneralFailure, socks.ErrLogin, "login refused", true},
		{"is SSH", says("SSH-2.0-x\r\n"), "", upstream.NotProxy, socks.GeneralFailure, upstream.ErrNotProxy, `it answered "SSH-2.0-x"`, true},
		{"hangs up", says("HTTP/1.1 20"), "", upstream.HungUp, socks.GeneralFailure, socks.ErrClosed, "hung up", true},
		{"is malformed", says("HTTP/1.1 200 OK\r\nA: b\nC: d\r\n\r\n"), "", upstream.NotSOCKS, socks.GeneralFailure, socks.ErrMalformed, "LF without CR", true},
		{"never ends its head", says("HTTP/1.1 200 OK\r\nA: " + strings.Repeat("x", 40<<10)), "", upstream.NotSOCKS, socks.GeneralFailure, socks.ErrMalformed, "longer than", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			bridgetest.Leaks(t)
			server := bridgetest.StartProxy(t, test.script)
			u := build(t, upstream.Spec{URL: "http://" + test.login + server.Addr})
			_, err := u.Dial("tcp", "site.test:443")
			if err == nil || !strings.Contains(err.Error(), test.words) || strings.Contains(err.Error(), "a:b") {
				t.Errorf("Dial() = %v, want %q", err, test.words)
			}
			if got := upstream.Cause(err); got != test.cause {
				t.Errorf("Cause(%v) = %q, want %q", err, got, test.cause)
			}
			if got := socks.ReplyFor(err); got != test.reply {
				t.Errorf("ReplyFor(%v) = %v, want %v", err, got, test.reply)
			}
			if test.is != nil && !errors.Is(err, test.is) {
				t.Errorf("%v is not %v", err, test.is)
			}
			if h := u.Health(); h.OK() == test.down {
				t.Errorf("Health() = %+v", h)
			}
		})
	}
}

func TestAnHTTPProxyOutOfReach(t *testing.T) {
	bridgetest.Leaks(t)
	gone := bridgetest.StartProxy(t, bridgetest.Proxy{})
	gone.Stop()
	silent := bridgetest.StartScript(t, bridgetest.Script{bridgetest.Rest()})
	stranger := bridgetest.StartProxy(t, bridgetest.Proxy{Secure: true}) // nobody vouches for it
	for _, test := range []struct {
		url, target string
		want        upstream.Code
		is          error
	}{
		{"http://" + gone.Addr, "site.test:1", upstream.Refused, nil},
		{"http://" + silent.Addr, "site.test:1", upstream.Target, nil},
		{"https://" + silent.Addr, "site.test:1", upstream.TimedOut, nil},
		{"https://" + stranger.Addr, "site.test:1", upstream.Other, nil},
		{"http://" + stranger.Addr, "site.test", upstream.Target, socks.ErrTarget},
		{"http://" + stranger.Addr, "a b:1", upstream.Target, socks.ErrTarget},
		{"http://" + stranger.Addr, "a\r\nX-Y: z:1", upstream.Target, socks.ErrTarget},
		{"http://" + stranger.Addr, "[fe80::1%eth0]:1", upstream.Target, socks.ErrTarget},
	} {
		u := build(t, upstream.Spec{URL: test.url, HandshakeTimeout: 100 * time.Millisecond})
		_, err := u.Dial("tcp", test.target)
		if got := upstream.Cause(err); got != test.want || test.is != nil && !errors.Is(err, test.is) {
			t.Errorf("Dial(%q) by %s = %q, of cause %q, want %q", test.target, test.url, err, got, test.want)
		}
	}
	u := build(t, upstream.Spec{URL: "http://" + gone.Addr})
	if err := u.Greet(t.Context()); upstream.Cause(err) != upstream.Refused || u.Health().OK() {
		t.Errorf("Greet() = %v, Health() = %+v", err, u.Health())
	}
}

func TestCheckOfAnHTTPProxyNamesItsStages(t *testing.T) {
	bridgetest.Leaks(t)
	server := bridgetest.StartProxy(t, bridgetest.Proxy{Secure: true, Names: map[string]string{"site.test": echo(t).Addr}})
	u := build(t, upstream.Spec{URL: "https://" + server.Addr})
	upstream.Trust(u, server.Roots)
	for target, want := range map[string]string{"site.test:80": "dial greeting request", "other.test:80": "dial greeting request!"} {
		var got []byte
		for i, s := range u.Check(t.Context(), target).Steps {
			got = append(append(got, " "[:min(i, 1)]...), s.Stage...)
			if s.Err != nil {
				got = append(got, '!')
			}
		}
		if !bytes.Equal(got, []byte(want)) {
			t.Errorf("Check(%s) has the stages %s, want %s", target, got, want)
		}
	}
}

func TestAnUpstreamWithAScriptDialsNothing(t *testing.T) {
	u := build(t, upstream.Spec{URL: "pac+file:///etc/proxy.pac"})
	if _, err := u.Dial("tcp", "127.0.0.1:1"); !errors.Is(err, upstream.ErrUndecided) {
		t.Errorf("Dial() = %v", err)
	}
	if u.Direct() || u.Address() != "" || u.Script() != "file:///etc/proxy.pac" || u.Greet(t.Context()) != nil {
		t.Errorf("Direct() = %v, Address() = %q, Script() = %q", u.Direct(), u.Address(), u.Script())
	}
	for _, url := range []string{"pac+file:///x", "pac+https://site.test/x"} {
		if _, err := upstream.New(upstream.Spec{URL: url, User: "anna"}); err == nil || !strings.Contains(err.Error(), "no login") {
			t.Errorf("New(%s with a login) = %v", url, err)
		}
	}
}
