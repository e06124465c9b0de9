package http1

import "encoding/binary"

// What a byte may be part of. The tables are never written to.
const (
	isToken  = 1 << iota // RFC 9110 §5.6.2
	isValue              // a field value: VCHAR, obs-text, SP, HTAB (§5.5)
	isTarget             // a request-target: anything that cannot end it or the line
	isHost               // reg-name (RFC 3986 §3.2.2) without percent-encoding and comma, with high bytes
	isScheme             // RFC 3986 §3.1, but for the first byte
	isHex
)

var class = classes()

func classes() (c [256]uint8) {
	for i := range c {
		b := byte(i)
		alnum := b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z'
		if alnum || in(b, "!#$%&'*+-.^_`|~") {
			c[i] |= isToken
		}
		if b == '\t' || b >= ' ' && b != 0x7f {
			c[i] |= isValue
		}
		if b > ' ' && b != 0x7f {
			c[i] |= isTarget
		}
		if alnum || b >= 0x80 || in(b, "-._~!$&'()*+;=") {
			c[i] |= isHost
		}
		if alnum || in(b, "+-.") {
			c[i] |= isScheme
		}
		if b >= '0' && b <= '9' || b >= 'a' && b <= 'f' || b >= 'A' && b <= 'F' {
			c[i] |= isHex
		}
	}
	return c
}

func in(b byte, set string) bool {
	for i := range len(set) {
		if set[i] == b {
			return true
		}
	}
	return false
}

// all reports whether p is not empty and all its bytes are of class k.
func all(p []byte, k uint8) bool {
	return len(p) > 0 && clean(p, k)
}

// clean reports whether all bytes of p are of class k.
func clean(p []byte, k uint8) bool {
	for _, b := range p {
		if class[b]&k == 0 {
			return false
		}
	}
	return true
}

// span returns how many bytes at the beginning of p are of class k.
func span(p []byte, k uint8) int {
	for i, b := range p {
		if class[b]&k == 0 {
			return i
		}
	}
	return len(p)
}

func cleanValue(p []byte) bool  { return cleanWords(p, isValue, ' ') }
func cleanTarget(p []byte) bool { return cleanWords(p, isTarget, ' '+1) }

// cleanWords is clean for a class that holds every byte from floor on but DEL
// (and perhaps others), eight bytes at a time.
func cleanWords(p []byte, k uint8, floor uint64) bool {
	if len(p) < 8 {
		return clean(p, k)
	}
	for q := p; ; q = q[8:] {
		if len(q) < 8 {
			if len(q) == 0 {
				return true
			}
			q = p[len(p)-8:]
		}
		if suspect(binary.LittleEndian.Uint64(q), floor) && !clean(q[:8], k) {
			return false
		}
		if len(q) == 8 {
			return true
		}
	}
}

// suspect reports whether one of the eight bytes of w is less than floor or is
// DEL.
func suspect(w, floor uint64) bool {
	const (
		ones  = 0x0101010101010101
		highs = 0x8080808080808080
	)
	del := w ^ 0x7f*ones
	return ((w-floor*ones)&^w|(del-ones)&^del)&highs != 0
}

func digit(b byte) bool { return b >= '0' && b <= '9' }
func blank(b byte) bool { return b == ' ' || b == '\t' }

func lower(b byte) byte {
	if b >= 'A' && b <= 'Z' {
		return b | 0x20
	}
	return b
}

// Is reports whether text is word in any mix of cases; word is lower case.
func Is(text []byte, word string) bool {
	if len(text) != len(word) {
		return false
	}
	for i, b := range text {
		if lower(b) != word[i] {
			return false
		}
	}
	return true
}

// Same reports whether a and b differ in case at most.
func Same(a, b []byte) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if lower(a[i]) != lower(b[i]) {
			return false
		}
	}
	return true
}

// trim cuts optional whitespace (SP and HTAB) off both ends.
func trim(p []byte) []byte {
	for len(p) > 0 && blank(p[0]) {
		p = p[1:]
	}
	for len(p) > 0 && blank(p[len(p)-1]) {
		p = p[:len(p)-1]
	}
	return p
}
