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
