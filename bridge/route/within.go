package route

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// A plainList is a list with networks instead of stars for addresses, where that
// is the same.
type plainList []pattern

func (b *Bypass) plain() plainList {
	if b == nil {
		return nil
	}
	list := slices.Clone(plainList(b.patterns))
	for i := range list {
		p := &list[i]
		if p.is != ipv4 {
			continue
		}
		if prefix, ok := networkOf(p.glob); ok {
			p.is, p.glob, p.prefix = addressesIn, "", prefix
		}
	}
	return list
}

// everything reports whether the list matches whatever there is.
func (list plainList) everything() bool { return list.hold(&pattern{is: anything}) }

// covers reports whether the list matches every name that glob describes, at a
// port or, if that is zero, at any.
func (list plainList) covers(glob string, port uint16) bool {
	return list.hold(&pattern{is: name, glob: glob, port: port})
}

// hold reports whether one pattern of the list matches all that p does. That
// several do so together is overlooked.
func (list plainList) hold(p *pattern) bool {
	return slices.ContainsFunc(list, func(q pattern) bool { return p.within(&q) })
}

// networkOf returns the network of the IPv4 addresses that glob describes, if
// they are one: 10.* is 10.0.0.0/8.
func networkOf(glob string) (netip.Prefix, bool) {
	var octets [4]byte
	fields := strings.Split(glob, ".")
	known := 0
	for known < len(fields) && fields[known] != "*" {
		n, err := strconv.ParseUint(fields[known], 10, 8)
		if err != nil || strconv.FormatUint(n, 10) != fields[known] {
			return netip.Prefix{}, false
		}
		octets[known] = byte(n)
		known++
	}
	if known == 0 || known == len(fields) || strings.Trim(strings.Join(fields[known:], ""), "*") != "" {
		return netip.Prefix{}, false
	}
	return netip.PrefixFrom(netip.AddrFrom4(octets), 8*known), true
}

// within reports whether q matches all that p does. It may overlook it.
func (p *pattern) within(q *pattern) bool {
	if q.port != 0 && q.port != p.port {
		return false
	}
	switch q.is {
	case anything:
		return true
	case name:
		return p.is == name && globs(q.glob, p.glob) // a star in p is only matched by one in q
	case ipv4:
		return p.is == ipv4 && globs(q.glob, p.glob) || p.is == addressesIn && p.single() && q.matches(&target{p.prefix.Addr().String(), p.prefix.Addr()})
	case addressesIn:
		return p.is == addressesIn && holds(q.prefix, p.prefix)
	}
	switch p.is { // q is local
	case local:
		return true
	case name:
		return !strings.ContainsAny(p.glob, ".*") || strings.HasSuffix(p.glob, ".localhost")
	case addressesIn:
		return holds(loopback4(), p.prefix) || holds(loopback6(), p.prefix)
	}
	return false
}

func (p *pattern) single() bool { return p.prefix.IsSingleIP() }

func holds(outer, inner netip.Prefix) bool {
	return outer.Bits() <= inner.Bits() && outer.Contains(inner.Addr())
}

func loopback4() netip.Prefix { return netip.PrefixFrom(netip.AddrFrom4([4]byte{127}), 8) }
func loopback6() netip.Prefix { return netip.PrefixFrom(netip.IPv6Loopback(), 128) }

// looksLikeAddress reports whether a program that compares texts might take an
// address, in brackets or without, for a name that glob describes: addresses have
// nothing but hexadecimal digits, colons and dots, colons only where a star can
// stand for them, and after the first dot no letters.
func looksLikeAddress(glob string) bool {
	if !strings.Contains(glob, "*") || strings.Trim(glob, "0123456789abcdef.*") != "" {
		return false
	}
	_, behind, _ := strings.Cut(glob, ".")
	return !strings.ContainsAny(behind, "abcdef")
}
