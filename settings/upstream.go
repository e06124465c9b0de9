package settings

import (
	"cmp"
	"errors"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/drawbridge-app/drawbridge/bridge"
	"github.com/drawbridge-app/drawbridge/bridge/upstream"
)

// ProfileFromURL makes a profile of what a person pastes: socks5://user:password@host:port. The login goes where it does
// not show. The error quotes the text without a password.
func ProfileFromURL(name, text string) (Profile, error) {
	e, err := upstream.Parse(text)
	if err != nil {
		return Profile{}, err
	}
	p := DefaultProfile()
	p.Name, p.User, p.Password = name, e.User, Secret(e.Password)
	p.URL = text
	if e.User != "" {
		e.User, e.Password = "", ""
		p.URL = e.String()
	}
	return p, nil
}

// Spec is the profile as the engine wants it, with the timeouts that concern the upstream.
func (p Profile) Spec(t Timeouts) upstream.Spec {
	return upstream.Spec{
		Name:             p.Name,
		URL:              p.URL,
		User:             p.User,
		Password:         p.Password.Reveal(),
		Method:           p.Method,
		OneFlight:        p.OneFlight,
		Spares:           p.Spares,
		DialTimeout:      time.Duration(t.Dial),
		HandshakeTimeout: time.Duration(t.Handshake),
	}
}

// url checks the URL of the profile with that index.
func (c *checking) url(i int) {
	p, at := c.settings.Profiles[i], profilePath(i, "url")
	if p.URL == "" {
		c.report(at, "", because("url_missing"))
		return
	}
	e, err := upstream.Parse(p.URL)
	if err != nil {
		c.report(at, upstream.Redact(p.URL), reasonFor(cause(err)))
		return
	}
	if e.User != "" {
		c.report(at, upstream.Redact(p.URL), because("url_login"))
		return
	}
	// RFC 1929 has no room for an empty one, and SOCKS 4 has none at all.
	if e.Scheme == "socks5" && p.Method != "none" && p.User != "" && p.Password == "" {
		c.report(profilePath(i, "password"), "", because("beside_user"))
	}
	if (e.Scheme == "http" || e.Scheme == "https") && strings.Contains(p.User, ":") {
		c.report(profilePath(i, "user"), p.User, because("colon"))
	}
	where := e.Address
	if script, err := url.Parse(e.Script); err == nil && e.Script != "" {
		where = net.JoinHostPort(script.Hostname(), cmp.Or(script.Port(), "80"))
	}
	if own, ok := c.ownListener(where); ok {
		c.report(at, p.URL, because("url_circle", "own", own))
	}
}

// engine asks the engine itself about a profile in which nothing else is wrong.
func (c *checking) engine(i int) {
	for _, f := range c.findings {
		if len(f.path) > 1 && f.path[0] == "profile" && f.path[1] == strconv.Itoa(i) {
			return
		}
	}
	p := c.settings.Profiles[i]
	u, err := upstream.New(p.Spec(Timeouts{}))
	if err != nil {
		c.report(profilePath(i, "url"), p.URL, reasonFor(cause(err)))
		return
	}
	u.Close()
}

// cause is an error of the engine without the URL in front: a Problem quotes it already.
func cause(err error) error {
	if inner := errors.Unwrap(err); inner != nil {
		return inner
	}
	return err
}

// ownListener returns the listen address that an upstream's address would lead back to.
func (c *checking) ownListener(address string) (string, bool) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return "", false
	}
	// A name is never looked up here; localhost is the one whose address is known.
	if strings.EqualFold(strings.TrimSuffix(host, "."), "localhost") {
		host = "127.0.0.1"
	}
	target, err := netip.ParseAddrPort(net.JoinHostPort(host, port))
	if err != nil {
		return "", false
	}
	addr := target.Addr().Unmap()
	for _, text := range c.settings.Listen {
		listen, err := bridge.ParseListen(text)
		if err != nil || listen.Port() != target.Port() || listen.Port() == 0 {
			continue
		}
		own := listen.Addr()
		if own == addr || addr.IsUnspecified() || own.IsUnspecified() && addr.IsLoopback() {
			return text, true
		}
	}
	return "", false
}
