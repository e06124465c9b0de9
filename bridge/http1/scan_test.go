package http1_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/drawbridge-app/drawbridge/bridge/http1"
)

// scanned is what a Scanner makes of in: the head's length or the error.
func scanned(s *http1.Scanner, in []byte) string {
	n, err := s.Scan(in)
	if err != nil {
		return err.Error()
	}
	return fmt.Sprint(n)
}

// scannedInPieces is the same when in comes in pieces that end at the cuts.
func scannedInPieces(s *http1.Scanner, in []byte, cuts ...int) string {
	for _, cut := range cuts {
		if got := scanned(s, in[:cut]); got != "0" {
			return got
		}
	}
	return scanned(s, in)
}

func TestScan(t *testing.T) {
	limits := func(bytes, fields int) http1.Limits { return http1.Limits{Bytes: bytes, Fields: fields} }
	const small = "GET / HTTP/1.1\r\nHost: a\r\n\r\n" // 27 bytes
	for _, c := range []struct {
		name   string
		in     string
		limits http1.Limits
		want   string
	}{
		{"nothing", "", limits(0, 0), "0"},
		{"half", small[:20], limits(0, 0), "0"},
		{"all but the last byte", small[:26], limits(0, 0), "0"},
		{"whole", small, limits(0, 0), "27"},
		{"with a body", small + "body\nbody\r\n\r\n", limits(0, 0), "27"},
		{"with the next head", small + small, limits(0, 0), "27"},
		{"no fields", "HTTP/1.1 200 OK\r\n\r\n", limits(0, 0), "19"},
		{"bare LF", "GET / HTTP/1.1\nHost: a\n\n", limits(0, 0), "line 1 of the head ends in LF without CR"},
		{"bare LF in the third line", "GET / HTTP/1.1\r\nHost: a\r\nA: b\n\r\n", limits(0, 0), "line 3 of the head ends in LF without CR"},
		{"bare LF as the last line", "GET / HTTP/1.1\r\nHost: a\r\n\n", limits(0, 0), "line 3 of the head ends in LF without CR"},
		{"bare LF at the very beginning", "\nGET / HTTP/1.1\r\n\r\n", limits(0, 0), "line 1 of the head ends in LF without CR"},
		{"LF CR", "GET / HTTP/1.1\n\r", limits(0, 0), "line 1 of the head ends in LF without CR"},
		{"empty line first", "\r\n" + small, limits(0, 0), "29"},
		{"only an empty line", "\r\n", limits(0, 0), "0"},
		{"two empty lines", "\r\n\r\n", limits(0, 0), "empty lines instead of a message"},
		{"two empty lines first", "\r\n\r\n" + small, limits(0, 0), "empty lines instead of a message"},
		{"as long as allowed", small + "body", limits(27, 0), "27"},
		{"one byte longer", small, limits(26, 0), "the head is longer than 26 bytes"},
		{"too long without an end", strings.Repeat("x", 27), limits(26, 0), "the head is longer than 26 bytes"},
		{"not too long yet", strings.Repeat("x", 26), limits(26, 0), "0"},
		{"bare LF behind the limit", strings.Repeat("x", 40) + "\n", limits(26, 0), "the head is longer than 26 bytes"},
		{"as many fields as allowed", "GET / HTTP/1.1\r\nA: b\r\nA: b\r\n\r\n", limits(0, 2), "30"},
		{"one field more", "GET / HTTP/1.1\r\nA: b\r\nA: b\r\n\r\n", limits(0, 1), "the head has more than 1 fields"},
		{"too many fields without an end", "GET / HTTP/1.1\r\nA: b\r\nA: b\r\n", limits(0, 1), "the head has more than 1 fields"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := http1.Scanner{Limits: c.limits}
			in := []byte(c.in)
			if got := scanned(&s, in); got != c.want {
				t.Fatalf("Scan = %s, want %s", got, c.want)
			}
			for i := range in {
				s.Reset()
				if got := scannedInPieces(&s, in, i); got != c.want {
					t.Errorf("cut at %d: %s, want %s", i, got, c.want)
				}
			}
			s.Reset()
			var every []int
			for i := range in {
				every = append(every, i)
			}
			if got := scannedInPieces(&s, in, every...); got != c.want {
				t.Errorf("byte by byte: %s, want %s", got, c.want)
			}
		})
	}
}

// Where the pieces were cut must not show in what is parsed, either.
func TestParseAfterScanInPieces(t *testing.T) {
	for _, head := range [][]byte{curlHead, chromiumHead, append([]byte("\r\n"), curlHead...)} {
		var (
			s           http1.Scanner
			whole, part http1.Request
		)
		parseRequest(t, &s, &whole, head)
		for i := range head {
			s.Reset()
			scannedInPieces(&s, head, i)
			if err := part.Parse(&s, head); err != nil || !reflect.DeepEqual(&part, &whole) {
				t.Fatalf("cut at %d: %+v, %v; want %+v", i, &part, err, &whole)
			}
		}
	}
}

func TestEmptyLineBeforeStartLine(t *testing.T) {
	r, n, err := readRequest(append([]byte("\r\n"), curlHead...))
	if err != nil || n != len(curlHead)+2 || string(r.Method) != "GET" || len(r.Fields) != 4 {
		t.Errorf("request behind an empty line: %d, %v, %+v", n, err, r)
	}
	if _, _, err := readResponse(append([]byte("\r\n"), serverHead...)); err == nil {
		t.Error("response behind an empty line: no error")
	}
}

func TestLimitsAnswer431(t *testing.T) {
	s := http1.Scanner{Limits: http1.Limits{Bytes: 10, Fields: 1}}
	_, err := s.Scan(curlHead)
	if got := status(t, err); got != 431 {
		t.Errorf("too long: %d, want 431", got)
	}
	s = http1.Scanner{Limits: http1.Limits{Fields: 1}}
	_, err = s.Scan(curlHead)
	if got := status(t, err); got != 431 {
		t.Errorf("too many fields: %d, want 431", got)
	}
}
