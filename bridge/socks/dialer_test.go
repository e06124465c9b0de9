package socks_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/drawbridge-app/drawbridge/bridge/bridgetest"
	"github.com/drawbridge-app/drawbridge/bridge/socks"
)

const patience = 10 * time.Second

// greeter says hello at once and then echoes.
func greeter(t *testing.T) *bridgetest.Origin {
	return bridgetest.StartOrigin(t, func(conn net.Conn) {
		io.WriteString(conn, "hello")
		io.Copy(conn, conn)
	})
}

// use proves that conn is the bare connection, right behind the handshake.
func use(t *testing.T, conn net.Conn) {
	t.Helper()
	defer conn.Close()
	tcp, ok := conn.(*net.TCPConn)
	if !ok {
		t.Fatalf("the connection is a %T", conn)
	}
	tcp.SetDeadline(time.Now().Add(patience))
	io.WriteString(tcp, " again")
	tcp.CloseWrite()
	if got, err := io.ReadAll(tcp); string(got) != "hello again" || err != nil {
		t.Errorf("read %q, %v; want %q", got, err, "hello again")
	}
}

func newDialer(t *testing.T, d *socks.Dialer) *socks.Dialer {
	if d.HandshakeTimeout == 0 {
		d.HandshakeTimeout = patience
	}
	t.Cleanup(func() { d.Close() })
	return d
}

func TestDial(t *testing.T) {
	origin6 := func(t *testing.T) string {
		l, err := net.Listen("tcp", "[::1]:0")
		if err != nil {
			t.Skip("no IPv6 loopback: ", err)
		}
		t.Cleanup(func() { l.Close() })
		go func() {
			for {
				conn, err := l.Accept()
				if err != nil {
					return
				}
				go func() {
					defer conn.Close()
					io.WriteString(conn, "hello")
					io.Copy(conn, conn)
				}()
			}
		}()
		return l.Addr().String()
	}
	tests := []struct {
		name   string
		server bridgetest.SOCKS
		dialer socks.Dialer
		ipv6   bool   // the target is [::1]
		byName string // dial this name in place of the address
	}{
		{name: "IPv4"},
		{name: "IPv6", ipv6: true},
		{name: "name", byName: "site.test"},
		{name: "longest name", byName: strings.Repeat("n", 255)},
		{name: "name in another alphabet", byName: "bücher.test"},
		{name: "credentials that nobody wants", byName: "site.test", dialer: socks.Dialer{User: "u", Password: "p"}},
		{name: "login", byName: "site.test", server: bridgetest.SOCKS{User: "u", Password: "p"}, dialer: socks.Dialer{User: "u", Password: "p"}},
		{name: "longest login", server: bridgetest.SOCKS{User: strings.Repeat("u", 255), Password: strings.Repeat("p", 255)}, dialer: socks.Dialer{User: strings.Repeat("u", 255), Password: strings.Repeat("p", 255)}},
		{name: "login demanded", server: bridgetest.SOCKS{User: "u", Password: "p"}, dialer: socks.Dialer{User: "u", Password: "p", Method: socks.Password}},
		{name: "login in one flight", byName: strings.Repeat("n", 255), server: bridgetest.SOCKS{User: "u", Password: "p"}, dialer: socks.Dialer{User: "u", Password: "p", Method: socks.Password, OneFlight: socks.FlightYes}},
		{name: "one flight", byName: "site.test", dialer: socks.Dialer{OneFlight: socks.FlightYes}},
		{name: "credentials unused", dialer: socks.Dialer{User: "u", Password: "p", Method: socks.None}},
		{name: "dribble", byName: "site.test", server: bridgetest.SOCKS{User: "u", Password: "p", Faults: []bridgetest.Fault{bridgetest.Dribble()}}, dialer: socks.Dialer{User: "u", Password: "p"}},
		{name: "dribble in one flight", server: bridgetest.SOCKS{Faults: []bridgetest.Fault{bridgetest.Dribble()}}, dialer: socks.Dialer{OneFlight: socks.FlightYes}},
		{name: "SOCKS 4", dialer: socks.Dialer{Version: socks.V4}},
		{name: "SOCKS 4 with user", dialer: socks.Dialer{Version: socks.V4, User: "u"}},
		{name: "SOCKS 4a, address", dialer: socks.Dialer{Version: socks.V4a}},
		{name: "SOCKS 4a, name", byName: "site.test", dialer: socks.Dialer{Version: socks.V4a}},
		{name: "SOCKS 4a, dribble", byName: "site.test", server: bridgetest.SOCKS{Faults: []bridgetest.Fault{bridgetest.Dribble()}}, dialer: socks.Dialer{Version: socks.V4a}},
	}
	for i := range tests {
		test := &tests[i]
		t.Run(test.name, func(t *testing.T) {
			bridgetest.Leaks(t)
			addr := greeter(t).Addr
			if test.ipv6 {
				addr = origin6(t)
			}
			target := addr
			if test.byName != "" {
				test.server.Names = map[string]string{test.byName: addr}
				_, port, _ := net.SplitHostPort(addr)
				target = net.JoinHostPort(test.byName, port)
			}
			server := bridgetest.StartSOCKS(t, test.server)
			d := newDialer(t, &test.dialer)
			d.Address = server.Addr
			for range 3 { // later dials go by what the first one learned
				conn, err := d.Dial("tcp", target)
				if err != nil {
					t.Fatal(err)
				}
				use(t, conn)
			}
			asked := server.Targets()
			asked = slices.DeleteFunc(asked, func(s string) bool { return strings.HasSuffix(s, ".invalid:9") })
			if want := []string{target, target, target}; !slices.Equal(asked, want) {
				t.Errorf("the endpoint was asked for %q, want %q", asked, want)
			}
		})
	}
}

