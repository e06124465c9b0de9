package settings

import (
	"net/netip"

	"github.com/drawbridge-app/drawbridge/bridge"
)

// listen checks the addresses where clients connect.
func (c *checking) listen() {
	at := path{"listen"}
	if len(c.settings.Listen) == 0 {
		c.report(at, "", "is empty: name an address such as 127.0.0.1:1095")
	}
	var earlier []netip.AddrPort
	for _, text := range c.settings.Listen {
		addr, err := bridge.ParseListen(text)
		if err != nil {
			c.report(at, text, "%v", err)
			continue
		}
		for _, e := range earlier {
			if !overlap(addr, e) {
				continue
			}
			if addr == e {
				c.report(at, text, "is there twice")
			} else {
				c.report(at, text, "cannot be beside %s, which has the same port", e)
			}
			break
		}
		earlier = append(earlier, addr)
		if !addr.Addr().IsLoopback() && !c.settings.Open && !c.settings.Login.Set() {
			c.report(at, text, "other machines can connect there: set a login, or open to allow it without")
		}
	}
}

// overlap reports whether a and b cannot both be bound: same port, and one of them is every address. Port 0 is another
// port each time. [::] takes IPv4 as well.
func overlap(a, b netip.AddrPort) bool {
	if a.Port() != b.Port() || a.Port() == 0 {
		return false
	}
	covers := func(a, b netip.Addr) bool {
		return a.IsUnspecified() && (a.Is6() || b.Is4())
	}
	return a == b || covers(a.Addr(), b.Addr()) || covers(b.Addr(), a.Addr())
}
