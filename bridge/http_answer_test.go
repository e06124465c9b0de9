package bridge_test

import (
	"encoding/base64"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/drawbridge-app/drawbridge/bridge"
	"github.com/drawbridge-app/drawbridge/bridge/bridgetest"
	"github.com/drawbridge-app/drawbridge/bridge/upstream"
)

// proxyStatus takes a Proxy-Status field of one member apart (RFC 9209, in the
// syntax of RFC 8941), strictly.
func proxyStatus(t *testing.T, res *http.Response) map[string]string {
	t.Helper()
	lines := res.Header.Values("Proxy-Status")
	if len(lines) != 1 {
		t.Fatalf("%d Proxy-Status fields, want 1: %q", len(lines), lines)
	}
	name, rest, _ := strings.Cut(lines[0], ";")
	got := map[string]string{"": name}
	for rest != "" {
		key, value, ok := strings.Cut(strings.TrimPrefix(rest, " "), "=")
		if !ok || strings.ToLower(key) != key {
			t.Fatalf("Proxy-Status %q: %q is no parameter", lines[0], rest)
		}
		if value == "" || value[0] != '"' { // a token
			value, rest, _ = strings.Cut(value, ";")
			got[key] = value
			continue
		}
		var text strings.Builder
		i := 1
		for ; i < len(value) && value[i] != '"'; i++ {
			if value[i] == '\\' {
				i++
			}
			if i >= len(value) || value[i] < ' ' || value[i] > '~' {
				t.Fatalf("Proxy-Status %q: not a string", lines[0])
			}
			text.WriteByte(value[i])
		}
		if i >= len(value) {
			t.Fatalf("Proxy-Status %q: a string without end", lines[0])
		}
		got[key], rest = text.String(), strings.TrimPrefix(value[i+1:], ";")
	}
	return got
}