func TestBytesBehindTheReplyAreTheTargets(t *testing.T) {
	early := strings.Repeat("early ", 100)
	shapes := map[string]string{ // replies of every form
		"IPv4":       "\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x50",
		"IPv6":       "\x05\x00\x00\x04" + strings.Repeat("\x00", 16) + "\x00\x50",
		"name":       "\x05\x00\x00\x03\x09site.test\x00\x50",
		"long name":  "\x05\x00\x00\x03\xff" + strings.Repeat("n", 255) + "\x00\x50",
		"short name": "\x05\x00\x00\x03\x01n\x00\x50",
		"empty name": "\x05\x00\x00\x03\x00\x00\x50",
	}
	for name, reply := range shapes {
		for _, flight := range []socks.OneFlight{socks.FlightNo, socks.FlightYes} {
			t.Run(fmt.Sprintf("%s/one flight %v", name, flight), func(t *testing.T) {
				bridgetest.Leaks(t)
				server := bridgetest.StartSOCKS(t, bridgetest.SOCKS{Faults: []bridgetest.Fault{bridgetest.Say(bridgetest.AtRequest, reply+early)}})
				d := newDialer(t, &socks.Dialer{Address: server.Addr, OneFlight: flight})
				for range 2 {
					conn, err := d.Dial("tcp", "site.test:80")
					if err != nil {
						t.Fatal(err)
					}
					got, err := io.ReadAll(conn)
					conn.Close()
					if string(got) != early || err != nil {
						t.Errorf("read %q, %v", got, err)
					}
				}
			})
		}
	}
}

// An endpoint whose replies become shorter than they were would lose bytes to the
// read that was meant for a longer one; it costs another dial instead.
func TestRepliesThatBecomeShort(t *testing.T) {
	bridgetest.Leaks(t)
	usual := "\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x50"
	short := "\x05\x00\x00\x03\x00\x00\x50"
	server := bridgetest.StartSOCKS(t, bridgetest.SOCKS{Faults: []bridgetest.Fault{
		bridgetest.Say(bridgetest.AtRequest, usual+"first").On(1),
		bridgetest.Say(bridgetest.AtRequest, short+"later").From(2),
	}})
	d := newDialer(t, &socks.Dialer{Address: server.Addr, OneFlight: socks.FlightNo})
	for _, want := range []string{"first", "later", "later"} {
		conn, err := d.Dial("tcp", "site.test:80")
		if err != nil {
			t.Fatal(err)
		}
		if got, _ := io.ReadAll(conn); string(got) != want {
			t.Errorf("read %q, want %q", got, want)
		}
		conn.Close()
	}
	if got := server.Accepted(); got != 4 {
		t.Errorf("%d connections, want 4: one of them for the surprise", got)
	}
}

