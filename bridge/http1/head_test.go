package http1_test

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/drawbridge-app/drawbridge/bridge/http1"
)

// readRequest scans and parses one request head.
func readRequest(head []byte) (*http1.Request, int, error) {
	var s http1.Scanner
	n, err := s.Scan(head)
	if n == 0 || err != nil {
		return nil, 0, err
	}
	r := new(http1.Request)
	return r, n, r.Parse(&s, head)
}

func readResponse(head []byte) (*http1.Response, int, error) {
	var s http1.Scanner
	n, err := s.Scan(head)
	if n == 0 || err != nil {
		return nil, 0, err
	}
	r := new(http1.Response)
	return r, n, r.Parse(&s, head)
}

// status returns the status of an error of this package, 200 without one.
func status(t *testing.T, err error) int {
	t.Helper()
	if err == nil {
		return 200
	}
	var e *http1.Error
	if !errors.As(err, &e) || e.Reason == "" {
		t.Fatalf("error %#v is not an *Error with a reason", err)
	}
	return e.Status
}

func TestRequestLine(t *testing.T) {
	for _, c := range []struct {
		line string
		want int
	}{
		{"GET / HTTP/1.1", 200},
		{"GET / HTTP/1.0", 200},
		{"get / HTTP/1.1", 200}, // methods are case-sensitive, and any token is one
		{"M-SEARCH * HTTP/1.1", 200},
		{"!#$%&'*+-.^_`|~0aZ / HTTP/1.1", 200},
		{"GET /%2f%zz;a=b?x;y=%", 400},
		{"GET /%2f%zz;a=b?x;y=% HTTP/1.1", 200},
		{"GET /\xc3\xa9\xff\x80|\"<>\\^`{} HTTP/1.1", 200},
		{"GET /eight-bytes-and-more-then-\x7f HTTP/1.1", 400},
		{"GET /eight-bytes-and-more-then-\x00-in-the-middle HTTP/1.1", 400},
		{"GET /\x1f HTTP/1.1", 400},
		{"GET /a\tb HTTP/1.1", 400},
		{"GET /a\rb HTTP/1.1", 400},
		{"GET /a b HTTP/1.1", 400},
		{"GET  / HTTP/1.1", 400},
		{"GET /  HTTP/1.1", 400},
		{"GET / HTTP/1.1 ", 400},
		{" GET / HTTP/1.1", 400},
		{"GET\t/\tHTTP/1.1", 400},
		{"GET\x0b/ HTTP/1.1", 400},
		{"G\x00T / HTTP/1.1", 400},
		{"G:T / HTTP/1.1", 400},
		{"G\xc3\x89T / HTTP/1.1", 400},
		{" / HTTP/1.1", 400},
		{"GET /", 400}, // HTTP/0.9
		{"GET", 400},
		{"GET  HTTP/1.1", 400},
		{"GET / http/1.1", 400},
		{"GET / HTTP/1.1\r", 400},
		{"GET / HTTP/1", 400},
		{"GET / HTTP/01.1", 400},
		{"GET / HTTP/1.10", 400},
		{"GET / HTTP/+1.1", 400},
		{"GET / HTTP/1,1", 400},
		{"GET / HTTP/1.2", 505},
		{"GET / HTTP/0.9", 505},
		{"PRI * HTTP/2.0", 505},
		{"GET / HTTP/9.9", 505},
	} {
		r, _, err := readRequest(crlf(c.line, "Host: a"))
		if got := status(t, err); got != c.want {
			t.Errorf("request line %q: %d (%v), want %d", c.line, got, err, c.want)
			continue
		}
		if err == nil {
			if got := fmt.Sprintf("%s %s HTTP/1.%d", r.Method, r.Target, r.Minor); got != c.line {
				t.Errorf("request line %q read as %q", c.line, got)
			}
		}
	}
}

