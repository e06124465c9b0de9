package socks

import "fmt"

// Version is the dialect spoken with an endpoint. The zero value is SOCKS 5.
type Version int

const (
	V5  Version = iota // SOCKS 5, RFC 1928: names, IPv4, IPv6, login
	V4                 // SOCKS 4: IPv4 addresses only, a user name but no password
	V4a                // SOCKS 4a: SOCKS 4 with names
)

// String returns the version as it is spelled in an upstream's URL.
func (v Version) String() string {
	switch v {
	case V5:
		return "socks5"
	case V4:
		return "socks4"
	case V4a:
		return "socks4a"
	}
	return fmt.Sprintf("socks version %d", int(v))
}

// Method says how a [Dialer] logs in to a SOCKS 5 endpoint.
type Method int

const (
	// Auto offers what the credentials allow and remembers what the endpoint
	// chose. Without credentials that is no login alone; with them it is both,
	// and password alone for an endpoint that refuses the mixture.
	Auto     Method = iota
	None            // never log in, even with credentials
	Password        // always log in, RFC 1929
)

// String returns the method as [ParseMethod] reads it.
func (m Method) String() string {
	switch m {
	case Auto:
		return "auto"
	case None:
		return "none"
	case Password:
		return "password"
	}
	return fmt.Sprintf("method %d", int(m))
}

// ParseMethod reads "auto", "none" or "password"; the empty text is [Auto].
func ParseMethod(text string) (Method, error) {
	switch text {
	case "", "auto":
		return Auto, nil
	case "none":
		return None, nil
	case "password":
		return Password, nil
	}
	return Auto, fmt.Errorf("login method %q: want auto, none or password", text)
}

// OneFlight says whether greeting, login and request may share one segment.
// Most endpoints take that; some (microsocks) read the greeting, throw the rest
// away and wait for ever.
type OneFlight int

const (
	FlightAuto OneFlight = iota // find out by a probe in the background
	FlightYes                   // from the first dial on, until the endpoint hangs up on it
	FlightNo                    // never
)

// String returns the setting as [ParseOneFlight] reads it.
func (f OneFlight) String() string {
	switch f {
	case FlightAuto:
		return "auto"
	case FlightYes:
		return "yes"
	case FlightNo:
		return "no"
	}
	return fmt.Sprintf("one flight %d", int(f))
}

// ParseOneFlight reads "auto", "yes" or "no"; the empty text is [FlightAuto].
func ParseOneFlight(text string) (OneFlight, error) {
	switch text {
	case "", "auto":
		return FlightAuto, nil
	case "yes":
		return FlightYes, nil
	case "no":
		return FlightNo, nil
	}
	return FlightAuto, fmt.Errorf("one flight %q: want auto, yes or no", text)
}

// Stage is a step of opening a connection through an endpoint, in this order.
type Stage string

const (
	StageDial     Stage = "dial"     // TCP to the endpoint
	StageGreeting Stage = "greeting" // which login method; SOCKS 5 only
	StageLogin    Stage = "login"    // RFC 1929; SOCKS 5 only
	StageRequest  Stage = "request"  // the endpoint's own way to the target
)
