package socks_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/drawbridge-app/drawbridge/bridge/bridgetest"
	"github.com/drawbridge-app/drawbridge/bridge/socks"
)

// client is the recorded side of a handshake: what it sends, and what it got.
type client struct {
	io.Reader
	got bytes.Buffer
}

func (c *client) Write(b []byte) (int, error) { return c.got.Write(b) }

func password(user, password string) bool { return user == "u" && password == "p" }

func TestAccept(t *testing.T) {
	const early = "GET / early data"
	name255 := strings.Repeat("n", 255)
	tests := []struct {
		name string
		sent string
		auth func(user, password string) bool
		want socks.Request
		says string
	}{
		{name: "IPv4", sent: "\x05\x01\x00\x05\x01\x00\x01\x7f\x00\x00\x01\x00\x50", want: socks.Request{Command: 1, Target: "127.0.0.1:80"}, says: "\x05\x00"},
		{name: "IPv6", sent: "\x05\x01\x00\x05\x01\x00\x04" + strings.Repeat("\x00", 15) + "\x01\x01\xbb", want: socks.Request{Command: 1, Target: "[::1]:443"}, says: "\x05\x00"},
		{name: "name", sent: "\x05\x03\x00\x01\x02\x05\x01\x00\x03\x09site.test\x01\xbb", want: socks.Request{Command: 1, Target: "site.test:443"}, says: "\x05\x00"},
		{name: "name of one letter", sent: "\x05\x01\x00\x05\x01\x00\x03\x01n\x01\xbb", want: socks.Request{Command: 1, Target: "n:443"}, says: "\x05\x00"},
		{name: "longest name", sent: "\x05\x01\x00\x05\x01\x00\x03\xff" + name255 + "\xff\xff", want: socks.Request{Command: 1, Target: name255 + ":65535"}, says: "\x05\x00"},
		{name: "IPv6 address as a name", sent: "\x05\x01\x00\x05\x01\x00\x03\x03::1\x00\x50", want: socks.Request{Command: 1, Target: "[::1]:80"}, says: "\x05\x00"},
		{name: "IPv4 address as a name", sent: "\x05\x01\x00\x05\x01\x00\x03\x07127.0.0\x00\x50", want: socks.Request{Command: 1, Target: "127.0.0:80"}, says: "\x05\x00"},
		{name: "most methods", sent: "\x05\xff" + strings.Repeat("\x02", 254) + "\x00" + "\x05\x01\x00\x03\x01n\x01\xbb", want: socks.Request{Command: 1, Target: "n:443"}, says: "\x05\x00"},
		{name: "login", auth: password, sent: "\x05\x02\x00\x02\x01\x01u\x01p\x05\x01\x00\x03\x01n\x01\xbb", want: socks.Request{Command: 1, Target: "n:443", User: "u"}, says: "\x05\x02\x01\x00"},
		{name: "SOCKS 4", sent: "\x04\x01\x00\x50\x7f\x00\x00\x01\x00", want: socks.Request{Version: socks.V4, Command: 1, Target: "127.0.0.1:80"}},
		{name: "SOCKS 4 with user", sent: "\x04\x01\x00\x50\x7f\x00\x00\x01me\x00", want: socks.Request{Version: socks.V4, Command: 1, Target: "127.0.0.1:80", User: "me"}},
		{name: "SOCKS 4a", sent: "\x04\x01\x00\x50\x00\x00\x00\x07me\x00site.test\x00", want: socks.Request{Version: socks.V4a, Command: 1, Target: "site.test:80", User: "me"}},
		{name: "SOCKS 4a, longest", sent: "\x04\x01\x00\x50\x00\x00\x00\x07" + name255 + "\x00" + name255 + "\x00", want: socks.Request{Version: socks.V4a, Command: 1, Target: name255 + ":80", User: name255}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			for how, split := range map[string]func(io.Reader) io.Reader{
				"at once":      func(r io.Reader) io.Reader { return r },
				"byte by byte": iotest.OneByteReader,
				"with its end": iotest.DataErrReader,
			} {
				sent := strings.NewReader(test.sent + early)
				c := &client{Reader: split(sent)}
				got, err := socks.Accept(c, test.auth)
				if err != nil || got != test.want {
					t.Errorf("%s: Accept() = %+v, %v; want %+v", how, got, err, test.want)
				}
				if c.got.String() != test.says {
					t.Errorf("%s: it said %q, want %q", how, c.got.String(), test.says)
				}
				if rest, _ := io.ReadAll(c); string(rest) != early {
					t.Errorf("%s: %q is left, want %q", how, rest, early)
				}
			}
		})
	}
}

