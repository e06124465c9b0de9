package shell

import (
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"

	"github.com/drawbridge-app/drawbridge/bridge/route"
	"github.com/drawbridge-app/drawbridge/settings"
)

// A Variable is one of the environment.
type Variable struct{ Name, Value string }

// Environment returns the variables that make programs use the bridge at address, a host:port that can be dialled, with
// the login and the bypass list of its settings. Programs disagree about the case of the names, so there are both. With a
// login they hold its password: programs need it there.
func Environment(address string, s settings.Settings) []Variable {
	proxy := ProxyURL(address, s.Login)
	var vs []Variable
	for _, v := range []Variable{
		{"http_proxy", proxy},
		{"https_proxy", proxy},
		{"all_proxy", proxy},
		{"no_proxy", noProxy(s.Bypass)},
	} {
		vs = append(vs, v, Variable{strings.ToUpper(v.Name), v.Value})
	}
	return vs
}

// noProxy is what curl, Go and Python all read of a bypass list, and this machine itself. What it cannot say goes to the
// bridge, which sends it directly.
func noProxy(bypass []string) string {
	direct := []string{"localhost", "127.0.0.1", "::1"}
	list, err := route.ParseBypass(bypass)
	if err != nil { // settings that hold have none
		return strings.Join(direct, ",")
	}
	said := list.Say(route.NoProxy)
	if said.Text == "*" {
		return said.Text // it has to stand alone
	}
	for _, entry := range said.Entries {
		if !slices.Contains(direct, entry) {
			direct = append(direct, entry)
		}
	}
	return strings.Join(direct, ",")
}

// ProxyURL is the bridge at address as clients take it, with the login in it.
func ProxyURL(address string, login settings.Login) string {
	if !login.Set() {
		return "http://" + address
	}
	return "http://" + encode(login.User) + ":" + encode(login.Password.Reveal()) + "@" + address
}

// encode percent-encodes all but unreserved characters (RFC 3986, section 2.3). net/url leaves some that are special to
// one shell or another.
func encode(text string) string {
	var b strings.Builder
	for _, c := range []byte(text) {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', strings.IndexByte("-._~", c) >= 0:
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

// Address is where a client on this machine reaches what listens there: every address is also the loopback one. Its
// error quotes the text.
func Address(listen string) (string, error) {
	host, port, err := net.SplitHostPort(listen)
	if err != nil || port == "" {
		return "", fmt.Errorf("%q: is no address and port, such as 127.0.0.1:1095", listen)
	}
	if port == "0" {
		return "", fmt.Errorf("%q: port 0 is known only once the bridge runs; name the port that it tells", listen)
	}
	if strings.ContainsAny(host, " \t\r\n'\"`$\\@/") || strings.ContainsFunc(port, func(r rune) bool { return r < '0' || r > '9' }) {
		return "", fmt.Errorf("%q: is no address and port, such as 127.0.0.1:1095", listen)
	}
	addr, err := netip.ParseAddr(host)
	switch {
	case host == "", err == nil && addr.Unmap() == netip.IPv4Unspecified():
		host = "127.0.0.1"
	case err == nil && addr == netip.IPv6Unspecified():
		host = "::1"
	}
	return net.JoinHostPort(host, port), nil
}
