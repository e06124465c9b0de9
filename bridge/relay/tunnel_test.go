package relay_test

import (
	"bytes"
	"crypto/sha256"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/drawbridge-app/drawbridge/bridge/bridgetest"
	"github.com/drawbridge-app/drawbridge/bridge/relay"
)

const mega = 1 << 20

func TestTunnelEnds(t *testing.T) {
	big := strings.Repeat("0123456789abcdef", mega/16)
	clean := func(t *testing.T, s *span) {
		t.Helper()
		if err := s.end(); err != nil {
			t.Errorf("Tunnel = %v, want nil", err)
		}
	}
	cut := func(t *testing.T, s *span) {
		t.Helper()
		var e *relay.Error
		if err := s.end(); !errors.As(err, &e) {
			t.Errorf("Tunnel = %v, want a *relay.Error", err)
		}
	}
	rows := []struct {
		name string
		play func(t *testing.T, s *span)
	}{
		{"a half-closes, then b", func(t *testing.T, s *span) {
			write(t, s.a, "up")
			halfClose(t, s.a)
			wantAll(t, s.b, "up")
			write(t, s.b, "down")
			s.b.Close()
			wantAll(t, s.a, "down")
			clean(t, s)
		}},
		{"b half-closes, then a", func(t *testing.T, s *span) {
			write(t, s.b, "down")
			halfClose(t, s.b)
			wantAll(t, s.a, "down")
			write(t, s.a, "up")
			s.a.Close()
			wantAll(t, s.b, "up")
			clean(t, s)
		}},
		{"both half-close at once", func(t *testing.T, s *span) {
			halfClose(t, s.a)
			halfClose(t, s.b)
			wantAll(t, s.a, "")
			wantAll(t, s.b, "")
			clean(t, s)
		}},
		{"both close at once", func(t *testing.T, s *span) {
			s.a.Close()
			s.b.Close()
			clean(t, s)
		}},
		{"a half-closes while b's answer flows", func(t *testing.T, s *span) {
			go func() {
				io.WriteString(s.b, big)
				s.b.CloseWrite()
			}()
			wantNext(t, s.a, big[:1000])
			halfClose(t, s.a)
			wantAll(t, s.a, big[1000:])
			wantAll(t, s.b, "")
			clean(t, s)
		}},
		{"a resets", func(t *testing.T, s *span) {
			reset(s.a)
			wantCut(t, s.b)
			cut(t, s)
		}},
		{"b resets", func(t *testing.T, s *span) {
			reset(s.b)
			wantCut(t, s.a)
			cut(t, s)
		}},
		{"a resets behind bytes", func(t *testing.T, s *span) {
			write(t, s.a, "part of a whole")
			wantNext(t, s.b, "part of a whole")
			reset(s.a)
			wantCut(t, s.b)
			cut(t, s)
		}},
		{"b resets while writing to it waits", func(t *testing.T, s *span) {
			stuff(t, s.a)
			reset(s.b)
			wantCut(t, s.a)
			cut(t, s)
		}},
		{"a resets while writing to b waits", func(t *testing.T, s *span) {
			if bridgetest.LosesResets() {
				t.Skip("nobody reads a meanwhile")
			}
			stuff(t, s.a)
			reset(s.a)
			wantCut(t, s.b)
			cut(t, s)
		}},
		{"b half-closes, then resets while writing to it waits", func(t *testing.T, s *span) {
			halfClose(t, s.b)
			wantAll(t, s.a, "")
			stuff(t, s.a)
			reset(s.b)
			for { // a has read the end: only writing shows it the reset
				if _, err := s.a.Write([]byte("more")); err != nil {
					break
				}
			}
			cut(t, s)
		}},
		{"a writes to b, which is gone", func(t *testing.T, s *span) {
			s.b.Close()
			wantAll(t, s.a, "")
			for {
				if _, err := s.a.Write([]byte("hello?")); err != nil {
					break
				}
			}
			cut(t, s)
		}},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) { r.play(t, newSpan(t, newPump(t), "", "")) })
	}
}

