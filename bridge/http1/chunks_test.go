package http1_test

import (
	"io"
	"net/http/httputil"
	"strings"
	"testing"

	"github.com/drawbridge-app/drawbridge/bridge/http1"
)

// dechunk feeds in to Next in pieces that end at the cuts and collects the data.
func dechunk(c *http1.Chunks, in []byte, cuts ...int) (n int, data []byte, err error) {
	for _, end := range append(cuts, len(in)) {
		for n < end && !c.Done() {
			m, d, err := c.Next(in[n:end])
			n += m
			if err != nil {
				return n, data, err
			}
			data = append(data, d...)
		}
	}
	return n, data, nil
}

// pass does the same with Pass.
func pass(c *http1.Chunks, in []byte, cuts ...int) (n int, err error) {
	for _, end := range append(cuts, len(in)) {
		m, err := c.Pass(in[n:end])
		if n += m; err != nil || c.Done() {
			return n, err
		}
	}
	return n, nil
}

func TestChunks(t *testing.T) {
	long := strings.Repeat("x", 4096)
	for _, c := range []struct {
		in   string
		want string // done, more, bad
		data string
		rest string // behind the body
	}{
		{"0\r\n\r\n", "done", "", ""},
		{"0\r\n\r\nGET /", "done", "", "GET /"},
		{"00\r\n\r\n\r\n", "done", "", "\r\n"},
		{"5\r\nhello\r\n0\r\n\r\n", "done", "hello", ""},
		{"5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n", "done", "hello world", ""},
		{"A\r\n0\r\n\r\n0\r\n\r\n\r\n0\r\n\r\n", "done", "0\r\n\r\n0\r\n\r\n", ""},
		{"b\r\nhello world\r\n0\r\n\r\n", "done", "hello world", ""},
		{"0000005\r\nhello\r\n000\r\n\r\n", "done", "hello", ""},
		{"000000000000005\r\nhello\r\n0\r\n\r\n", "done", "hello", ""},
		{"0000000000000005\r\nhello\r\n0\r\n\r\n", "bad", "", ""}, // 16 digits
		{"fffffffffffffff", "more", "", ""},
		{"10000000000000005\r\nhello\r\n0\r\n\r\n", "bad", "", ""}, // 5 modulo 2^64
		{"ffffffffffffffff\r\nhello", "bad", "", ""},
		{"0x5\r\nhello\r\n0\r\n\r\n", "bad", "", ""},
		{"-1\r\n", "bad", "", ""},
		{"+5\r\n", "bad", "", ""},
		{" 5\r\n", "bad", "", ""},
		{"\t5\r\n", "bad", "", ""},
		{"5_0\r\n", "bad", "", ""},
		{"5,5\r\n", "bad", "", ""},
		{"g\r\n", "bad", "", ""},
		{"\xef\xbc\x95\r\n", "bad", "", ""}, // a full-width 5
		{"\r\n", "bad", "", ""},
		{";a\r\n", "bad", "", ""},
		{"\n5\r\nhello", "bad", "", ""},
		{"5\nhello\r\n0\r\n\r\n", "bad", "", ""},
		{"5\rhello", "bad", "", ""},
		{"5\r\r\nhello", "bad", "", ""},
		{"5\x00\r\nhello", "bad", "", ""},
		{"5 \r\nhello\r\n0\t \r\n\r\n", "done", "hello", ""}, // padding, as some servers have it
		{"5 5\r\n", "bad", "", ""},
		{"5 x\r\n", "bad", "", ""},
		{"5;a\r\nhello\r\n0;b=c;d=\"e;\\\"f\"\r\n\r\n", "done", "hello", ""},
		{"5 ; a = b\r\nhello\r\n0 ;\r\n\r\n", "done", "hello", ""},
		{"5;\xff\xc3\xa9\r\nhello\r\n0\r\n\r\n", "done", "hello", ""},
		{"5;a\nhello\r\n0\r\n\r\n", "bad", "", ""},
		{"5;a=\"b\n\"\r\nhello", "bad", "", ""},
		{"5;a=\"b\r", "more", "", ""},
		{"5;a=\"b\r\"\r\nhello", "bad", "", ""},
		{"5;a=\"b\r\nhello\r\n0\r\n\r\n", "done", "hello", ""}, // a line ends, whatever its quotes say
		{"5;a\x00\r\nhello", "bad", "", ""},
		{"5;a\x7f\r\nhello", "bad", "", ""},
		{"5;" + long[:4092] + "\r\nhello\r\n0\r\n\r\n", "done", "hello", ""}, // 4096 bytes
		{"5;" + long[:4093] + "\r\nhello\r\n0\r\n\r\n", "bad", "", ""},
		{"5" + long[:100], "bad", "", ""},
		{"5\r\nhello0\r\n\r\n", "bad", "hello", ""},
		{"5\r\nhello\n0\r\n\r\n", "bad", "hello", ""},
		{"5\r\nhello\r0\r\n\r\n", "bad", "hello", ""},
		{"5\r\nhello!\r\n0\r\n\r\n", "bad", "hello", ""},
		{"5\r\nhello\r\n\r\n0\r\n\r\n", "bad", "hello", ""},
		{"5\r\nhell\r\n0\r\n\r\n", "bad", "hell\r", ""},
		{"5\r\nhel", "more", "hel", ""},
		{"0\r\nA: b\r\n\r\nx", "done", "", "x"},
		{"0\r\nA:\r\nB: \t c:d \xff\r\n\r\n", "done", "", ""},
		{"0\r\n\n", "bad", "", ""},
		{"0\r\n\rx", "bad", "", ""},
		{"0\n\r\n", "bad", "", ""},
		{"0\r\nA: b\n\r\n", "bad", "", ""},
		{"0\r\nA: b\rc\r\n\r\n", "bad", "", ""},
		{"0\r\nA: b\r\n c\r\n\r\n", "bad", "", ""}, // obs-fold
		{"0\r\n A: b\r\n\r\n", "bad", "", ""},
		{"0\r\nA : b\r\n\r\n", "bad", "", ""},
		{"0\r\n: b\r\n\r\n", "bad", "", ""},
		{"0\r\nA\r\n\r\n", "bad", "", ""},
		{"0\r\nA: \x00\r\n\r\n", "bad", "", ""},
		{"0\r\nA: " + strings.Repeat("x", 65527) + "\r\n\r\n", "done", "", ""}, // 64 KiB in all: "A: " and two CRLFs
		{"0\r\nA: " + strings.Repeat("x", 65530) + "\r\n\r\n", "bad", "", ""},
		{"0\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", "bad", "", ""},
	} {
		in, cuts := []byte(c.in), 0
		if len(in) < 200 {
			cuts = len(in)
		}
		for cut := range cuts + 1 {
			var next, passed http1.Chunks
			n, data, err := dechunk(&next, in, cut)
			got := "more"
			switch {
			case err != nil && status(t, err) == 400:
				got = "bad"
			case next.Done():
				got = "done"
			}
			if got != c.want || string(data) != c.data || got == "done" && string(in[n:]) != c.rest {
				t.Errorf("%.80q cut at %d: %s, %q, rest %q (%v); want %s, %q, rest %q", in, cut, got, data, in[n:], err, c.want, c.data, c.rest)
			}
			m, err2 := pass(&passed, in, cut)
			if m != n || (err2 != nil) != (err != nil) || passed.Done() != next.Done() {
				t.Errorf("%.80q cut at %d: Pass %d, %v, done %v; Next %d, %v, done %v", in, cut, m, err2, passed.Done(), n, err, next.Done())
			}
		}
		if c.want == "done" && !blankBeforeExtension([]byte(c.in)) {
			if data, err := io.ReadAll(httputil.NewChunkedReader(strings.NewReader(c.in))); err != nil || string(data) != c.data {
				t.Errorf("%.80q: net/http reads %q, %v; want %q", in, data, err, c.data)
			}
		}
	}
}

