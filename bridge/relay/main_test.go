package relay_test

import (
	"errors"
	"io"
	"net"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"github.com/drawbridge-app/drawbridge/bridge/bridgetest"
	"github.com/drawbridge-app/drawbridge/bridge/relay"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if addr := os.Getenv(peerEnv); addr != "" {
		peers(addr)
		return
	}
	// The poller's own descriptors are not leaks.
	if ln, err := net.Listen("tcp", "127.0.0.1:0"); err == nil {
		ln.Close()
	}
	goleak.VerifyTestMain(m)
}

// newPump is the pump of one test, which leaves not a goroutine or descriptor
// behind.
func newPump(t testing.TB) *relay.Pump {
	t.Helper()
	files := openFiles()
	p := new(relay.Pump)
	t.Cleanup(func() {
		p.Close()
		goleak.VerifyNone(t)
		if n := openFiles(); n != files {
			t.Errorf("%d descriptors at the end, %d at the start", n, files)
		}
	})
	return p
}

// pair returns the two ends of one connection.
func pair(t testing.TB) (far, near *net.TCPConn) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	c, err := net.Dial("tcp", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	s, err := ln.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		c.Close()
		s.Close()
	})
	return c.(*net.TCPConn), s.(*net.TCPConn)
}

// A span is a running tunnel, seen from its far ends.
type span struct {
	a, b     *net.TCPConn
	up, down atomic.Int64 // moved from a, moved from b
	done     chan error
}

func newSpan(t testing.TB, p *relay.Pump, earlyA, earlyB string) *span {
	t.Helper()
	s := &span{done: make(chan error, 1)}
	var na, nb *net.TCPConn
	s.a, na = pair(t)
	s.b, nb = pair(t)
	s.start(p,
		relay.Side{Wire: relay.NewWire(na), Early: []byte(earlyA), Moved: &s.up},
		relay.Side{Wire: relay.NewWire(nb), Early: []byte(earlyB), Moved: &s.down})
	return s
}

func (s *span) start(p *relay.Pump, a, b relay.Side) {
	p.Start(a, b, func(err error) { s.done <- err })
}

// end waits for the tunnel and closes what is left of the far ends.
func (s *span) end() error {
	err := <-s.done
	s.a.Close()
	s.b.Close()
	return err
}

func write(t testing.TB, c net.Conn, text string) {
	t.Helper()
	if _, err := io.WriteString(c, text); err != nil {
		t.Fatal(err)
	}
}

func halfClose(t testing.TB, c *net.TCPConn) {
	t.Helper()
	if err := c.CloseWrite(); err != nil {
		t.Fatal(err)
	}
}

// wantAll reads c to the end of its stream.
func wantAll(t testing.TB, c net.Conn, want string) {
	t.Helper()
	got, err := io.ReadAll(c)
	if err != nil || string(got) != want {
		t.Fatalf("read %.40q (%d bytes), %v; want %.40q (%d bytes) and the end", got, len(got), err, want, len(want))
	}
}

// wantNext reads exactly len(want) bytes.
func wantNext(t testing.TB, c net.Conn, want string) {
	t.Helper()
	got := make([]byte, len(want))
	if _, err := io.ReadFull(c, got); err != nil || string(got) != want {
		t.Fatalf("read %q, %v; want %q", got, err, want)
	}
}

// wantCut reads c until it fails; the end of the stream is not a failure.
func wantCut(t testing.TB, c net.Conn) {
	t.Helper()
	if n, err := io.Copy(io.Discard, c); err == nil && !bridgetest.LosesResets() {
		t.Fatalf("read %d bytes and a clean end; want a reset", n)
	}
}

// stuff writes to c until nothing more is taken: every buffer on the way is
// full. It returns how many bytes were.
func stuff(t testing.TB, c *net.TCPConn) (n int) {
	t.Helper()
	b := make([]byte, 64<<10)
	for {
		c.SetWriteDeadline(time.Now().Add(200 * time.Millisecond))
		m, err := c.Write(b)
		n += m
		if errors.Is(err, os.ErrDeadlineExceeded) {
			c.SetWriteDeadline(time.Time{})
			return n
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func reset(c *net.TCPConn) {
	if bridgetest.LosesResets() {
		time.Sleep(50 * time.Millisecond) // they do not get lost on those who wait
	}
	c.SetLinger(0)
	c.Close()
}
