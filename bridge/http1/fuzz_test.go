package http1_test

import (
	"bytes"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/drawbridge-app/drawbridge/bridge/http1"
)

// cuts are two ways to have in come in pieces: two, and one byte each.
func cuts(in []byte, cut uint16) [2][]int {
	every := make([]int, len(in))
	for i := range every {
		every[i] = i
	}
	return [2][]int{{int(cut) % (len(in) + 1)}, every}
}

func checkScan(t *testing.T, in []byte, cut uint16, limits http1.Limits) {
	t.Helper()
	s := http1.Scanner{Limits: limits}
	whole := scanned(&s, in)
	for _, cuts := range cuts(in, cut) {
		s.Reset()
		if got := scannedInPieces(&s, in, cuts...); got != whole {
			t.Errorf("%q with %+v: %s; cut at %v: %s", in, limits, whole, cuts, got)
		}
	}
}

func FuzzRequest(f *testing.F) {
	for _, seed := range []string{
		string(curlHead), string(chromiumHead), string(chromiumHead) + "rest", "\r\n" + string(curlHead),
		"POST http://a.test/ HTTP/1.1\r\nHost: a.test\r\nContent-Length: 5\r\n\r\nhello, and more",
		"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTrailer: X\r\n\r\n5;a=b\r\nhello\r\n0\r\nX: y\r\n\r\nGET /",
		"CONNECT [::1]:443 HTTP/1.1\r\nHost: [::1]:443\r\nProxy-Connection: keep-alive\r\n\r\n\x16\x03\x01",
		"GET ws://a.test/ws HTTP/1.1\r\nHost: a.test\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n\r\n",
		"OPTIONS * HTTP/1.1\r\nHost: a\r\nMax-Forwards: 0\r\n\r\n",
		"GET http://h/%2f%zz;\xff?# HTTP/1.0\r\nPragma: no-cache\r\nConnection: keep-alive\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
		"GET / HTTP/1.1\r\nHost : a\r\nA: b\r\n c\r\n\r\n", "GET / HTTP/1.1\nHost: a\n\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
	} {
		f.Add([]byte(seed), uint16(len(seed)/2), uint8(0), uint8(0))
	}
	f.Fuzz(func(t *testing.T, in []byte, cut uint16, bytes, fields uint8) {
		checkScan(t, in, cut, http1.Limits{})
		checkScan(t, in, cut, http1.Limits{Bytes: int(bytes), Fields: int(fields)})
		if r, n, err := readRequest(in); err == nil && r != nil {
			checkRequest(t, r, in, n)
		} else if err != nil {
			status(t, err)
		}
	})
}

func FuzzResponse(f *testing.F) {
	for _, seed := range []string{
		string(serverHead), string(serverHead) + strings.Repeat("x", 1025),
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nA: b\r\n\r\nHTTP/1.1",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding : gzip, chunked\r\nTrailer: Content-Length\r\n\r\n0\r\n\r\n",
		"HTTP/1.0 200\r\nConnection: keep-alive\r\nPragma: no-cache\r\n\r\nuntil close",
		"HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n", "HTTP/1.1 304 \r\nETag: \"x\"\r\n\r\n",
		"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 101 X\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n\x81\x00",
		"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello", "HTTP/1.1 200 OK\nA: b\n\n", "\r\nHTTP/1.1 200 OK\r\n\r\n",
	} {
		f.Add([]byte(seed), false, uint16(len(seed)/2))
		f.Add([]byte(seed), true, uint16(3))
	}
	f.Fuzz(func(t *testing.T, in []byte, head bool, cut uint16) {
		checkScan(t, in, cut, http1.Limits{})
		method := "GET"
		if head {
			method = "HEAD"
		}
		if r, n, err := readResponse(in); err == nil && r != nil {
			checkResponse(t, r, method, in, n)
		} else if err != nil {
			status(t, err)
		}
	})
}