// Whatever breaks on the way is named: the stage, the cause and what to do.
func TestFailures(t *testing.T) {
	bridgetest.Leaks(t)
	const password = "hunter2"
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	fault := func(f ...bridgetest.Fault) bridgetest.SOCKS {
		return bridgetest.SOCKS{Faults: f, User: "me", Password: password}
	}
	quick := func(s *upstream.Spec) { s.DialTimeout, s.HandshakeTimeout = 100*time.Millisecond, 100*time.Millisecond }
	for _, r := range []struct {
		name   string
		socks  bridgetest.SOCKS
		spec   func(*upstream.Spec) // nil: as it is
		status int
		stage  string
		token  string
		cause  string // a part of it
		next   string // a part of it
	}{
		{"nobody listens", fault(), func(s *upstream.Spec) { s.URL = "socks5://" + closed.Addr().String() }, 502, "upstream dial", "connection_refused", "connection refused", "is running"},
		{"closed at once", fault(bridgetest.Close(bridgetest.AtAccept)), nil, 502, "greeting", "proxy_configuration_error", "connection", "check address and kind"},
		{"silent at once", fault(bridgetest.Silent(bridgetest.AtAccept)), quick, 504, "greeting", "connection_timeout", "no answer within 100ms", "check address and kind"},
		{"an HTTP server", fault(bridgetest.Say(bridgetest.AtGreeting, "HTTP/1.1 400 Bad \"<Request>\"\r\n\r\n")), nil, 502, "greeting", "proxy_configuration_error", "not a SOCKS server", "check address and kind"},
		{"closed at the greeting", fault(bridgetest.Close(bridgetest.AtGreeting)), nil, 502, "greeting", "proxy_configuration_error", "closed the connection", "check address and kind"},
		{"reset at the greeting", fault(bridgetest.Reset(bridgetest.AtGreeting)), nil, 502, "greeting", "proxy_configuration_error", "reset", "check address and kind"},
		{"silent at the greeting", fault(bridgetest.Silent(bridgetest.AtGreeting)), quick, 504, "greeting", "connection_timeout", "no answer within", "check address and kind"},
		{"no method", fault(), func(s *upstream.Spec) { s.URL = strings.Replace(s.URL, "me:"+password+"@", "", 1) }, 502, "greeting", "proxy_configuration_error", "no acceptable login method", "user name and password"},
		{"wrong password", fault(), func(s *upstream.Spec) { s.User, s.Password = "me", password+"3" }, 502, "login", "proxy_configuration_error", "login refused", "user name and password"},
		{"closed at the login", fault(bridgetest.Close(bridgetest.AtLogin)), nil, 502, "login", "proxy_configuration_error", "closed the connection", "user name and password"},
		{"silent at the login", fault(bridgetest.Silent(bridgetest.AtLogin)), quick, 504, "login", "connection_timeout", "no answer within", "user name and password"},
		{"general failure", fault(bridgetest.Refuse(1)), nil, 502, "request", "destination_unavailable", "reply 1", "another upstream"},
		{"rules", fault(bridgetest.Refuse(2)), nil, 403, "rule", "http_request_denied", "reply 2", "rules forbid"},
		{"network unreachable", fault(bridgetest.Refuse(3)), nil, 502, "request", "destination_ip_unroutable", "reply 3", "another upstream"},
		{"host unreachable", fault(bridgetest.Refuse(4)), nil, 502, "request", "destination_unavailable", "reply 4", "another upstream"},
		{"refused", fault(bridgetest.Refuse(5)), nil, 502, "target", "connection_refused", "reply 5", "Nothing listens"},
		{"TTL expired", fault(bridgetest.Refuse(6)), nil, 504, "request", "connection_timeout", "reply 6", "another upstream"},
		{"no such command", fault(bridgetest.Refuse(7)), nil, 502, "request", "destination_unavailable", "reply 7", "another upstream"},
		{"no such address type", fault(bridgetest.Refuse(8)), nil, 502, "request", "destination_unavailable", "reply 8", "another upstream"},
		{"unknown reply", fault(bridgetest.Refuse(200)), nil, 502, "request", "destination_unavailable", "reply 200", "another upstream"},
		{"garbage for a reply", fault(bridgetest.Say(bridgetest.AtRequest, "\x09\x00\x00\x01\x7f\x00\x00\x01\x00\x50")), nil, 502, "request", "destination_unavailable", "malformed", "another upstream"},
		{"closed at the request", fault(bridgetest.Close(bridgetest.AtRequest)), nil, 502, "request", "destination_unavailable", "closed the connection", "another upstream"},
		{"reset at the request", fault(bridgetest.Reset(bridgetest.AtRequest)), nil, 502, "request", "destination_unavailable", "reset", "another upstream"},
		{"silent at the request", fault(bridgetest.Silent(bridgetest.AtRequest)), quick, 504, "request", "connection_timeout", "no answer within", "another upstream"},
	} {
		t.Run(r.name, func(t *testing.T) {
			if r.cause == "reset" && bridgetest.LosesResets() {
				r.cause = "" // another one, then
			}
			journal, log := newJournal(slog.LevelDebug)
			socks := bridgetest.StartSOCKS(t, r.socks)
			c := bridge.Config{Upstream: through(socks), Log: log, Login: bridge.Login{User: "you", Password: password + "4"}}
			if r.spec != nil {
				r.spec(&c.Upstream)
			}
			b := start(t, c)
			p := dial(t, address(b))
			login := "Proxy-Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte("you:"+password+"4"))
			for _, kind := range []struct{ accept, kind string }{
				{"Accept: */*", "text/plain; charset=utf-8"},
				{"Accept: application/xhtml+xml, Text/HTML;q=0.9, */*", "text/html; charset=utf-8"},
			} {
				p.send(asked("/?private", login, kind.accept))
				res, body := p.reply("GET")
				status := proxyStatus(t, res)
				if res.StatusCode != r.status || status[""] != "drawbridge" || status["error"] != r.token || status["next-hop"] != c.Upstream.URL[strings.LastIndexAny(c.Upstream.URL, "/@")+1:] {
					t.Errorf("answer = %d %v, want %d with error %s", res.StatusCode, status, r.status, r.token)
				}
				if d := status["details"]; !strings.HasPrefix(d, r.stage+": ") || !strings.Contains(d, r.cause) {
					t.Errorf("details = %q, want stage %s and %q", d, r.stage, r.cause)
				}
				if res.Header.Get("Content-Type") != kind.kind || res.Header.Get("Cache-Control") != "no-store" || res.Close {
					t.Errorf("header = %v, want %s, not stored, kept", res.Header, kind.kind)
				}
				for _, part := range []string{r.stage, r.cause, r.next} {
					if !strings.Contains(body, part) {
						t.Errorf("page = %q, want %q in it", body, part)
					}
				}
				for _, secret := range []string{password, "private", "Basic", "<Request>"} {
					if strings.Contains(body, secret) && (secret != "<Request>" || strings.HasPrefix(kind.kind, "text/html")) {
						t.Errorf("page = %q, want no %q in it", body, secret)
					}
					if strings.Contains(res.Header.Get("Proxy-Status"), secret) && secret != "<Request>" {
						t.Errorf("Proxy-Status = %q, want no %q in it", res.Header.Get("Proxy-Status"), secret)
					}
				}
			}
			p.send("HEAD" + asked("/", login)[3:])
			if res, _ := p.reply("HEAD"); res.StatusCode != r.status || res.ContentLength <= 0 {
				t.Errorf("HEAD = %s, %d bytes; want %d and the length of a page", res.Status, res.ContentLength, r.status)
			}
			p.settle407(t)
			b.Close()
			if len(journal.lines("stage="+quoted(r.stage))) != 3 {
				t.Errorf("log = %s, want 3 failures at stage %s", journal, r.stage)
			}
			for _, secret := range []string{password, "private", "Basic", base64.StdEncoding.EncodeToString([]byte("you"))} {
				if strings.Contains(journal.String(), secret) {
					t.Errorf("log = %s, want no %q in it", journal, secret)
				}
			}
		})
	}
}

// settle407 is settle where a login is asked for.
func (p *peer) settle407(t *testing.T) {
	t.Helper()
	p.send("OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n")
	if res, _ := p.reply("OPTIONS"); res.StatusCode != 407 {
		t.Errorf("OPTIONS * = %s, want 407", res.Status)
	}
}

// quoted is a value as slog's text has it.
func quoted(value string) string {
	if strings.Contains(value, " ") {
		return `"` + value + `"`
	}
	return value
}

// An upstream whose host does not answer at all.
func TestDialTimeout(t *testing.T) {
	bridgetest.Leaks(t)
	full, ok := bridgetest.ListenFull(t)
	if !ok {
		t.Skip("this system takes more connections than it was told to")
	}
	b := start(t, bridge.Config{Upstream: upstream.Spec{URL: "socks5://" + full, DialTimeout: 100 * time.Millisecond}})
	c := dial(t, address(b))
	c.send(asked("/"))
	res, body := c.reply("GET")
	if status := proxyStatus(t, res); res.StatusCode != 504 || status["error"] != "connection_timeout" || !strings.Contains(body, "Stage: upstream dial\n") {
		t.Errorf("answer = %s %v %q, want 504 at the upstream dial", res.Status, status, body)
	}
	c.settle()
}

func TestDirectFailures(t *testing.T) {
	bridgetest.Leaks(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	b := start(t, bridge.Config{Upstream: upstream.Spec{URL: "direct://"}})
	c := dial(t, address(b))
	c.send(head("GET http://"+l.Addr().String()+"/ HTTP/1.1", "Host: x"))
	res, body := c.reply("GET")
	if status := proxyStatus(t, res); res.StatusCode != 502 || status["error"] != "connection_refused" || status["details"] != "target: connection refused" || !strings.Contains(body, "connects directly") {
		t.Errorf("answer = %s %v %q, want 502 connection_refused at the target", res.Status, status, body)
	}
	c.settle()
}

// What the target or a page says cannot break out of the pages.
func TestPagesEscape(t *testing.T) {
	bridgetest.Leaks(t)
	s := newStand(t, bridge.Config{}, bridgetest.Script{bridgetest.Head(), bridgetest.Send("<script>\"\\\xff</script>\r\n\r\n")})
	c := s.dial()
	for _, url := range []string{`http://"><script>/`, `http://site.test:"<script>/`, `<script>"`, `"<script>://x/`, "http://site.test/"} {
		for _, accept := range []string{"text/html", "text/*"} {
			c.send(head("GET "+url+" HTTP/1.1", "Host: x", "Accept: "+accept))
			res, body := c.reply("GET")
			if res.StatusCode < 400 || accept == "text/html" && strings.Contains(body, "<script>") || !strings.Contains(body, "script") {
				t.Errorf("GET %s = %s %q, want it quoted", url, res.Status, body)
			}
			if d := proxyStatus(t, res)["details"]; !strings.Contains(d, "script>") {
				t.Errorf("GET %s: details %q, want it quoted", url, d)
			}
		}
	}
	c.settle()
}

func TestTargetEndsWithoutAnswer(t *testing.T) {
	bridgetest.Leaks(t)
	for _, r := range []struct {
		name, cause string
		script      bridgetest.Script
	}{
		{"closes", "closed the connection without an answer", bridgetest.Script{bridgetest.Head()}},
		{"resets", "connection reset by peer", bridgetest.Script{bridgetest.Head(), bridgetest.Abort()}},
	} {
		for _, method := range []string{"GET", "POST"} {
			t.Run(r.name+" a "+method, func(t *testing.T) {
				s := newStand(t, bridge.Config{}, r.script)
				c := s.dial()
				c.send(method + asked("/")[3:])
				res, body := c.reply(method)
				if status := proxyStatus(t, res); res.StatusCode != 502 || status["error"] != "connection_terminated" || !strings.Contains(body, r.cause) {
					t.Errorf("answer = %s %v %q, want 502 with %q", res.Status, status, body, r.cause)
				}
				c.settle()
				if n := s.origin.Accepted(); n != 1 {
					t.Errorf("sent %d times, want once", n)
				}
			})
		}
	}
}

func TestSlowHead(t *testing.T) {
	bridgetest.Leaks(t)
	s := newStand(t, bridge.Config{Timeouts: bridge.Timeouts{Header: 50 * time.Millisecond}}, bridgetest.Script{bridgetest.Rest()})
	c := s.dial()
	c.send("GET http://site.test/ HTTP/1.1\r\nHost: site")
	res, body := c.reply("GET")
	if status := proxyStatus(t, res); res.StatusCode != 408 || status["error"] != "connection_read_timeout" || !res.Close || !strings.Contains(body, "within 50ms") {
		t.Errorf("answer = %s %v %q, want 408 and the end", res.Status, status, body)
	}
	c.wantEnd()
	if n := s.socks.Accepted(); n != 0 {
		t.Errorf("%d connections upstream, want none", n)
	}
}

// A client that sends nothing, or no more, is closed without a word.
func TestSilentClientIsClosed(t *testing.T) {
	bridgetest.Leaks(t)
	s := newStand(t, bridge.Config{Timeouts: bridge.Timeouts{Idle: 50 * time.Millisecond}}, bridgetest.Script{bridgetest.Head(), bridgetest.Send(plain), bridgetest.Head(), bridgetest.Send(plain), bridgetest.Rest()})
	for _, sent := range []string{"", asked("/"), asked("/") + "\r\n"} {
		c := s.dial()
		c.send(sent)
		if got, err := c.rest(); err != nil || got != "" && got != plain {
			t.Errorf("after %q: %q, %v; want an end", sent, got, err)
		}
	}
}

func TestLogin(t *testing.T) {
	bridgetest.Leaks(t)
	basic := func(pair string) string { return base64.StdEncoding.EncodeToString([]byte(pair)) }
	right := basic("me:pass:w\u00f6rd")
	journal, log := newJournal(slog.LevelDebug)
	s := newStand(t, bridge.Config{Login: bridge.Login{User: "me", Password: "pass:w\u00f6rd"}, Log: log},
		bridgetest.Script{bridgetest.Head(), bridgetest.Send(plain), bridgetest.Head(), bridgetest.Send(plain), bridgetest.Head(), bridgetest.Send(plain), bridgetest.Rest()})
	c := s.dial()
	admitted := 0
	for _, r := range []struct {
		name, field string
		cause       string // empty: let in
	}{
		{"none", "A: 1", "asks for a login"},
		{"right", "Proxy-Authorization: Basic " + right, ""},
		{"right, lower case", "proxy-authorization:  basic   " + right + " ", ""},
		{"meant for the target", "Authorization: Basic " + right, "asks for a login"},
		{"empty", "Proxy-Authorization:", "asks for a login"},
		{"wrong password", "Proxy-Authorization: Basic " + basic("me:hunter2"), "not accepted"},
		{"wrong user", "Proxy-Authorization: Basic " + basic("you:pass:w\u00f6rd"), "not accepted"},
		{"half a password", "Proxy-Authorization: Basic " + basic("me:pass"), "not accepted"},
		{"no colon", "Proxy-Authorization: Basic " + basic("me"), "not accepted"},
		{"empty pair", "Proxy-Authorization: Basic " + basic(":"), "not accepted"},
		{"not base64", "Proxy-Authorization: Basic hunter2!", "not accepted"},
		{"another scheme", "Proxy-Authorization: Bearer " + right, "not accepted"},
		{"scheme alone", "Proxy-Authorization: Basic", "not accepted"},
		{"right again", "Proxy-Authorization: Basic " + right, ""},
	} {
		c.send(asked("/", r.field))
		res, body := c.reply("GET")
		if r.cause == "" {
			if admitted++; res.StatusCode != 200 || body != "ok" {
				t.Errorf("%s = %s, want 200", r.name, res.Status)
			}
			continue
		}
		if got := res.Header.Get("Proxy-Authenticate"); res.StatusCode != 407 || got != `Basic realm="Drawbridge", charset="UTF-8"` || res.Close {
			t.Errorf("%s = %s, Proxy-Authenticate %q; want 407 on a connection that is kept", r.name, res.Status, got)
		}
		if status := proxyStatus(t, res); status["error"] != "http_request_denied" || !strings.Contains(body, r.cause) || strings.Contains(body, "hunter2") {
			t.Errorf("%s = %v %q, want %q", r.name, status, body, r.cause)
		}
	}
	c.send(head("POST http://site.test/ HTTP/1.1", "Host: site.test", "Content-Length: 5") + "hello")
	if res, _ := c.reply("POST"); res.StatusCode != 407 || !res.Close {
		t.Errorf("a body without a login = %s, closes %t; want 407 and the end", res.Status, res.Close)
	}
	c.wantEnd()
	if got, _ := s.received(); got != strings.Repeat(sentOn("/"), admitted) {
		t.Errorf("arrived %q, want %d requests without the login", got, admitted)
	}
	for _, secret := range []string{right, "hunter2", "w\u00f6rd", "pass:"} {
		if strings.Contains(journal.String(), secret) {
			t.Errorf("log = %s, want no %q in it", journal, secret)
		}
	}
}

func TestOwnPage(t *testing.T) {
	bridgetest.Leaks(t)
	socks := bridgetest.StartSOCKS(t, bridgetest.SOCKS{User: "me", Password: "hunter2"})
	spec := through(socks)
	spec.Name = "<b>jump host</b>"
	b := start(t, bridge.Config{Upstream: spec})
	c := dial(t, address(b))
	_, port, _ := net.SplitHostPort(address(b))
	const text, html = "text/plain; charset=utf-8", "text/html; charset=utf-8"
	for _, r := range []struct {
		method, path, host, accept string
		status                     int
		kind                       string
	}{
		{"GET", "/", "127.0.0.1:" + port, "*/*", 200, text},
		{"GET", "/", "127.0.0.1:" + port, "text/html,*/*;q=0.8", 200, html},
		{"HEAD", "/", "127.0.0.1:" + port, "text/html", 200, html},
		{"GET", "/", "localhost:" + port, "*/*", 200, text},
		{"GET", "/", "LocalHost", "*/*", 200, text},
		{"GET", "/", "[::1]:" + port, "*/*", 200, text},
		{"GET", "/", "[::1]", "*/*", 200, text},
		{"GET", "/", "192.168.1.7", "*/*", 200, text},
		{"GET", "/", "evil.test", "*/*", 403, text},
		{"GET", "/", "evil.test:" + port, "text/html", 403, html},
		{"GET", "/", "localhost.evil.test", "*/*", 403, text},
		{"GET", "/", "127.0.0.1.evil.test", "*/*", 403, text},
		{"GET", "/", "127.1", "*/*", 403, text},
		{"GET", "/", "", "*/*", 403, text},
		{"OPTIONS", "*", "evil.test", "*/*", 403, text},
		{"GET", "/favicon.ico", "127.0.0.1", "*/*", 404, text},
		{"GET", "//", "127.0.0.1", "*/*", 404, text},
		{"HEAD", "/state", "127.0.0.1", "*/*", 404, text},
		{"POST", "/", "127.0.0.1", "*/*", 405, text},
		{"DELETE", "/", "127.0.0.1", "*/*", 405, text},
	} {
		c.send(head(r.method+" "+r.path+" HTTP/1.1", "Host: "+r.host, "Accept: "+r.accept, "Origin: http://evil.test"))
		res, body := c.reply(r.method)
		what := r.method + " " + r.path + " of " + r.host
		if res.StatusCode != r.status || res.Header.Get("Content-Type") != r.kind || res.Close {
			t.Errorf("%s = %s, %s; want %d, %s on a connection that is kept", what, res.Status, res.Header.Get("Content-Type"), r.status, r.kind)
		}
		if r.method == "HEAD" != (body == "") || res.ContentLength <= 0 {
			t.Errorf("%s has a body of %d bytes of %d", what, len(body), res.ContentLength)
		}
		for name := range res.Header {
			if strings.HasPrefix(name, "Access-Control") || name == "Server" {
				t.Errorf("%s: %s in %v", what, name, res.Header)
			}
		}
		if r.status == 405 && res.Header.Get("Allow") == "" {
			t.Errorf("%s: no Allow in %v", what, res.Header)
		}
		if strings.Contains(body, "hunter2") || r.kind == html && strings.Contains(body, "<b>") {
			t.Errorf("%s = %q, want it escaped and without a secret", what, body)
		}
		if r.status == 200 && body != "" && !(strings.Contains(body, "jump host") && strings.Contains(body, "curl -x http://"+address(b))) {
			t.Errorf("%s = %q, want the upstream's name and how to use it", what, body)
		}
	}
	c.send("GET / HTTP/1.0\r\n\r\n") // nobody says what host was meant
	if res, _ := c.reply("GET"); res.StatusCode != 403 || !res.Close {
		t.Errorf("GET / by HTTP/1.0 = %s, want 403 and the end", res.Status)
	}
	c.wantEnd()
	if n := socks.Accepted(); n != 0 {
		t.Errorf("%d connections upstream, want none", n)
	}
}

// At debug there is one line for each exchange, with what it moved by itself.
func TestExchangesAreLogged(t *testing.T) {
	bridgetest.Leaks(t)
	journal, log := newJournal(slog.LevelDebug)
	s := newStand(t, bridge.Config{Log: log}, bridgetest.Script{bridgetest.Head(), bridgetest.Send(plain),
		bridgetest.Bytes(int64(len(sentOn("/secret", "Content-Length: 5")) + 5)), bridgetest.Send("HTTP/1.1 404 No\r\nContent-Length: 10\r\n\r\ncut")})
	c := s.dial()
	c.get("/secret")
	c.send(asked("/secret", "Content-Length: 5"))
	c.send("hello")
	c.want("HTTP/1.1 404 No\r\nContent-Length: 10\r\n\r\ncut")
	c.wantEnd()
	s.bridge.Close()
	lines := journal.lines("msg=exchange")
	if len(lines) != 2 {
		t.Fatalf("log = %s, want two exchanges", journal)
	}
	up := len(sentOn("/secret"))
	for i, want := range []string{
		fmt.Sprintf("method=GET target=site.test:80 via=test status=200 up=%d down=%d took=", up, len(plain)),
		fmt.Sprintf("method=GET target=site.test:80 via=test status=404 up=%d down=%d took=", up+len("Content-Length: 5\r\nhello"), len("HTTP/1.1 404 No\r\nContent-Length: 10\r\n\r\ncut")),
	} {
		if !strings.Contains(lines[i], " id=1 ") || !strings.Contains(lines[i], want) || strings.Contains(lines[i], "secret") {
			t.Errorf("line %d = %s, want %s", i, lines[i], want)
		}
	}
	if !strings.Contains(lines[1], `end="unexpected EOF"`) || strings.Contains(lines[0], "end=") {
		t.Errorf("log = %s, want an end on the second line alone", lines)
	}
}
