package bridge_test

import (
	"net"
	"strconv"
	"strings"
	"testing"

	"github.com/drawbridge-app/drawbridge/bridge"
	"github.com/drawbridge-app/drawbridge/bridge/bridgetest"
	"github.com/drawbridge-app/drawbridge/bridge/upstream"
)

// head is a message head of these lines.
func head(lines ...string) string { return strings.Join(lines, "\r\n") + "\r\n\r\n" }

// asked is the head of a GET for a path of site.test as the client sends it, and
// sentOn is the same as the origin gets it.
func asked(path string, lines ...string) string {
	return head(append([]string{"GET http://site.test" + path + " HTTP/1.1", "Host: site.test"}, lines...)...)
}

func sentOn(path string, lines ...string) string {
	return head(append([]string{"GET " + path + " HTTP/1.1", "Host: site.test"}, lines...)...)
}

func TestRequestHeads(t *testing.T) {
	one := func(name, sent, arrived string) row { return row{name: name, sent: sent, arrived: arrived} }
	path := func(name, sent, arrived string) row { return one(name, asked(sent), sentOn(arrived)) }
	line := func(name, sent string, arrived ...string) row {
		return one(name, asked("/", strings.Split(sent, "|")...), sentOn("/", arrived...))
	}
	method := func(m string) row {
		return one("method "+m, head(m+" http://site.test/ HTTP/1.1", "Host: site.test"), head(m+" / HTTP/1.1", "Host: site.test"))
	}
	host := func(name, authority, sent, arrived string) row {
		return one("host "+name, head("GET http://"+authority+"/ HTTP/1.1", "A: 1", sent, "B: 2"), head("GET / HTTP/1.1", "A: 1", arrived, "B: 2"))
	}
	runRows(t, []row{
		path("path", "/a/b?c=d", "/a/b?c=d"),
		path("encoded slash", "/a%2fb%2F", "/a%2fb%2F"),
		path("bad encoding", "/%zz%", "/%zz%"),
		path("semicolons", "/a;b=1?c;d", "/a;b=1?c;d"),
		path("empty segments", "//a///b", "//a///b"),
		path("dots", "/../a/./b/..", "/../a/./b/.."),
		path("high bytes", "/\xc3\xa4\xff\x80", "/\xc3\xa4\xff\x80"),
		path("odd bytes", `/"<>\^{|}[]`+"`", `/"<>\^{|}[]`+"`"),
		path("URL in the path", "/http://other.test/@", "/http://other.test/@"),
		path("only a query", "?a=/b", "/?a=/b"),
		path("empty", "", "/"),
		path("empty query", "/?", "/?"),

		method("POST"), method("DELETE"), method("PROPFIND"), method("get"), method("!#$%&'*+-.^_`|~9"),

		host("equal", "site.test", "Host: site.test", "Host: site.test"),
		host("equal, spelled oddly", "site.test", "hOST:\t site.test \t", "hOST:\t site.test \t"),
		host("other", "site.test", "HOST:other.test", "HOST: site.test"),
		host("other case", "Site.Test", "Host: site.test", "Host: Site.Test"),
		host("default port", "site.test:80", "Host: site.test", "Host: site.test:80"),
		host("port", "site.test:8080", "Host: site.test", "Host: site.test:8080"),
		host("empty port", "site.test:", "Host: site.test", "Host: site.test:"),
		host("empty", "site.test", "Host:", "Host: site.test"),
		host("IPv6", "[2001:db8::1]", "Host: x", "Host: [2001:db8::1]"),
		host("IPv6, long form", "[2001:DB8:0::1]:81", "Host: x", "Host: [2001:DB8:0::1]:81"),
		one("HTTP/1.0 without Host", head("GET http://site.test/ HTTP/1.0", "A: 1"), head("GET / HTTP/1.1", "Host: site.test", "A: 1")).ends(),
		one("HTTP/1.0 with Host", head("GET http://site.test/ HTTP/1.0", "A: 1", "Host: x"), head("GET / HTTP/1.1", "A: 1", "Host: site.test")).ends(),
		one("scheme in capitals", head("GET HTTP://site.test/ HTTP/1.1", "Host: site.test"), sentOn("/")),
		one("WebSocket scheme", head("GET ws://site.test/chat HTTP/1.1", "Host: site.test"), sentOn("/chat")),

		line("order, case and spacing", "x-b:  2 ,\t3|X-A:1|x-B: |X-A: \"q\" ; p\t", "x-b:  2 ,\t3", "X-A:1", "x-B: ", "X-A: \"q\" ; p\t"),
		line("high bytes in a value", "X: \xe4\xff", "X: \xe4\xff"),
		line("authorization", "Authorization: Basic eDp5|Cookie: a=b", "Authorization: Basic eDp5", "Cookie: a=b"),
		line("Connection", "A: 1|Connection: keep-alive|B: 2", "A: 1", "B: 2"),
		line("listed fields", "A: 1|x-own: 2|Connection: X-Own, , other|X-OWN: 3|Other: 4|B: 5", "A: 1", "B: 5"),
		line("two Connections", "A: 1|connection: a|CONNECTION: c|B: 2|C: 3", "B: 2"),
		line("framing cannot be listed", "Connection: host, content-length|Content-Length: 0", "Content-Length: 0"),
		line("hop-by-hop", "Proxy-Connection: keep-alive|Keep-Alive: timeout=5|TE: gzip|Upgrade: h2c|Proxy-Authorization: Basic eDp5|proxy-authenticate: x|A: 1", "A: 1"),
		line("Upgrade that is not meant", "Upgrade: websocket", []string{}...),
		line("trailers", "A: 1|te: Trailers|B: 2", "A: 1", "B: 2", "Connection: TE", "TE: trailers"),
		line("trailers among others", "Connection: TE|TE: gzip;q=0.5, trailers", "Connection: TE", "TE: trailers"),
		line("Max-Forwards of a GET", "Max-Forwards: 0", "Max-Forwards: 0"),
		line("Via off", "Via: 1.1 x", "Via: 1.1 x"),
		line("X-Forwarded-For off", "X-Forwarded-For: 10.0.0.1|X-Real-IP: 10.0.0.2", "X-Forwarded-For: 10.0.0.1", "X-Real-IP: 10.0.0.2"),

		one("empty line before", "\r\n"+asked("/"), sentOn("/")),
		one("OPTIONS of a host", head("OPTIONS http://site.test HTTP/1.1", "Host: x"), head("OPTIONS * HTTP/1.1", "Host: site.test")),
		one("OPTIONS of a path", head("OPTIONS http://site.test/ HTTP/1.1", "Host: x"), head("OPTIONS / HTTP/1.1", "Host: site.test")),
		one("OPTIONS, 3 more", head("OPTIONS http://site.test HTTP/1.1", "Host: x", "max-forwards:3", "A: 1"),
			head("OPTIONS * HTTP/1.1", "Host: site.test", "max-forwards: 2", "A: 1")),
		one("OPTIONS, 1 more", head("OPTIONS http://site.test/ HTTP/1.1", "Host: x", "Max-Forwards: 1"),
			head("OPTIONS / HTTP/1.1", "Host: site.test", "Max-Forwards: 0")),
		one("TRACE, no bound", head("TRACE http://site.test/ HTTP/1.1", "Host: x"), head("TRACE / HTTP/1.1", "Host: site.test")),
		one("TRACE, 3 more", head("TRACE http://site.test/ HTTP/1.1", "Host: x", "Max-Forwards: 3"),
			head("TRACE / HTTP/1.1", "Host: site.test", "Max-Forwards: 2")),

		{name: "X-Forwarded-For on", config: bridge.Config{ForwardedFor: true}, sent: asked("/", "x-forwarded-for: 10.0.0.1", "A: 1"),
			arrived: sentOn("/", "x-forwarded-for: 10.0.0.1", "A: 1", "X-Forwarded-For: 127.0.0.1", "X-Real-IP: 127.0.0.1")},
	})
}

