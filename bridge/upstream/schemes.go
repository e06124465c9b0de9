package upstream

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"

	"github.com/drawbridge-app/drawbridge/bridge/socks"
	"golang.org/x/net/proxy"
)

func init() {
	proxy.RegisterDialerType("socks4", dialer4(socks.V4))
	proxy.RegisterDialerType("socks4a", dialer4(socks.V4a))
}

func dialer4(v socks.Version) func(*url.URL, proxy.Dialer) (proxy.Dialer, error) {
	return func(u *url.URL, forward proxy.Dialer) (proxy.Dialer, error) {
		d := &socks.Dialer{Version: v, Address: u.Host, User: u.User.Username()}
		d.Password, _ = u.User.Password()
		if f, ok := forward.(proxy.ContextDialer); ok && forward != proxy.Direct {
			d.Net = f.DialContext
		}
		return d, nil
	}
}

// ours reports whether a scheme is one of those that Parse documents.
func ours(scheme string) bool {
	switch scheme {
	case "socks5", "socks4", "socks4a", "http", "https", "direct":
		return true
	}
	return false
}

// dialerFor returns what dials by e. x/net's own SOCKS 5 is passed over: it has
// no typed errors, wraps the connection and can hang.
func dialerFor(e Endpoint, s Spec) (proxy.Dialer, error) {
	if e.Script != "" {
		if e.User != "" || e.Password != "" {
			return nil, errors.New("a PAC script has no login: it would reach every proxy that the script names")
		}
		return undecided{}, nil
	}
	switch e.Scheme {
	case "http", "https":
		if err := e.checkLogin(); err != nil {
			return nil, err
		}
		return newConnector(e, s), nil
	case "direct":
		return new(net.Dialer), nil
	case "socks5":
		return &socks.Dialer{Address: e.Address, User: e.User, Password: e.Password}, nil
	}
	u := &url.URL{Scheme: e.Scheme, Host: e.Address}
	if !ours(e.Scheme) {
		// A foreign scheme may have a path or a query that means something.
		if whole, err := url.Parse(s.URL); err == nil {
			u = whole
		}
	}
	if e.User != "" {
		u.User = url.UserPassword(e.User, e.Password)
	}
	d, err := proxy.FromURL(u, proxy.Direct)
	switch {
	case err == nil:
		return d, nil
	case strings.HasPrefix(err.Error(), "proxy: unknown scheme"):
		return nil, fmt.Errorf("scheme %q is not known; there are socks5, socks5h, socks, socks4, socks4a, http, https, direct, pac+file, pac+http and pac+https", e.Scheme)
	case e.Password != "" && strings.Contains(err.Error(), e.Password):
		return nil, fmt.Errorf("scheme %q refuses it", e.Scheme) // its error would tell the password
	}
	return nil, err
}
