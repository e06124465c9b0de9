package upstream

import (
	"log/slog"
	"time"
)

// Spec describes an upstream. Specs are comparable: equal ones make upstreams
// that behave the same.
type Spec struct {
	Name string // what the user calls it; may be empty
	URL  string // see Parse

	// User and Password log in to the endpoint. They take the place of those in
	// URL unless both are empty.
	User, Password string

	Method    string // auto (also empty), none, password
	OneFlight string // auto (also empty), yes, no
	Spares    int    // greeted connections kept ready; zero: none

	DialTimeout      time.Duration // zero: 10 s
	HandshakeTimeout time.Duration // zero: 10 s
}

// String returns the name and the URL, without a password.
func (s Spec) String() string {
	if s.Name == "" {
		return Redact(s.URL)
	}
	return s.Name + " (" + Redact(s.URL) + ")"
}

// GoString keeps the password out of %#v.
func (s Spec) GoString() string { return "upstream.Spec{" + s.String() + "}" }

// LogValue keeps the password out of logs.
func (s Spec) LogValue() slog.Value {
	return slog.GroupValue(slog.String("name", s.Name), slog.String("url", Redact(s.URL)))
}
