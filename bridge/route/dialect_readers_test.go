package route_test

import (
	"net/netip"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/net/http/httpproxy"

	"github.com/drawbridge-app/drawbridge/bridge/route"
)

// A reader is how a program reads a dialect: whether, with that text, it connects
// to a target directly. The host is as a URL has it, without brackets; the port
// is not written there if it is 80 or 443. Unless it is frugal, it reads all
// that is said wholly.
type reader struct {
	name   string
	direct func(text, host string, port uint16) bool
	frugal bool
}

func readersOf(d route.Dialect) []reader {
	switch d {
	case route.WinINet:
		return []reader{{"WinINet", wininet, false}, {"Chromium", chromium(";", false), false}}
	case route.MacOS:
		return []reader{{"macOS", macos, false}}
	case route.GNOME:
		return []reader{{"GLib", glib, false}, {"Chromium", chromium("'", false), true}}
	case route.KDE:
		// KIO stops at an entry that is longer than the host and ends as it does.
		return []reader{{"Chromium", chromium(",", true), false}, {"KIO", kio, true}}
	case route.Curl:
		return []reader{{"curl", curl, false}, {"curl 8.18", curl818, false}}
	case route.Go:
		return []reader{{"httpproxy", goProxy, false}}
	case route.Python:
		return []reader{{"urllib", urllib, false}, {"requests", requests, false}}
	}
	return []reader{{"curl", curl, false}, {"curl 8.18", curl818, false}, {"httpproxy", goProxy, false}, {"urllib", urllib, false}, {"requests", requests, false}}
}

func bracketed(host string) string {
	if strings.Contains(host, ":") {
		return "[" + host + "]"
	}
	return host
}

// written is what a URL says behind the scheme.
func written(host string, port uint16) string {
	if port == 80 || port == 443 {
		return bracketed(host)
	}
	return bracketed(host) + ":" + strconv.Itoa(int(port))
}

func isAddress(host string) bool {
	_, err := netip.ParseAddr(host)
	return err == nil
}

func like(glob, text string) bool {
	return regexp.MustCompile("(?i)^" + strings.ReplaceAll(regexp.QuoteMeta(glob), `\*`, ".*") + "$").MatchString(text)
}

// portBehind splits entry:port; without a port that is the target's.
func portBehind(entry string, port uint16) (string, bool) {
	if at := strings.LastIndexByte(entry, ':'); at > strings.LastIndexByte(entry, ']') {
		return entry[:at], entry[at+1:] == strconv.Itoa(int(port))
	}
	return entry, true
}

func inside(entry, host string) bool {
	prefix, err := netip.ParsePrefix(entry)
	addr, errAddr := netip.ParseAddr(host)
	return err == nil && errAddr == nil && prefix.Contains(addr)
}

func wininet(text, host string, port uint16) bool {
	for entry := range strings.SplitSeq(text, ";") {
		if entry == "<local>" {
			if !strings.Contains(host, ".") && !isAddress(host) {
				return true
			}
			continue
		}
		if entry, here := portBehind(entry, port); here && like(entry, bracketed(host)) {
			return true
		}
	}
	return false
}

// chromium reads what the desktops have with the parser of its own bypass rules
// (net/proxy_resolution/proxy_bypass_rules.h); on KDE by endings.
func chromium(separator string, endings bool) func(text, host string, port uint16) bool {
	return func(text, host string, port uint16) bool {
		for entry := range strings.SplitSeq(text, separator) {
			if strings.Contains(entry, "/") {
				if inside(entry, host) {
					return true
				}
				continue
			}
			entry, here := portBehind(entry, port)
			if entry == "" {
				continue
			}
			if strings.HasPrefix(entry, ".") || endings && !strings.HasPrefix(entry, "*") && !strings.HasPrefix(entry, "<") {
				entry = "*" + entry
			}
			if here && wininet(entry, host, port) {
				return true
			}
		}
		return false
	}
}

func macos(text, host string, _ uint16) bool {
	for entry := range strings.FieldsSeq(text) {
		if base, bits, ok := strings.Cut(entry, "/"); ok {
			base += strings.Repeat(".0", 3-strings.Count(base, "."))
			if inside(base+"/"+bits, host) {
				return true
			}
		} else if like(entry, host) {
			return true
		}
	}
	return false
}