func TestFailuresNameTheirStage(t *testing.T) {
	const target = "site.test:443"
	login := bridgetest.SOCKS{User: "u", Password: "p"}
	with := func(s bridgetest.SOCKS, f ...bridgetest.Fault) bridgetest.SOCKS { s.Faults = f; return s }
	short := 50 * time.Millisecond
	tests := []struct {
		name   string
		server bridgetest.SOCKS
		dialer socks.Dialer
		stage  socks.Stage
		reply  socks.Reply
		is     error
		late   bool
		text   string // what the message ends with
	}{
		{name: "silent greeting", server: with(bridgetest.SOCKS{}, bridgetest.Silent(bridgetest.AtGreeting)), dialer: socks.Dialer{HandshakeTimeout: short}, stage: socks.StageGreeting, late: true, text: "greeting: no answer within 50ms"},
		{name: "silent login", server: with(login, bridgetest.Silent(bridgetest.AtLogin)), dialer: socks.Dialer{User: "u", Password: "p", HandshakeTimeout: short}, stage: socks.StageLogin, late: true},
		{name: "silent request", server: with(bridgetest.SOCKS{}, bridgetest.Silent(bridgetest.AtRequest)), dialer: socks.Dialer{HandshakeTimeout: short}, stage: socks.StageRequest, late: true, text: "request site.test:443: no answer within 50ms"},
		{name: "silent request in one flight", server: with(bridgetest.SOCKS{}, bridgetest.Silent(bridgetest.AtRequest)), dialer: socks.Dialer{HandshakeTimeout: short, OneFlight: socks.FlightYes}, stage: socks.StageRequest, late: true},
		{name: "silent SOCKS 4a", server: with(bridgetest.SOCKS{}, bridgetest.Silent(bridgetest.AtRequest)), dialer: socks.Dialer{Version: socks.V4a, HandshakeTimeout: short}, stage: socks.StageRequest, late: true},
		{name: "closed at once", server: with(bridgetest.SOCKS{}, bridgetest.Close(bridgetest.AtAccept)), stage: socks.StageGreeting},
		{name: "closed after greeting", server: with(bridgetest.SOCKS{}, bridgetest.Close(bridgetest.AtGreeting)), stage: socks.StageGreeting, is: io.ErrUnexpectedEOF, text: "the endpoint closed the connection: unexpected EOF"},
		{name: "closed after login", server: with(login, bridgetest.Close(bridgetest.AtLogin)), dialer: socks.Dialer{User: "u", Password: "p"}, stage: socks.StageLogin, is: io.ErrUnexpectedEOF},
		{name: "closed after request", server: with(bridgetest.SOCKS{}, bridgetest.Close(bridgetest.AtRequest)), stage: socks.StageRequest, is: io.ErrUnexpectedEOF},
		{name: "reset after request", server: with(bridgetest.SOCKS{}, bridgetest.Reset(bridgetest.AtRequest)), stage: socks.StageRequest},
		{name: "reset after request in one flight", server: with(bridgetest.SOCKS{}, bridgetest.Reset(bridgetest.AtRequest)), dialer: socks.Dialer{OneFlight: socks.FlightYes}, stage: socks.StageRequest},
		{name: "half a reply", server: with(bridgetest.SOCKS{}, bridgetest.Say(bridgetest.AtRequest, "\x05\x00\x00\x01\x7f")), stage: socks.StageRequest, is: io.ErrUnexpectedEOF},
		{name: "half a refusal", server: with(bridgetest.SOCKS{}, bridgetest.Say(bridgetest.AtRequest, "\x05\x02")), stage: socks.StageRequest, reply: socks.NotAllowed},
		{name: "address type", server: with(bridgetest.SOCKS{}, bridgetest.Say(bridgetest.AtRequest, "\x05\x00\x00\x07\x7f\x00\x00\x01\x00\x50")), stage: socks.StageRequest, text: "malformed answer: reply with address type 7"},
		{name: "version of the reply", server: with(bridgetest.SOCKS{}, bridgetest.Say(bridgetest.AtRequest, "\x04\x00\x00\x01\x7f\x00\x00\x01\x00\x50")), stage: socks.StageRequest, text: "malformed answer: reply of version 4"},
		{name: "a method that was not offered", server: with(bridgetest.SOCKS{}, bridgetest.Say(bridgetest.AtGreeting, "\x05\x01")), stage: socks.StageGreeting},
		{name: "login version", server: with(login, bridgetest.Say(bridgetest.AtLogin, "\x09\x00")), dialer: socks.Dialer{User: "u", Password: "p"}, stage: socks.StageLogin, text: "malformed answer: login version 9"},
		{name: "HTTP server", server: with(bridgetest.SOCKS{}, bridgetest.Say(bridgetest.AtGreeting, "HTTP/1.1 400 Bad Request\r\nServer: x\r\n\r\n")), stage: socks.StageGreeting, is: socks.ErrNotSOCKS, text: `not a SOCKS server: it answered "HTTP/1.1 400 Bad Request"`},
		{name: "HTTP server and one flight", server: with(bridgetest.SOCKS{}, bridgetest.Say(bridgetest.AtGreeting, "HTTP/1.1 400 Bad Request\r\n")), dialer: socks.Dialer{OneFlight: socks.FlightYes}, stage: socks.StageGreeting, is: socks.ErrNotSOCKS},
		{name: "SSH server", server: with(bridgetest.SOCKS{}, bridgetest.Say(bridgetest.AtAccept, "SSH-2.0-x\x1b[31m\n")), stage: socks.StageGreeting, is: socks.ErrNotSOCKS, text: `it answered "SSH-2.0-x\x1b[31m"`},
		{name: "one strange byte", server: with(bridgetest.SOCKS{}, bridgetest.Say(bridgetest.AtGreeting, "\x15")), stage: socks.StageGreeting, is: socks.ErrNotSOCKS},
		{name: "HTTP server for SOCKS 4", server: with(bridgetest.SOCKS{}, bridgetest.Say(bridgetest.AtRequest, "HTTP/1.1 400 Bad Request\r\n")), dialer: socks.Dialer{Version: socks.V4a}, stage: socks.StageRequest, is: socks.ErrNotSOCKS, text: `it answered "HTTP/1.1 400 Bad Request"`},
		{name: "login wanted", server: login, stage: socks.StageGreeting, is: socks.ErrMethod, text: "greeting: no acceptable login method"},
		{name: "login not wanted", dialer: socks.Dialer{User: "u", Password: "p", Method: socks.Password}, stage: socks.StageGreeting, is: socks.ErrMethod},
		{name: "wrong password", server: login, dialer: socks.Dialer{User: "u", Password: "wrong-secret"}, stage: socks.StageLogin, is: socks.ErrLogin, text: "login: login refused"},
		{name: "wrong password in one flight", server: login, dialer: socks.Dialer{User: "u", Password: "wrong-secret", Method: socks.Password, OneFlight: socks.FlightYes}, stage: socks.StageLogin, is: socks.ErrLogin},
		{name: "unknown name", stage: socks.StageRequest, reply: socks.HostUnreachable, text: "request site.test:443: host unreachable (reply 4)"},
		{name: "refused", server: with(bridgetest.SOCKS{}, bridgetest.Refuse(5)), stage: socks.StageRequest, reply: socks.ConnectionRefused, text: "request site.test:443: connection refused (reply 5)"},
		{name: "refused in one flight", server: with(bridgetest.SOCKS{}, bridgetest.Refuse(5)), dialer: socks.Dialer{OneFlight: socks.FlightYes}, stage: socks.StageRequest, reply: socks.ConnectionRefused},
		{name: "code of no meaning", server: with(bridgetest.SOCKS{}, bridgetest.Refuse(99)), stage: socks.StageRequest, reply: 99, text: "unknown reply 99 (reply 99)"},
		{name: "SOCKS 4 rejected", server: with(bridgetest.SOCKS{}, bridgetest.Refuse(1)), dialer: socks.Dialer{Version: socks.V4a}, stage: socks.StageRequest, reply: socks.GeneralFailure, text: "general failure (reply 91)"},
		{name: "SOCKS 4 identd", server: with(bridgetest.SOCKS{}, bridgetest.Refuse(3)), dialer: socks.Dialer{Version: socks.V4a}, stage: socks.StageRequest, reply: socks.NotAllowed, text: "(reply 93)"},
		{name: "SOCKS 4 code of no meaning", server: with(bridgetest.SOCKS{}, bridgetest.Refuse(9)), dialer: socks.Dialer{Version: socks.V4a}, stage: socks.StageRequest, text: "malformed answer: SOCKS 4 code 99"},
	}
	for i := range tests {
		test := &tests[i]
		t.Run(test.name, func(t *testing.T) {
			bridgetest.Leaks(t)
			server := bridgetest.StartSOCKS(t, test.server)
			d := newDialer(t, &test.dialer)
			d.Address = server.Addr
			begin := time.Now()
			conn, err := d.Dial("tcp", target)
			if err == nil {
				conn.Close()
				t.Fatal("the dial succeeded")
			}
			if took := time.Since(begin); took > patience/2 {
				t.Errorf("it took %v", took)
			}
			e, ok := errors.AsType[*socks.Error](err)
			if !ok {
				t.Fatalf("error is a %T: %v", err, err)
			}
			if e.Stage != test.stage || e.Reply != test.reply || e.Endpoint != server.Addr {
				t.Errorf("stage %q, reply %d, endpoint %s; want %q, %d, %s: %v", e.Stage, e.Reply, e.Endpoint, test.stage, test.reply, server.Addr, err)
			}
			if test.is != nil && !errors.Is(err, test.is) {
				t.Errorf("errors.Is(%q, %q) = false", err, test.is)
			}
			if got := errors.Is(err, os.ErrDeadlineExceeded); got != test.late || e.Timeout() != test.late {
				t.Errorf("late = %v, Timeout() = %v; want %v: %v", got, e.Timeout(), test.late, err)
			}
			if wantTarget := test.stage == socks.StageRequest; (e.Target == target) != wantTarget {
				t.Errorf("Target = %q", e.Target)
			}
			if !strings.HasPrefix(err.Error(), "socks "+server.Addr+": "+string(test.stage)) || !strings.HasSuffix(err.Error(), test.text) {
				t.Errorf("error = %q, want it to end with %q", err, test.text)
			}
			if strings.Contains(err.Error(), "secret") {
				t.Errorf("error tells the password: %q", err)
			}
			bridgetest.Eventually(t, "the connection to be closed", func() bool { return server.Open() == 0 })
		})
	}
}

