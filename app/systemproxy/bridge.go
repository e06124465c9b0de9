package systemproxy

import (
	"fmt"
	"slices"

	"github.com/drawbridge-app/drawbridge/app/shell"
	"github.com/drawbridge-app/drawbridge/bridge/route"
)

// A Bridge is one that the system's programs are to be led to.
type Bridge struct {
	Listen string   // host:port where it listens
	SOCKS  bool     // it takes SOCKS clients there, too
	Bypass []string // patterns for what goes direct, see [route.ParseBypass]
	PAC    string   // path and query of the PAC text on it; empty: the system is told of address and bypass itself
}

// Equal reports whether the system is told the same of both.
func (b Bridge) Equal(c Bridge) bool {
	return b.Listen == c.Listen && b.SOCKS == c.SOCKS && b.PAC == c.PAC && slices.Equal(b.Bypass, c.Bypass)
}

// reach is how programs on this machine reach b.
func (b Bridge) reach() (Proxy, error) {
	address, err := shell.Address(b.Listen)
	if err != nil {
		return Proxy{}, err
	}
	p := Proxy{Address: address}
	if b.SOCKS {
		p.SOCKS = address
	}
	if b.PAC != "" {
		p.PAC = "http://" + address + b.PAC
	}
	if p.Bypass, err = route.ParseBypass(b.Bypass); err != nil {
		return Proxy{}, fmt.Errorf("lead the system's programs past the bridge: %w", err)
	}
	return p, nil
}
