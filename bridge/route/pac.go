package route

import (
	_ "embed"
	"fmt"
	"net/netip"
	"strings"
)

// PACType is the media type of a PAC text.
const PACType = "application/x-ns-proxy-autoconfig"

// pacFunctions is what the conditions of a PAC text call, in the JavaScript of
// 1999: that is what WinHTTP reads.
//
//go:embed pac.js
var pacFunctions string

// PAC returns the JavaScript text of a FindProxyForURL that sends to the HTTP
// proxy what the list does not match. It decides as the bridge does: it asks no
// name server, and knows every pattern. Behind the proxy it names nothing else:
// where that is dead, requests fail and do not go directly.
//
// Browsers do not ask it about localhost and loopback addresses, which go
// directly there.
func (b *Bypass) PAC(proxy netip.AddrPort) string {
	var text strings.Builder
	fmt.Fprintf(&text, "function FindProxyForURL(url, host) {\n  var name = plain(host), address = addressOf(name), port = portOf(url);\n")
	for _, p := range b.plain() {
		fmt.Fprintf(&text, "  if (%s) return \"DIRECT\";\n", p.script())
	}
	// Without a zone, which could be any text.
	proxy = netip.AddrPortFrom(proxy.Addr().Unmap().WithZone(""), proxy.Port())
	fmt.Fprintf(&text, "  return \"PROXY %s\";\n}\n\n", proxy)
	text.WriteString(pacFunctions)
	return text.String()
}

// script is a pattern as a condition in JavaScript. Nothing in a pattern needs
// quoting.
func (p *pattern) script() string {
	condition := `name != ""`
	switch p.is {
	case local:
		condition += " && local(name, address)"
	case name:
		condition = fmt.Sprintf(`!address && like(name, "%s")`, p.glob)
	case ipv4:
		condition = fmt.Sprintf(`address && address.length == 4 && like(address.join("."), "%s")`, p.glob)
	case addressesIn:
		bytes := strings.Trim(strings.ReplaceAll(fmt.Sprint(p.prefix.Addr().AsSlice()), " ", ", "), "[]")
		condition = fmt.Sprintf("within(address, [%s], %d)", bytes, p.prefix.Bits())
	}
	if p.port != 0 {
		condition = fmt.Sprintf("port == %d && ", p.port) + condition
	}
	return condition
}