// ends is r for a client that does not keep its connection.
func (r row) ends() row {
	r.then = ended
	return r
}

// The name that a bridge gives itself in Via is its own, so that bridges in a row
// are not taken for a loop.
func TestVia(t *testing.T) {
	bridgetest.Leaks(t)
	script := bridgetest.Script{bridgetest.Head(), bridgetest.Send("HTTP/1.0 200 OK\r\nVia: 1.1 x\r\nContent-Length: 0\r\n\r\n"), bridgetest.Rest()}
	s := newStand(t, bridge.Config{Via: true}, script)
	c := s.dial()
	c.send(asked("/", "Via: 1.0 a, 1.1 b", "A: 1"))
	answer := c.head()
	bridgetest.Eventually(t, "the request", func() bool { return strings.HasSuffix(s.origin.Received(1), "\r\n\r\n") })
	arrived := s.origin.Received(1)
	_, name, _ := strings.Cut(arrived, "Via: 1.1 drawbridge-")
	name = "drawbridge-" + strings.TrimSpace(name)

	if want := sentOn("/", "Via: 1.0 a, 1.1 b", "A: 1", "Via: 1.1 "+name); arrived != want {
		t.Errorf("arrived %q, want %q", arrived, want)
	}
	if want := head("HTTP/1.1 200 OK", "Via: 1.1 x", "Content-Length: 0", "Via: 1.0 "+name); answer != want {
		t.Errorf("answer = %q, want %q", answer, want)
	}
	for _, via := range []string{"1.1 " + name, "1.0 a, 1.1 " + name + " , 1.1 b"} {
		c.send(asked("/", "via: "+via))
		if res, _ := c.reply("GET"); res.StatusCode != 508 || !strings.Contains(res.Header.Get("Proxy-Status"), "error=proxy_loop_detected") {
			t.Errorf("Via: %s = %s, %q, want a loop", via, res.Status, res.Header.Get("Proxy-Status"))
		}
	}
	c.settle()

	other := newStand(t, bridge.Config{Via: true}, script)
	c = other.dial()
	c.send(asked("/", "Via: 1.1 "+name))
	if res, _ := c.reply("GET"); res.StatusCode != 200 {
		t.Errorf("another bridge in Via: %s, want 200", res.Status)
	}
}