func TestWhatCannotBeAskedForIsNeverDialled(t *testing.T) {
	long := strings.Repeat("x", 256)
	tests := []struct {
		dialer        socks.Dialer
		network, addr string
		text          string
	}{
		{addr: "site.test", text: "want host:port"},
		{addr: "::1:80", text: "want host:port"},
		{addr: ":80", text: "the host name is empty"},
		{addr: "site.test:", text: `port "" is not a number`},
		{addr: "site.test:0", text: `port "0" is not a number from 1 to 65535`},
		{addr: "site.test:65536", text: `port "65536"`},
		{addr: "site.test:http", text: `port "http"`},
		{addr: "site.test:-1", text: `port "-1"`},
		{addr: long + ":80", text: "256 bytes long, at most 255"},
		{addr: "a\x00b:80", text: "byte 0x00 in the host name"},
		{addr: "a\nb:80", text: "byte 0x0a"},
		{addr: "a b:80", text: "byte 0x20"},
		{addr: "[fe80::1%eth0]:80", text: "zone"},
		{addr: "[site.test:1]:80", text: "byte 0x3a in the host name"},
		{addr: "a|b:80", text: "byte 0x7c"},
		{addr: "a@b:80", text: "byte 0x40"},
		{network: "udp", addr: "site.test:80", text: `network "udp"`},
		{network: "tcp4", addr: "[::1]:80", text: "network tcp4"},
		{network: "tcp6", addr: "127.0.0.1:80", text: "network tcp6"},
		{dialer: socks.Dialer{Version: socks.V4}, addr: "site.test:80", text: "use socks4a"},
		{dialer: socks.Dialer{Version: socks.V4}, addr: "[2001:db8::1]:80", text: "IPv6"},
		{dialer: socks.Dialer{Version: socks.V4a}, addr: "[2001:db8::1]:80", text: "IPv6"},
		{dialer: socks.Dialer{Version: socks.V4, Password: "secret"}, addr: "127.0.0.1:80", text: "socks4 has no password"},
		{dialer: socks.Dialer{Version: socks.V4a, User: "a\x00b"}, addr: "127.0.0.1:80", text: "NUL"},
		{dialer: socks.Dialer{User: "u"}, addr: "site.test:80", text: "the password is 0 bytes long"},
		{dialer: socks.Dialer{Password: "secret"}, addr: "site.test:80", text: "the user name is 0 bytes long"},
		{dialer: socks.Dialer{User: long, Password: "secret"}, addr: "site.test:80", text: "the user name is 256 bytes long"},
		{dialer: socks.Dialer{User: "u", Password: "secret" + long}, addr: "site.test:80", text: "the password is 262 bytes long"},
		{dialer: socks.Dialer{Method: socks.Password}, addr: "site.test:80", text: "user name"},
	}
	for i := range tests {
		test := &tests[i]
		t.Run(fmt.Sprintf("%.40q", test.addr), func(t *testing.T) {
			test.dialer.Net = func(context.Context, string, string) (net.Conn, error) {
				t.Error("it dialled")
				return nil, io.EOF
			}
			if test.network == "" {
				test.network = "tcp"
			}
			_, err := test.dialer.Dial(test.network, test.addr)
			e, ok := errors.AsType[*socks.Error](err)
			if !ok {
				t.Fatalf("Dial(%q, %q) = %v", test.network, test.addr, err)
			}
			if !strings.Contains(e.Err.Error(), test.text) || strings.Contains(err.Error(), "secret") {
				t.Errorf("Dial(%q, %q) = %q, want a cause with %q", test.network, test.addr, err, test.text)
			}
		})
	}
}