func TestTunnelWaits(t *testing.T) {
	p := newPump(t)
	a, na := pair(t)
	b, nb := pair(t)
	go func() {
		halfClose(t, a)
		wantAll(t, b, "")
		b.Close()
	}()
	if err := p.Tunnel(relay.Side{Wire: relay.NewWire(na)}, relay.Side{Wire: relay.NewWire(nb)}); err != nil {
		t.Errorf("Tunnel = %v, want nil", err)
	}
	if _, err := na.Write([]byte("x")); !errors.Is(err, net.ErrClosed) {
		t.Errorf("write behind Tunnel: %v, want net.ErrClosed", err)
	}
	a.Close()
}

func TestTunnelEarly(t *testing.T) {
	s := newSpan(t, newPump(t), "early a,", "early b,")
	write(t, s.a, "late a")
	write(t, s.b, "late b")
	halfClose(t, s.a)
	halfClose(t, s.b)
	wantAll(t, s.b, "early a,late a")
	wantAll(t, s.a, "early b,late b")
	if err := s.end(); err != nil {
		t.Error(err)
	}
	if up, down := s.up.Load(), s.down.Load(); up != 14 || down != 14 {
		t.Errorf("moved %d and %d, want 14 and 14", up, down)
	}
}

// chop writes b in pieces of the sizes that size gives.
func chop(w io.Writer, b []byte, size func() int) {
	for len(b) > 0 {
		n, err := w.Write(b[:min(len(b), size())])
		if err != nil {
			return // the reader sees it
		}
		b = b[n:]
	}
}

func TestTunnelBulk(t *testing.T) {
	whole := func() int { return 1 << 30 }
	dribble := func() int { return 1 + rand.IntN(3000) }
	mixed := func() int { return 1 + rand.IntN(1<<uint(rand.IntN(20))) }
	const pipe = 1 << 20
	rows := []struct {
		size int
		cut  func() int
	}{
		{1, whole},
		{relay.BufferSize - 1, whole},
		{relay.BufferSize, whole},
		{relay.BufferSize + 1, whole},
		{2*relay.BufferSize + 1, whole},
		{pipe - 1, whole},
		{pipe, whole},
		{pipe + 1, whole},
		{3*pipe + 1, whole},
		{10 * mega, whole},
		{2 * mega, dribble},
		{10 * mega, mixed},
	}
	p := newPump(t)
	for _, r := range rows {
		s := newSpan(t, p, "", "")
		up, down := noise(r.size), noise(r.size)
		var all sync.WaitGroup
		all.Go(func() { chop(s.a, up, r.cut); s.a.CloseWrite() })
		all.Go(func() { chop(s.b, down, r.cut); s.b.CloseWrite() })
		check := func(way string, c net.Conn, want []byte) {
			h := sha256.New()
			n, err := io.Copy(h, c)
			if err != nil || n != int64(len(want)) || [32]byte(h.Sum(nil)) != sha256.Sum256(want) {
				t.Errorf("%d bytes %s: %d bytes, %v, or the wrong ones", r.size, way, n, err)
			}
		}
		all.Go(func() { check("up", s.b, up) })
		all.Go(func() { check("down", s.a, down) })
		all.Wait()
		if err := s.end(); err != nil {
			t.Errorf("%d bytes: Tunnel = %v", r.size, err)
		}
		if up, down := s.up.Load(), s.down.Load(); up != int64(r.size) || down != up {
			t.Errorf("%d bytes: moved %d and %d", r.size, up, down)
		}
	}
}

func noise(n int) []byte {
	b := make([]byte, n)
	rand.NewChaCha8([32]byte{}).Read(b)
	return b
}

func TestTunnelCountsLive(t *testing.T) {
	s := newSpan(t, newPump(t), "", "")
	const piece = 4 * mega
	b := make([]byte, piece)
	for i := range int64(4) { // flowing: what b has read is counted, before any end
		go s.a.Write(b)
		if _, err := io.ReadFull(s.b, make([]byte, piece)); err != nil {
			t.Fatal(err)
		}
		// The count follows the write by an instant.
		for s.up.Load() < (i+1)*piece {
			time.Sleep(time.Millisecond)
		}
	}
	before := s.up.Load()
	sent := int64(stuff(t, s.a)) // stalled: what b's socket took is counted
	if n := s.up.Load() - before; n <= 0 || n > sent {
		t.Errorf("moved %d while stalled, want more than 0 and at most %d", n, sent)
	}
	halfClose(t, s.a)
	if n, err := io.Copy(io.Discard, s.b); err != nil || n != sent {
		t.Errorf("read %d, %v; want %d", n, err, sent)
	}
	s.b.Close()
	if err := s.end(); err != nil {
		t.Error(err)
	}
	if n := s.up.Load() - before; n != sent {
		t.Errorf("moved %d, want %d", n, sent)
	}
}

