package bridgetest

import (
	"net"
	"sync"
	"testing"
	"time"
)

// patience bounds every wait in this package. It is generous, because a test
// that hits it has failed anyway.
const patience = 10 * time.Second

// server accepts connections and handles each in a goroutine of its own.
type server struct {
	listener net.Listener

	mu       sync.Mutex
	closed   bool
	open     map[net.Conn]struct{} // accepted
	opened   map[net.Conn]struct{} // connections of the server's own
	accepted int
	peak     int
	running  sync.WaitGroup
}

// listen makes a server that accepts nobody until start is called, so that its
// owner can be complete by then.
func listen() (*server, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	return &server{listener: l, open: make(map[net.Conn]struct{}), opened: make(map[net.Conn]struct{})}, nil
}

// mustListen is listen for a test, which closes the server at its end.
func mustListen(t testing.TB) *server {
	t.Helper()
	s, err := listen()
	if err != nil {
		t.Fatalf("start a test server: %v", err)
	}
	t.Cleanup(s.close)
	return s
}

// start accepts connections; the first one is number 1.
func (s *server) start(handle func(conn *net.TCPConn, number int)) {
	s.running.Go(func() { s.accept(handle) })
}

func (s *server) addr() string { return s.listener.Addr().String() }

func (s *server) accept(handle func(conn *net.TCPConn, number int)) {
	for {
		conn, err := s.listener.Accept()
		if err != nil {
			return
		}
		number, ok := s.enter(conn)
		if !ok {
			conn.Close()
			return
		}
		s.running.Go(func() {
			defer s.leave(conn)
			handle(conn.(*net.TCPConn), number)
		})
	}
}

// enter counts a connection.
func (s *server) enter(conn net.Conn) (number int, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return 0, false
	}
	s.accepted++
	s.open[conn] = struct{}{}
	s.peak = max(s.peak, len(s.open))
	return s.accepted, true
}

func (s *server) leave(conn net.Conn) {
	conn.Close()
	s.mu.Lock()
	delete(s.open, conn)
	s.mu.Unlock()
}

// dial opens a connection on behalf of one that was accepted.
func (s *server) dial(address string) (*net.TCPConn, error) {
	conn, err := net.DialTimeout("tcp", address, patience)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		conn.Close()
		return nil, net.ErrClosed
	}
	s.opened[conn] = struct{}{}
	return conn.(*net.TCPConn), nil
}

// done ends a connection that dial opened.
func (s *server) done(conn net.Conn) {
	conn.Close()
	s.mu.Lock()
	delete(s.opened, conn)
	s.mu.Unlock()
}

// cut closes the connections that are open now.
func (s *server) cut() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for conn := range s.open {
		conn.Close()
	}
	for conn := range s.opened {
		conn.Close()
	}
}

func (s *server) close() {
	s.listener.Close()
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.cut()
	s.running.Wait()
}

func (s *server) counts() (accepted, open, peak int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.accepted, len(s.open), s.peak
}

// Eventually waits until condition holds, and fails the test if that takes
// longer than ten seconds. What says what is being waited for.
func Eventually(t testing.TB, what string, condition func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !condition(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited %v in vain for %s", patience, what)
		}
	}
}
