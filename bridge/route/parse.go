package route

import (
	"errors"
	"net/netip"
	"strconv"
	"strings"
)

// ParseBypass reads a list of patterns. Spaces around a pattern do not matter.
// Its error is of type [Errors] and tells of every bad pattern.
func ParseBypass(patterns []string) (*Bypass, error) {
	b := &Bypass{patterns: make([]pattern, 0, len(patterns))}
	var errs Errors
	for i, text := range patterns {
		p, err := parse(strings.TrimSpace(text))
		if err != nil {
			errs = append(errs, &PatternError{Index: i, Text: text, Reason: err.Error()})
			continue
		}
		b.patterns = append(b.patterns, p)
	}
	if errs != nil {
		return nil, errs
	}
	return b, nil
}

func parse(text string) (pattern, error) {
	p := pattern{text: text}
	switch {
	case text == "":
		return p, errors.New("is empty")
	case strings.Contains(text, "://"):
		return p, errors.New("is a URL; write the host alone")
	case strings.ContainsAny(text, " \t\r\n,;"):
		return p, errors.New("is more than one pattern; write each by itself")
	}
	host, port, err := split(text)
	if err != nil {
		return p, err
	}
	if port != "" {
		n, err := strconv.ParseUint(port, 10, 16)
		if err != nil || n == 0 {
			return p, errors.New("has a port that is no number from 1 to 65535")
		}
		p.port = uint16(n)
	}
	return p, p.setHost(strings.ToLower(host))
}

// split takes the port off. A port that is there is not empty.
func split(text string) (host, port string, err error) {
	if strings.HasPrefix(text, "[") {
		inside, behind, ok := strings.Cut(text[1:], "]")
		if !ok {
			return "", "", errors.New("has a [ without a ]")
		}
		behind, port, found := strings.Cut(behind, ":")
		if !strings.Contains(inside, ":") || behind != "" && (behind[0] != '/' || strings.Contains(inside, "/")) || found && port == "" {
			return "", "", errors.New("is no IPv6 address in brackets, such as [fd00::1] or [fd00::1]:443")
		}
		return inside + behind, port, nil
	}
	if _, err := netip.ParseAddr(text); err == nil {
		return text, "", nil
	}
	at := strings.LastIndexByte(text, ':')
	if slash := strings.IndexByte(text, '/'); at < slash {
		return text, "", nil // the colons are the network's own
	}
	if at < 0 {
		return text, "", nil
	}
	host, port = text[:at], text[at+1:]
	switch {
	case strings.Contains(host, ":") && !strings.Contains(host, "/"):
		return "", "", errors.New("is no IPv6 address")
	case port == "":
		return "", "", errors.New("has a colon without a port")
	}
	return host, port, nil
}

// setHost reads what is left without the port, in lower case.
func (p *pattern) setHost(host string) error {
	switch {
	case host == "*":
		p.is = anything
		return nil
	case host == "<local>":
		p.is = local
		return nil
	case strings.Contains(host, "/"):
		return p.setNetwork(host)
	}
	if addr, err := netip.ParseAddr(host); err == nil {
		if addr.Zone() != "" {
			return errors.New("has a zone; leave out what begins with %")
		}
		addr = addr.Unmap()
		p.is, p.prefix = addressesIn, netip.PrefixFrom(addr, addr.BitLen())
		return nil
	}
	if host == "*." { // half typed: without its dot it would be every name
		return errEmptyLabel
	}
	return p.setGlob(strings.TrimSuffix(host, "."))
}

func (p *pattern) setNetwork(text string) error {
	prefix, err := netip.ParsePrefix(text)
	if err != nil {
		return errors.New("is no network, such as 10.0.0.0/8 or fd00::/8")
	}
	if prefix.Addr().Is4In6() {
		return errors.New("is a network of IPv4 addresses within IPv6; write it as IPv4")
	}
	p.is, p.prefix = addressesIn, prefix.Masked()
	return nil
}

var errEmptyLabel = errors.New("has nothing between two dots, or before or behind one")

func (p *pattern) setGlob(glob string) error {
	if strings.HasPrefix(glob, ".") {
		glob = "*" + glob
	}
	p.is, p.glob = name, glob
	switch {
	case strings.ContainsFunc(glob, notInNames):
		return errors.New("has a character that no host name has; names in other scripts are written as xn--…")
	case glob == "" || glob == "*." || strings.Contains(glob, ".."):
		return errEmptyLabel
	case strings.Trim(glob, "0123456789.*") != "" || strings.Trim(glob, ".*") == "":
		return nil
	case !strings.Contains(glob, "*") || strings.Count(glob, ".") > 3:
		return errors.New("is no IP address")
	}
	p.is = ipv4
	return nil
}

func notInNames(r rune) bool {
	return !('a' <= r && r <= 'z' || '0' <= r && r <= '9' || strings.ContainsRune("-_.*", r))
}