func TestStatusLine(t *testing.T) {
	for _, c := range []struct {
		line string
		want int // the response's status; 0: refused
	}{
		{"HTTP/1.1 200 OK", 200},
		{"HTTP/1.0 404 Not Found", 404},
		{"HTTP/1.1 200 ", 200},
		{"HTTP/1.1 200", 200}, // without the space, as some send it
		{"HTTP/1.1 299 \xc3\xa4\xff\t  odd, but a reason ", 299},
		{"HTTP/1.1 101 Switching Protocols", 101},
		{"HTTP/1.1 999 X", 999},
		{"HTTP/1.1 099 X", 0},
		{"HTTP/1.1 2000 X", 0},
		{"HTTP/1.1 20 X", 0},
		{"HTTP/1.1 20", 0},
		{"HTTP/1.1 2x0 X", 0},
		{"HTTP/1.1 -20 X", 0},
		{"HTTP/1.1  200 OK", 0},
		{"HTTP/1.1\t200 OK", 0},
		{"HTTP/1.1 200\tOK", 0},
		{"HTTP/1.1 200 O\x00K", 0},
		{"HTTP/1.1 200 O\rK", 0},
		{"HTTP/1.1 200 O\x7fK", 0},
		{"http/1.1 200 OK", 0},
		{"HTTP/2.0 200 OK", 0},
		{"ICY 200 OK", 0},
		{"SSH-2.0-OpenSSH_9.2", 0},
	} {
		r, _, err := readResponse(crlf(c.line, "Server: x"))
		if c.want == 0 {
			if err == nil {
				t.Errorf("status line %q: no error", c.line)
			}
			continue
		}
		if err != nil || r.Status != c.want || string(r.Line) != c.line+"\r\n" {
			t.Errorf("status line %q = %d, %q, %v; want %d", c.line, r.Status, r.Line, err, c.want)
		}
	}
}

// Each case is a field section of a request, and is tried as one of a response
// too.
func TestFieldSyntax(t *testing.T) {
	for _, c := range []struct {
		fields   string
		request  int
		response int
	}{
		{"A: b\r\n", 200, 200},
		{"A:b\r\n", 200, 200},
		{"A: \t b\tc \t\r\n", 200, 200},
		{"A:\r\n", 200, 200},
		{"A: \r\n", 200, 200},
		{"A: b: c:d\r\n", 200, 200},
		{"A: \x80\xff\xc3\xa9 and more than eight\r\n", 200, 200},
		{"A: tabs\tin\ta\tlong\tvalue\r\n", 200, 200},
		{"!#$%&'*+-.^_`|~0aZ: b\r\n", 200, 200},
		{"A : b\r\n", 400, 200},
		{"A\t: b\r\n", 400, 200},
		{"A \t : b\r\n", 400, 200},
		{"A B: c\r\n", 400, 400},
		{"A", 400, 400},
		{"A\r\n", 400, 400},
		{"A \r\n", 400, 400},
		{": b\r\n", 400, 400},
		{" : b\r\n", 400, 400},
		{" A: b\r\n", 400, 400}, // before the first field: RFC 9112 §2.2
		{"\tA: b\r\n", 400, 400},
		{"A: b\r\n c\r\n", 400, 400}, // obs-fold
		{"A: b\r\n\tc\r\n", 400, 400},
		{"A: b\r\n \r\n", 400, 400},
		{"A:\r\n chunked\r\n", 400, 400},
		{"A: b\nC: d\r\n", 400, 400},
		{"A: b\n\r\n", 400, 400},
		{"A: b\rC: d\r\n", 400, 400},
		{"A: b\r\r\n", 400, 400},
		{"A\r: b\r\n", 400, 400},
		{"\rA: b\r\n", 400, 400},
		{"A: b\x00\r\n", 400, 400},
		{"A: \x00b\r\n", 400, 400},
		{"A\x00: b\r\n", 400, 400},
		{"A:\x0bb\r\n", 400, 400},
		{"A:\x0cb\r\n", 400, 400},
		{"A: b\x7f\r\n", 400, 400},
		{"A: long enough for words \x1b and more of it\r\n", 400, 400},
		{"A: exactly sixteen\x01\r\n", 400, 400},
		{"A\xc3\xa9: b\r\n", 400, 400},
		{"A@B: c\r\n", 400, 400},
		{"\"A\": c\r\n", 400, 400},
		{"(A): c\r\n", 400, 400},
	} {
		in := []byte("GET / HTTP/1.1\r\nHost: a\r\n" + c.fields + "\r\n\r\n")
		_, _, err := readRequest(in)
		if got := status(t, err); got != c.request {
			t.Errorf("request with %q: %d (%v), want %d", c.fields, got, err, c.request)
		}
		_, _, err = readResponse([]byte("HTTP/1.1 200 OK\r\nServer: a\r\n" + c.fields + "\r\n\r\n"))
		if got := status(t, err); got != c.response {
			t.Errorf("response with %q: %d (%v), want %d", c.fields, got, err, c.response)
		}
	}
}

func TestLooseFieldOfResponse(t *testing.T) {
	r, _, err := readResponse(crlf("HTTP/1.1 200 OK", "Content-Length \t: 5", "A: b"))
	if err != nil {
		t.Fatal(err)
	}
	f := r.Fields[0]
	if !f.Loose || string(f.Name) != "Content-Length" || f.Kind != http1.ContentLength || r.Length != 5 {
		t.Errorf("a blank before the colon: %+v with length %d, want Loose Content-Length 5", f, r.Length)
	}
	if r.Fields[1].Loose {
		t.Error("the field behind it is Loose too")
	}
}

