package settings

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
)

// Secret is text that must not be shown. Printed, logged or made into JSON in any way it is "***" (an empty one stays
// empty); only Reveal, and the settings file itself, give the text.
type Secret string

// Reveal returns the text.
func (s Secret) Reveal() string { return string(s) }

// String returns "***", or "" for an empty secret.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return "***"
}

// GoString is String, quoted, for %#v.
func (s Secret) GoString() string { return fmt.Sprintf("%q", s.String()) }

// Format writes what String returns for every verb, so that %x and %d give nothing away either.
func (s Secret) Format(f fmt.State, verb rune) {
	text := s.String()
	if verb == 'q' || f.Flag('#') {
		text = s.GoString()
	}
	io.WriteString(f, text)
}

// LogValue is String, for slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalJSON is String, as JSON.
func (s Secret) MarshalJSON() ([]byte, error) { return json.Marshal(s.String()) }

// MarshalText is String, for every encoder that asks for text. The settings file is written with Reveal.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }
