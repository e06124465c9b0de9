package settings

import (
	"strings"
	"testing"
	"time"
)

func TestDuration(t *testing.T) {
	tests := []struct {
		text, written string
		want          time.Duration
	}{
		{"0s", "0s", 0},
		{"0", "0s", 0},
		{"10s", "10s", 10 * time.Second},
		{"60s", "1m", time.Minute},
		{"2m", "2m", 2 * time.Minute},
		{"60m", "1h", time.Hour},
		{"90m", "1h30m", 90 * time.Minute},
		{"1h0m5s", "1h0m5s", time.Hour + 5*time.Second},
		{"10h", "10h", 10 * time.Hour},
		{"10m", "10m", 10 * time.Minute},
		{"1.5s", "1.5s", 1500 * time.Millisecond},
		{" 250ms ", "250ms", 250 * time.Millisecond},
	}
	for _, tt := range tests {
		var d Duration
		if err := d.UnmarshalText([]byte(tt.text)); err != nil || time.Duration(d) != tt.want {
			t.Errorf("UnmarshalText(%q) = %v, %v, want %v", tt.text, time.Duration(d), err, tt.want)
		}
		if got := d.String(); got != tt.written {
			t.Errorf("String() of %q = %q, want %q", tt.text, got, tt.written)
		}
	}
	for _, text := range []string{"", "10", "s", "10 s", "ten seconds", "1d"} {
		var d Duration
		if err := d.UnmarshalText([]byte(text)); err == nil || !strings.Contains(err.Error(), `"`+text+`"`) {
			t.Errorf("UnmarshalText(%q) = %v, want an error that quotes it", text, err)
		}
	}
}