var (
	none       = http1.Framing{}
	chunks     = http1.Framing{Kind: http1.ByChunks}
	untilClose = http1.Framing{Kind: http1.UntilClose}
)

func length(n int64) http1.Framing { return http1.Framing{Kind: http1.ByLength, Length: n} }

func TestRequestFraming(t *testing.T) {
	const big = 9223372036854775807
	for _, c := range []struct {
		start  string
		fields string // separated by '|'
		status int
		want   http1.Framing
	}{
		{"GET / HTTP/1.1", "", 200, none},
		{"POST / HTTP/1.1", "", 200, none},
		{"POST / HTTP/1.1", "Content-Length: 0", 200, none},
		{"GET / HTTP/1.1", "Content-Length: 3", 200, length(3)},
		{"POST / HTTP/1.0", "cONTENT-lENGTH: 3", 200, length(3)},
		{"POST / HTTP/1.1", "Content-Length: \t3 ", 200, length(3)},
		{"POST / HTTP/1.1", "Content-Length: 003", 200, length(3)},
		{"POST / HTTP/1.1", "Content-Length: 9223372036854775807", 200, length(big)},
		{"POST / HTTP/1.1", "Content-Length: 9223372036854775808", 400, none},
		{"POST / HTTP/1.1", "Content-Length: 9999999999999999999", 400, none},
		{"POST / HTTP/1.1", "Content-Length: 18446744073709551619", 400, none}, // 3 modulo 2^64
		{"POST / HTTP/1.1", "Content-Length: 00000000000000000003", 400, none}, // 20 digits
		{"POST / HTTP/1.1", "Content-Length: +3", 400, none},
		{"POST / HTTP/1.1", "Content-Length: -3", 400, none},
		{"POST / HTTP/1.1", "Content-Length: 0x3", 400, none},
		{"POST / HTTP/1.1", "Content-Length: 3, 3", 400, none},
		{"POST / HTTP/1.1", "Content-Length: 3,", 400, none},
		{"POST / HTTP/1.1", "Content-Length: 3 3", 400, none},
		{"POST / HTTP/1.1", "Content-Length: 3;a", 400, none},
		{"POST / HTTP/1.1", "Content-Length: 3.0", 400, none},
		{"POST / HTTP/1.1", "Content-Length: 1e1", 400, none},
		{"POST / HTTP/1.1", "Content-Length: 1_0", 400, none},
		{"POST / HTTP/1.1", "Content-Length: \"3\"", 400, none},
		{"POST / HTTP/1.1", "Content-Length: \xb2", 400, none},
		{"POST / HTTP/1.1", "Content-Length:", 400, none},
		{"POST / HTTP/1.1", "Content-Length: 3|Content-Length: 3", 400, none},
		{"POST / HTTP/1.1", "Content-Length: 3|Content-Length: 4", 400, none},
		{"POST / HTTP/1.1", "Content-Length : 3", 400, none},

		{"POST / HTTP/1.1", "Transfer-Encoding: chunked", 200, chunks},
		{"POST / HTTP/1.1", "transfer-encoding:\t cHuNkEd \t", 200, chunks},
		{"POST / HTTP/1.1", "Transfer-Encoding: chunked|Content-Length: 3", 400, none}, // TE.CL
		{"POST / HTTP/1.1", "Content-Length: 3|Transfer-Encoding: chunked", 400, none}, // CL.TE
		{"POST / HTTP/1.1", "Content-Length: 0|Transfer-Encoding: chunked", 400, none},
		{"POST / HTTP/1.1", "Content-Length: 3|Transfer-Encoding: x", 400, none},
		{"POST / HTTP/1.0", "Transfer-Encoding: chunked", 400, none},
		{"POST / HTTP/1.1", "Transfer-Encoding: chunked|Transfer-Encoding: chunked", 400, none},
		{"POST / HTTP/1.1", "Transfer-Encoding: chunked|Transfer-Encoding: identity", 400, none},
		{"POST / HTTP/1.1", "Transfer-Encoding: identity|Transfer-Encoding: chunked", 501, none},
		{"POST / HTTP/1.1", "Transfer-Encoding: chunked|Transfer-Encoding:", 400, none},
		{"POST / HTTP/1.1", "Transfer-Encoding: chunked|Transfer-Encoding: ,", 400, none},
		{"POST / HTTP/1.1", "Transfer-Encoding:|Transfer-Encoding: chunked", 400, none},
		{"POST / HTTP/1.1", "Transfer-Encoding:", 400, none},
		{"POST / HTTP/1.1", "Transfer-Encoding: ,chunked", 400, none},
		{"POST / HTTP/1.1", "Transfer-Encoding: chunked,", 400, none},
		{"POST / HTTP/1.1", "Transfer-Encoding: chunked, identity", 400, none},
		{"POST / HTTP/1.1", "Transfer-Encoding: chunked, chunked", 400, none},
		{"POST / HTTP/1.1", "Transfer-Encoding: identity, chunked", 501, none},
		{"POST / HTTP/1.1", "Transfer-Encoding: gzip, chunked", 501, none},
		{"POST / HTTP/1.1", "Transfer-Encoding: gzip", 400, none},
		{"POST / HTTP/1.1", "Transfer-Encoding: identity", 400, none},
		{"POST / HTTP/1.1", "Transfer-Encoding: chunked;foo", 400, none},
		{"POST / HTTP/1.1", "Transfer-Encoding: chunked foo", 400, none},
		{"POST / HTTP/1.1", "Transfer-Encoding: xchunked", 400, none},
		{"POST / HTTP/1.1", "Transfer-Encoding: \"chunked\"", 400, none},
		{"POST / HTTP/1.1", "Transfer-Encoding: 'chunked'", 400, none},
		{"POST / HTTP/1.1", "Transfer-Encoding: chun\xe2\x84\xaaed", 400, none}, // the Kelvin sign
		{"POST / HTTP/1.1", "Transfer-Encoding: \xa0chunked", 400, none},
		{"POST / HTTP/1.1", "Transfer-Encoding:\x0bchunked", 400, none},
		{"POST / HTTP/1.1", "Transfer-Encoding: chunked\x00", 400, none},
		{"POST / HTTP/1.1", "Transfer-Encoding : chunked", 400, none},
		{"POST / HTTP/1.1", "Transfer-Encoding\t: chunked", 400, none},
		{"POST / HTTP/1.1", "X: y\nTransfer-Encoding: chunked", 400, none},
		{"POST / HTTP/1.1", "X: y\rTransfer-Encoding: chunked", 400, none},
		{"POST / HTTP/1.1", "Transfer-Encoding:| chunked", 400, none},
		{"POST / HTTP/1.1", "Transfer_Encoding: chunked", 200, none}, // another field

		{"CONNECT a:443 HTTP/1.1", "Content-Length: 0", 200, none},
		{"CONNECT a:443 HTTP/1.1", "Content-Length: 3", 400, none},
		{"CONNECT a:443 HTTP/1.1", "Transfer-Encoding: chunked", 400, none},
	} {
		lines := []string{c.start, "Host: a"}
		if c.fields != "" {
			lines = append(lines, strings.Split(c.fields, "|")...)
		}
		r, _, err := readRequest(crlf(lines...))
		if got := status(t, err); got != c.status {
			t.Errorf("%s with %q: %d (%v), want %d", c.start, c.fields, got, err, c.status)
		} else if err == nil && r.Framing() != c.want {
			t.Errorf("%s with %q: Framing() = %+v, want %+v", c.start, c.fields, r.Framing(), c.want)
		}
	}
}