// glib is GSimpleProxyResolver.
func glib(text, host string, port uint16) bool {
	if port == 80 || port == 443 {
		port = 0
	}
	for entry := range strings.SplitSeq(strings.TrimSuffix(strings.TrimPrefix(text, "['"), "']"), "', '") {
		if entry == "" || inside(entry, host) || entry == host && isAddress(host) {
			if entry != "" {
				return true
			}
			continue
		}
		name, here := entry, true
		if addr, err := netip.ParseAddrPort(entry); err == nil {
			name, here = addr.Addr().String(), addr.Port() == port
		} else if strings.Count(entry, ":") == 1 {
			name, here = portBehind(entry, port)
		}
		name = strings.TrimPrefix(strings.TrimPrefix(name, "*"), ".")
		if here && under(name, host) {
			return true
		}
	}
	return false
}

// under reports whether host is name, or under it.
func under(name, host string) bool {
	host, name = strings.ToLower(host), strings.ToLower(name)
	return name != "" && (host == name || strings.HasSuffix(host, "."+name))
}

// kio is KProtocolManager of KDE Frameworks 5, which reads the list backwards.
func kio(text, host string, port uint16) bool {
	if backwards(host, text) || port != 80 && port != 443 && backwards(written(host, port), text) {
		return true
	}
	return !strings.Contains(host, ".") && backwards("<local>", text)
}

func backwards(host, list string) bool {
	entries := strings.Split(list, ",")
	for i := len(entries) - 1; i >= 0; i-- {
		switch e := entries[i]; {
		case e == "":
		case strings.HasSuffix(host, e):
			return true
		case strings.HasSuffix(e, host):
			return false
		}
	}
	return false
}

// curl is one before 8.18, which compares addresses of IPv6 as texts.
func curl(text, host string, _ uint16) bool {
	if text == "*" {
		return true
	}
	for entry := range strings.SplitSeq(text, ",") {
		if addr, err := netip.ParseAddr(host); err == nil && addr.Is4() {
			if inside(entry, host) && !strings.HasSuffix(entry, "/0") || entry == host {
				return true
			}
		} else if under(strings.TrimSuffix(strings.TrimPrefix(entry, "."), "."), strings.TrimSuffix(host, ".")) {
			return true
		}
	}
	return false
}

func curl818(text, host string, port uint16) bool {
	for entry := range strings.SplitSeq(text, ",") {
		if inside(entry, host) && !strings.HasSuffix(entry, "/0") {
			return true
		}
	}
	return curl(text, host, port)
}

func goProxy(text, host string, port uint16) bool {
	c := httpproxy.Config{HTTPProxy: "http://127.0.0.1:1095", HTTPSProxy: "http://127.0.0.1:1095", NoProxy: text}
	scheme := "http"
	if port == 443 {
		scheme = "https"
	}
	proxy, err := c.ProxyFunc()(&url.URL{Scheme: scheme, Host: written(host, port)})
	return err == nil && proxy == nil
}

// urllib is proxy_bypass_environment.
func urllib(text, host string, port uint16) bool {
	return bypassEnvironment(text, written(host, port))
}

func bypassEnvironment(text, host string) bool {
	if text == "*" {
		return true
	}
	only := host // what stands before the last colon, if digits or nothing are behind it
	if at := strings.LastIndexByte(host, ':'); at >= 0 && strings.Trim(host[at+1:], "0123456789") == "" {
		only = host[:at]
	}
	for entry := range strings.SplitSeq(text, ",") {
		entry = strings.TrimLeft(entry, ".")
		if under(entry, only) || under(entry, host) {
			return true
		}
	}
	return false
}

// requests is should_bypass_proxies.
func requests(text, host string, port uint16) bool {
	addr, err := netip.ParseAddr(host)
	for entry := range strings.SplitSeq(text, ",") {
		if err == nil && addr.Is4() {
			if inside(entry, host) && !strings.HasSuffix(entry, "/0") || entry == host {
				return true
			}
			continue
		}
		entry = strings.TrimLeft(entry, ".")
		full := host
		if port != 80 && port != 443 {
			full += ":" + strconv.Itoa(int(port))
		}
		if under(entry, host) || under(entry, full) {
			return true
		}
	}
	return bypassEnvironment(text, host)
}
