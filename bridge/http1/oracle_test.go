package http1_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/textproto"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/drawbridge-app/drawbridge/bridge/http1"
)

// Where net/http is no oracle, with the reason.

// badEscape: net/http decodes the path, we pass it on as it came.
func badEscape(path []byte) bool {
	before, _, _ := bytes.Cut(path, []byte{'?'})
	_, err := url.PathUnescape(string(before))
	return err != nil
}

// forbiddenTrailer: net/http refuses a Trailer field that announces a framing
// field. We forward both, and a trailer frames nothing.
func forbiddenTrailer(m *http1.Message) bool {
	for name := range m.All("trailer") {
		if http1.Is(name, "transfer-encoding") || http1.Is(name, "content-length") || http1.Is(name, "trailer") {
			return true
		}
	}
	return false
}

// otherCodings: net/http knows chunked alone, in a single line.
func otherCodings(m *http1.Message) bool {
	lines := 0
	for _, f := range m.Fields {
		if f.Kind == http1.TransferEncoding {
			lines++
		}
	}
	return m.Coded || lines > 1
}

// loose: net/http refuses a blank before the colon in responses too, against
// RFC 9112 §5.1.
func loose(m *http1.Message) bool {
	return slices.ContainsFunc(m.Fields, func(f http1.Field) bool { return f.Loose })
}

// blankBeforeExtension: net/http refuses the blank of "5 ;a", against RFC 9112
// §7.1.1.
func blankBeforeExtension(body []byte) bool {
	return bytes.Contains(body, []byte(" ;")) || bytes.Contains(body, []byte("\t;"))
}

// ownLimit: net/http bounds the overhead of chunks and the length of the
// trailer section by its own measures.
func ownLimit(err error) bool {
	return strings.Contains(err.Error(), "too much non-data") || strings.Contains(err.Error(), "suspiciously long trailer")
}

// fields returns the sorted fields as net/http would hold them.
func fields(m *http1.Message) (lines []string) {
	for _, f := range m.Fields {
		switch f.Kind {
		case http1.Host, http1.TransferEncoding:
			continue // net/http takes them out
		}
		if m.Chunked && http1.Is(f.Name, "trailer") {
			continue // so it does with this one
		}
		lines = append(lines, textproto.CanonicalMIMEHeaderKey(string(f.Name))+": "+string(f.Value))
	}
	slices.Sort(lines)
	return lines
}

// headers returns the sorted fields of h, which came with m.
func headers(h http.Header, m *http1.Message) (lines []string) {
	h = maps.Clone(h)
	delete(h, "Host")
	if m.Get("cache-control") == nil {
		delete(h, "Cache-Control") // net/http makes it from Pragma
	}
	for name, values := range h {
		for _, v := range values {
			lines = append(lines, name+": "+v)
		}
	}
	slices.Sort(lines)
	return lines
}

// checkLines fails unless start line, fields and the empty line are the head.
func checkLines(t *testing.T, m *http1.Message, start string, head []byte) {
	t.Helper()
	whole := []byte(start)
	for _, f := range m.Fields {
		whole = append(whole, f.Line...)
		blank := string(f.Line[len(f.Name):bytes.IndexByte(f.Line, ':')])
		if rebuilt := string(f.Name) + blank + ":" + string(f.Value); strings.Trim(blank, " \t") != "" || (blank != "") != f.Loose ||
			strings.Map(dropBlanks, rebuilt) != strings.Map(dropBlanks, strings.TrimSuffix(string(f.Line), "\r\n")) {
			t.Errorf("line %q gave name %q, value %q, Loose %v", f.Line, f.Name, f.Value, f.Loose)
		}
	}
	whole = append(whole, "\r\n"...)
	if !bytes.Equal(whole, head) && !bytes.Equal(append([]byte("\r\n"), whole...), head) {
		t.Errorf("lines joined: %q\nhead:         %q", whole, head)
	}
}

func dropBlanks(r rune) rune {
	if r == ' ' || r == '\t' {
		return -1
	}
	return r
}