func TestResponseFraming(t *testing.T) {
	for _, c := range []struct {
		method string
		start  string
		fields string // separated by '|'
		ok     bool
		want   http1.Framing
	}{
		{"GET", "HTTP/1.1 200 OK", "", true, untilClose},
		{"GET", "HTTP/1.0 200 OK", "", true, untilClose},
		{"GET", "HTTP/1.1 200 OK", "Content-Length: 0", true, none},
		{"GET", "HTTP/1.1 200 OK", "Content-Length: 5", true, length(5)},
		{"POST", "HTTP/1.0 500 X", "Content-Length: 5", true, length(5)},
		{"HEAD", "HTTP/1.1 200 OK", "Content-Length: 5", true, none},
		{"head", "HTTP/1.1 200 OK", "Content-Length: 5", true, length(5)},
		{"HEAD", "HTTP/1.1 200 OK", "Transfer-Encoding: chunked", true, none},
		{"HEAD", "HTTP/1.1 200 OK", "", true, none},
		{"GET", "HTTP/1.1 204 X", "Content-Length: 5", true, none},
		{"GET", "HTTP/1.1 304 X", "Content-Length: 5", true, none},
		{"GET", "HTTP/1.1 205 X", "Content-Length: 0", true, none},
		{"GET", "HTTP/1.1 100 X", "", true, none},
		{"GET", "HTTP/1.1 101 X", "", true, none},
		{"CONNECT", "HTTP/1.1 200 OK", "", true, none},
		{"CONNECT", "HTTP/1.1 200 OK", "Content-Length: 5", true, none},
		{"CONNECT", "HTTP/1.1 407 X", "Content-Length: 5", true, length(5)},
		{"GET", "HTTP/1.1 200 OK", "Transfer-Encoding: chunked", true, chunks},
		{"GET", "HTTP/1.1 200 OK", "Transfer-Encoding : chunked", true, chunks},
		{"GET", "HTTP/1.1 200 OK", "Transfer-Encoding: gzip, chunked", true, chunks},
		{"GET", "HTTP/1.1 200 OK", "Transfer-Encoding: gzip|Transfer-Encoding: chunked", true, chunks},
		{"GET", "HTTP/1.1 200 OK", "Transfer-Encoding: gzip", true, untilClose},
		{"GET", "HTTP/1.1 200 OK", "Transfer-Encoding: chunked, gzip", false, none},
		{"GET", "HTTP/1.1 200 OK", "Transfer-Encoding: chunked, chunked", false, none},
		{"GET", "HTTP/1.1 200 OK", "Transfer-Encoding:", false, none},
		{"GET", "HTTP/1.1 200 OK", "Transfer-Encoding: chunked|Transfer-Encoding:", false, none},
		{"GET", "HTTP/1.0 200 OK", "Transfer-Encoding: chunked", false, none},
		{"GET", "HTTP/1.1 200 OK", "Transfer-Encoding: chunked|Content-Length: 5", false, none},
		{"GET", "HTTP/1.1 200 OK", "Content-Length: 5|Content-Length: 5", false, none},
		{"GET", "HTTP/1.1 200 OK", "Content-Length: 5, 5", false, none},
		{"GET", "HTTP/1.1 200 OK", "Content-Length: x", false, none},
	} {
		lines := []string{c.start}
		if c.fields != "" {
			lines = append(lines, strings.Split(c.fields, "|")...)
		}
		r, _, err := readResponse(crlf(lines...))
		if (err == nil) != c.ok {
			t.Errorf("%s with %q: %v, want ok %v", c.start, c.fields, err, c.ok)
		} else if err == nil && r.Framing([]byte(c.method)) != c.want {
			t.Errorf("%s with %q: Framing(%s) = %+v, want %+v", c.start, c.fields, c.method, r.Framing([]byte(c.method)), c.want)
		}
	}
}

