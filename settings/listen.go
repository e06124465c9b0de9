package settings

import (
	"net/netip"

	"github.com/drawbridge-app/drawbridge/bridge"
)

// listen checks the addresses where clients connect.
func (c *checking) listen() {
	at := path{"listen"}
	if len(c.settings.Listen) == 0 {
		c.report(at, "", because("listen_empty"))
	}
	var earlier []netip.AddrPort
	for _, text := range c.settings.Listen {
		addr, err := bridge.ParseListen(text)
		if err != nil {
			c.report(at, text, reasonFor(err))
			continue
		}
		for _, e := range earlier {
			if !overlap(addr, e) {
				continue
			}
			if addr == e {
				c.report(at, text, because("listen_twice"))
			} else {
				c.report(at, text, because("listen_beside", "other", e.String()))
			}
			break
		}
		earlier = append(earlier, addr)
		if !addr.Addr().IsLoopback() && !c.settings.Open && !c.settings.Login.Set() {
			c.report(at, text, because("listen_exposed"))
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
