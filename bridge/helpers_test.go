package bridge_test

import (
	"bufio"
	"bytes"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/drawbridge-app/drawbridge/bridge"
	"github.com/drawbridge-app/drawbridge/bridge/bridgetest"
	"github.com/drawbridge-app/drawbridge/bridge/upstream"
)

// patience bounds every wait; a test that hits it has failed.
const patience = 20 * time.Second

// start runs a bridge until the test ends, on a free port unless c says where.
func start(t testing.TB, c bridge.Config) *bridge.Bridge {
	t.Helper()
	if len(c.Listen) == 0 {
		c.Listen = []string{"127.0.0.1:0"}
	}
	b, err := bridge.Start(c)
	if err != nil {
		t.Fatalf("Start: %v", err)
	}
	t.Cleanup(func() { b.Close() })
	return b
}

// address is where a bridge listens, or the first of several places.
func address(b *bridge.Bridge) string { return b.Addrs()[0].String() }

// through is a scripted SOCKS server as an upstream. It is not probed, so that
// the server sees what the test causes and nothing else.
func through(s *bridgetest.SOCKSServer) upstream.Spec {
	return upstream.Spec{Name: "test", URL: s.URL(), OneFlight: "no"}
}

// A peer is one end of a connection, read and written by the test.
type peer struct {
	*net.TCPConn
	t  testing.TB
	in *bufio.Reader
}

// dial connects to a bridge's listener, or to anything else.
func dial(t testing.TB, address string) *peer {
	t.Helper()
	conn, err := net.DialTimeout("tcp", address, patience)
	if err != nil {
		t.Fatalf("dial %s: %v", address, err)
	}
	return newPeer(t, conn)
}

func newPeer(t testing.TB, conn net.Conn) *peer {
	t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(patience))
	return &peer{conn.(*net.TCPConn), t, bufio.NewReader(conn)}
}

func (p *peer) send(text string) {
	p.t.Helper()
	if _, err := io.WriteString(p.TCPConn, text); err != nil {
		p.t.Fatalf("send %.60q: %v", text, err)
	}
}

// head reads a message head, its empty line included.
func (p *peer) head() string {
	p.t.Helper()
	var head strings.Builder
	for {
		line, err := p.in.ReadString('\n')
		head.WriteString(line)
		if err != nil {
			p.t.Fatalf("a head broke off: %q, %v", head.String(), err)
		}
		if line == "\r\n" {
			return head.String()
		}
	}
}

// want reads as many bytes as text has, which must be text.
func (p *peer) want(text string) {
	p.t.Helper()
	got := make([]byte, len(text))
	if n, err := io.ReadFull(p.in, got); err != nil || string(got) != text {
		p.t.Fatalf("got %.200q, %v, want %.200q", got[:n], err, text)
	}
}

// rest reads to the end of the stream, whatever that is.
func (p *peer) rest() (string, error) {
	rest, err := io.ReadAll(p.in)
	return string(rest), err
}

// wantEOF reads an orderly end with nothing before it.
func (p *peer) wantEOF() {
	p.t.Helper()
	if rest, err := p.rest(); rest != "" || err != nil {
		p.t.Fatalf("rest = %.200q, %v, want an end", rest, err)
	}
}

// A journal is a log that tests read.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// newJournal returns a log of everything from level on.
func newJournal(level slog.Level) (*journal, *slog.Logger) {
	j := new(journal)
	return j, slog.New(slog.NewTextHandler(j, &slog.HandlerOptions{Level: level}))
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

// lines returns those that contain text.
func (j *journal) lines(text string) []string {
	var found []string
	for line := range strings.Lines(j.String()) {
		if strings.Contains(line, text) {
			found = append(found, strings.TrimSpace(line))
		}
	}
	return found
}
