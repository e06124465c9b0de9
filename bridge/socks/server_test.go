package socks_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/drawbridge-app/drawbridge/bridge/bridgetest"
	"github.com/drawbridge-app/drawbridge/bridge/socks"
	"golang.org/x/net/proxy"
)

// serve starts s on a port of its own.
func serve(t *testing.T, s *socks.Server) (addr string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- s.Serve(l) }()
	t.Cleanup(func() {
		s.Close()
		if err := <-done; !errors.Is(err, net.ErrClosed) {
			t.Errorf("Serve() = %v", err)
		}
	})
	return l.Addr().String()
}

func TestServerWithAnIndependentClient(t *testing.T) {
	bridgetest.Leaks(t)
	origin := greeter(t)
	var asked []string
	names := func(_ context.Context, network, addr string) (net.Conn, error) {
		asked = append(asked, addr)
		return net.Dial(network, origin.Addr)
	}
	tests := []struct {
		name   string
		server *socks.Server
		auth   *proxy.Auth
		target string
	}{
		{"direct", &socks.Server{}, nil, origin.Addr},
		{"name", &socks.Server{Dial: names}, nil, "site.test:80"},
		{"credentials that nobody wants", &socks.Server{Dial: names}, &proxy.Auth{User: "u", Password: "p"}, "site.test:80"},
		{"login", &socks.Server{Dial: names, Auth: password}, &proxy.Auth{User: "u", Password: "p"}, "site.test:80"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			bridgetest.Leaks(t)
			asked = nil
			client, err := proxy.SOCKS5("tcp", serve(t, test.server), test.auth, nil)
			if err != nil {
				t.Fatal(err)
			}
			conn, err := client.Dial("tcp", test.target)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			got := make([]byte, len("hello again"))
			io.WriteString(conn, " again")
			if _, err := io.ReadFull(conn, got); string(got) != "hello again" {
				t.Errorf("read %q, %v", got, err)
			}
			if test.server.Dial != nil && (len(asked) != 1 || asked[0] != test.target) {
				t.Errorf("asked for %q, want %q", asked, test.target)
			}
		})
	}
}

func TestServerWithOurClient(t *testing.T) {
	for _, version := range []socks.Version{socks.V5, socks.V4, socks.V4a} {
		for _, flight := range []socks.OneFlight{socks.FlightNo, socks.FlightYes} {
			t.Run(version.String()+"/"+flight.String(), func(t *testing.T) {
				bridgetest.Leaks(t)
				target := greeter(t).Addr
				d := newDialer(t, &socks.Dialer{Version: version, Address: serve(t, &socks.Server{}), OneFlight: flight})
				dialAndUse(t, d, target)
			})
		}
	}
}

func TestServerSaysWhy(t *testing.T) {
	bridgetest.Leaks(t)
	gone := bridgetest.StartOrigin(t, func(net.Conn) {})
	gone.Stop()
	s := &socks.Server{Dial: func(_ context.Context, network, addr string) (net.Conn, error) {
		if host, _, _ := net.SplitHostPort(addr); host == "nowhere.test" {
			return nil, &net.OpError{Op: "dial", Net: network, Err: &net.DNSError{Name: host, IsNotFound: true}}
		}
		return net.Dial(network, addr)
	}}
	d := newDialer(t, &socks.Dialer{Address: serve(t, s)})
	for target, want := range map[string]socks.Reply{gone.Addr: socks.ConnectionRefused, "nowhere.test:80": socks.HostUnreachable} {
		_, err := d.Dial("tcp", target)
		if e, ok := errors.AsType[*socks.Error](err); !ok || e.Reply != want {
			t.Errorf("Dial(%s) = %v, want reply %v", target, err, want)
		}
	}
	locked := newDialer(t, &socks.Dialer{Address: serve(t, &socks.Server{Auth: password}), User: "u", Password: "x"})
	if _, err := locked.Dial("tcp", gone.Addr); !errors.Is(err, socks.ErrLogin) {
		t.Errorf("wrong password: %v", err)
	}
	open := newDialer(t, &socks.Dialer{Address: locked.Address})
	if _, err := open.Dial("tcp", gone.Addr); !errors.Is(err, socks.ErrMethod) {
		t.Errorf("no password: %v", err)
	}
}

func TestServerEndsASilentClient(t *testing.T) {
	bridgetest.Leaks(t)
	conn, err := net.Dial("tcp", serve(t, &socks.Server{HandshakeTimeout: 30 * time.Millisecond}))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.Write([]byte{5})
	conn.SetDeadline(time.Now().Add(patience))
	if _, err := conn.Read(make([]byte, 1)); err != io.EOF {
		t.Errorf("Read() = %v, want EOF", err)
	}
}

func TestPanicEndsOneConnectionOnly(t *testing.T) {
	bridgetest.Leaks(t)
	target := greeter(t).Addr
	var log lines
	s := &socks.Server{Log: slog.New(slog.NewTextHandler(&log, nil))}
	s.Dial = func(_ context.Context, network, addr string) (net.Conn, error) {
		if strings.HasPrefix(addr, "boom") {
			panic("a bug")
		}
		return net.Dial(network, addr)
	}
	d := newDialer(t, &socks.Dialer{Address: serve(t, s)})
	if _, err := d.Dial("tcp", "boom.test:80"); err == nil {
		t.Error("the dial succeeded")
	}
	dialAndUse(t, d, target)
	if got := log.String(); !strings.Contains(got, "a bug") {
		t.Errorf("log = %q", got)
	}
}

// lines is a log that a test can read while it is written.
type lines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(b)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func TestServerRelaysByWhatItIsGiven(t *testing.T) {
	bridgetest.Leaks(t)
	origin := greeter(t)
	s := &socks.Server{Relay: func(client, target net.Conn) {
		if target.RemoteAddr().String() != origin.Addr {
			t.Errorf("the target is %v", target.RemoteAddr())
		}
		io.WriteString(client, "relayed")
	}}
	d := newDialer(t, &socks.Dialer{Address: serve(t, s)})
	conn, err := d.Dial("tcp", origin.Addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if got, _ := io.ReadAll(conn); string(got) != "relayed" {
		t.Errorf("read %q", got)
	}
}

// A client that vanishes while its target is dialled must not keep Close waiting.
func TestServerCloses(t *testing.T) {
	bridgetest.Leaks(t)
	quiet := bridgetest.StartScript(t, bridgetest.Script{bridgetest.Rest(), bridgetest.Pause(bridgetest.NewGate())})
	s := &socks.Server{}
	d := newDialer(t, &socks.Dialer{Address: serve(t, s)})
	for range 3 {
		conn, err := d.Dial("tcp", quiet.Addr)
		if err != nil {
			t.Fatal(err)
		}
		conn.(*net.TCPConn).CloseWrite()
		t.Cleanup(func() { conn.Close() })
	}
	dialling := bridgetest.NewGate()
	slow := &socks.Server{Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		dialling.Open()
		<-ctx.Done()
		return nil, ctx.Err()
	}}
	go newDialer(t, &socks.Dialer{Address: serve(t, slow), HandshakeTimeout: time.Second}).Dial("tcp", quiet.Addr)
	<-dialling.Opened()
	begin := time.Now()
	s.Close()
	slow.Close()
	if took := time.Since(begin); took > patience/2 {
		t.Errorf("Close took %v", took)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Serve(l); !errors.Is(err, net.ErrClosed) {
		t.Errorf("Serve after Close = %v", err)
	}
}
