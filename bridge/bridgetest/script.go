package bridgetest

import (
	"bytes"
	"io"
	"net"
	"sync"
	"testing"
)

// Script is what an origin does on one connection, step by step. It closes the
// connection after the last one, and at once when a step fails.
type Script []Step

// Step is one thing that an origin does.
type Step func(a *Act) error

// Act is one connection on which a script is played.
type Act struct {
	Conn *net.TCPConn

	recording *recording
	stop      <-chan struct{}
}

// Gate holds up a script until the test opens it.
type Gate struct {
	once sync.Once
	ch   chan struct{}
}

// NewGate returns a closed gate.
func NewGate() *Gate { return &Gate{ch: make(chan struct{})} }

// Open lets everybody through, now and later. It may be called again.
func (g *Gate) Open() { g.once.Do(func() { close(g.ch) }) }

// Opened is closed once the gate is open.
func (g *Gate) Opened() <-chan struct{} { return g.ch }

// Until reads up to and including the first occurrence of text in what is still
// unread, byte by byte, so nothing behind it is taken.
func Until(text string) Step {
	return func(a *Act) error {
		var seen []byte
		one := make([]byte, 1)
		for !bytes.HasSuffix(seen, []byte(text)) {
			if _, err := io.ReadFull(a, one); err != nil {
				return err
			}
			seen = append(seen, one[0])
		}
		return nil
	}
}

// Head reads up to the empty line that ends a message head.
func Head() Step { return Until("\r\n\r\n") }

// Bytes reads exactly n bytes.
func Bytes(n int64) Step {
	return func(a *Act) error {
		_, err := io.CopyN(io.Discard, a, n)
		return err
	}
}

// Rest reads until the peer has ended its side.
func Rest() Step {
	return func(a *Act) error {
		_, err := io.Copy(io.Discard, a)
		return err
	}
}

// Send writes text in one piece.
func Send(text string) Step {
	return func(a *Act) error {
		_, err := io.WriteString(a.Conn, text)
		return err
	}
}

// Pause waits until the test opens the gate.
func Pause(g *Gate) Step {
	return func(a *Act) error {
		select {
		case <-g.ch:
			return nil
		case <-a.stop:
			return io.ErrClosedPipe
		}
	}
}

// Reached opens the gate, to tell the test that the script has come this far.
func Reached(g *Gate) Step {
	return func(*Act) error {
		g.Open()
		return nil
	}
}

// HalfClose ends the origin's side; it can still read.
func HalfClose() Step {
	return func(a *Act) error { return a.Conn.CloseWrite() }
}

// Abort resets the connection.
func Abort() Step {
	return func(a *Act) error {
		reset(a.Conn)
		return io.ErrClosedPipe
	}
}

// Read reads from the connection and records what came.
func (a *Act) Read(b []byte) (int, error) {
	n, err := a.Conn.Read(b)
	a.recording.add(b[:n], err)
	return n, err
}

// Scripted is an origin that plays scripts.
type Scripted struct {
	Origin

	mu         sync.Mutex
	recordings []*recording
}

// StartScript starts an origin that plays the first script on the first
// connection, the second on the second, and the last one on all that follow.
func StartScript(t testing.TB, scripts ...Script) *Scripted {
	t.Helper()
	if len(scripts) == 0 {
		t.Fatal("StartScript needs a script")
	}
	stop := make(chan struct{})
	server := mustListen(t)
	s := &Scripted{Origin: Origin{Addr: server.addr(), server: server}}
	server.start(func(conn *net.TCPConn, number int) {
		a := &Act{Conn: conn, recording: s.recording(number), stop: stop}
		for _, step := range scripts[min(number, len(scripts))-1] {
			if step(a) != nil {
				return
			}
		}
	})
	t.Cleanup(func() { close(stop) })
	return s
}

// Received returns the bytes read so far on a connection; the first is number 1.
func (s *Scripted) Received(number int) string {
	r := s.recording(number)
	r.mu.Lock()
	defer r.mu.Unlock()
	return string(r.bytes)
}

// End returns how reading on a connection ended: io.EOF, a reset, or nil while
// it has not.
func (s *Scripted) End(number int) error {
	r := s.recording(number)
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.end
}

// recording returns that of a connection, whether it has come yet or not.
func (s *Scripted) recording(number int) *recording {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.recordings) < number {
		s.recordings = append(s.recordings, new(recording))
	}
	return s.recordings[number-1]
}

type recording struct {
	mu    sync.Mutex
	bytes []byte
	end   error
}

func (r *recording) add(b []byte, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.bytes = append(r.bytes, b...)
	if err != nil {
		r.end = err
	}
}