func TestDialFailures(t *testing.T) {
	t.Run("refused", func(t *testing.T) {
		bridgetest.Leaks(t)
		gone := bridgetest.StartSOCKS(t, bridgetest.SOCKS{})
		gone.Stop()
		d := newDialer(t, &socks.Dialer{Address: gone.Addr})
		_, err := d.Dial("tcp", "site.test:80")
		if want := "socks " + gone.Addr + ": dial: connection refused"; err == nil || err.Error() != want {
			t.Errorf("error = %v, want %q", err, want)
		}
	})
	t.Run("no answer", func(t *testing.T) {
		bridgetest.Leaks(t)
		d := newDialer(t, &socks.Dialer{Address: "127.0.0.1:1080", DialTimeout: 30 * time.Millisecond})
		d.Net = func(ctx context.Context, _, _ string) (net.Conn, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}
		_, err := d.Dial("tcp", "site.test:80")
		e, _ := errors.AsType[*socks.Error](err)
		if e == nil || e.Stage != socks.StageDial || !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("error = %v", err)
		}
	})
	t.Run("no answer on the wire", func(t *testing.T) {
		bridgetest.Leaks(t)
		full := fullBacklog(t)
		d := newDialer(t, &socks.Dialer{Address: full, DialTimeout: 50 * time.Millisecond})
		for _, ctx := range []context.Context{context.Background(), t.Context()} {
			_, err := d.DialContext(ctx, "tcp", "site.test:80")
			if want := "dial: no answer within 50ms"; err == nil || !strings.HasSuffix(err.Error(), want) || !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("error = %v, want %q", err, want)
			}
		}
	})
	t.Run("endpoint by name", func(t *testing.T) {
		bridgetest.Leaks(t)
		server := bridgetest.StartSOCKS(t, bridgetest.SOCKS{})
		_, port, _ := net.SplitHostPort(server.Addr)
		d := newDialer(t, &socks.Dialer{Address: "localhost:" + port})
		conn, err := d.Dial("tcp", greeter(t).Addr)
		if err != nil {
			t.Fatal(err)
		}
		use(t, conn)
	})
}