func TestHost(t *testing.T) {
	for _, c := range []struct {
		fields string // separated by '|'
		minor  int
		want   int
	}{
		{"", 0, 200},
		{"", 1, 400},
		{"Host: a.test", 1, 200},
		{"Host: a_b-c.test:80", 1, 200},
		{"Host: a.test:", 1, 200},
		{"Host:", 1, 200}, // for a target without an authority: RFC 9110 §7.2
		{"Host: 127.0.0.1:1095", 1, 200},
		{"Host: [::1]", 1, 200},
		{"Host: [::ffff:1.2.3.4]:80", 1, 200},
		{"Host: \xc3\xa9.test", 1, 200},
		{"Host: a.test|Host: a.test", 1, 400},
		{"Host: a.test|Host: b.test", 0, 400},
		{"Host: a.test|hOST:", 1, 400},
		{"Host: a.test, b.test", 1, 400},
		{"Host: a.test,b.test", 1, 400},
		{"Host: a.test b.test", 1, 400},
		{"Host: a.test/", 1, 400},
		{"Host: a.test#", 1, 400},
		{"Host: a.test?", 1, 400},
		{"Host: http://a.test", 1, 400},
		{"Host: user@a.test", 1, 400},
		{"Host: a%2etest", 1, 400},
		{"Host: a.test:80:80", 1, 400},
		{"Host: a.test:x", 1, 400},
		{"Host: a.test:+80", 1, 400},
		{"Host: a.test:65536", 1, 400},
		{"Host: :80", 1, 400},
		{"Host: ::1", 1, 400},
		{"Host: [::1", 1, 400},
		{"Host: [::1]80", 1, 400},
		{"Host: [::1%25eth0]", 1, 400},
		{"Host: [a.test]", 1, 400},
		{"Host: []", 1, 400},
		{"Host: [", 1, 400},
		{"Host: a.test\\", 1, 400},
	} {
		lines := []string{fmt.Sprintf("GET http://a.test/ HTTP/1.%d", c.minor)}
		if c.fields != "" {
			lines = append(lines, strings.Split(c.fields, "|")...)
		}
		r, _, err := readRequest(crlf(lines...))
		if got := status(t, err); got != c.want {
			t.Errorf("HTTP/1.%d with %q: %d (%v), want %d", c.minor, c.fields, got, err, c.want)
		} else if err == nil && c.fields == "" && r.Host != nil {
			t.Errorf("Host = %q, want nil", r.Host)
		} else if _, value, _ := strings.Cut(c.fields, ":"); err == nil && string(r.Host) != strings.TrimSpace(value) {
			t.Errorf("Host = %q, want %q", r.Host, value)
		}
	}
}

