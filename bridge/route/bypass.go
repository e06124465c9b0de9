// Package route decides which way a request goes. So far there is one decision:
// a [Bypass] lists the targets that are reached directly instead of through the
// upstream. Others who decide about proxies are told of it in their own words:
// [Bypass.Say] writes the list in the dialects of systems and programs,
// [Bypass.PAC] as a script for browsers.
//
// It is asked about targets as clients name them. It never looks a name up: a
// target that is a name is matched by patterns for names, and one that is an IP
// address by patterns for addresses.
package route

import (
	"fmt"
	"net/netip"
	"strings"
)

// A Bypass is a list of patterns for targets. It is immutable; nil is the empty
// list.
//
//	example.org        this name alone
//	.corp or *.corp    every name under corp, at any depth, but not corp itself
//	build-*.corp       a star is any run of characters, dots included
//	*                  every target
//	10.1.2.3, fd00::1  this address, in whatever spelling
//	10.*               the IPv4 addresses that begin so, but no names
//	10.0.0.0/8         a network, as are fd00::/8 and [fd00::]/8
//	<local>            names without a dot, names under localhost, loopback addresses
//
// Each may end in a port: example.org:8080, [fd00::1]:443, 10.0.0.0/8:22,
// <local>:3000. Letters mean the same in either case, and a dot at the end of a
// name means nothing.
type Bypass struct{ patterns []pattern }

// A pattern is one element of the list.
type pattern struct {
	text string // as the user wrote it
	port uint16 // zero: any

	is     kind
	glob   string       // what a name or an IPv4 address has to look like
	prefix netip.Prefix // what an address has to be in
}

type kind uint8

const (
	anything kind = iota
	local
	name        // by glob
	ipv4        // by glob
	addressesIn // by prefix
)

// Match returns the first pattern that matches a target, as its user wrote it.
// The host is a name or an IP address, which may be in brackets.
func (b *Bypass) Match(host string, port uint16) (pattern string, ok bool) {
	if b == nil || len(b.patterns) == 0 {
		return "", false
	}
	t := newTarget(host)
	if t.name == "" {
		return "", false
	}
	for i := range b.patterns {
		if p := &b.patterns[i]; (p.port == 0 || p.port == port) && p.matches(&t) {
			return p.text, true
		}
	}
	return "", false
}

// A target is a host made ready for being compared.
type target struct {
	name string // in lower case; for an address its text
	addr netip.Addr
}

func newTarget(host string) target {
	if n := len(host); n > 2 && host[0] == '[' && host[n-1] == ']' {
		host = host[1 : n-1]
	}
	t := target{name: strings.ToLower(strings.TrimSuffix(host, "."))}
	if n := len(t.name); n > 0 && (digit(t.name[n-1]) || strings.IndexByte(t.name, ':') >= 0) {
		if addr, err := netip.ParseAddr(t.name); err == nil {
			t.addr = addr.Unmap().WithZone("")
			t.name = t.addr.String()
		}
	}
	return t
}

func (p *pattern) matches(t *target) bool {
	switch p.is {
	case local:
		if t.addr.IsValid() {
			return t.addr.IsLoopback()
		}
		return strings.IndexByte(t.name, '.') < 0 || strings.HasSuffix(t.name, ".localhost") // RFC 6761 §6.3
	case name:
		return !t.addr.IsValid() && globs(p.glob, t.name)
	case ipv4:
		return t.addr.Is4() && globs(p.glob, t.name)
	case addressesIn:
		return t.addr.IsValid() && p.prefix.Contains(t.addr)
	}
	return true
}

// globs reports whether text is what glob describes, in which a star stands for
// any run of bytes.
func globs(glob, text string) bool {
	star, mark := -1, 0 // the last star, and where what it stands for ends so far
	g, i := 0, 0
	for i < len(text) {
		switch {
		case g < len(glob) && glob[g] == '*':
			star, mark = g, i
			g++
		case g < len(glob) && glob[g] == text[i]:
			g++
			i++
		case star >= 0: // let it stand for one more byte
			mark++
			g, i = star+1, mark
		default:
			return false
		}
	}
	return strings.Trim(glob[g:], "*") == ""
}

func digit(c byte) bool { return '0' <= c && c <= '9' }

// A PatternError is a pattern that means nothing.
type PatternError struct {
	Index  int    // in the list, from 0
	Text   string // the pattern
	Reason string // in words that go behind the text, such as "is empty"
}

func (e *PatternError) Error() string {
	return fmt.Sprintf("bypass pattern %d, %q: %s", e.Index+1, e.Text, e.Reason)
}

// Errors are all the bad patterns of a list, in its order.
type Errors []*PatternError

func (es Errors) Error() string {
	lines := make([]string, len(es))
	for i, e := range es {
		lines[i] = e.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap lets errors.As find the first one.
func (es Errors) Unwrap() []error {
	errs := make([]error, len(es))
	for i, e := range es {
		errs[i] = e
	}
	return errs
}
