package upstream

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// DefaultPort is that of SOCKS.
const DefaultPort = "1080"

// defaultPort is that of a scheme.
func defaultPort(scheme string) string {
	switch scheme {
	case "http":
		return "80"
	case "https":
		return "443"
	}
	return DefaultPort
}

// Endpoint is an upstream's URL, taken apart.
type Endpoint struct {
	Scheme         string // socks5, socks4, socks4a, http, https, direct, pac+file, pac+http, pac+https, or one that is registered
	Address        string // host:port; empty for direct and for a script
	User, Password string
	Script         string // the URL of a PAC script, which decides in the place of an endpoint; empty: there is none
}

// Parse reads an upstream's URL:
//
//	socks5://[user:password@]host[:1080]
//	socks4://[user@]host[:1080]
//	socks4a://[user@]host[:1080]
//	http://[user:password@]host[:80]
//	https://[user:password@]host[:443]
//	direct://
//	pac+file:///path/proxy.pac
//	pac+http://host/proxy.pac, pac+https://host/proxy.pac
//
// http:// and https:// are HTTP proxies, without and with TLS on the way to the
// proxy; all targets are reached by CONNECT. The last three name a PAC script
// that decides about each request.
//
// socks:// and socks5h:// mean socks5:// (names always go to the endpoint), and
// so does host[:port] without a scheme. User and password may be percent-encoded.
// An error quotes the text, with *** for a password.
func Parse(text string) (Endpoint, error) {
	e, err := parse(text)
	if err != nil {
		return Endpoint{}, fmt.Errorf("upstream %q: %w", Redact(text), err)
	}
	return e, nil
}

func parse(text string) (Endpoint, error) {
	if text == "" {
		return Endpoint{}, errors.New("empty; want something like socks5://127.0.0.1:1080")
	}
	scheme, rest, found := strings.Cut(text, "://")
	if !found {
		scheme, rest = "socks5", text
		if text == "direct" || text == "direct:" {
			scheme, rest = "direct", ""
		}
	}
	e := Endpoint{Scheme: strings.ToLower(scheme)}
	switch e.Scheme {
	case "socks", "socks5h":
		e.Scheme = "socks5"
	case "direct":
		if strings.Trim(rest, "/") != "" {
			return Endpoint{}, errors.New("direct:// has no address")
		}
		return e, nil
	}
	if !validScheme(e.Scheme) {
		return Endpoint{}, errors.New("no valid scheme before ://")
	}
	if strings.HasPrefix(e.Scheme, pac) {
		return parseScript(e.Scheme, rest)
	}

	if at := strings.LastIndexByte(rest, '@'); at >= 0 {
		if err := e.setLogin(rest[:at]); err != nil {
			return Endpoint{}, err
		}
		rest = rest[at+1:]
	}
	if path := strings.IndexAny(rest, "/?#"); path >= 0 {
		if rest[path:] != "/" && ours(e.Scheme) {
			return Endpoint{}, errors.New("nothing may follow the address")
		}
		rest = rest[:path]
	}
	var err error
	e.Address, err = address(rest, defaultPort(e.Scheme))
	return e, err
}

// setLogin reads user[:password]. Its errors quote nothing.
func (e *Endpoint) setLogin(text string) error {
	user, password, _ := strings.Cut(text, ":")
	var err error
	if e.User, err = url.PathUnescape(user); err != nil {
		return errors.New("bad percent-encoding in the user name")
	}
	if e.Password, err = url.PathUnescape(password); err != nil {
		return errors.New("bad percent-encoding in the password; write % as %25")
	}
	if e.User == "" {
		return errors.New("a login without a user name")
	}
	return nil
}

// address completes host[:port].
func address(text, otherwise string) (string, error) {
	host, port := text, otherwise
	if _, err := netip.ParseAddr(text); err != nil {
		switch {
		case strings.HasPrefix(text, "[") && strings.HasSuffix(text, "]"):
			host = text[1 : len(text)-1]
		case strings.Contains(text, ":"):
			if host, port, err = net.SplitHostPort(text); err != nil {
				return "", errors.New("the address is not host:port")
			}
		}
	}
	if host == "" {
		return "", errors.New("no host")
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
		return "", errors.New("the port is not a number from 1 to 65535")
	}
	if strings.ContainsFunc(host, func(r rune) bool { return r <= ' ' || r == 0x7f || strings.ContainsRune(`"\<>^{|}[]`+"`", r) }) {
		return "", errors.New("the host contains a character that no host has")
	}
	if strings.Contains(host, ":") {
		host = strings.Replace(host, "%25", "%", 1) // a zone as RFC 6874 writes it
		if _, err := netip.ParseAddr(host); err != nil {
			return "", errors.New("the host is no IPv6 address")
		}
	}
	return net.JoinHostPort(host, port), nil
}

// validScheme is RFC 3986, section 3.1, in lower case.
func validScheme(scheme string) bool {
	for i, c := range scheme {
		letter := 'a' <= c && c <= 'z'
		if !letter && (i == 0 || !('0' <= c && c <= '9' || c == '+' || c == '-' || c == '.')) {
			return false
		}
	}
	return scheme != ""
}

// String returns the canonical URL, with *** for a password.
func (e Endpoint) String() string {
	if e.Script != "" {
		return pac + e.Script
	}
	var b strings.Builder
	b.WriteString(e.Scheme)
	b.WriteString("://")
	if e.User != "" {
		b.WriteString(url.User(e.User).String())
		if e.Password != "" {
			b.WriteString(":***")
		}
		b.WriteByte('@')
	}
	b.WriteString(e.Address)
	return b.String()
}

// GoString keeps the password out of %#v.
func (e Endpoint) GoString() string { return "upstream.Endpoint{" + e.String() + "}" }

// LogValue keeps the password out of logs.
func (e Endpoint) LogValue() slog.Value { return slog.StringValue(e.String()) }

// Redact returns an upstream's URL, even one that Parse refuses, with *** in the
// place of the password.
func Redact(text string) string {
	at := strings.LastIndexByte(text, '@')
	if at < 0 {
		return text
	}
	start := 0
	if i := strings.Index(text, "://"); i >= 0 && i < at {
		start = i + len("://")
	}
	colon := strings.IndexByte(text[start:at], ':')
	if colon < 0 {
		return text
	}
	return text[:start+colon] + ":***" + text[at:]
}