func TestLoopsAreRefused(t *testing.T) {
	bridgetest.Leaks(t)
	listen := []string{"127.0.0.1:0"}
	hosts := []string{"127.0.0.1", "localhost", "LocalHost", "localhost.", "0.0.0.0", "[::]", "[::ffff:127.0.0.1]"}
	if l, err := net.Listen("tcp", "[::1]:0"); err == nil {
		l.Close()
		listen = append(listen, "[::1]:0")
	}
	b := start(t, bridge.Config{Listen: listen, Upstream: upstream.Spec{URL: "direct://"}})
	for _, a := range b.Addrs() {
		_, port, _ := net.SplitHostPort(a.String())
		all := hosts
		if a != b.Addrs()[0] {
			all = []string{"[::1]", "[0:0::1]", "localhost", "[::]"}
		}
		c := dial(t, a.String())
		for _, host := range all {
			c.send(head("GET http://"+host+":"+port+"/ HTTP/1.1", "Host: x"))
			if res, _ := c.reply("GET"); res.StatusCode != 508 {
				t.Errorf("GET http://%s:%s/ at %v = %s, want 508", host, port, a, res.Status)
			}
		}
		c.settle()
	}
}

// The answers that a bridge gives in a target's place, byte for byte.
func TestLastHop(t *testing.T) {
	bridgetest.Leaks(t)
	const options = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nCache-Control: no-store\r\nAllow: GET, HEAD, OPTIONS, CONNECT\r\n\r\n"
	trace := func(echo string) string {
		return "HTTP/1.1 200 OK\r\nContent-Type: message/http\r\nContent-Length: " + strconv.Itoa(len(echo)) + "\r\nCache-Control: no-store\r\n\r\n" + echo
	}
	s := newStand(t, bridge.Config{}, bridgetest.Script{bridgetest.Rest()})
	c := s.dial()
	for _, r := range []struct{ name, sent, want string }{
		{"OPTIONS to us", head("OPTIONS * HTTP/1.1", "Host: localhost"), options},
		{"OPTIONS to our page", head("OPTIONS / HTTP/1.1", "Host: 127.0.0.1"), options},
		{"OPTIONS, no more hops", head("OPTIONS http://site.test/ HTTP/1.1", "Host: x", "Max-Forwards: 0"), options},
		{"TRACE, no more hops", head("TRACE http://site.test/a HTTP/1.1", "Host: x", "max-forwards: 0", "A:  1"),
			trace(head("TRACE http://site.test/a HTTP/1.1", "Host: x", "max-forwards: 0", "A:  1"))},
		{"TRACE with secrets", head("TRACE http://site.test/ HTTP/1.1", "Proxy-Authorization: Basic eDp5", "Host: x", "authorization: Basic eDp5", "COOKIE: a=b", "Max-Forwards: 0"),
			trace(head("TRACE http://site.test/ HTTP/1.1", "Host: x", "Max-Forwards: 0"))},
	} {
		t.Run(r.name, func(t *testing.T) {
			c := *c
			c.t = t
			c.send(r.sent)
			c.want(r.want)
		})
	}
	c.settle()
	if n := s.socks.Accepted(); n != 0 {
		t.Errorf("%d connections upstream, want none", n)
	}
}