func TestAcceptRefuses(t *testing.T) {
	const greeting, hello = "\x05\x01\x00", "\x05\x00"
	refusal := func(code string) string { return "\x05" + code + "\x00\x01\x00\x00\x00\x00\x00\x00" }
	const refusal4 = "\x00\x5b\x00\x00\x00\x00\x00\x00"
	long := strings.Repeat("x", 256)
	tests := []struct {
		name string
		sent string
		auth func(user, password string) bool
		says string
		is   error
		text string
	}{
		{name: "HTTP", sent: "GET / HTTP/1.1\r\n\r\n", text: "first byte 0x47 is no SOCKS version"},
		{name: "no methods", sent: "\x05\x00", says: "\x05\xff", is: socks.ErrMethod},
		{name: "login only", sent: "\x05\x01\x02", says: "\x05\xff", is: socks.ErrMethod},
		{name: "no login", auth: password, sent: "\x05\x01\x00", says: "\x05\xff", is: socks.ErrMethod},
		{name: "wrong password", auth: password, sent: "\x05\x01\x02\x01\x01u\x06secret", says: "\x05\x02\x01\x01", is: socks.ErrLogin},
		{name: "wrong user", auth: password, sent: "\x05\x01\x02\x01\x01x\x01p", says: "\x05\x02\x01\x01", is: socks.ErrLogin},
		{name: "empty login", auth: password, sent: "\x05\x01\x02\x01\x00\x00", says: "\x05\x02\x01\x01", is: socks.ErrLogin},
		{name: "login version", auth: password, sent: "\x05\x01\x02\x05\x01u\x01p", says: "\x05\x02", text: "login version 5"},
		{name: "version of the request", sent: greeting + "\x04\x01\x00\x01\x7f\x00\x00\x01\x00\x50", says: hello, text: "request of version 4"},
		{name: "BIND", sent: greeting + "\x05\x02\x00\x01\x7f\x00\x00\x01\x00\x50", says: hello + refusal("\x07"), text: "command 2"},
		{name: "UDP", sent: greeting + "\x05\x03\x00\x01\x00\x00\x00\x00\x04\x00", says: hello + refusal("\x07"), text: "command 3"},
		{name: "UDP from nowhere", sent: greeting + "\x05\x03\x00\x01\x00\x00\x00\x00\x00\x00", says: hello + refusal("\x07"), text: "command 3"},
		{name: "address type", sent: greeting + "\x05\x01\x00\x02\x7f\x00\x00\x01", says: hello + refusal("\x08"), text: "address type 2"},
		{name: "empty name", sent: greeting + "\x05\x01\x00\x03\x00\x00\x50\x00", says: hello + refusal("\x01"), text: "empty"},
		{name: "NUL in a name", sent: greeting + "\x05\x01\x00\x03\x03a\x00b\x00\x50", says: hello + refusal("\x01"), is: socks.ErrTarget},
		{name: "line break in a name", sent: greeting + "\x05\x01\x00\x03\x03a\nb\x00\x50", says: hello + refusal("\x01"), is: socks.ErrTarget},
		{name: "colon in a name", sent: greeting + "\x05\x01\x00\x03\x03a:b\x00\x50", says: hello + refusal("\x01"), is: socks.ErrTarget},
		{name: "bracket in a name", sent: greeting + "\x05\x01\x00\x03\x03a]b\x00\x50", says: hello + refusal("\x01"), is: socks.ErrTarget},
		{name: "zone", sent: greeting + "\x05\x01\x00\x03\x0bfe80::1%eth\x00\x50", says: hello + refusal("\x01"), is: socks.ErrTarget},
		{name: "port 0", sent: greeting + "\x05\x01\x00\x03\x01a\x00\x00", says: hello + refusal("\x01"), is: socks.ErrTarget},
		{name: "SOCKS 4 BIND", sent: "\x04\x02\x00\x50\x7f\x00\x00\x01\x00", says: refusal4, text: "command 2"},
		{name: "SOCKS 4 and a login", auth: password, sent: "\x04\x01\x00\x50\x7f\x00\x00\x01u\x00", says: "\x00\x5d\x00\x00\x00\x00\x00\x00", is: socks.ErrLogin},
		{name: "SOCKS 4 endless user", sent: "\x04\x01\x00\x50\x7f\x00\x00\x01" + long, text: "more than 255 bytes"},
		{name: "SOCKS 4a endless name", sent: "\x04\x01\x00\x50\x00\x00\x00\x01\x00" + long, text: "more than 255 bytes"},
		{name: "SOCKS 4a empty name", sent: "\x04\x01\x00\x50\x00\x00\x00\x01\x00\x00", says: refusal4, is: socks.ErrTarget},
		{name: "SOCKS 4a name with a space", sent: "\x04\x01\x00\x50\x00\x00\x00\x01\x00a b\x00", says: refusal4, is: socks.ErrTarget},
		{name: "nothing", is: io.ErrUnexpectedEOF},
		{name: "half a request", sent: greeting + "\x05\x01\x00\x01\x7f\x00\x00\x01\x00", says: hello, is: io.ErrUnexpectedEOF},
		{name: "half a name", sent: greeting + "\x05\x01\x00\x03\x09site", says: hello, is: io.ErrUnexpectedEOF},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := &client{Reader: strings.NewReader(test.sent)}
			got, err := socks.Accept(c, test.auth)
			if err == nil {
				t.Fatalf("Accept() = %+v", got)
			}
			if c.got.String() != test.says {
				t.Errorf("it said %q, want %q", c.got.String(), test.says)
			}
			if test.is != nil && !errors.Is(err, test.is) || !strings.Contains(err.Error(), test.text) {
				t.Errorf("error = %q, want %v, %q", err, test.is, test.text)
			}
			if strings.Contains(err.Error(), "secret") {
				t.Errorf("error tells the password: %q", err)
			}
		})
	}
}

