package bridge_test

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/drawbridge-app/drawbridge/bridge"
	"github.com/drawbridge-app/drawbridge/bridge/bridgetest"
	"github.com/drawbridge-app/drawbridge/bridge/upstream"
)

func TestBodies(t *testing.T) {
	const (
		chunks   = "5;a=\"b;c\" ; d\r\nhello\r\n00000006\r\n world\r\n000;last\r\nX-Sum:  1\r\nx-sum: 2\r\n\r\n"
		chunked  = "HTTP/1.1 200 OK\r\nTrailer: X-Sum\r\ntransfer-encoding: Chunked\r\n\r\n"
		together = "hello world"
	)
	large := strings.Repeat("0123456789abcdef", 64<<10) // 1 MiB
	largeChunk := fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(large), large)
	post := func(lines ...string) (sent, arrived string) {
		return head(append([]string{"POST http://site.test/ HTTP/1.1", "Host: site.test"}, lines...)...),
			head(append([]string{"POST / HTTP/1.1", "Host: site.test"}, lines...)...)
	}
	up := func(name, body string, lines ...string) row {
		sent, arrived := post(lines...)
		return row{name: name, sent: sent + body, arrived: arrived + body}
	}
	down := func(name, answer, got string) row {
		return row{name: name, sent: asked("/"), arrived: sentOn("/"), answer: answer, got: got}
	}
	asIs := func(name, answer string) row { return down(name, answer, "") }
	of := func(method, name, answer string) row {
		return row{name: method + ", " + name, sent: method + asked("/")[3:], arrived: method + sentOn("/")[3:], answer: answer}
	}
	old := func(name, connection, answer, got string, then after) row {
		return row{name: "HTTP/1.0 client, " + name, sent: head("GET http://site.test/ HTTP/1.0", connection),
			arrived: head("GET / HTTP/1.1", "Host: site.test", connection), answer: answer, got: got, then: then}
	}
	closed := func(r row) row { r.origin = closes; return r }
	then := func(r row, a after) row { r.then = a; return r }
	expect, expected := post("Expect: 100-continue", "Content-Length: 5")
	const close = "Connection: close\r\n\r\n"
	runRows(t, []row{
		up("length", "hello", "content-length:  5"),
		up("length 0", "", "Content-Length: 0"),
		up("length with zeros", "hello", "Content-Length: 005"),
		up("chunks", chunks, "TRANSFER-encoding:chunked"),
		up("no chunk", "0\r\n\r\n", "Transfer-Encoding: chunked"),
		up("large", large, "Content-Length: "+fmt.Sprint(len(large))),
		up("one large chunk", largeChunk, "Transfer-Encoding: chunked"),
		{name: "body of a GET", sent: asked("/", "Content-Length: 5") + "hello", arrived: sentOn("/", "Content-Length: 5") + "hello"},
		{name: "empty line behind a body", sent: asked("/", "Content-Length: 5") + "hello\r\n", arrived: sentOn("/", "Content-Length: 5") + "hello"},
		{name: "Expect, and the body at once", sent: expect + "hello", arrived: expected + "hello"},
		{name: "Expect of an HTTP/1.0 client", sent: head("POST http://site.test/ HTTP/1.0", "Expect: 100-continue", "Content-Length: 5") + "hello",
			arrived: head("POST / HTTP/1.1", "Host: site.test", "Content-Length: 5") + "hello", then: ended},

		asIs("answer by length", "HTTP/1.1 200 \r\nx-b:  2 \r\nContent-Length:05\r\nX-A:1\r\n\r\nhello"),
		asIs("answer by chunks", chunked+chunks),
		asIs("answer without reason", "HTTP/1.1 299\r\nContent-Length: 0\r\n\r\n"),
		asIs("reason in another tongue", "HTTP/1.1 404 Nicht gef\xfcnden!\r\nContent-Length: 0\r\n\r\n"),
		asIs("large answer", "HTTP/1.1 200 OK\r\nContent-Length: "+fmt.Sprint(len(large))+"\r\n\r\n"+large),
		asIs("large answer in one chunk", chunked+largeChunk),
		asIs("no content", "HTTP/1.1 204 No Content\r\nX: 1\r\n\r\n"),
		asIs("not modified", "HTTP/1.1 304 Not Modified\r\nContent-Length: 999\r\nETag: \"x\"\r\n\r\n"),
		of("HEAD", "length", "HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n"),
		of("HEAD", "chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
		of("HEAD", "neither", "HTTP/1.1 200 OK\r\n\r\n"),
		of("head", "in lower case is another method", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"),
		down("hop-by-hop in an answer", "HTTP/1.1 200 OK\r\nConnection: keep-alive, x-own\r\nX-Own: 1\r\nKeep-Alive: timeout=5\r\nProxy-Connection: x\r\nProxy-Authenticate: Basic\r\nProxy-Authentication-Info: x\r\nUpgrade: h2c\r\nServer: s\r\nContent-Length: 0\r\n\r\n",
			"HTTP/1.1 200 OK\r\nServer: s\r\nContent-Length: 0\r\n\r\n"),
		down("space before a colon", "HTTP/1.1 200 OK\r\nServer : s\r\nContent-Length \t:\t0\r\n\r\n", "HTTP/1.1 200 OK\r\nServer: s\r\nContent-Length: 0\r\n\r\n"),
		down("Connection names a framing field", "HTTP/1.1 200 OK\r\nConnection: content-length\r\nContent-Length: 2\r\n\r\nok", plain),
		down("upgrade required", "HTTP/1.1 426 Upgrade Required\r\nUpgrade: TLS/1.2\r\nConnection: upgrade, keep-alive\r\nContent-Length: 0\r\n\r\n",
			"HTTP/1.1 426 Upgrade Required\r\nUpgrade: TLS/1.2\r\nConnection: upgrade\r\nContent-Length: 0\r\n\r\n"),
		then(closed(down("upgrade required, and the end", "HTTP/1.1 426 Upgrade Required\r\nUpgrade: TLS/1.2\r\nConnection: upgrade, close\r\n\r\nno",
			"HTTP/1.1 426 Upgrade Required\r\nUpgrade: TLS/1.2\r\nConnection: upgrade\r\nConnection: close\r\n\r\nno")), ended),

		asIs("100 unasked", "HTTP/1.1 100 Continue\r\n\r\n"+plain),
		asIs("102 and 103", "HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\nHTTP/1.1 103 Early\r\n\r\n"+plain),
		down("interim with Connection", "HTTP/1.1 103 x\r\nConnection: close\r\nA: 1\r\n\r\n"+plain, "HTTP/1.1 103 x\r\nA: 1\r\n\r\n"+plain),
		old("103", "A: 1", "HTTP/1.1 103 Early Hints\r\n\r\n"+plain, plain, ended),

		old("closes", "A: 1", plain, plain, ended),
		old("closes as it says", "A: 1", "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok", plain, ended),
		{name: "HTTP/1.0 client, keep-alive", sent: head("GET http://site.test/ HTTP/1.0", "Connection: Keep-Alive"), arrived: head("GET / HTTP/1.1", "Host: site.test"),
			got: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\nok"},
		{name: "HTTP/1.0 client, keep-alive to proxies", sent: head("GET http://site.test/ HTTP/1.0", "Proxy-Connection: keep-alive"), arrived: head("GET / HTTP/1.1", "Host: site.test"),
			got: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\nok"},
		{name: "HTTP/1.0 client, keep-alive, no end known", sent: head("GET http://site.test/ HTTP/1.0", "Connection: keep-alive"), arrived: head("GET / HTTP/1.1", "Host: site.test"),
			answer: "HTTP/1.1 200 OK\r\n\r\nok", origin: closes, then: ended},
		old("chunked answer", "A: 1", chunked+chunks, "HTTP/1.1 200 OK\r\nTrailer: X-Sum\r\n\r\n"+together, ended),
		old("large chunked answer", "A: 1", chunked+largeChunk, "HTTP/1.1 200 OK\r\nTrailer: X-Sum\r\n\r\n"+large, ended),
		{name: "client closes", sent: asked("/", "Connection: close"), arrived: sentOn("/"), got: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n" + close + "ok", then: ended},
		{name: "client closes, says it to proxies", sent: asked("/", "Proxy-Connection: close"), arrived: sentOn("/"), got: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n" + close + "ok", then: ended},

		closed(down("target closes", "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok", plain)),
		closed(down("HTTP/1.0 target", "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", plain)),
		down("HTTP/1.0 target, keep-alive", "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok", plain),
		then(closed(down("until the end", "HTTP/1.1 200 OK\r\n\r\nok", "HTTP/1.1 200 OK\r\n"+close+"ok")), ended),
		then(closed(down("until the end, large", "HTTP/1.0 200 OK\r\nA: 1\r\n\r\n"+large, "HTTP/1.1 200 OK\r\nA: 1\r\n"+close+large)), ended),
		then(closed(down("until the end, empty", "HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\n"+close)), ended),
		then(closed(down("until the end, coded", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nok", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n"+close+"ok")), ended),

		// What was cut stays cut.
		then(closed(asIs("cut by length", "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nok")), ended),
		then(closed(asIs("cut in a chunk", chunked+"5\r\nhel")), ended),
		then(closed(asIs("cut between chunks", chunked+"5\r\nhello\r\n")), ended),
		then(closed(asIs("cut before the last empty line", chunked+"0\r\nA: 1\r\n")), ended),
		then(asIs("malformed chunk", chunked+"5\r\nhello\r\n"), ended).answering(chunked + "5\r\nhello\r\nzz\r\n"),
		{name: "reset by length", sent: asked("/"), arrived: sentOn("/"), answer: "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nok", origin: aborts, then: ended},
		{name: "reset without length", sent: asked("/"), arrived: sentOn("/"), answer: "HTTP/1.1 200 OK\r\n\r\nok", got: "HTTP/1.1 200 OK\r\n" + close + "ok", origin: aborts, then: cut},
		{name: "HTTP/1.0 client, reset without length", sent: head("GET http://site.test/ HTTP/1.0", "A: 1"), arrived: head("GET / HTTP/1.1", "Host: site.test", "A: 1"),
			answer: "HTTP/1.1 200 OK\r\n\r\nok", origin: aborts, then: cut},
		{name: "HTTP/1.0 client, cut chunks", sent: head("GET http://site.test/ HTTP/1.0", "A: 1"), arrived: head("GET / HTTP/1.1", "Host: site.test", "A: 1"),
			answer: chunked + "5\r\nhel", got: "HTTP/1.1 200 OK\r\nTrailer: X-Sum\r\n\r\nhel", origin: aborts, then: cut},
	})
}

// answering is r with another answer by the origin.
func (r row) answering(answer string) row {
	r.got, r.answer = r.answer, answer
	return r
}

func TestMalformedAnswers(t *testing.T) {
	bridgetest.Leaks(t)
	for _, r := range []struct {
		name, answer, token, cause string
	}{
		{"nothing", "", "connection_terminated", "closed the connection without an answer"},
		{"half a head", "HTTP/1.1 200 OK\r\nA: 1\r\n", "http_response_incomplete", "in the middle of its answer"},
		{"half a head behind an interim one", "HTTP/1.1 103 Hi\r\nA: 1\r\n", "http_response_incomplete", "in the middle of its answer"},
		{"not HTTP", "SSH-2.0-OpenSSH_9.2\r\n\r\n", "http_protocol_error", "not a status line"},
		{"HTTP/2", "HTTP/2.0 200 OK\r\n\r\n", "http_protocol_error", "HTTP/2.0"},
		{"empty line first", "\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "http_protocol_error", "not a status line"},
		{"status of two digits", "HTTP/1.1 20 OK\r\n\r\n", "http_protocol_error", "not a status line"},
		{"status 000", "HTTP/1.1 000 OK\r\n\r\n", "http_protocol_error", "not a status line"},
		{"length and chunks", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "http_protocol_error", "beside Transfer-Encoding"},
		{"two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc", "http_protocol_error", "more than one Content-Length"},
		{"chunks in HTTP/1.0", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "http_protocol_error", "HTTP/1.0"},
		{"folded line", "HTTP/1.1 200 OK\r\nA: 1\r\n 2\r\n\r\n", "http_protocol_error", "folded"},
		{"bare LF", "HTTP/1.1 200 OK\nContent-Length: 0\n\n", "http_protocol_error", "LF without CR"},
		{"NUL", "HTTP/1.1 200 OK\r\nA: \x00\r\n\r\n", "http_protocol_error", "control character"},
		{"long head", "HTTP/1.1 200 OK\r\nA: " + strings.Repeat("x", 3000) + "\r\n\r\n", "http_protocol_error", "longer than 2000 bytes"},
		{"101 unasked", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n", "http_protocol_error", "nobody asked for"},
		{"interim without end", strings.Repeat("HTTP/1.1 103 Hi\r\n\r\n", 200), "http_protocol_error", "without end"},
	} {
		t.Run(r.name, func(t *testing.T) {
			read := bridgetest.NewGate()
			s := newStand(t, bridge.Config{Limits: bridge.Limits{HeadBytes: 2000}},
				bridgetest.Script{bridgetest.Head(), bridgetest.Send(r.answer), bridgetest.HalfClose(), bridgetest.Pause(read)})
			c := s.dial()
			c.send(asked("/"))
			res, body := c.reply("GET")
			for res.StatusCode == 103 {
				res, body = c.reply("GET")
			}
			read.Open()
			if res.StatusCode != 502 || !strings.Contains(body, "Stage: target\n") || !strings.Contains(body, r.cause) {
				t.Errorf("answer %.60q = %d %q, want 502 with %q", r.answer, res.StatusCode, body, r.cause)
			}
			if status := res.Header.Get("Proxy-Status"); !strings.HasPrefix(status, "drawbridge; error="+r.token+"; details=\"target: ") {
				t.Errorf("answer %.60q: Proxy-Status %q, want error %s", r.answer, status, r.token)
			}
			c.settle()
		})
	}
}

// A client's connection is kept, and each request on it goes where it says.
func TestEveryRequestIsRoutedByItself(t *testing.T) {
	bridgetest.Leaks(t)
	echo := func(name string) *bridgetest.Origin {
		return bridgetest.StartOrigin(t, serveHeads(func(head string) string {
			return "HTTP/1.1 200 OK\r\nFrom: " + name + "\r\nContent-Length: " + fmt.Sprint(len(head)) + "\r\n\r\n" + head
		}))
	}
	one, two := echo("one"), echo("two")
	socks := bridgetest.StartSOCKS(t, bridgetest.SOCKS{Names: map[string]string{
		"site.test:80": one.Addr, "site.test:8080": two.Addr, "other.test:80": two.Addr, "sit.test:80": two.Addr,
	}})
	b := start(t, bridge.Config{Upstream: through(socks)})
	var sent, want strings.Builder
	for i, r := range []struct{ authority, from string }{
		{"site.test", "one"}, {"other.test", "two"}, {"site.test", "one"}, {"site.test:8080", "two"}, {"site.test:80", "one"},
		{"sit.test", "two"}, {"site.test", "one"},
	} {
		path := fmt.Sprint("/", i)
		fmt.Fprintf(&sent, "GET http://%s%s HTTP/1.1\r\nHost: site.test\r\n\r\n", r.authority, path)
		arrived := fmt.Sprintf("GET %s HTTP/1.1\r\nHost: %s\r\n\r\n", path, r.authority)
		fmt.Fprintf(&want, "HTTP/1.1 200 OK\r\nFrom: %s\r\nContent-Length: %d\r\n\r\n%s", r.from, len(arrived), arrived)
	}
	t.Run("one by one", func(t *testing.T) {
		c := dial(t, address(b))
		for request := range strings.SplitAfterSeq(sent.String(), "\r\n\r\n") {
			if request == "" {
				continue
			}
			c.send(request)
			res, body := c.reply("GET")
			got := fmt.Sprintf("HTTP/1.1 200 OK\r\nFrom: %s\r\nContent-Length: %d\r\n\r\n%s", res.Header.Get("From"), len(body), body)
			if !strings.Contains(want.String(), got) {
				t.Errorf("%q = %q", request, got)
			}
		}
	})
	t.Run("pipelined", func(t *testing.T) {
		c := dial(t, address(b))
		c.send(sent.String())
		c.want(want.String())
		c.settle()
	})
	t.Run("byte by byte", func(t *testing.T) {
		c := dial(t, address(b))
		go func() {
			for i := range sent.Len() {
				if _, err := io.WriteString(c.TCPConn, sent.String()[i:i+1]); err != nil {
					return
				}
			}
		}()
		c.want(want.String())
		c.settle()
	})
}

// An answer of our own in the middle of pipelined requests keeps its place.
func TestPipelinedRequestsWithBodiesAndFailures(t *testing.T) {
	bridgetest.Leaks(t)
	s := newStand(t, bridge.Config{}, bridgetest.Script{
		bridgetest.Until("hello"), bridgetest.Send("HTTP/1.1 200 one\r\nContent-Length: 0\r\n\r\n"),
		bridgetest.Until("0\r\n\r\n"), bridgetest.Send("HTTP/1.1 200 two\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n"),
		bridgetest.Head(), bridgetest.Send("HTTP/1.1 204 three\r\n\r\n"), bridgetest.Rest(),
	})
	c := s.dial()
	c.send("POST http://site.test/1 HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello" +
		"POST http://site.test/2 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n" +
		"GET https://site.test/ HTTP/1.1\r\nHost: x\r\n\r\n" +
		"HEAD http://nowhere.test/ HTTP/1.1\r\nHost: x\r\n\r\n" +
		"GET http://site.test/3 HTTP/1.1\r\nHost: x\r\n\r\n")
	c.want("HTTP/1.1 200 one\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 two\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n")
	for _, r := range []struct {
		method string
		want   int
	}{{"GET", 501}, {"HEAD", 502}} {
		if res, _ := c.reply(r.method); res.StatusCode != r.want {
			t.Errorf("%s = %s, want %d", r.method, res.Status, r.want)
		}
	}
	c.want("HTTP/1.1 204 three\r\n\r\n")
	c.settle()
}

func TestExpectContinue(t *testing.T) {
	bridgetest.Leaks(t)
	request := head("PUT http://site.test/ HTTP/1.1", "Host: site.test", "Expect: 100-continue", "Content-Length: 5")
	arrived := head("PUT / HTTP/1.1", "Host: site.test", "Expect: 100-continue", "Content-Length: 5")

	t.Run("continues", func(t *testing.T) {
		s := newStand(t, bridge.Config{}, bridgetest.Script{
			bridgetest.Head(), bridgetest.Send("HTTP/1.1 100 Go on\r\nA: 1\r\n\r\n"), bridgetest.Bytes(5), bridgetest.Send(plain), bridgetest.Rest()})
		c := s.dial()
		c.send(request)
		c.want("HTTP/1.1 100 Go on\r\nA: 1\r\n\r\n")
		c.send("hello")
		c.want(plain)
		c.settle()
		if got, _ := s.received(); got != arrived+"hello" {
			t.Errorf("arrived %q, want %q", got, arrived+"hello")
		}
	})
	t.Run("continues, and is answered before the body", func(t *testing.T) {
		s := newStand(t, bridge.Config{}, bridgetest.Script{
			bridgetest.Head(), bridgetest.Send("HTTP/1.1 100 Continue\r\n\r\n" + plain), bridgetest.Bytes(5), bridgetest.Head(), bridgetest.Send(plain), bridgetest.Rest()})
		c := s.dial()
		c.send(request)
		c.want("HTTP/1.1 100 Continue\r\n\r\n" + plain)
		c.send("hello")
		c.get("/next")
		c.settle()
	})
	t.Run("is refused", func(t *testing.T) {
		s := newStand(t, bridge.Config{}, bridgetest.Script{
			bridgetest.Head(), bridgetest.Send("HTTP/1.1 417 No\r\nContent-Length: 2\r\n\r\nno"), bridgetest.Rest()})
		c := s.dial()
		c.send(request)
		// Whether the body comes now, nobody knows: so the connection must end.
		c.want("HTTP/1.1 417 No\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno")
		c.wantEnd()
		if got, _ := s.end(1); got != arrived {
			t.Errorf("arrived %q, want %q", got, arrived)
		}
	})
	t.Run("target does not know it", func(t *testing.T) {
		s := newStand(t, bridge.Config{}, bridgetest.Script{bridgetest.Head(), bridgetest.Bytes(5), bridgetest.Send(plain), bridgetest.Rest()})
		c := s.dial()
		c.send(request)
		bridgetest.Eventually(t, "the head", func() bool { return s.origin.Received(1) == arrived })
		c.send("hello")
		c.want(plain)
		c.settle()
	})
	t.Run("target is out of reach", func(t *testing.T) {
		s := newStand(t, bridge.Config{}, bridgetest.Script{bridgetest.Rest()})
		c := s.dial()
		c.send(strings.Replace(request, "site.test", "nowhere.test", 1))
		if res, _ := c.reply("PUT"); res.StatusCode != 502 || !res.Close {
			t.Errorf("PUT = %s, closes %t; want 502 and the end", res.Status, res.Close)
		}
		c.wantEnd()
	})
}

// Server-sent events: each arrives before the next one is sent.
func TestAnswersAreNotHeldBack(t *testing.T) {
	bridgetest.Leaks(t)
	for _, r := range []struct{ name, head, got, event, end string }{
		{"chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "", "9\r\ndata: %d\n\n\r\n", "0\r\n\r\n"},
		{"until the end", "HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", "data: %d\n\n", ""},
		{"length", "HTTP/1.1 200 OK\r\nContent-Length: 45\r\n\r\n", "", "data: %d\n\n", ""},
		{"half a head", "HTTP/1.1 103 Hi\r\nA: 1\r\n\r\n", "", "HTTP/1.1 103 Hi\r\nA: %d\r\n\r\n", plain},
	} {
		t.Run(r.name, func(t *testing.T) {
			const events = 5
			script := bridgetest.Script{bridgetest.Head(), bridgetest.Send(r.head)}
			var seen []*bridgetest.Gate
			for i := range events {
				seen = append(seen, bridgetest.NewGate())
				script = append(script, bridgetest.Pause(seen[i]), bridgetest.Send(fmt.Sprintf(r.event, i)))
			}
			s := newStand(t, bridge.Config{}, append(script, bridgetest.Send(r.end)))
			c := s.dial()
			c.send(asked("/"))
			if r.got == "" {
				r.got = r.head
			}
			c.want(r.got)
			for i := range events {
				seen[i].Open()
				c.want(fmt.Sprintf(r.event, i))
			}
			c.want(r.end)
		})
	}
}

func TestUploadsAreNotHeldBack(t *testing.T) {
	bridgetest.Leaks(t)
	for _, r := range []struct{ name, field, piece, end string }{
		{"length", "Content-Length: 25", "%dabcd", ""},
		{"chunks", "Transfer-Encoding: chunked", "5;%d\r\nabcde\r\n", "0\r\n\r\n"},
		{"pieces of chunks", "Transfer-Encoding: chunked", "5\r\nabc%dx\r\n", "0\r\nA: 1\r\n\r\n"},
	} {
		t.Run(r.name, func(t *testing.T) {
			const pieces = 5
			script := bridgetest.Script{bridgetest.Head()}
			var came []*bridgetest.Gate
			for i := range pieces {
				came = append(came, bridgetest.NewGate())
				script = append(script, bridgetest.Bytes(int64(len(fmt.Sprintf(r.piece, i)))), bridgetest.Reached(came[i]))
			}
			s := newStand(t, bridge.Config{}, append(script, bridgetest.Bytes(int64(len(r.end))), bridgetest.Send(plain), bridgetest.Rest()))
			c := s.dial()
			c.send(head("POST http://site.test/ HTTP/1.1", "Host: site.test", r.field))
			want := head("POST / HTTP/1.1", "Host: site.test", r.field)
			for i := range pieces {
				piece := fmt.Sprintf(r.piece, i)
				c.send(piece)
				wait(t, piece, came[i])
				want += piece
			}
			c.send(r.end)
			c.want(plain)
			c.settle()
			if got, _ := s.received(); got != want+r.end {
				t.Errorf("arrived %q, want %q", got, want+r.end)
			}
		})
	}
}

func TestEarlyAnswers(t *testing.T) {
	bridgetest.Leaks(t)
	const size = 4 << 20
	request := head("POST http://site.test/ HTTP/1.1", "Host: site.test", fmt.Sprint("Content-Length: ", size))
	piece := strings.Repeat("x", 64<<10)

	const tooLarge = "HTTP/1.1 413 Too Large\r\nConnection: close\r\nContent-Length: 4\r\n\r\nbig!"
	for _, r := range []struct {
		name string
		then []bridgetest.Step
	}{
		{"target closes its side", []bridgetest.Step{bridgetest.HalfClose(), bridgetest.Rest()}},
		{"target closes", nil},
		{"target reads no more", []bridgetest.Step{bridgetest.HalfClose(), bridgetest.Pause(bridgetest.NewGate())}},
	} {
		t.Run(r.name, func(t *testing.T) {
			// Directly: the scripted SOCKS server may lose an answer in front of a reset.
			origin := bridgetest.StartScript(t, append(bridgetest.Script{bridgetest.Head(), bridgetest.Bytes(1000), bridgetest.Send(tooLarge)}, r.then...))
			c := dial(t, address(start(t, bridge.Config{Upstream: upstream.Spec{URL: "direct://"}})))
			c.send(strings.Replace(request, "site.test", origin.Addr, 1))
			sent := make(chan error, 1)
			go func() { // goes on while the answer comes, and is not done by then
				var err error
				for n := len(piece); n < size && err == nil; n += len(piece) {
					_, err = io.WriteString(c.TCPConn, piece)
				}
				sent <- err
			}()
			c.want("HTTP/1.1 413 Too Large\r\nContent-Length: 4\r\nConnection: close\r\n\r\nbig!")
			c.wantEOF() // no reset, which could overtake the answer
			c.Close()
			<-sent
		})
	}
	t.Run("target reads on", func(t *testing.T) {
		s := newStand(t, bridge.Config{}, bridgetest.Script{bridgetest.Head(), bridgetest.Send(plain), bridgetest.Bytes(size),
			bridgetest.Head(), bridgetest.Send(plain), bridgetest.Rest()})
		c := s.dial()
		c.send(request)
		c.want(plain)
		for range size / len(piece) {
			c.send(piece)
		}
		c.get("/next")
		c.settle()
		if n := s.origin.Accepted(); n != 1 {
			t.Errorf("%d connections, want 1 for both requests", n)
		}
	})
	t.Run("target talks on", func(t *testing.T) { // both ways at once: an echo
		s := newStand(t, bridge.Config{}, bridgetest.Script{bridgetest.Head(), bridgetest.Send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
			bridgetest.Until("1\r\na\r\n"), bridgetest.Send("1\r\nA\r\n"), bridgetest.Until("1\r\nb\r\n"), bridgetest.Send("1\r\nB\r\n"),
			bridgetest.Until("0\r\n\r\n"), bridgetest.Send("0\r\n\r\n"), bridgetest.Rest()})
		c := s.dial()
		c.send(head("POST http://site.test/ HTTP/1.1", "Host: site.test", "Transfer-Encoding: chunked"))
		c.want("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
		c.send("1\r\na\r\n")
		c.want("1\r\nA\r\n")
		c.send("1\r\nb\r\n")
		c.want("1\r\nB\r\n")
		c.send("0\r\n\r\n")
		c.want("0\r\n\r\n")
		c.settle()
	})
}

func TestCutUploads(t *testing.T) {
	bridgetest.Leaks(t)
	length := head("POST http://site.test/ HTTP/1.1", "Host: site.test", "Content-Length: 10")
	chunks := head("POST http://site.test/ HTTP/1.1", "Host: site.test", "Transfer-Encoding: chunked")
	arrivedLength, arrivedChunks := strings.Replace(length, "http://site.test", "", 1), strings.Replace(chunks, "http://site.test", "", 1)
	for _, r := range []struct {
		name, sent, arrived string
		then                func(*testing.T, *peer) // when that has arrived
		reset               bool                    // rather than an end
	}{
		{"end in a body by length", length + "hello", arrivedLength + "hello", halfCloses, false},
		{"end in a chunk", chunks + "5\r\nhel", arrivedChunks + "5\r\nhel", halfCloses, false},
		{"end between chunks", chunks + "5\r\nhello\r\n", arrivedChunks + "5\r\nhello\r\n", halfCloses, false},
		{"reset in a body by length", length + "hello", arrivedLength + "hello", resets, true},
		{"reset between chunks", chunks + "5\r\nhello\r\n", arrivedChunks + "5\r\nhello\r\n", resets, true},
		{"malformed chunk", chunks + "5\r\nhello\r\n", arrivedChunks + "5\r\nhello\r\n", func(t *testing.T, c *peer) {
			c.send("zz\r\n")
			if res, body := c.reply("POST"); res.StatusCode != 400 || !strings.Contains(body, `not a chunk size: "z"`) {
				t.Errorf("answer = %s %q, want 400", res.Status, body)
			}
			c.wantEnd()
		}, true},
	} {
		t.Run(r.name, func(t *testing.T) {
			s := newStand(t, bridge.Config{}, bridgetest.Script{bridgetest.Rest()})
			c := s.dial()
			c.send(r.sent)
			bridgetest.Eventually(t, "the first part", func() bool { return s.origin.Received(1) == r.arrived })
			r.then(t, c)
			got, err := s.end(1)
			ended := err == io.EOF
			if r.reset {
				ended = bridgetest.IsReset(err)
			}
			if got != r.arrived || !ended {
				t.Errorf("arrived %q, %v; want %q, reset %t", got, err, r.arrived, r.reset)
			}
		})
	}
	t.Run("target answers", func(t *testing.T) {
		s := newStand(t, bridge.Config{}, bridgetest.Script{bridgetest.Rest(), bridgetest.Send("HTTP/1.1 400 Cut\r\nContent-Length: 0\r\n\r\n")})
		c := s.dial()
		c.send(length + "hello")
		c.CloseWrite()
		if res, _ := c.reply("POST"); res.Status != "400 Cut" {
			t.Errorf("answer = %s, want the target's", res.Status)
		}
		c.wantEnd()
	})
}

func halfCloses(_ *testing.T, c *peer) { c.CloseWrite() }

func resets(_ *testing.T, c *peer) {
	c.SetLinger(0)
	c.Close()
}
