package bridge_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/drawbridge-app/drawbridge/bridge"
	"github.com/drawbridge-app/drawbridge/bridge/bridgetest"
)

// plain is an answer that a bridge has no reason to change.
const plain = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

// A stand is a bridge with one origin behind it, which a SOCKS server knows as
// site.test, Site.Test, site.test:8080 and [2001:db8::1].
type stand struct {
	t      testing.TB
	bridge *bridge.Bridge
	socks  *bridgetest.SOCKSServer
	origin *bridgetest.Scripted
}

func newStand(t testing.TB, c bridge.Config, scripts ...bridgetest.Script) *stand {
	t.Helper()
	s := &stand{t: t, origin: bridgetest.StartScript(t, scripts...)}
	s.socks = bridgetest.StartSOCKS(t, bridgetest.SOCKS{Names: map[string]string{
		"site.test": s.origin.Addr, "Site.Test": s.origin.Addr, "other.test": s.origin.Addr, "2001:db8::1": s.origin.Addr,
	}})
	c.Upstream = through(s.socks)
	s.bridge = start(t, c)
	return s
}

func (s *stand) dial() *peer {
	s.t.Helper()
	return dial(s.t, address(s.bridge))
}

// received ends the bridge and returns all that the origin got on its first
// connection, and how that ended.
func (s *stand) received() (string, error) {
	s.t.Helper()
	s.bridge.Close()
	return s.end(1)
}

// end waits for the end of one of the origin's connections.
func (s *stand) end(number int) (string, error) {
	s.t.Helper()
	bridgetest.Eventually(s.t, "the end of the origin's connection", func() bool { return s.origin.End(number) != nil })
	return s.origin.Received(number), s.origin.End(number)
}

// reply reads a response.
func (p *peer) reply(method string) (*http.Response, string) {
	p.t.Helper()
	res, err := http.ReadResponse(p.in, &http.Request{Method: method})
	if err != nil {
		p.t.Fatalf("read a response: %v", err)
	}
	body, err := io.ReadAll(res.Body)
	if err != nil {
		p.t.Fatalf("read the body of a %s: %v", res.Status, err)
	}
	return res, string(body)
}

// settle shows that the connection is kept. What came before it on the same
// connection is over when it returns, pool included.
func (p *peer) settle() {
	p.t.Helper()
	p.send("OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n")
	if res, _ := p.reply("OPTIONS"); res.StatusCode != 200 {
		p.t.Fatalf("OPTIONS * = %s, want 200", res.Status)
	}
}

// get fetches from a stand's origin that answers with plain.
func (p *peer) get(path string) {
	p.t.Helper()
	p.send("GET http://site.test" + path + " HTTP/1.1\r\nHost: site.test\r\n\r\n")
	p.want(plain)
}

// wantEnd reads the end of the connection, in either form.
func (p *peer) wantEnd() {
	p.t.Helper()
	rest, err := p.rest()
	if rest != "" || err != nil && !bridgetest.IsReset(err) {
		p.t.Fatalf("rest = %.200q, %v, want an end", rest, err)
	}
}

// wantReset reads a cut.
func (p *peer) wantReset() {
	p.t.Helper()
	if rest, err := p.rest(); rest != "" || !bridgetest.IsReset(err) {
		p.t.Fatalf("rest = %.200q, %v, want a reset", rest, err)
	}
}

// requestHead is what a server reads first.
func requestHead(in *bufio.Reader) (string, error) {
	var head strings.Builder
	for {
		line, err := in.ReadString('\n')
		head.WriteString(line)
		if err != nil || line == "\r\n" {
			return head.String(), err
		}
	}
}

// wait waits for a gate.
func wait(t testing.TB, what string, g *bridgetest.Gate) {
	t.Helper()
	select {
	case <-g.Opened():
	case <-time.After(patience):
		t.Fatalf("waited in vain for %s", what)
	}
}

// after is what becomes of a connection after an answer.
type after int

const (
	kept after = iota
	ended
	cut // by a reset
)

// origin's ways to go on after its answer.
const (
	stays  = iota
	closes // at once
	aborts // when the client has read all of the answer that it gets
)

// A row is one exchange in a table: bytes in, bytes out, at both ends.
type row struct {
	name    string
	config  bridge.Config
	sent    string // by the client
	arrived string // at the origin
	answer  string // by the origin; empty: plain
	got     string // by the client; empty: the answer as it is
	status  int    // in place of got, of an answer by the bridge
	origin  int    // what the origin does after its answer
	then    after  // what becomes of the client's connection
}

func (r row) run(t *testing.T) {
	if r.answer == "" {
		r.answer = plain
	}
	if r.got == "" {
		r.got = r.answer
	}
	read := bridgetest.NewGate()
	script := bridgetest.Script{bridgetest.Bytes(int64(len(r.arrived))), bridgetest.Send(r.answer)}
	switch r.origin {
	case stays:
		script = append(script, bridgetest.Rest())
	case aborts:
		script = append(script, bridgetest.Pause(read), bridgetest.Abort())
	}
	s := newStand(t, r.config, script)
	c := s.dial()
	c.send(r.sent)
	if r.status != 0 {
		if res, _ := c.reply(strings.Fields(r.sent)[0]); res.StatusCode != r.status || res.Header.Get("Proxy-Status") == "" {
			t.Errorf("answer = %s, Proxy-Status %q, want %d by the bridge", res.Status, res.Header.Get("Proxy-Status"), r.status)
		}
	} else {
		c.want(r.got)
	}
	read.Open()
	switch r.then {
	case kept:
		c.settle()
	case ended:
		c.wantEnd()
	case cut:
		c.wantReset()
	}
	s.bridge.Close()
	bridgetest.Eventually(t, "the bridge's connection to close", func() bool { return s.origin.Open() == 0 })
	if got := s.origin.Received(1); got != r.arrived {
		t.Errorf("sent    %q\narrived %q\nwant    %q", r.sent, got, r.arrived)
	}
}

func runRows(t *testing.T, rows []row) {
	bridgetest.Leaks(t)
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) { r.run(t) })
	}
}

// serveHeads is an origin that answers requests without bodies until the
// connection ends.
func serveHeads(answer func(head string) string) func(net.Conn) {
	return func(conn net.Conn) {
		for in := bufio.NewReader(conn); ; {
			head, err := requestHead(in)
			if err != nil {
				return
			}
			if _, err := io.WriteString(conn, answer(head)); err != nil {
				return
			}
		}
	}
}