func TestReply(t *testing.T) {
	tests := []struct {
		version socks.Version
		code    socks.Reply
		want    string
	}{
		{socks.V5, socks.Succeeded, "\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00"},
		{socks.V5, socks.HostUnreachable, "\x05\x04\x00\x01\x00\x00\x00\x00\x00\x00"},
		{socks.V4, socks.Succeeded, "\x00\x5a\x00\x00\x00\x00\x00\x00"},
		{socks.V4a, socks.HostUnreachable, "\x00\x5b\x00\x00\x00\x00\x00\x00"},
	}
	for _, test := range tests {
		var got bytes.Buffer
		if err := (socks.Request{Version: test.version}).Reply(&got, test.code); err != nil || got.String() != test.want {
			t.Errorf("%v: Reply(%v) = %q, %v; want %q", test.version, test.code, got.String(), err, test.want)
		}
	}
}

func TestReplyFor(t *testing.T) {
	wrapped := func(err error) error {
		return &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", err)}
	}
	tests := []struct {
		err  error
		want socks.Reply
	}{
		{nil, socks.Succeeded},
		{errors.New("something"), socks.GeneralFailure},
		{wrapped(bridgetest.ECONNREFUSED), socks.ConnectionRefused},
		{wrapped(bridgetest.ENETUNREACH), socks.NetworkUnreachable},
		{wrapped(bridgetest.EHOSTUNREACH), socks.HostUnreachable},
		{wrapped(bridgetest.EACCES), socks.NotAllowed},
		{wrapped(bridgetest.ETIMEDOUT), socks.TTLExpired},
		{wrapped(os.ErrDeadlineExceeded), socks.TTLExpired},
		{context.DeadlineExceeded, socks.TTLExpired},
		{context.Canceled, socks.GeneralFailure},
		{&net.OpError{Op: "dial", Err: &net.DNSError{Name: "nowhere.test", IsNotFound: true}}, socks.HostUnreachable},
		{&socks.Error{Stage: socks.StageRequest, Reply: socks.NotAllowed}, socks.NotAllowed},
		{&socks.Error{Stage: socks.StageDial, Err: bridgetest.ECONNREFUSED}, socks.GeneralFailure},
		{&socks.Error{Stage: socks.StageGreeting, Err: os.ErrDeadlineExceeded}, socks.GeneralFailure},
	}
	for _, test := range tests {
		if got := socks.ReplyFor(test.err); got != test.want {
			t.Errorf("ReplyFor(%v) = %v, want %v", test.err, got, test.want)
		}
	}
}

func TestNames(t *testing.T) {
	for _, m := range []socks.Method{socks.Auto, socks.None, socks.Password} {
		if got, err := socks.ParseMethod(m.String()); got != m || err != nil {
			t.Errorf("ParseMethod(%q) = %v, %v", m, got, err)
		}
	}
	for _, f := range []socks.OneFlight{socks.FlightAuto, socks.FlightYes, socks.FlightNo} {
		if got, err := socks.ParseOneFlight(f.String()); got != f || err != nil {
			t.Errorf("ParseOneFlight(%q) = %v, %v", f, got, err)
		}
	}
	if _, err := socks.ParseMethod("gssapi"); err == nil || !strings.Contains(err.Error(), `"gssapi"`) {
		t.Errorf("ParseMethod(gssapi) = %v", err)
	}
	if _, err := socks.ParseOneFlight("maybe"); err == nil || !strings.Contains(err.Error(), `"maybe"`) {
		t.Errorf("ParseOneFlight(maybe) = %v", err)
	}
}
