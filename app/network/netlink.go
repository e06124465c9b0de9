package network

import (
	"bytes"
	"encoding/binary"
)

// Messages of Linux's NETLINK_ROUTE and what is used of them, from linux/netlink.h, rtnetlink.h, if_link.h and
// if_addr.h.
const (
	netlinkHead = 16 // length (4), type (2), flags (2), sequence (4), port (4)

	netlinkNewLink    = 16
	netlinkDelLink    = 17
	netlinkNewAddress = 20
	netlinkDelAddress = 21
	netlinkNewRoute   = 24
	netlinkDelRoute   = 25

	linkHead     = 16 // struct ifinfomsg
	linkWireless = 11 // IFLA_WIRELESS

	addressHead  = 8 // struct ifaddrmsg: family (1), prefix (1), flags (1), scope (1), index (4)
	addressCache = 6 // IFA_CACHEINFO: how long it is valid
)

// netlink tells messages that matter from those that come all the time: a Wi-Fi that looks for others, and addresses
// whose time is prolonged. The zero value has seen none.
type netlink struct {
	addresses map[string]bool // that were told of as they are
}

// tells reports whether a datagram speaks of a change. What it can't read is one.
func (n *netlink) tells(datagram []byte) bool {
	changed := false
	for len(datagram) > 0 {
		kind, body, rest, ok := netlinkNext(datagram)
		if !ok || n.matters(kind, body) {
			changed = true // read on: addresses are remembered
		}
		datagram = rest
	}
	return changed
}

// netlinkNext cuts the first message off a datagram.
func netlinkNext(datagram []byte) (kind uint16, body, rest []byte, ok bool) {
	if len(datagram) < netlinkHead {
		return 0, nil, nil, false
	}
	length := uint64(binary.NativeEndian.Uint32(datagram))
	if length < netlinkHead || length > uint64(len(datagram)) {
		return 0, nil, nil, false
	}
	return binary.NativeEndian.Uint16(datagram[4:]), datagram[netlinkHead:length], datagram[min(aligned(length), uint64(len(datagram))):], true
}

func (n *netlink) matters(kind uint16, body []byte) bool {
	switch kind {
	case netlinkNewLink:
		if len(body) < linkHead {
			return true
		}
		wireless := false
		ok := attributes(body[linkHead:], func(kind uint16, _ []byte) { wireless = wireless || kind == linkWireless })
		return !ok || !wireless
	case netlinkDelLink, netlinkNewRoute, netlinkDelRoute:
		return true
	case netlinkNewAddress, netlinkDelAddress:
		key, ok := addressKey(body)
		if !ok {
			return true
		}
		known := n.addresses[key]
		if kind == netlinkDelAddress {
			delete(n.addresses, key)
			return true
		}
		if n.addresses == nil {
			n.addresses = make(map[string]bool)
		}
		n.addresses[key] = true
		return !known
	}
	return false
}

// addressKey is all that is said of an address but how long it is valid.
func addressKey(body []byte) (key string, ok bool) {
	if len(body) < addressHead {
		return "", false
	}
	var b bytes.Buffer
	b.Write(body[:addressHead])
	ok = attributes(body[addressHead:], func(kind uint16, value []byte) {
		if kind != addressCache {
			b.WriteByte(byte(kind))
			b.Write(value)
		}
	})
	return b.String(), ok
}

// attributes calls visit for each attribute. It reports whether they could be read.
func attributes(b []byte, visit func(kind uint16, value []byte)) bool {
	const head, flags = 4, 0xc000 // length (2), kind (2) with flags: nested, byte order
	for len(b) > 0 {
		if len(b) < head {
			return false
		}
		length := uint64(binary.NativeEndian.Uint16(b))
		if length < head || length > uint64(len(b)) {
			return false
		}
		visit(binary.NativeEndian.Uint16(b[2:])&^flags, b[head:length])
		b = b[min(aligned(length), uint64(len(b))):]
	}
	return true
}

// aligned is where the next one begins.
func aligned(length uint64) uint64 { return (length + 3) &^ 3 }
