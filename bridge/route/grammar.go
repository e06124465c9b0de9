package route

import (
	"net/netip"
	"strings"
)

// A grammar is what can be said in a dialect.
type grammar struct {
	separator string // between entries; empty: they are a GVariant array

	bare   reach  // what a name by itself matches
	under  string // before a name: the names under it
	itself bool   // and that one, too
	stars  bool   // stars may stand anywhere in a name
	every  bool   // a star by itself is every target

	ports        readers // who reads ports behind names
	addressPorts readers // and behind addresses
	usualPorts   bool    // 80 and 443 are seen where a URL leaves them out

	address func(netip.Addr) []string            // nil: addresses cannot be said
	network func(netip.Prefix) (string, readers) // nil: nor can networks
	local   []string                             // what of <local> can be said
	unlocal Reason                               // why that is not all; empty: it is
}

// reach is what a name by itself matches, besides itself.
type reach uint8

const (
	alone   reach = iota
	family        // the names under it
	endings       // every name that ends so, with or without a dot between
)

// readers are how many of a dialect's programs understand something.
type readers uint8

const (
	nobody readers = iota
	some           // and the others take it for a pattern that nothing matches
	everybody
)

func grammarOf(d Dialect) grammar {
	localAddresses := []string{"localhost", "127.0.0.0/8", "::1"}
	switch d {
	case WinINet:
		// Its stars make 10.* match 10.example.org, too, which a page can lure a
		// browser to; so networks are in Chromium's form, which for WinINet is the
		// name of no host.
		return grammar{separator: ";", under: "*.", stars: true, every: true,
			ports: everybody, addressPorts: everybody, usualPorts: true, address: bracketed, network: networkForChromium,
			local: []string{"<local>", "*.localhost", "127.0.0.1", "[::1]", "127.0.0.0/8"}, unlocal: Networks}
	case MacOS:
		// Names without a dot are a switch of their own there, which is not part of
		// the list.
		return grammar{separator: " ", under: "*.", address: bare, network: abbreviated,
			local: []string{"localhost", "*.localhost", "127/8", "::1"}, unlocal: Local}
	case GNOME:
		return grammar{bare: family, under: "*.", itself: true,
			ports: everybody, addressPorts: everybody, address: bare, network: everyNetwork,
			local: []string{"localhost", "*.localhost", "127.0.0.0/8", "::1"}, unlocal: Local}
	case KDE:
		// An address in the list makes KIO look up every name that it is asked for,
		// and <local> takes in all addresses of IPv6, which have no dot.
		return grammar{separator: ",", bare: endings, under: ".", ports: everybody,
			local: []string{".localhost"}, unlocal: Addresses}
	case Curl:
		return grammar{separator: ",", bare: family, under: ".", itself: true, every: true,
			address: bare, network: networkForCurl, local: localAddresses, unlocal: Local}
	case Go:
		return grammar{separator: ",", bare: family, under: ".", every: true,
			ports: everybody, addressPorts: everybody, usualPorts: true, address: bare, network: everyNetwork,
			local: localAddresses, unlocal: Local}
	case Python:
		return grammar{separator: ",", bare: family, under: ".", itself: true, every: true,
			ports: everybody, addressPorts: some, address: bareAndBracketed, network: networkForRequests,
			local: []string{"localhost", "127.0.0.1", "127.0.0.0/8", "::1", "[::1]"}, unlocal: Local}
	default: // NoProxy
		return grammar{separator: ",", bare: family, under: ".", itself: true, every: true,
			ports: some, addressPorts: some, usualPorts: true, address: bareAndBracketed, network: networkForMost,
			local: []string{"localhost", "127.0.0.1", "127.0.0.0/8", "::1", "[::1]"}, unlocal: Local}
	}
}

// say returns the entries for a pattern of the list, and why they are not
// all of it, if they are not; partly says that they are some of it.
func (g *grammar) say(list plainList, p *pattern) (entries []string, reason Reason, partly bool) {
	switch {
	case p.is == local && p.port == 0:
		return g.local, g.unlocal, g.unlocal != ""
	case p.is == local:
		return nil, Ports, false
	case p.is == ipv4 && g.stars:
		return nil, Names, false
	case p.is == ipv4 || p.is == anything && !g.stars:
		return nil, Stars, false
	case p.is == anything:
		return g.withPort(p, "*")
	case p.is == addressesIn:
		return g.sayAddresses(p)
	}
	text, reason := g.sayName(list, p)
	if reason != "" {
		return nil, reason, false
	}
	return g.withPort(p, text)
}

func (g *grammar) sayName(list plainList, p *pattern) (text string, reason Reason) {
	behind, begins := strings.CutPrefix(p.glob, "*")
	switch {
	case !strings.Contains(p.glob, "*"):
		switch {
		case g.bare == family && !list.covers("*."+p.glob, p.port):
			return "", Under
		case g.bare == endings && (!list.covers("*"+p.glob, p.port) || looksLikeAddress("*"+p.glob)):
			return "", Endings
		}
		return p.glob, ""
	case begins && strings.HasPrefix(behind, ".") && !strings.Contains(behind, "*"):
		if g.itself && !list.covers(behind[1:], p.port) {
			return "", Itself
		}
		return g.under + behind[1:], ""
	case looksLikeAddress(p.glob):
		return "", Addresses
	case g.stars:
		return p.glob, ""
	case g.bare == endings && begins && !strings.Contains(behind, "*"):
		return behind, ""
	}
	return "", Stars
}

func (g *grammar) withPort(p *pattern, text string) (entries []string, reason Reason, partly bool) {
	switch {
	case p.port == 0:
		return []string{text}, "", false
	case g.ports == nobody:
		return nil, Ports, false
	case !g.usualPorts && usual(p.port):
		return nil, UsualPorts, false
	}
	entries = []string{text + ":" + portText(p.port)}
	if g.ports == some {
		return entries, Ports, true
	}
	return entries, "", false
}

func (g *grammar) sayAddresses(p *pattern) (entries []string, reason Reason, partly bool) {
	switch {
	case g.address == nil:
		return nil, Lookups, false
	case p.port != 0 && (g.addressPorts == nobody || !p.single()):
		return nil, Ports, false
	case p.port != 0 && !g.usualPorts && usual(p.port):
		return nil, UsualPorts, false
	case p.port != 0:
		entries = []string{netip.AddrPortFrom(p.prefix.Addr(), p.port).String()}
		if g.addressPorts == some {
			return entries, Ports, true
		}
		return entries, "", false
	case p.single():
		return g.address(p.prefix.Addr()), "", false
	}
	switch text, by := g.network(p.prefix); by {
	case nobody:
		return nil, Networks, false
	case some:
		return []string{text}, Networks, true
	default:
		return []string{text}, "", false
	}
}

// usual reports whether a port is one that URLs leave out.
func usual(port uint16) bool { return port == 80 || port == 443 }