func TestConnectionOptions(t *testing.T) {
	type flags struct{ Close, KeepAlive, Upgrade, Persistent bool }
	for _, c := range []struct {
		minor    int
		fields   string // separated by '|'
		request  flags
		response flags
	}{
		{1, "", flags{Persistent: true}, flags{Persistent: true}},
		{0, "", flags{}, flags{}},
		{1, "Connection: close", flags{Close: true}, flags{Close: true}},
		{1, "Connection: foo,CLOSE ,", flags{Close: true}, flags{Close: true}},
		{1, "Connection: foo|Connection: close", flags{Close: true}, flags{Close: true}},
		{1, "Connection: closed", flags{Persistent: true}, flags{Persistent: true}},
		{0, "Connection: Keep-Alive", flags{KeepAlive: true, Persistent: true}, flags{KeepAlive: true, Persistent: true}},
		{0, "Connection: keep-alive, close", flags{Close: true, KeepAlive: true}, flags{Close: true, KeepAlive: true}},
		{1, "Connection: keep-alive, Upgrade|Upgrade: websocket", // as Firefox has it
			flags{KeepAlive: true, Upgrade: true, Persistent: true}, flags{KeepAlive: true, Upgrade: true, Persistent: true}},
		{1, "Upgrade: websocket|Connection: upgrade", flags{Upgrade: true, Persistent: true}, flags{Upgrade: true, Persistent: true}},
		{1, "Connection: upgrade", flags{Persistent: true}, flags{Persistent: true}},
		{1, "Connection: upgrade|Upgrade:", flags{Persistent: true}, flags{Persistent: true}},
		{1, "Upgrade: websocket", flags{Persistent: true}, flags{Persistent: true}},
		{0, "Connection: upgrade|Upgrade: websocket", flags{}, flags{}}, // RFC 9110 §7.8
		{0, "Proxy-Connection: keep-alive", flags{KeepAlive: true, Persistent: true}, flags{}},
		{1, "Proxy-Connection: close", flags{Close: true}, flags{Persistent: true}},
		{1, "Proxy-Connection: upgrade|Upgrade: websocket", flags{Persistent: true}, flags{Persistent: true}},
		{0, "Connection: foo|Proxy-Connection: keep-alive", flags{}, flags{}},
		{0, "Proxy-Connection: keep-alive|Connection: foo", flags{}, flags{}},
	} {
		var fields []string
		if c.fields != "" {
			fields = strings.Split(c.fields, "|")
		}
		start := fmt.Sprintf("GET / HTTP/1.%d", c.minor)
		q, _, err := readRequest(crlf(append([]string{start, "Host: a"}, fields...)...))
		if err != nil {
			t.Fatal(err)
		}
		if got := (flags{q.Close, q.KeepAlive, q.Upgrade, q.Persistent()}); got != c.request {
			t.Errorf("HTTP/1.%d request with %q: %+v, want %+v", c.minor, c.fields, got, c.request)
		}
		start = fmt.Sprintf("HTTP/1.%d 200 OK", c.minor)
		p, _, err := readResponse(crlf(append([]string{start}, fields...)...))
		if err != nil {
			t.Fatal(err)
		}
		if got := (flags{p.Close, p.KeepAlive, p.Upgrade, p.Persistent()}); got != c.response {
			t.Errorf("HTTP/1.%d response with %q: %+v, want %+v", c.minor, c.fields, got, c.response)
		}
	}
}

// What a server sends behind a 204 with a length would be read as the next
// response.
func TestResponseWithForbiddenBodyIsNotPersistent(t *testing.T) {
	for _, c := range []struct {
		status int
		field  string
		want   bool
	}{
		{204, "A: b", true},
		{204, "Content-Length: 0", true},
		{204, "Content-Length: 5", false},
		{204, "Transfer-Encoding: chunked", false},
		{204, "Transfer-Encoding: gzip", false},
		{100, "Content-Length: 5", false},
		{304, "Content-Length: 5", true},
		{200, "Content-Length: 5", true},
	} {
		r, _, err := readResponse(crlf(fmt.Sprintf("HTTP/1.1 %d X", c.status), c.field))
		if err != nil || r.Persistent() != c.want {
			t.Errorf("%d with %s: Persistent() = %v, %v; want %v", c.status, c.field, r.Persistent(), err, c.want)
		}
	}
}