// Bulk goes by unseen: whoever splices it tells by Skip.
func TestChunksSkip(t *testing.T) {
	var c http1.Chunks
	c.Skip(0)
	if n, err := c.Pass([]byte("fffff")); n != 5 || err != nil || c.Data() != 0 {
		t.Fatalf("Pass = %d, %v; Data() = %d inside the size", n, err, c.Data())
	}
	if n, data, err := c.Next([]byte("f\r\nabc")); n != 3 || len(data) != 0 || err != nil || c.Data() != 0xffffff {
		t.Fatalf("Next = %d, %q, %v; Data() = %#x, want 0xffffff", n, data, err, c.Data())
	}
	if n, data, err := c.Next([]byte("abc")); n != 3 || string(data) != "abc" || err != nil || c.Data() != 0xfffffc {
		t.Fatalf("Next = %d, %q, %v; Data() = %#x, want 0xfffffc", n, data, err, c.Data())
	}
	c.Skip(0xfffff0)
	c.Skip(0)
	if c.Data() != 12 {
		t.Fatalf("Data() = %d, want 12", c.Data())
	}
	c.Skip(12)
	c.Skip(0) // at most Data(), outside the data too
	if c.Data() != 0 || c.Done() {
		t.Fatalf("Data() = %d, Done() = %v behind the data", c.Data(), c.Done())
	}
	if n, err := c.Pass([]byte("\r\n0\r\n\r\nx")); n != 7 || err != nil || !c.Done() || c.Data() != 0 {
		t.Fatalf("Pass = %d, %v; Done() = %v, Data() = %d", n, err, c.Done(), c.Data())
	}
	if n, err := c.Pass([]byte("x")); n != 0 || err != nil {
		t.Errorf("Pass behind the body = %d, %v", n, err)
	}
	if n, data, err := c.Next([]byte("x")); n != 0 || data != nil || err != nil {
		t.Errorf("Next behind the body = %d, %q, %v", n, data, err)
	}
}
