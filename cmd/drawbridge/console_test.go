package main

import (
	"bytes"
	"testing"
	"time"
)

func TestRate(t *testing.T) {
	for _, test := range []struct {
		perSecond float64
		want      string
	}{
		{0, "     0 B/s"}, {1, "     1 B/s"}, {999, "   999 B/s"}, {999.6, "  1.0 kB/s"}, {12_345, " 12.3 kB/s"},
		{999_400, "999.4 kB/s"}, {999_600, "  1.0 MB/s"}, {2_345_678_901, "  2.3 GB/s"}, {5e13, "50000.0 GB/s"},
	} {
		if got := rate(test.perSecond); got != test.want {
			t.Errorf("rate(%v) = %q, want %q", test.perSecond, got, test.want)
		}
	}
}

func TestMilliseconds(t *testing.T) {
	for _, test := range []struct {
		d    time.Duration
		want string
	}{
		{0, "0.0 ms"}, {123 * time.Microsecond, "0.1 ms"}, {9940 * time.Microsecond, "9.9 ms"}, {12345 * time.Microsecond, "12 ms"}, {3 * time.Second, "3000 ms"},
	} {
		if got := milliseconds(test.d); got != test.want {
			t.Errorf("milliseconds(%v) = %q, want %q", test.d, got, test.want)
		}
	}
}

// A log line goes above the live line, which stays the last; without a live line
// nothing is added.
func TestConsole(t *testing.T) {
	var out bytes.Buffer
	c := newConsole(&out)
	c.Write([]byte("first\n"))
	c.show("live")
	c.show("live")
	c.Write([]byte("second\n"))
	c.show("other")
	c.show("")
	c.Write([]byte("third\n"))
	want := "first\n" + clearLine + "live" + clearLine + "second\nlive" + clearLine + "other" + clearLine + "third\n"
	if got := out.String(); got != want {
		t.Errorf("console wrote %q, want %q", got, want)
	}
}