// A request that is not understood, or could be understood in two ways, goes
// nowhere.
func TestRefusedRequests(t *testing.T) {
	bridgetest.Leaks(t)
	s := newStand(t, bridge.Config{Limits: bridge.Limits{HeadBytes: 2000, HeadFields: 10}}, bridgetest.Script{bridgetest.Rest()})
	post := func(lines ...string) string {
		return head(append([]string{"POST http://site.test/ HTTP/1.1", "Host: site.test"}, lines...)...)
	}
	for _, r := range []struct {
		name   string
		sent   string
		status int
		cause  string // a part of it
		keeps  bool
	}{
		{"length and chunks", post("Content-Length: 5", "Transfer-Encoding: chunked") + "0\r\n\r\n", 400, "Content-Length beside Transfer-Encoding", false},
		{"two lengths", post("Content-Length: 5", "Content-Length: 6") + "hello!", 400, "more than one Content-Length", false},
		{"the same length twice", post("Content-Length: 5", "Content-Length: 5") + "hello", 400, "more than one Content-Length", false},
		{"lengths in a list", post("Content-Length: 5, 5") + "hello", 400, "not a Content-Length", false},
		{"signed length", post("Content-Length: +5") + "hello", 400, "not a Content-Length", false},
		{"endless length", post("Content-Length: 99999999999999999999") + "hello", 400, "not a Content-Length", false},
		{"chunked twice", post("Transfer-Encoding: chunked", "Transfer-Encoding: chunked") + "0\r\n\r\n", 400, "behind chunked", false},
		{"chunked and more", post("Transfer-Encoding: chunked, gzip") + "0\r\n\r\n", 400, "behind chunked", false},
		{"not chunked", post("Transfer-Encoding: gzip") + "0\r\n\r\n", 400, "does not end in chunked", false},
		{"other coding", post("Transfer-Encoding: gzip, chunked") + "0\r\n\r\n", 501, "other than chunked", false},
		{"vertical tab before chunked", post("Transfer-Encoding: \vchunked") + "0\r\n\r\n", 400, "control character", false},
		{"chunks in HTTP/1.0", "POST http://site.test/ HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400, "in an HTTP/1.0 request", false},
		{"space before the colon", asked("/", "A : 1"), 400, "not a header name", false},
		{"folded line", asked("/", "A: 1", " 2"), 400, "folded", false},
		{"folded by a tab", asked("/", "\tA: 1"), 400, "folded", false},
		{"bare LF", "GET http://site.test/ HTTP/1.1\r\nHost: site.test\nA: 1\r\n\r\n", 400, "LF without CR", false},
		{"bare LF at the end", "GET http://site.test/ HTTP/1.1\r\nHost: site.test\r\n\n", 400, "LF without CR", false},
		{"bare CR", asked("/", "A: 1\rB: 2"), 400, "control character", false},
		{"bare CR in the request line", "GET http://site.test/\r HTTP/1.1\r\nHost: x\r\n\r\n", 400, "not a request line", false},
		{"NUL", asked("/", "A: 1\x00"), 400, "control character", false},
		{"NUL in a name", asked("/", "A\x00: 1"), 400, "not a header name", false},
		{"no colon", asked("/", "secret"), 400, "no colon", false},
		{"no name", asked("/", ": secret"), 400, "no name", false},
		{"no Host", "GET http://site.test/ HTTP/1.1\r\n\r\n", 400, "no Host", false},
		{"two Hosts", asked("/", "Host: site.test"), 400, "more than one Host", false},
		{"bad Host", "GET http://site.test/ HTTP/1.1\r\nHost: a b\r\n\r\n", 400, "not a Host", false},
		{"HTTP/2.0", "GET http://site.test/ HTTP/2.0\r\nHost: site.test\r\n\r\n", 505, "HTTP/2.0", false},
		{"HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, "HTTP/2.0", false},
		{"HTTP/1.2", "GET http://site.test/ HTTP/1.2\r\nHost: site.test\r\n\r\n", 505, "HTTP/1.2", false},
		{"HTTP/0.9", "GET http://site.test/\r\nHost: site.test\r\n\r\n", 400, "not a request line", false},
		{"lower case version", "GET http://site.test/ http/1.1\r\nHost: site.test\r\n\r\n", 400, "not an HTTP version", false},
		{"two spaces", "GET  http://site.test/ HTTP/1.1\r\nHost: site.test\r\n\r\n", 400, "not a request line", false},
		{"space in the URL", "GET http://site.test/a b HTTP/1.1\r\nHost: site.test\r\n\r\n", 400, "not an HTTP version", false},
		{"TLS", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400, "TLS to a proxy", false},
		{"long head", asked("/", "A: "+strings.Repeat("x", 2000)), 431, "longer than 2000 bytes", false},
		{"long request line", asked("/" + strings.Repeat("x", 4000)), 431, "longer than 2000 bytes", false},
		{"many fields", asked("/", strings.Split(strings.Repeat("A: 1\n", 9)+"A: 1", "\n")...), 431, "more than 10 fields", false},
		{"malformed chunk at once", post("Transfer-Encoding: chunked") + "5\r\nhelloX\r\n", 400, "chunk", false},
		{"chunk size without digits", post("Transfer-Encoding: chunked") + ";a=b\r\n", 400, "chunk size", false},
		{"bare LF in a chunk line", post("Transfer-Encoding: chunked") + "5\nhello", 400, "chunk size", false},

		// What is well-formed but cannot be done leaves the connection in order.
		{"https", head("GET https://site.test/ HTTP/1.1", "Host: site.test"), 501, `"https"`, true},
		{"ftp", head("GET ftp://site.test/ HTTP/1.1", "Host: site.test"), 501, `"ftp"`, true},
		{"user in the URL", head("GET http://me:hunter2@site.test/ HTTP/1.1", "Host: site.test"), 400, "a user name in the URL", true},
		{"only a user in the URL", head("GET http://me@site.test/ HTTP/1.1", "Host: site.test"), 400, "a user name in the URL", true},
		{"fragment", asked("/#part"), 400, "a fragment", true},
		{"no host in the URL", head("GET http:///a HTTP/1.1", "Host: site.test"), 400, "not a host name", true},
		{"comma in the host", head("GET http://site.test,other.test/ HTTP/1.1", "Host: site.test"), 400, "not a host name", true},
		{"port 0", head("GET http://site.test:0/ HTTP/1.1", "Host: site.test"), 400, "not a port", true},
		{"port 65536", head("GET http://site.test:65536/ HTTP/1.1", "Host: site.test"), 400, "not a port", true},
		{"zone", head("GET http://[fe80::1%25eth0]/ HTTP/1.1", "Host: site.test"), 400, "not an IPv6 address", true},
		{"neither path nor URL", head("GET site.test HTTP/1.1", "Host: site.test"), 400, "neither a path nor a URL", true},
		{"asterisk of GET", head("GET * HTTP/1.1", "Host: site.test"), 400, "neither a path nor a URL", true},
		{"Max-Forwards of nonsense", head("TRACE http://site.test/ HTTP/1.1", "Host: x", "Max-Forwards: -1"), 400, "not a Max-Forwards", true},
		{"Max-Forwards, empty", head("OPTIONS http://site.test/ HTTP/1.1", "Host: x", "Max-Forwards:"), 400, "not a Max-Forwards", true},
		{"refused with a body", head("POST https://site.test/ HTTP/1.1", "Host: site.test", "Content-Length: 3") + "abc", 501, `"https"`, false},
		{"refused, HTTP/1.0", head("GET https://site.test/ HTTP/1.0"), 501, `"https"`, false},
		{"refused, HTTP/1.0 keep-alive", head("GET https://site.test/ HTTP/1.0", "Connection: Keep-Alive"), 501, `"https"`, true},
		{"refused, close", head("GET https://site.test/ HTTP/1.1", "Host: site.test", "Connection: close"), 501, `"https"`, false},
	} {
		t.Run(r.name, func(t *testing.T) {
			c := dial(t, address(s.bridge))
			if !r.keeps { // the next request tries to slip in behind the bad one
				r.sent += asked("/smuggled")
			}
			c.send(r.sent)
			method, _, _ := strings.Cut(r.sent, " ")
			res, body := c.reply(method)
			if res.StatusCode != r.status || !strings.Contains(body, r.cause) || strings.Contains(body, "hunter2") {
				t.Errorf("%.80q = %d %q, want %d with %q", r.sent, res.StatusCode, body, r.status, r.cause)
			}
			if status := res.Header.Get("Proxy-Status"); !strings.HasPrefix(status, `drawbridge; error=http_request_error; details="client: `) {
				t.Errorf("Proxy-Status = %q, want a mistake of the client", status)
			}
			if res.Close == r.keeps {
				t.Errorf("says that it closes: %t, want %t", res.Close, !r.keeps)
			}
			if r.keeps {
				c.settle()
			} else {
				c.wantEnd()
			}
			if n := s.origin.Accepted(); n != 0 {
				t.Errorf("%d requests reached the target, want none: %q", n, s.origin.Received(1))
			}
		})
	}
}

// The answer to a request whose body nobody reads is followed by an end, not by a
// reset, which could overtake it.
func TestRefusedUploadIsLetRunOut(t *testing.T) {
	bridgetest.Leaks(t)
	s := newStand(t, bridge.Config{}, bridgetest.Script{bridgetest.Rest()})
	c := s.dial()
	body := strings.Repeat("x", 500_000)
	c.send(head("POST https://site.test/ HTTP/1.1", "Host: site.test", "Content-Length: "+strconv.Itoa(len(body))) + body)
	if res, _ := c.reply("POST"); res.StatusCode != 501 || !res.Close {
		t.Errorf("answer = %s, want 501 and the end", res.Status)
	}
	c.wantEOF()
}