// More tunnels than there are pipes hang on readers that do not read; others
// go on all the same.
func TestStalledReadersDoNotHoldUpOthers(t *testing.T) {
	p := newPump(t)
	files := openFiles()
	const stalled = 80
	var all sync.WaitGroup
	var spans []*span
	for range stalled {
		s := &span{done: make(chan error, 1)}
		var na, nb *net.TCPConn
		s.a, na = pair(t)
		s.b, nb = pair(t)
		for _, c := range []*net.TCPConn{s.a, na, s.b, nb} {
			c.SetReadBuffer(256 << 10)
			c.SetWriteBuffer(256 << 10)
		}
		s.start(p, relay.Side{Wire: relay.NewWire(na), Moved: &s.up}, relay.Side{Wire: relay.NewWire(nb)})
		all.Go(func() { stuff(t, s.a) })
		spans = append(spans, s)
	}
	all.Wait()
	const most = 64
	if n := openFiles() - files - 4*stalled; n > 2*most {
		t.Errorf("%d descriptors for pipes, want at most %d", n, 2*most)
	} else {
		t.Logf("%d descriptors for pipes", n)
	}
	s := newSpan(t, p, "", "")
	want := noise(8 * mega)
	go func() {
		s.a.Write(want)
		s.a.CloseWrite()
	}()
	got, err := io.ReadAll(s.b)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("beside stalled tunnels: %d bytes, %v; want %d", len(got), err, len(want))
	}
	s.b.Close()
	if err := s.end(); err != nil {
		t.Error(err)
	}
	for _, s := range spans {
		reset(s.b)
		if err := s.end(); err == nil {
			t.Error("Tunnel = nil behind a reset")
		}
	}
}

// A reset must also find a direction that has gone to sleep in bulk.
func TestTunnelBulkThenReset(t *testing.T) {
	s := newSpan(t, newPump(t), "", "")
	go s.a.Write(make([]byte, 4*mega))
	if _, err := io.CopyN(io.Discard, s.b, 4*mega); err != nil {
		t.Fatal(err)
	}
	reset(s.a)
	wantCut(t, s.b)
	if err := s.end(); err == nil {
		t.Error("Tunnel = nil behind a reset")
	}
}

func TestTunnelDeadlineAndClose(t *testing.T) {
	rows := []struct {
		name string
		stop func(c net.Conn)
		want error
	}{
		{"read deadline", func(c net.Conn) { c.SetReadDeadline(time.Unix(1, 0)) }, os.ErrDeadlineExceeded},
		{"close", func(c net.Conn) { c.Close() }, net.ErrClosed},
	}
	for _, r := range rows {
		for _, bulk := range []int{1, 4 * mega} {
			t.Run(fmt.Sprint(r.name, " behind ", bulk), func(t *testing.T) {
				p := newPump(t)
				a, na := pair(t)
				b, nb := pair(t)
				s := &span{a: a, b: b, done: make(chan error, 1)}
				s.start(p, relay.Side{Wire: relay.NewWire(na)}, relay.Side{Wire: relay.NewWire(nb)})
				go a.Write(make([]byte, bulk))
				if _, err := io.CopyN(io.Discard, b, int64(bulk)); err != nil {
					t.Fatal(err)
				}
				r.stop(na)
				wantCut(t, b)
				if err := s.end(); !errors.Is(err, r.want) {
					t.Errorf("Tunnel = %v, want %v", err, r.want)
				}
			})
		}
	}
}

