package network

import "encoding/binary"

// Messages of macOS's and FreeBSD's routing socket, from net/route.h of both.
const (
	routeAdd        = 1
	routeDelete     = 2
	routeChange     = 3
	routeNewAddress = 12
	routeDelAddress = 13
	routeLink       = 14
	routeAnnounce   = 17 // FreeBSD: a link has come or gone

	// Flags of routes that each neighbour gets one of.
	routeNeighbour = 0x400   // RTF_LLINFO
	routeCloned    = 0x20000 // RTF_WASCLONED
)

// routeTells reports whether a message of the routing socket speaks of a change. Others are answers to what somebody
// has asked, and neighbours.
func routeTells(message []byte) bool {
	const kindAt, flagsAt = 3, 8 // length (2), version (1), type (1), index (2), none (2), flags (4)
	if len(message) <= kindAt {
		return true // can't be read
	}
	switch message[kindAt] {
	case routeAdd, routeDelete, routeChange:
		if len(message) < flagsAt+4 {
			return true
		}
		return binary.NativeEndian.Uint32(message[flagsAt:])&(routeNeighbour|routeCloned) == 0
	case routeNewAddress, routeDelAddress, routeLink, routeAnnounce:
		return true
	}
	return false
}
