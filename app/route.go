package app

import (
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"

	"github.com/drawbridge-app/drawbridge/bridge/route"
)

// Bypassed tells which pattern of a bypass list, if any, lets a target go directly. A target is what a person types: a
// host, host:port, or a URL; without a port it is asked about as https, 443.
func Bypassed(bypass []string, target string) (pattern string, direct bool, err error) {
	list, err := route.ParseBypass(bypass)
	if err != nil {
		return "", false, err
	}
	host, port, err := splitTarget(target)
	if err != nil {
		return "", false, err
	}
	pattern, direct = list.Match(host, port)
	return pattern, direct, nil
}

// Unsaid is a pattern of a bypass list that others than the bridge cannot be told exactly. Their requests for what it
// matches come to the bridge, which goes by the list itself.
type Unsaid struct {
	Pattern string // as the user wrote it
	Dialect string // of whom: "gnome", "kde", "wininet", "macos"; "no_proxy" for programs in a terminal
	Reason  string // a code, see package route
	Partly  bool   // some of it is said, or some programs read it
}

// UnsaidOn tells what of a bypass list cannot be said on a system, a GOOS: dialect by dialect, in the list's order. It is
// empty for a list with a pattern that means nothing.
func UnsaidOn(system string, bypass []string) []Unsaid {
	list, err := route.ParseBypass(bypass)
	if err != nil {
		return nil
	}
	var all []Unsaid
	for _, d := range dialectsOn(system) {
		for _, u := range list.Say(d).Unsaid {
			all = append(all, Unsaid{u.Pattern, string(d), string(u.Reason), u.Partly})
		}
	}
	return all
}

// dialectsOn are the dialects that programs on a system are told a list in.
func dialectsOn(system string) []route.Dialect {
	switch system {
	case "windows":
		return []route.Dialect{route.WinINet, route.NoProxy}
	case "darwin":
		return []route.Dialect{route.MacOS, route.NoProxy}
	}
	return []route.Dialect{route.GNOME, route.KDE, route.NoProxy}
}

func splitTarget(target string) (host string, port uint16, err error) {
	text := strings.TrimSpace(target)
	if strings.Contains(text, "://") {
		u, err := ParseCheckURL(text)
		if err != nil {
			return "", 0, err
		}
		text = hostPort(u)
	} else if _, _, err := net.SplitHostPort(text); err != nil {
		text = net.JoinHostPort(strings.Trim(text, "[]"), "443")
	}
	host, digits, err := net.SplitHostPort(text)
	n, bad := strconv.ParseUint(digits, 10, 16)
	if err != nil || bad != nil || host == "" || host != url.PathEscape(host) && !strings.Contains(host, ":") {
		return "", 0, fmt.Errorf("target %q: has to be a host, or host:port", target)
	}
	return host, uint16(n), nil
}
