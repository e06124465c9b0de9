package http1_test

import (
	"strings"
	"testing"

	"github.com/drawbridge-app/drawbridge/bridge/http1"
)

func crlf(lines ...string) []byte { return []byte(strings.Join(lines, "\r\n") + "\r\n\r\n") }

// Heads as real programs send them to a proxy, and as a server answers.
var (
	curlHead = crlf(
		"GET http://example.test:8080/index.html HTTP/1.1",
		"Host: example.test:8080",
		"User-Agent: curl/7.88.1",
		"Accept: */*",
		"Proxy-Connection: Keep-Alive",
	)
	chromiumHead = crlf(
		"GET http://example.test/static/js/main.8f4b2c1d.chunk.js?v=20261101 HTTP/1.1",
		"Host: example.test",
		"Proxy-Connection: keep-alive",
		"Pragma: no-cache",
		"Cache-Control: no-cache",
		"User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
		"sec-ch-ua: \"Chromium\";v=\"142\", \"Not=A?Brand\";v=\"24\"",
		"sec-ch-ua-mobile: ?0",
		"sec-ch-ua-platform: \"Linux\"",
		"Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8",
		"Sec-Fetch-Site: same-origin",
		"Sec-Fetch-Mode: no-cors",
		"Sec-Fetch-Dest: script",
		"Referer: http://example.test/some/page/that/is/deep?with=a&query=string",
		"Accept-Encoding: gzip, deflate, br",
		"Accept-Language: en-US,en;q=0.9",
		"Cookie: session=0123456789abcdef0123456789abcdef; theme=dark; consent=1; _ga=GA1.1.123456789.1700000000",
	)
	serverHead = crlf(
		"HTTP/1.1 200 OK",
		"Server: nginx/1.22.1",
		"Date: Fri, 20 Nov 2026 08:47:00 GMT",
		"Content-Type: text/html; charset=utf-8",
		"Content-Length: 1024",
		"Last-Modified: Thu, 19 Nov 2026 10:00:00 GMT",
		"Connection: keep-alive",
		"ETag: \"655b0a10-400\"",
		"Vary: Accept-Encoding",
		"Accept-Ranges: bytes",
	)
)

func BenchmarkRequest(b *testing.B) {
	for _, c := range []struct {
		name string
		head []byte
	}{{"curl", curlHead}, {"chromium", chromiumHead}} {
		b.Run(c.name, func(b *testing.B) {
			var (
				s http1.Scanner
				r http1.Request
			)
			b.ReportAllocs()
			b.SetBytes(int64(len(c.head)))
			for b.Loop() {
				parseRequest(b, &s, &r, c.head)
			}
		})
	}
}

func BenchmarkResponse(b *testing.B) {
	var (
		s http1.Scanner
		r http1.Response
	)
	b.ReportAllocs()
	b.SetBytes(int64(len(serverHead)))
	for b.Loop() {
		parseResponse(b, &s, &r, serverHead)
	}
}

func BenchmarkChunks(b *testing.B) {
	body := []byte(strings.Repeat("40\r\n"+strings.Repeat("x", 0x40)+"\r\n", 64) + "0\r\n\r\n")
	b.ReportAllocs()
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		var c http1.Chunks
		if n, err := c.Pass(body); n != len(body) || err != nil || !c.Done() {
			b.Fatal(n, err)
		}
	}
}

func parseRequest(tb testing.TB, s *http1.Scanner, r *http1.Request, head []byte) {
	s.Reset()
	if n, err := s.Scan(head); n != len(head) || err != nil {
		tb.Fatalf("Scan(%q) = %d, %v", head, n, err)
	}
	if err := r.Parse(s, head); err != nil {
		tb.Fatalf("Parse(%q): %v", head, err)
	}
	if _, err := http1.ParseTarget(r.Method, r.Target); err != nil {
		tb.Fatalf("ParseTarget(%q): %v", r.Target, err)
	}
}

func parseResponse(tb testing.TB, s *http1.Scanner, r *http1.Response, head []byte) {
	s.Reset()
	if n, err := s.Scan(head); n != len(head) || err != nil {
		tb.Fatalf("Scan(%q) = %d, %v", head, n, err)
	}
	if err := r.Parse(s, head); err != nil {
		tb.Fatalf("Parse(%q): %v", head, err)
	}
}