// checkBody compares what the framing makes of rest with net/http's body, read
// from br.
func checkBody(t *testing.T, framing http1.Framing, rest []byte, body io.Reader, br *bufio.Reader) {
	t.Helper()
	var (
		n    int
		data []byte
		done = true
	)
	switch framing.Kind {
	case http1.ByLength:
		n = int(min(framing.Length, int64(len(rest))))
		data, done = rest[:n], int64(n) == framing.Length
	case http1.ByChunks:
		var c http1.Chunks
		var err error
		if n, data, err = dechunk(&c, rest); err != nil {
			return // stricter than net/http
		}
		done = c.Done()
	case http1.UntilClose:
		n, data = len(rest), rest
	}
	theirs, err := io.ReadAll(body)
	if err != nil && (ownLimit(err) || framing.Kind == http1.ByChunks && blankBeforeExtension(rest)) {
		return
	}
	if (err == nil) != done || done && !bytes.Equal(data, theirs) {
		t.Errorf("body of %q by %+v: %q, done %v\nnet/http: %q, %v", rest, framing, data, done, theirs, err)
	}
	if left, _ := io.ReadAll(br); done && !bytes.Equal(left, rest[n:]) {
		t.Errorf("behind the body of %q by %+v: %q\nnet/http: %q", rest, framing, rest[n:], left)
	}
}

// checkRequest compares an accepted request with net/http's reading of in.
func checkRequest(t *testing.T, r *http1.Request, in []byte, n int) {
	t.Helper()
	checkLines(t, &r.Message, fmt.Sprintf("%s %s HTTP/1.%d\r\n", r.Method, r.Target, r.Minor), in[:n])
	target, err := http1.ParseTarget(r.Method, r.Target)
	if err != nil || badEscape(target.Path) || r.Chunked && forbiddenTrailer(&r.Message) {
		return
	}
	br := bufio.NewReader(bytes.NewReader(bytes.TrimPrefix(in, []byte("\r\n"))))
	theirs, err := http.ReadRequest(br)
	if err != nil {
		t.Fatalf("net/http refuses %q: %v", in, err)
	}
	if theirs.Method != string(r.Method) || theirs.RequestURI != string(r.Target) || theirs.ProtoMinor != r.Minor {
		t.Errorf("request line of %q: %q %q %d\nnet/http: %q %q %d", in, r.Method, r.Target, r.Minor, theirs.Method, theirs.RequestURI, theirs.ProtoMinor)
	}
	host := r.Host
	if target.Authority != nil {
		host = target.Authority
	}
	if theirs.Host != string(host) {
		t.Errorf("host of %q: %q\nnet/http: %q", in, host, theirs.Host)
	}
	if ours, theirs := fields(&r.Message), headers(theirs.Header, &r.Message); !slices.Equal(ours, theirs) {
		t.Errorf("fields of %q: %q\nnet/http: %q", in, ours, theirs)
	}
	if r.Get("proxy-connection") == nil && theirs.Close == r.Persistent() {
		t.Errorf("%q: Persistent() = %v, net/http's Close = %v", in, r.Persistent(), theirs.Close)
	}
	framing := r.Framing()
	if (framing.Kind == http1.ByChunks) != (len(theirs.TransferEncoding) > 0) ||
		framing.Kind != http1.ByChunks && framing.Length != theirs.ContentLength {
		t.Errorf("framing of %q: %+v\nnet/http: %d, %q", in, framing, theirs.ContentLength, theirs.TransferEncoding)
	}
	checkBody(t, framing, in[n:], theirs.Body, br)
}

// checkResponse compares an accepted response with net/http's reading of in.
func checkResponse(t *testing.T, r *http1.Response, method string, in []byte, n int) {
	t.Helper()
	checkLines(t, &r.Message, string(r.Line), in[:n])
	if loose(&r.Message) || otherCodings(&r.Message) || r.Chunked && forbiddenTrailer(&r.Message) {
		return
	}
	br := bufio.NewReader(bytes.NewReader(in))
	theirs, err := http.ReadResponse(br, &http.Request{Method: method})
	if err != nil {
		t.Fatalf("net/http refuses %q: %v", in, err)
	}
	if text := strings.TrimLeft(strings.TrimSuffix(string(r.Line[9:]), "\r\n"), " "); theirs.StatusCode != r.Status ||
		theirs.Status != text || theirs.ProtoMinor != r.Minor {
		t.Errorf("status line of %q: %q %d\nnet/http: %q %d", in, r.Line, r.Status, theirs.Status, theirs.ProtoMinor)
	}
	if ours, theirs := fields(&r.Message), headers(theirs.Header, &r.Message); !slices.Equal(ours, theirs) {
		t.Errorf("fields of %q: %q\nnet/http: %q", in, ours, theirs)
	}
	checkBody(t, r.Framing([]byte(method)), in[n:], theirs.Body, br)
}
