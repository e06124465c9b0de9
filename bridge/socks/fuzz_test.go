package socks

import (
	"bytes"
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

// played is a peer that has said everything it will ever say.
type played struct {
	net.Conn
	said io.Reader
	got  bytes.Buffer
}

func (p *played) Read(b []byte) (int, error)      { return p.said.Read(b) }
func (p *played) Write(b []byte) (int, error)     { return p.got.Write(b) }
func (p *played) SetReadDeadline(time.Time) error { return nil }

func play(said string) *played { return &played{said: strings.NewReader(said)} }

// FuzzAnswers feeds an endpoint's side of the handshake to the client's parsers.
// Whatever it says, a success must leave exactly what lies behind the handshake.
func FuzzAnswers(f *testing.F) {
	for _, reply := range []string{
		"\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x50",
		"\x05\x00\x00\x03\x00\x00\x50",
		"\x05\x00\x00\x03\x09site.test\x00\x50",
		"\x05\x00\x00\x04" + strings.Repeat("\x00", 18),
		"\x05\x05\x00\x01\x00\x00\x00\x00\x00\x00",
		"\x05\x05",
		"HTTP/1.1 400 Bad Request\r\n\r\n",
		"\x00\x5a\x00\x50\x7f\x00\x00\x01",
		"\x00\x5b\x00\x50\x7f\x00\x00\x01",
		"",
	} {
		f.Add("\x05\x00"+reply+"early", false, false)
		f.Add("\x05\x02\x01\x00"+reply+"early", true, false)
		f.Add(reply+"early", false, true)
	}
	f.Fuzz(func(t *testing.T, said string, login, four bool) {
		for _, first := range []int{shortestReply, usualReply} {
			p := play(said)
			a := answers{conn: p, buf: make([]byte, maxMessage)}
			length, err := readAnswers(&a, login, four, first)
			if err != nil {
				if err.Error() == "" {
					t.Error("an error without words")
				}
				continue
			}
			left, _ := io.ReadAll(p.said)
			if want := said[length:]; string(left) != want {
				t.Errorf("first read %d: %q is left of %q, want %q", first, left, said, want)
			}
		}
	})
}

// readAnswers returns the length of a handshake that ended well.
func readAnswers(a *answers, login, four bool, first int) (int, error) {
	if four {
		return 8, a.reply4()
	}
	length := 2
	if _, err := a.method(2 + first); err != nil {
		return 0, err
	}
	if login {
		length += 2
		if err := a.login(2 + first); err != nil {
			return 0, err
		}
	}
	n, err := a.reply5(first)
	return length + n, err
}

// FuzzAccept feeds a client's side of the handshake to the server's parser.
func FuzzAccept(f *testing.F) {
	for _, sent := range []string{
		"\x05\x01\x00\x05\x01\x00\x01\x7f\x00\x00\x01\x00\x50early",
		"\x05\x01\x00\x05\x01\x00\x03\x09site.test\x01\xbb",
		"\x05\x01\x00\x05\x01\x00\x03\x00\x00\x50\x00",
		"\x05\x01\x00\x05\x01\x00\x04" + strings.Repeat("\x00", 15) + "\x01\x01\xbb",
		"\x05\x01\x02\x01\x01u\x01p\x05\x01\x00\x03\x01n\x01\xbb",
		"\x05\x01\x00\x05\x03\x00\x01\x00\x00\x00\x00\x00\x00",
		"\x04\x01\x00\x50\x7f\x00\x00\x01me\x00early",
		"\x04\x01\x00\x50\x00\x00\x00\x01me\x00site.test\x00",
		"GET / HTTP/1.1\r\n\r\n",
		"",
	} {
		f.Add(sent, false)
		f.Add(sent, true)
	}
	f.Fuzz(func(t *testing.T, sent string, login bool) {
		var auth func(user, password string) bool
		if login {
			auth = func(user, _ string) bool { return user == "u" }
		}
		p := play(sent)
		r, err := Accept(p, auth)
		if err != nil {
			if r != (Request{}) {
				t.Errorf("Accept() = %+v beside the error %v", r, err)
			}
			return
		}
		if r.Command != commandConnect || login && (r.Version != V5 || r.User != "u") {
			t.Errorf("Accept() = %+v", r)
		}
		if strings.ContainsFunc(r.Target, func(c rune) bool { return c <= ' ' || c == 0x7f }) {
			t.Errorf("target %q", r.Target)
		}
		// What was accepted can be asked of another endpoint, and comes out the same.
		again, err := parseTarget(V5, "tcp", r.Target)
		if err != nil {
			t.Fatalf("target %q: %v", r.Target, err)
		}
		message := again.append5([]byte{version5, commandConnect, 0})
		relayed, err := Accept(play("\x05\x01\x00"+string(message)), nil)
		if err != nil {
			t.Fatalf("target %q, relayed: %v", r.Target, err)
		}
		if third, _ := parseTarget(V5, "tcp", relayed.Target); third.ip != again.ip || third.name != again.name || third.port != again.port {
			t.Errorf("target %q became %q", r.Target, relayed.Target)
		}
	})
}
