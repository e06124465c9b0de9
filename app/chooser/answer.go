package chooser

import (
	"errors"
	"fmt"
	"strings"

	"github.com/drawbridge-app/drawbridge/bridge/upstream"
)

// ParseAnswer reads what a script's FindProxyForURL returned, such as
//
//	SOCKS5 127.0.0.1:1080; PROXY proxy.corp:3128; DIRECT
//
// and returns the URLs of upstreams that it means. SOCKS is SOCKS5; SOCKS4 is
// socks4a, since names go to the proxy as names. Nothing is skipped but empty
// elements: what would be left of an answer that is not understood could be DIRECT.
func ParseAnswer(text string) ([]string, error) {
	const most, mostElements = 4 << 10, 32
	if len(text) > most {
		return nil, fmt.Errorf("its answer is longer than %d bytes", most)
	}
	var ways []string
	for element := range strings.SplitSeq(text, ";") {
		element = strings.Trim(element, " \t\r\n")
		if element == "" {
			continue
		}
		way, err := parseWay(element)
		if err != nil {
			return nil, fmt.Errorf("its answer %s: %w", quote(element), err)
		}
		if ways = append(ways, way); len(ways) > mostElements {
			return nil, fmt.Errorf("its answer names more than %d ways", mostElements)
		}
	}
	if len(ways) == 0 {
		return nil, errors.New("its answer is empty")
	}
	return ways, nil
}

// parseWay reads one element.
func parseWay(text string) (string, error) {
	kind, address, _ := strings.Cut(strings.ReplaceAll(text, "\t", " "), " ")
	address = strings.Trim(address, " ")
	scheme := ""
	switch kind = strings.ToUpper(kind); kind {
	case "DIRECT":
		if address != "" {
			return "", errors.New("DIRECT has no address")
		}
		return "direct://", nil
	case "SOCKS", "SOCKS5":
		scheme = "socks5"
	case "SOCKS4":
		scheme = "socks4a"
	case "PROXY", "HTTP":
		scheme = "http"
	case "HTTPS":
		scheme = "https"
	default:
		return "", errors.New("there are DIRECT, PROXY, HTTP, HTTPS, SOCKS, SOCKS4 and SOCKS5")
	}
	if strings.ContainsAny(address, "/?#@") {
		return "", errors.New("an address is host:port alone")
	}
	e, err := upstream.Parse(scheme + "://" + address)
	if err != nil {
		return "", errors.Unwrap(err) // which does not say it again
	}
	return e.String(), nil
}

// quote shows a script's text in an error.
func quote(text string) string {
	const most = 80
	if len(text) > most {
		return fmt.Sprintf("%q…", text[:most])
	}
	return fmt.Sprintf("%q", text)
}