func FuzzTarget(f *testing.F) {
	for _, seed := range []string{
		"/", "/%2f%zz?a;b", "//a/b", "http://a.test:8080/x?y", "http://[::1]:80/", "HTTP://a_b?x/y", "http://\xc3\xa9.test/\xff", "a+b://c:/",
		"http:///x", "http://u:p@h/", "http://[fe80::1%25eth0]/", "http://h:65536/", "http://h#f", "a.test:443", "[2001:db8::1]:443", "*", "",
	} {
		for _, method := range []string{"GET", "CONNECT", "OPTIONS"} {
			f.Add(method, seed)
		}
	}
	f.Fuzz(func(t *testing.T, method, text string) {
		target, err := http1.ParseTarget([]byte(method), []byte(text))
		if err != nil {
			status(t, err)
			return
		}
		whole := string(target.Authority) + string(target.Path)
		switch target.Form {
		case http1.Absolute:
			whole = string(target.Scheme) + "://" + whole
		case http1.Asterisk:
			whole = "*"
		}
		if whole != text {
			t.Fatalf("%q joined again: %q", text, whole)
		}
		r, _, err := readRequest([]byte(method + " " + text + " HTTP/1.0\r\n\r\n"))
		if err != nil || r == nil || badEscape(target.Path) {
			return // no request has such a target, or net/url cannot hold it
		}
		uri := text
		if target.Form == http1.Authority {
			uri = "http://" + uri
		}
		u, err := url.ParseRequestURI(uri)
		if err != nil {
			t.Fatalf("net/url refuses %q: %v", uri, err)
		}
		if target.Form == http1.Origin || target.Form == http1.Asterisk {
			if u.Host != "" || u.Scheme != "" {
				t.Errorf("%q: net/url has host %q, scheme %q", uri, u.Host, u.Scheme)
			}
			return
		}
		port := u.Port()
		if port = strings.TrimLeft(port, "0"); port == "" {
			port = "0"
		}
		if u.User != nil || u.Host != string(target.Authority) || u.Hostname() != string(target.Host) || port != fmt.Sprint(target.Port) {
			t.Errorf("authority of %q: %q = %q, %d\nnet/url: %q = %q, %q", uri, target.Authority, target.Host, target.Port, u.Host, u.Hostname(), port)
		}
		if target.Form == http1.Absolute && !http1.Is(target.Scheme, u.Scheme) {
			t.Errorf("scheme of %q: %q\nnet/url: %q", uri, target.Scheme, u.Scheme)
		}
		path, query, _ := bytes.Cut(target.Path, []byte{'?'})
		if decoded, _ := url.PathUnescape(string(path)); u.Path != decoded || u.RawQuery != string(query) {
			t.Errorf("path of %q: %q, query %q\nnet/url: %q, %q", uri, path, query, u.Path, u.RawQuery)
		}
	})
}

func FuzzChunks(f *testing.F) {
	for _, seed := range []string{
		"0\r\n\r\n", "5\r\nhello\r\n0\r\n\r\nGET", "A;a=\"b;\\\"\"\r\n0123456789\r\n000 \r\nA: b\r\nC:\r\n\r\n", "5 ; a = b\r\nhello\r\n0\r\n\r\n",
		"fffffffffffffff\r\n", "10000000000000000\r\n", "0x5\r\n", "-1\r\n", "5\nhello", "5;a=\"b\r", "5\r\nhello0\r\n\r\n", "0\r\nA: b\r\n c\r\n\r\n",
		"0\r\nA : b\r\n\r\n", strings.Repeat("1\r\nx\r\n", 50) + "0\r\n\r\n", "5;" + strings.Repeat("x", 4092) + "\r\nhello\r\n0\r\n\r\n",
	} {
		f.Add([]byte(seed), uint16(len(seed)/2))
	}
	f.Fuzz(func(t *testing.T, in []byte, cut uint16) {
		var whole http1.Chunks
		n, data, err := dechunk(&whole, in)
		for _, cuts := range cuts(in, cut) {
			var next, passed http1.Chunks
			n2, data2, err2 := dechunk(&next, in, cuts...)
			if n2 != n || !bytes.Equal(data2, data) || fmt.Sprint(err2) != fmt.Sprint(err) || err == nil && next != whole {
				t.Errorf("%q: %d, %q, %v; cut at %v: %d, %q, %v", in, n, data, err, cuts, n2, data2, err2)
			}
			n3, err3 := pass(&passed, in, cuts...)
			if n3 != n || fmt.Sprint(err3) != fmt.Sprint(err) || passed.Done() != whole.Done() {
				t.Errorf("%q: Next %d, %v; Pass cut at %v: %d, %v", in, n, err, cuts, n3, err3)
			}
		}
		if err != nil {
			status(t, err)
			return
		}
		head := "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
		message := []byte(head + string(in))
		r, n, err := readResponse(message)
		if err != nil || n != len(head) {
			t.Fatal(n, err)
		}
		checkResponse(t, r, "GET", message, n)
	})
}
