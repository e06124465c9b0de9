package socks

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"runtime/debug"
	"sync"
	"time"

	"github.com/drawbridge-app/drawbridge/bridge/relay"
)

// Server is a small SOCKS server: CONNECT only, in every version that [Accept]
// understands. The zero value connects directly, to anywhere, for everybody who
// can reach its listener.
type Server struct {
	// Dial reaches the target of a request. Nil: a direct connection; this
	// machine then looks names up.
	Dial func(ctx context.Context, network, addr string) (net.Conn, error)

	// Auth checks a login; nil: none is asked for.
	Auth func(user, password string) bool

	// HandshakeTimeout is how long a client may take to say what it wants.
	// Zero: 10 s.
	HandshakeTimeout time.Duration

	// Relay carries bytes both ways and returns when both have ended. The Server
	// closes the two connections afterwards. Nil: a plain copy.
	Relay func(client, target net.Conn)

	// Log gets one line per failed request, at debug, and panics. Nil: no log.
	Log *slog.Logger

	mu     sync.Mutex
	open   map[io.Closer]struct{} // listeners, connections and dials
	closed bool
	active sync.WaitGroup
}

// Serve accepts clients until the listener fails or [Server.Close] is called,
// when it returns [net.ErrClosed]. It closes l. Several calls may run at once.
func (s *Server) Serve(l net.Listener) error {
	defer l.Close()
	if !s.track(l) {
		return net.ErrClosed
	}
	defer s.untrack(l)
	for {
		conn, err := l.Accept()
		switch {
		case err == nil:
			s.serve(conn)
		case errors.Is(err, net.ErrClosed):
			return net.ErrClosed
		case outOfDescriptors(err):
			// The clients wait in the backlog until a connection has ended.
			time.Sleep(20 * time.Millisecond)
		default:
			return fmt.Errorf("accept: %w", relay.Cause(err))
		}
	}
}

// Close closes every listener and connection and waits for their end.
func (s *Server) Close() error {
	s.mu.Lock()
	s.closed = true
	for c := range s.open {
		c.Close()
	}
	s.mu.Unlock()
	s.active.Wait()
	return nil
}

// track reports false when the Server is closed.
func (s *Server) track(c io.Closer) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	if s.open == nil {
		s.open = make(map[io.Closer]struct{})
	}
	s.open[c] = struct{}{}
	s.active.Add(1)
	return true
}

func (s *Server) untrack(c io.Closer) {
	s.mu.Lock()
	delete(s.open, c)
	s.mu.Unlock()
	s.active.Done()
}

func (s *Server) serve(client net.Conn) {
	if !s.track(client) {
		client.Close()
		return
	}
	go func() {
		defer s.untrack(client)
		defer client.Close()
		defer s.recover()
		s.handle(client)
	}()
}

// recover keeps a bug that one connection met from ending the others.
func (s *Server) recover() {
	if p := recover(); p != nil {
		s.logger().Error("panic in a SOCKS connection", "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
	}
}

func (s *Server) handle(client net.Conn) {
	timeout := s.HandshakeTimeout
	if timeout <= 0 {
		timeout = DefaultHandshakeTimeout
	}
	client.SetDeadline(time.Now().Add(timeout))
	request, err := Accept(client, s.Auth)
	if err != nil {
		s.logger().Debug("socks handshake failed", "client", client.RemoteAddr().String(), "err", err)
		drain(client)
		return
	}
	client.SetDeadline(time.Time{})

	target, err := s.dial(request.Target)
	if errors.Is(err, context.Canceled) {
		return
	}
	if err != nil {
		s.logger().Debug("socks request failed", "target", request.Target, "err", err)
		request.Reply(client, ReplyFor(err))
		drain(client)
		return
	}
	defer target.Close()
	if !s.track(target) {
		return
	}
	defer s.untrack(target)
	if request.Reply(client, Succeeded) != nil {
		return
	}
	if s.Relay != nil {
		s.Relay(client, target)
	} else {
		carry(client, target)
	}
}

// dialTimeout is for a whole dial by Server.Dial, which should have finer ones.
const dialTimeout = 30 * time.Second

func (s *Server) dial(target string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(context.Background(), dialTimeout)
	defer cancel()
	dial := &dialUnderWay{cancel}
	if !s.track(dial) {
		return nil, context.Canceled
	}
	defer s.untrack(dial)
	if s.Dial != nil {
		return s.Dial(ctx, "tcp", target)
	}
	return new(net.Dialer).DialContext(ctx, "tcp", target)
}

// dialUnderWay lets Server.Close end a dial like everything else.
type dialUnderWay struct{ cancel context.CancelFunc }

func (d *dialUnderWay) Close() error {
	d.cancel()
	return nil
}

func (s *Server) logger() *slog.Logger {
	if s.Log != nil {
		return s.Log
	}
	return slog.New(slog.DiscardHandler)
}

// drain lets a refusal arrive. Closing with unread bytes in the socket would
// reset the connection, and the reset may overtake the reply.
func drain(conn net.Conn) {
	if half, ok := conn.(interface{ CloseWrite() error }); ok {
		half.CloseWrite()
	}
	conn.SetReadDeadline(time.Now().Add(200 * time.Millisecond))
	io.CopyN(io.Discard, conn, 64<<10)
}

// carry copies both ways and passes on half-close.
func carry(a, b net.Conn) {
	var both sync.WaitGroup
	both.Go(func() { pass(a, b) })
	both.Go(func() { pass(b, a) })
	both.Wait()
}

func pass(to, from net.Conn) {
	_, err := io.Copy(to, from)
	half, ok := to.(interface{ CloseWrite() error })
	if err != nil || !ok || half.CloseWrite() != nil {
		to.Close()
		from.Close()
	}
}
