package settings

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
)

// listen checks the addresses where clients connect.
func (c *checking) listen() {
	at := path{"listen"}
	if len(c.settings.Listen) == 0 {
		c.report(at, "", "is empty: name an address such as 127.0.0.1:1095")
	}
	var earlier []netip.AddrPort
	for _, text := range c.settings.Listen {
		addr, err := parseListen(text)
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

// parseListen reads host:port. The error is a reason, for people.
func parseListen(text string) (netip.AddrPort, error) {
	host, port, err := net.SplitHostPort(text)
	if err != nil {
		return netip.AddrPort{}, errors.New("is no address and port, such as 127.0.0.1:1095 or [::1]:1095")
	}
	number, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return netip.AddrPort{}, fmt.Errorf("port %q has to be a number from 0 to 65535", port)
	}
	addr, err := netip.ParseAddr(host)
	switch {
	case host == "":
		return netip.AddrPort{}, errors.New("names no address: write 127.0.0.1 for this machine, 0.0.0.0 for every machine")
	case err != nil:
		return netip.AddrPort{}, fmt.Errorf("%q has to be an IP address, such as 127.0.0.1, not a name", host)
	}
	return netip.AddrPortFrom(addr.Unmap(), uint16(number)), nil
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