func TestInterim(t *testing.T) {
	for code, want := range map[int]bool{100: true, 101: false, 102: true, 103: true, 199: true, 200: false, 404: false} {
		r, _, err := readResponse(crlf(fmt.Sprintf("HTTP/1.1 %d X", code)))
		if err != nil || r.Interim() != want {
			t.Errorf("%d: Interim() = %v, %v; want %v", code, r.Interim(), err, want)
		}
	}
}

func TestKinds(t *testing.T) {
	for name, want := range map[string]http1.Kind{
		"Connection": http1.Connection, "CONTENT-LENGTH": http1.ContentLength, "expect": http1.Expect, "hOST": http1.Host,
		"Keep-Alive": http1.KeepAlive, "Max-Forwards": http1.MaxForwards, "Proxy-Authenticate": http1.ProxyAuthenticate,
		"Proxy-Authentication-Info": http1.ProxyAuthenticationInfo, "Proxy-Authorization": http1.ProxyAuthorization,
		"Proxy-Connection": http1.ProxyConnection, "te": http1.TE, "Transfer-Encoding": http1.TransferEncoding,
		"Upgrade": http1.Upgrade, "via": http1.Via,
		"x": 0, "ab": 0, "abc": 0, "Date": 0, "Server": 0, "Trailer": 0, "User-Agent": 0, "Content-Type": 0, "Accept-Ranges": 0,
		"Accept-Charset": 0, "Content-Encoding": 0, "If-Modified-Since": 0, "Proxy-Authenticata": 0, "Proxy-Authorizatioo": 0,
		"Proxy-Authentication-Infx": 0, "Transfer_Encoding": 0, "Content_Length": 0, "Cookie-Two": 0,
	} {
		value := "1"
		if want == http1.TransferEncoding {
			value = "chunked"
		}
		r, _, err := readResponse(crlf("HTTP/1.1 200 OK", name+": "+value))
		if err != nil || r.Fields[0].Kind != want {
			t.Errorf("Kind of %s = %d, %v; want %d", name, r.Fields[0].Kind, err, want)
		}
	}
}

func TestListed(t *testing.T) {
	r, _, err := readRequest(crlf("POST / HTTP/1.1", "Host: a", "X-Hop: 1", "Content-Length: 3", "x-hop: 2", "Keep-Alive: 5",
		"Connection: x-HOP , te", "Connection: host, content-length,, transfer-encoding, close, missing, keep-alive", "TE: trailers", "X-Hope: 3"))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range r.Fields {
		if f.Listed {
			got = append(got, string(f.Name))
		}
	}
	if want := []string{"X-Hop", "x-hop", "Keep-Alive", "TE"}; !slices.Equal(got, want) {
		t.Errorf("Listed fields = %q, want %q", got, want)
	}
	if r, _, err = readRequest(curlHead); err != nil || slices.ContainsFunc(r.Fields, func(f http1.Field) bool { return f.Listed }) {
		t.Errorf("Listed fields without a Connection field, %v", err)
	}
}

func TestGetAndAll(t *testing.T) {
	r, _, err := readRequest(crlf("GET / HTTP/1.1", "Host: a", "Via: 1.0 x,, 1.1 y , ", "Empty:", "VIA: 1.1 z"))
	if err != nil {
		t.Fatal(err)
	}
	if got := r.Get("via"); string(got) != "1.0 x,, 1.1 y ," {
		t.Errorf("Get(via) = %q", got)
	}
	if r.Get("empty") == nil || r.Get("missing") != nil {
		t.Errorf("Get(empty), Get(missing) = %v, %v; want not nil, nil", r.Get("empty"), r.Get("missing"))
	}
	var got []string
	for e := range r.All("via") {
		got = append(got, string(e))
	}
	if want := []string{"1.0 x", "1.1 y", "1.1 z"}; !slices.Equal(got, want) {
		t.Errorf("All(via) = %q, want %q", got, want)
	}
	for range r.All("via") {
		break // must not go on calling
	}
}

func TestIsAndSame(t *testing.T) {
	for _, c := range []struct {
		a, word string
		want    bool
	}{
		{"", "", true}, {"ClOSe", "close", true}, {"close", "closed", false}, {"\x03lose", "close", false},
		{"keep@alive", "keep`alive", false}, {"[", "{", false}, {"chun\xe2\x84\xaaed", "chunked", false},
	} {
		if got := http1.Is([]byte(c.a), c.word); got != c.want {
			t.Errorf("Is(%q, %q) = %v", c.a, c.word, got)
		}
		if got := http1.Same([]byte(strings.ToUpper(c.word)), []byte(c.a)); got != c.want {
			t.Errorf("Same(upper %q, %q) = %v", c.word, c.a, got)
		}
	}
}

