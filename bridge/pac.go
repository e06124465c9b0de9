package bridge

import (
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"net"
	"net/netip"
	"regexp"
	"strings"

	"github.com/drawbridge-app/drawbridge/bridge/route"
)

// checkPACPath checks Config.PACPath.
func checkPACPath(path string) error {
	if path != "" && !regexp.MustCompile(`^/[A-Za-z0-9._-]{16,}$`).MatchString(path) {
		return fmt.Errorf("PAC path %q: is no slash and 16 or more letters, digits, dots, hyphens or underscores", path)
	}
	return nil
}

// servesPAC reports whether a request-target is where the PAC text is. The time
// that takes does not tell where that is.
func (p *plan) servesPAC(target []byte) bool {
	path, _, _ := strings.Cut(string(target), "?")
	return p.PACPath != "" && subtle.ConstantTimeCompare([]byte(path), []byte(p.PACPath)) == 1
}

// pac answers with the PAC text, or that the client has it already.
func (c *client) pac(head bool, n int) bool {
	text := c.plan.listed.PAC(c.reached())
	tag := fmt.Sprintf(`"%x"`, sha256.Sum256([]byte(text)))
	a := answer{status: 200, kind: route.PACType, fields: "ETag: " + tag + "\r\n", body: text, stored: true}
	for known := range c.req.All("if-none-match") {
		if k := strings.TrimPrefix(string(known), "W/"); k == tag || k == "*" {
			a.status, head = 304, true
		}
	}
	return c.answer(a, head, c.keeps(), n)
}

// reached is the address by which the client reached us: the one that it names,
// which is another one than ours behind a forwarded port, or else ours.
func (c *client) reached() netip.AddrPort {
	if named, err := netip.ParseAddrPort(string(c.req.Host)); err == nil {
		return named
	}
	return c.conn.LocalAddr().(*net.TCPAddr).AddrPort()
}
