package settings

import (
	"fmt"
	"strings"
	"time"
)

// Duration is a time.Duration that is written the way people write it: "10s", "2m", "1h30m". Zero is "0s".
type Duration time.Duration

// String leaves out what is zero: "2m", not "2m0s".
func (d Duration) String() string {
	text := time.Duration(d).String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// MarshalText is String.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads numbers with units (ns, us, ms, s, m, h), as time.ParseDuration does. The error quotes the text.
func (d *Duration) UnmarshalText(text []byte) error {
	parsed, err := parseDuration(string(text))
	if err != nil {
		return fmt.Errorf("%q: %w", text, err)
	}
	*d = parsed
	return nil
}

// parseDuration returns an error without the text, for a Problem that quotes it.
func parseDuration(text string) (Duration, error) {
	d, err := time.ParseDuration(strings.TrimSpace(text))
	if err != nil {
		return 0, because("duration")
	}
	return Duration(d), nil
}