// Whichever direction notices, the blame is on the side that was reset.
func TestTunnelBlamesTheSideThatFailed(t *testing.T) {
	for _, r := range []struct {
		name  string
		play  func(t *testing.T, s *span)
		blame func(a, b net.Conn) net.Conn
	}{
		{"a", func(_ *testing.T, s *span) { reset(s.a) }, func(a, _ net.Conn) net.Conn { return a }},
		{"b", func(_ *testing.T, s *span) { reset(s.b) }, func(_, b net.Conn) net.Conn { return b }},
		{"b, which is written to", func(t *testing.T, s *span) { stuff(t, s.a); reset(s.b) }, func(_, b net.Conn) net.Conn { return b }},
		{"a, which is written to", func(t *testing.T, s *span) { stuff(t, s.b); reset(s.a) }, func(a, _ net.Conn) net.Conn { return a }},
	} {
		t.Run(r.name, func(t *testing.T) {
			if bridgetest.LosesResets() {
				t.Skip("a reset may look like an end here")
			}
			p := newPump(t)
			a, na := pair(t)
			b, nb := pair(t)
			s := &span{a: a, b: b, done: make(chan error, 1)}
			s.start(p, relay.Side{Wire: relay.NewWire(na)}, relay.Side{Wire: relay.NewWire(nb)})
			r.play(t, s)
			var e *relay.Error
			if err := s.end(); !errors.As(err, &e) || e.Conn != r.blame(na, nb) {
				t.Errorf("Tunnel = %v (%+v), want the blame on %s", err, e, r.name)
			}
		})
	}
}

func TestTunnelWriteDeadline(t *testing.T) {
	p := newPump(t)
	a, na := pair(t)
	b, nb := pair(t)
	s := &span{a: a, b: b, done: make(chan error, 1)}
	s.start(p, relay.Side{Wire: relay.NewWire(na)}, relay.Side{Wire: relay.NewWire(nb)})
	stuff(t, a)
	nb.SetWriteDeadline(time.Unix(1, 0))
	wantCut(t, a)
	wantCut(t, b)
	var e *relay.Error
	if err := s.end(); !errors.As(err, &e) || e.Op != "write" || !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("Tunnel = %v, want a write past its deadline", err)
	}
}

// plain hides everything of a connection but net.Conn.
type plain struct{ net.Conn }

func TestTunnelOverOtherConnections(t *testing.T) {
	rows := []struct {
		name string
		ends func(t *testing.T) (far, near net.Conn)
	}{
		{"net.Pipe", func(*testing.T) (far, near net.Conn) { return net.Pipe() }},
		{"without CloseWrite", func(t *testing.T) (far, near net.Conn) {
			c, s := pair(t)
			return c, plain{s}
		}},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			p := newPump(t)
			a, na := pair(t)
			b, nb := r.ends(t)
			done := make(chan error, 1)
			p.Start(relay.Side{Wire: relay.NewWire(na), Early: []byte("early")}, relay.Side{Wire: relay.NewWire(nb)},
				func(err error) { done <- err })
			wantNext(t, b, "early")
			want := noise(mega)
			go b.Write(want)
			got := make([]byte, mega)
			if _, err := io.ReadFull(a, got); err != nil || !bytes.Equal(got, want) {
				t.Errorf("down: %v, or the wrong bytes", err)
			}
			go a.Write(want)
			if _, err := io.ReadFull(b, got); err != nil || !bytes.Equal(got, want) {
				t.Errorf("up: %v, or the wrong bytes", err)
			}
			halfClose(t, a) // b can only be told by closing it whole
			wantAll(t, b, "")
			<-done
			a.Close()
			b.Close()
		})
	}
}

// What closes a TLS connection says farewell, which looks like the proper end.
func TestResetIsNoFarewellUnderTLS(t *testing.T) {
	newPump(t)
	web := httptest.NewTLSServer(nil)
	cert := web.TLS.Certificates[0]
	web.Close()
	c, s := pair(t)
	client := tls.Client(c, &tls.Config{InsecureSkipVerify: true})
	server := tls.Server(s, &tls.Config{Certificates: []tls.Certificate{cert}})
	go server.Write([]byte("part"))
	wantNext(t, client, "part")
	relay.Reset(server)
	wantCut(t, client)
	client.Close()
}
