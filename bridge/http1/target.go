package http1

import (
	"bytes"
	"net/netip"
)

// Form is one of the four forms of a request-target (RFC 9112 §3.2).
type Form uint8

const (
	Origin    Form = iota // /path?query
	Absolute              // http://host/path?query
	Authority             // host:port, of CONNECT only
	Asterisk              // *, of OPTIONS only
)

// A Target is a parsed request-target.
type Target struct {
	Form      Form
	Scheme    []byte // of the absolute form, as it came
	Authority []byte // of the absolute and the authority form, as it came
	Path      []byte // path and query as they came; may be empty in the absolute form, or begin with '?'
	Host      []byte // the authority's host, an IPv6 literal without its brackets
	Port      int    // the authority's port; 0 when it names none
}

// ParseTarget parses the request-target of a request with that method, as
// [Request.Parse] gave it.
func ParseTarget(method, target []byte) (t Target, err error) {
	switch {
	case string(method) == "CONNECT":
		t.Form = Authority
		if err := t.setAuthority(target); err != nil {
			return t, err
		}
		if t.Port == 0 {
			return t, bad("CONNECT needs host:port, not %s", Quote(target))
		}
	case bytes.IndexByte(target, '#') >= 0:
		// No client may send one, and some servers cut the path there.
		return t, bad("a fragment in a request: %s", quoteURL(target))
	case len(target) > 0 && target[0] == '/':
		t.Form, t.Path = Origin, target
	case len(target) == 1 && target[0] == '*' && string(method) == "OPTIONS":
		t.Form = Asterisk
	default:
		return parseAbsolute(target)
	}
	return t, nil
}

func parseAbsolute(target []byte) (Target, error) {
	t := Target{Form: Absolute}
	scheme, rest, ok := bytes.Cut(target, []byte("://"))
	if !ok || !all(scheme, isScheme) || lower(scheme[0]) < 'a' {
		return t, bad("neither a path nor a URL: %s", quoteURL(target))
	}
	authority := rest
	if i := bytes.IndexAny(rest, "/?"); i >= 0 {
		authority, t.Path = rest[:i], rest[i:]
	}
	t.Scheme = scheme
	return t, t.setAuthority(authority)
}

// setAuthority refuses user information (RFC 9110 §4.2.4), and does not show
// it: it may be a password.
func (t *Target) setAuthority(a []byte) error {
	if bytes.IndexByte(a, '@') >= 0 {
		return bad("a user name in the URL; send it as an Authorization header")
	}
	t.Authority = a
	host, port := splitPort(a)
	if len(host) > 0 && host[0] == '[' {
		if !validLiteral(host) {
			return bad("not an IPv6 address: %s", Quote(host))
		}
		host = host[1 : len(host)-1]
	} else if !all(host, isHost) {
		return bad("not a host name: %s", Quote(host))
	}
	t.Host = host
	if len(port) > 0 {
		n, ok := decimal(port)
		if !ok || n == 0 || n > 65535 {
			return bad("not a port: %s", Quote(port))
		}
		t.Port = int(n)
	}
	return nil
}

// splitPort cuts an authority at the colon behind the host. An empty port is
// none (RFC 3986 §6.2.3).
func splitPort(a []byte) (host, port []byte) {
	from := 0
	if len(a) > 0 && a[0] == '[' {
		from = bytes.IndexByte(a, ']') + 1
	}
	if i := bytes.IndexByte(a[from:], ':'); i >= 0 {
		return a[:from+i], a[from+i+1:]
	}
	return a, nil
}

// validLiteral reports whether host is an IPv6 address in brackets. A zone is
// the sender's own affair and means nothing elsewhere.
func validLiteral(host []byte) bool {
	if len(host) < 2 || host[len(host)-1] != ']' {
		return false
	}
	ip, err := netip.ParseAddr(string(host[1 : len(host)-1]))
	return err == nil && ip.Is6() && ip.Zone() == ""
}

// validHost reports whether v can be the value of a Host field: a host, with a
// port or without, or nothing (RFC 9110 §7.2).
func validHost(v []byte) bool {
	if clean(v, isHost) {
		return true
	}
	host, port := splitPort(v)
	if len(port) > 0 {
		if n, ok := decimal(port); !ok || n > 65535 {
			return false
		}
	}
	return all(host, isHost) || validLiteral(host)
}

// quoteURL is [Quote] without what comes in front of an '@', where a password
// may be.
func quoteURL(text []byte) string {
	if i := bytes.LastIndexByte(text, '@'); i >= 0 {
		return "…" + Quote(text[i:])
	}
	return Quote(text)
}