// A parsed message is used again for the next head.
func TestReuseForgetsTheLastHead(t *testing.T) {
	var (
		s http1.Scanner
		r http1.Request
	)
	parseRequest(t, &s, &r, crlf("POST /a HTTP/1.0", "Host: b", "Connection: close, x, upgrade", "X: y", "Content-Length: 7", "Upgrade: z"))
	parseRequest(t, &s, &r, crlf("GET /c HTTP/1.1", "Host: d", "X: y"))
	if r.Close || r.Upgrade || r.KeepAlive || r.Length != -1 || len(r.Fields) != 2 || r.Fields[1].Listed || string(r.Host) != "d" {
		t.Errorf("second request in the same Request: %+v", r)
	}
	parseRequest(t, &s, &r, crlf("POST /c HTTP/1.1", "Host: d", "Transfer-Encoding: chunked"))
	parseRequest(t, &s, &r, crlf("GET /c HTTP/1.0"))
	if r.Chunked || r.Host != nil || len(r.Fields) != 0 || r.Framing() != none {
		t.Errorf("fourth request in the same Request: %+v", r)
	}
}

func TestErrorsShowNoSecrets(t *testing.T) {
	const secret = "hunter2"
	for _, head := range []string{
		"GET http://me:hunter2@a.test/ HTTP/1.1\nHost: a\r\n\r\n",
		"GET http://me:hunter2@a.test/ x HTTP/1.1\r\nHost: a\r\n\r\n",
		"GET http://me:hunter2@a.test/ HTTP/1.1\r\nHost: a\r\n\r\n",
		"GET http://me:and hunter2@a.test/ HTTP/1.1\r\nHost: a\r\n\r\n",
		"GET http://me:hunter2@a.test/#x HTTP/1.1\r\nHost: a\r\n\r\n",
		"GET http//me:hunter2@a.test/ HTTP/1.1\r\nHost: a\r\n\r\n",
		"GET http://me:hunter2@a.test:99999/ HTTP/1.1\r\nHost: a\r\n\r\n",
		"CONNECT me:hunter2@a.test:443 HTTP/1.1\r\nHost: a\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: me:hunter2@a.test\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: a\r\nAuthorization: Basic hunter2\n\r\n",
		"GET / HTTP/1.1\r\nHost: a\r\nAuthorization: Basic\r\n hunter2\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: a\r\nAuthorization: Basic\r\nhunter2\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: a\r\nAuthorization Basic hunter2\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: a\r\nAuthorization Basic me:hunter2\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: a\r\nAuthorization : Basic hunter2\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: a\r\nAuthorization: Basic hunter2\x00\r\n\r\n",
	} {
		r, _, err := readRequest([]byte(head))
		if err == nil {
			_, err = http1.ParseTarget(r.Method, r.Target)
		}
		if err == nil || strings.Contains(err.Error(), secret) {
			t.Errorf("%q: error %v, want one without the secret", head, err)
		}
	}
}

func TestQuoteIsShort(t *testing.T) {
	if got := http1.Quote([]byte("a\x00\"é\xff")); got != `"a\x00\"é\xff"` {
		t.Errorf("Quote = %s", got)
	}
	if got := http1.Quote(bytes.Repeat([]byte{0}, 1000)); len(got) > 300 {
		t.Errorf("Quote of 1000 bytes is %d bytes long", len(got))
	}
}

func TestNoAllocations(t *testing.T) {
	var (
		s http1.Scanner
		q http1.Request
		p http1.Response
	)
	upgrade := crlf("GET ws://a.test/ HTTP/1.1", "Host: a.test", "Connection: keep-alive, Upgrade, x", "Upgrade: websocket", "X: y")
	chunked := crlf("HTTP/1.1 200 OK", "Transfer-Encoding: chunked", "Connection: close")
	body := []byte("5;a=\"b\"\r\nhello\r\n0\r\nA: b\r\n\r\n")
	for name, f := range map[string]func(){
		"curl":     func() { parseRequest(t, &s, &q, curlHead) },
		"Chromium": func() { parseRequest(t, &s, &q, chromiumHead) },
		"upgrade":  func() { parseRequest(t, &s, &q, upgrade) },
		"answer":   func() { parseResponse(t, &s, &p, serverHead) },
		"chunked":  func() { parseResponse(t, &s, &p, chunked) },
		"All": func() {
			for e := range q.All("connection") {
				_ = e
			}
		},
		"Chunks": func() {
			var c http1.Chunks
			if n, err := c.Pass(body); n != len(body) || err != nil {
				t.Fatal(n, err)
			}
		},
	} {
		if n := testing.AllocsPerRun(100, f); n != 0 {
			t.Errorf("%s: %v allocations, want 0", name, n)
		}
	}
}
