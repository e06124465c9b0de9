package pac

import (
	"errors"
	"net"
	"net/netip"
	"strconv"
	"strings"
)

// The functions of a PAC script about hosts. None of them asks a name server: a
// name resolves to nothing, an address to itself.

func isPlainHostName(host string) bool {
	return !strings.Contains(host, ".") && !strings.Contains(host, ":")
}

func dnsDomainIs(host, domain string) bool {
	return domain != "" && strings.HasSuffix(strings.ToLower(host), strings.ToLower(domain))
}

func localHostOrDomainIs(host, whole string) bool {
	host, whole = strings.ToLower(host), strings.ToLower(whole)
	name, _, _ := strings.Cut(whole, ".")
	return host == whole || host == name
}

func dnsDomainLevels(host string) int { return strings.Count(host, ".") }

// address is host as an address; false for a name.
func address(host string) (netip.Addr, bool) {
	a, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return a.Unmap().WithZone(""), err == nil
}

// isInNet is for IPv4 alone, as it always was; isInNetEx is for both.
func isInNet(host, network, mask string) bool {
	a, ok := address(host)
	n, okToo := address(network)
	m, okMask := address(mask)
	if !ok || !okToo || !okMask || !a.Is4() || !n.Is4() || !m.Is4() {
		return false
	}
	host4, network4, mask4 := a.As4(), n.As4(), m.As4()
	for i := range mask4 {
		if host4[i]&mask4[i] != network4[i]&mask4[i] {
			return false
		}
	}
	return true
}

// isInNetEx takes a network such as 10.0.0.0/8 or fd00::/8.
func isInNetEx(host, network string) bool {
	a, ok := address(host)
	p, err := netip.ParsePrefix(network)
	return ok && err == nil && p.Masked().Contains(a)
}

func convertAddr(text string) int64 {
	a, ok := address(text)
	if !ok || !a.Is4() {
		return 0
	}
	b := a.As4()
	return int64(b[0])<<24 | int64(b[1])<<16 | int64(b[2])<<8 | int64(b[3])
}

// errPattern ends what would take too long: the time of a match is the product of
// both lengths at worst.
var errPattern = errors.New("shExpMatch: pattern or text is too long")

// shExpMatch is a match by the wildcards * and ? over the whole text, in which
// letters count as they are.
func shExpMatch(text, pattern string) (bool, error) {
	if len(pattern) > 1<<12 || len(text) > 1<<17 {
		return false, errPattern
	}
	t, p, star, mark := 0, 0, -1, 0
	for t < len(text) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, mark = p, t
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == text[t]):
			p, t = p+1, t+1
		case star >= 0:
			mark++
			p, t = star+1, mark
		default:
			return false, nil
		}
	}
	return strings.Trim(pattern[p:], "*") == "", nil
}

// myIPAddress is the address of this machine from which connections leave, by the
// routing table: no packet is sent. The network is udp4 or udp6.
func myIPAddress(network string) string {
	towards := map[string]string{"udp4": "192.0.2.1", "udp6": "2001:db8::1"}[network] // for documentation
	conn, err := net.Dial(network, net.JoinHostPort(towards, strconv.Itoa(9)))
	if err != nil {
		return ""
	}
	defer conn.Close()
	return conn.LocalAddr().(*net.UDPAddr).AddrPort().Addr().Unmap().WithZone("").String()
}
