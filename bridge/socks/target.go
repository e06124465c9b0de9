package socks

import (
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
)

// maxName is what one length byte can say, RFC 1928 section 5.
const maxName = 255

// Address types, RFC 1928 section 5.
const (
	typeIPv4 = 1
	typeName = 3
	typeIPv6 = 4
)

// target is where a client wants to go: an IP address, or else a name.
type target struct {
	text string // as it was given
	name string // empty when ip is valid
	ip   netip.Addr
	port uint16
}

// parseTarget reads "host:port" and refuses what version v cannot express.
func parseTarget(v Version, network, text string) (target, error) {
	host, port, err := splitTarget(text)
	if err != nil {
		return target{}, err
	}
	t := target{text: text, port: port}
	if looksLikeIP(host) {
		t.ip, _ = netip.ParseAddr(host)
	}
	if !t.ip.IsValid() {
		t.name = host
		if err := checkName(host); err != nil {
			return target{}, err
		}
	}
	if err := t.checkVersion(v, network); err != nil {
		return target{}, err
	}
	if t.ip.Is4In6() {
		t.ip = t.ip.Unmap() // every endpoint understands the shorter form
	}
	return t, nil
}

func splitTarget(text string) (host string, port uint16, err error) {
	host, service, err := net.SplitHostPort(text)
	if err != nil {
		return "", 0, fmt.Errorf("%w: want host:port", ErrTarget)
	}
	// A service name such as "http" would need a lookup table of this machine.
	n, err := strconv.ParseUint(service, 10, 16)
	if err != nil || n == 0 {
		return "", 0, fmt.Errorf("%w: port %q is not a number from 1 to 65535", ErrTarget, service)
	}
	return host, uint16(n), nil
}

// looksLikeIP saves a name the cost of a failing netip.ParseAddr.
func looksLikeIP(host string) bool {
	if strings.IndexByte(host, ':') >= 0 {
		return true
	}
	return host != "" && '0' <= host[0] && host[0] <= '9' && '0' <= host[len(host)-1] && host[len(host)-1] <= '9'
}

// checkName refuses what no host name contains (the "forbidden domain code
// points" of the URL standard). A NUL would end the name early in SOCKS 4a, and
// the others would confuse whoever reads it in a log or a page. Letters beyond
// ASCII pass; whether they mean anything is for the endpoint to say.
func checkName(name string) error {
	switch {
	case name == "":
		return fmt.Errorf("%w: the host name is empty", ErrTarget)
	case len(name) > maxName:
		return fmt.Errorf("%w: the host name is %d bytes long, at most %d can be sent", ErrTarget, len(name), maxName)
	}
	for i := range len(name) {
		c := name[i]
		if c <= ' ' || c == 0x7f || strings.IndexByte(`#%/:<>?@[\]^|`, c) >= 0 {
			return fmt.Errorf("%w: byte %#02x in the host name", ErrTarget, c)
		}
	}
	return nil
}

func (t target) checkVersion(v Version, network string) error {
	if t.ip.Zone() != "" {
		return fmt.Errorf("%w: a zone has a meaning on this machine only and cannot be sent", ErrTarget)
	}
	isV4 := t.ip.Is4() || t.ip.Is4In6()
	isV6 := t.ip.IsValid() && !isV4
	switch {
	case network == "tcp4" && isV6, network == "tcp6" && isV4:
		return fmt.Errorf("%w: not an address of network %s", ErrTarget, network)
	case v == V4 && t.name != "":
		return fmt.Errorf("%w: SOCKS 4 cannot carry names, use socks4a", ErrTarget)
	case v != V5 && isV6:
		return fmt.Errorf("%w: %v cannot carry IPv6 addresses, use socks5", ErrTarget, v)
	}
	return nil
}

// append5 adds type, address and port as RFC 1928 section 5 has them.
func (t target) append5(b []byte) []byte {
	switch {
	case t.name != "":
		b = append(b, typeName, byte(len(t.name)))
		b = append(b, t.name...)
	case t.ip.Is4():
		ip := t.ip.As4()
		b = append(append(b, typeIPv4), ip[:]...)
	default:
		ip := t.ip.As16()
		b = append(append(b, typeIPv6), ip[:]...)
	}
	return binary.BigEndian.AppendUint16(b, t.port)
}
