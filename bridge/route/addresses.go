package route

import (
	"net/netip"
	"strconv"
	"strings"
)

func portText(port uint16) string { return strconv.FormatUint(uint64(port), 10) }

func bare(a netip.Addr) []string { return []string{a.String()} }

func bracketed(a netip.Addr) []string {
	if a.Is6() {
		return []string{"[" + a.String() + "]"}
	}
	return bare(a)
}

// bareAndBracketed is for Python: requests compares without the brackets, and
// urllib with them.
func bareAndBracketed(a netip.Addr) []string {
	if a.Is6() {
		return append(bare(a), bracketed(a)...)
	}
	return bare(a)
}

func everyNetwork(p netip.Prefix) (string, readers) { return p.String(), everybody }

func networkForChromium(p netip.Prefix) (string, readers) {
	if p.Addr().Is6() {
		return "", nobody // WinINet might take what is before the colon for a name
	}
	return p.String(), some
}

// abbreviated is how macOS writes networks: 10/8, 169.254/16.
func abbreviated(p netip.Prefix) (string, readers) {
	if p.Addr().Is6() {
		return "", nobody
	}
	octets := strings.Split(p.Addr().String(), ".")
	known := max((p.Bits()+7)/8, 1)
	return strings.Join(octets[:known], ".") + "/" + strconv.Itoa(p.Bits()), everybody
}

// networkForCurl leaves out those of no bits, which are all bits to curl. Before
// 8.18, of December 2025, it matches no network of IPv6.
func networkForCurl(p netip.Prefix) (string, readers) {
	switch {
	case p.Bits() == 0:
		return "", nobody
	case p.Addr().Is6():
		return p.String(), some
	}
	return p.String(), everybody
}

// networkForRequests is for Python: requests knows those of IPv4, urllib none.
func networkForRequests(p netip.Prefix) (string, readers) {
	if p.Bits() == 0 || p.Addr().Is6() {
		return "", nobody
	}
	return p.String(), some
}

func networkForMost(p netip.Prefix) (string, readers) {
	text, by := networkForCurl(p)
	return text, min(by, some)
}