func TestCancel(t *testing.T) {
	places := map[string]func(*testing.T) *socks.Dialer{
		"dial": func(t *testing.T) *socks.Dialer { return &socks.Dialer{Address: fullBacklog(t)} },
	}
	for name, at := range map[string]bridgetest.Stage{"greeting": bridgetest.AtGreeting, "request": bridgetest.AtRequest} {
		places[name] = func(t *testing.T) *socks.Dialer {
			s := bridgetest.StartSOCKS(t, bridgetest.SOCKS{Faults: []bridgetest.Fault{bridgetest.Silent(at)}})
			return &socks.Dialer{Address: s.Addr}
		}
	}
	for name, dialer := range places {
		t.Run(name, func(t *testing.T) {
			bridgetest.Leaks(t)
			d := newDialer(t, dialer(t))
			ctx, cancel := context.WithCancel(context.Background())
			time.AfterFunc(20*time.Millisecond, cancel)
			begin := time.Now()
			_, err := d.DialContext(ctx, "tcp", "site.test:80")
			e, _ := errors.AsType[*socks.Error](err)
			if e == nil || !errors.Is(err, context.Canceled) || string(e.Stage) != name {
				t.Errorf("cancelled: %v", err)
			}
			ctx, cancel = context.WithTimeout(context.Background(), 20*time.Millisecond)
			defer cancel()
			_, err = d.DialContext(ctx, "tcp", "site.test:80")
			if !errors.Is(err, os.ErrDeadlineExceeded) || !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("out of time: %v", err)
			}
			if took := time.Since(begin); took > patience/2 {
				t.Errorf("it took %v", took)
			}
		})
	}
	t.Run("afterwards has no effect", func(t *testing.T) {
		bridgetest.Leaks(t)
		server := bridgetest.StartSOCKS(t, bridgetest.SOCKS{})
		d := newDialer(t, &socks.Dialer{Address: server.Addr})
		ctx, cancel := context.WithCancel(context.Background())
		conn, err := d.DialContext(ctx, "tcp", greeter(t).Addr)
		if err != nil {
			t.Fatal(err)
		}
		cancel()
		use(t, conn)
	})
}

// No deadline of the handshake may stay on the connection.
func TestConnectionOutlivesTheTimeouts(t *testing.T) {
	bridgetest.Leaks(t)
	gate := bridgetest.NewGate()
	origin := bridgetest.StartScript(t, bridgetest.Script{bridgetest.Pause(gate), bridgetest.Send("late")})
	server := bridgetest.StartSOCKS(t, bridgetest.SOCKS{})
	d := newDialer(t, &socks.Dialer{Address: server.Addr, HandshakeTimeout: 100 * time.Millisecond, DialTimeout: 100 * time.Millisecond})
	conn, err := d.Dial("tcp", origin.Addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	time.AfterFunc(300*time.Millisecond, gate.Open)
	var got bytes.Buffer
	if _, err := io.Copy(&got, conn); got.String() != "late" || err != nil {
		t.Errorf("read %q, %v", got.String(), err)
	}
}

// fullBacklog returns the address of a listener that lets nobody in any more.
func fullBacklog(t *testing.T) string {
	t.Helper()
	addr, ok := bridgetest.ListenFull(t)
	if !ok {
		t.Skip("no way to fill a backlog here")
	}
	return addr
}
