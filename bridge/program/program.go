// Package program tells which programs on this machine hold TCP sockets: who
// listens on a port that is taken, and whose connections a server got.
//
// It asks the system, which tells an ordinary user of that user's own programs
// only, and takes its time: milliseconds on Linux and Windows, a tenth of a second
// where a tool has to be run.
package program

import (
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"sync"
)

// A Program is a process that holds a socket. The zero value is one that the
// system does not tell of.
type Program struct {
	Name string `json:"name,omitempty"` // of its file, or what it calls itself
	PID  int    `json:"pid,omitempty"`
}

// String reads like "ss-local, pid 4711", and is empty for the zero value.
func (p Program) String() string {
	if p == (Program{}) {
		return ""
	}
	return fmt.Sprintf("%s, pid %d", p.Name, p.PID)
}

// Listening returns the program that listens on the port of address, host:port.
// Of several, on different hosts, it is any.
func Listening(address string) Program {
	_, text, err := net.SplitHostPort(address)
	if err != nil {
		return Program{}
	}
	port, err := strconv.ParseUint(text, 10, 16)
	if err != nil {
		return Program{}
	}
	return listening(uint16(port))
}

// A Socket is one end of a connection, as the program that holds it sees it. The
// ends are IP addresses with ports.
type Socket struct {
	ID            uint64 // its owner's number for the connection; never used again
	Local, Remote string
}

// A Finder finds the programs of many sockets at once, and remembers them: to ask
// every second about ten thousand connections costs what the new ones among them
// cost. The zero value is ready. Its methods may be called concurrently.
type Finder struct {
	mu    sync.Mutex
	known map[uint64]Program
}

// Find returns the programs of sockets by their IDs; the zero Program where the
// system does not tell, which is then not asked again. What is not among the
// sockets is forgotten, so pass those that matter, even when they are closed. The
// map must not be changed.
func (f *Finder) Find(sockets []Socket) map[uint64]Program {
	f.mu.Lock()
	defer f.mu.Unlock()
	next := make(map[uint64]Program, len(sockets))
	wanted := make(map[pair]uint64)
	for i := range sockets {
		s := &sockets[i]
		p, known := f.known[s.ID]
		next[s.ID] = p
		if known {
			continue
		}
		if ends, ok := s.pair(); ok {
			wanted[ends] = s.ID
		}
	}
	if len(wanted) > 0 {
		for ends, p := range holders(wanted, f.pids()) {
			next[wanted[ends]] = p
		}
	}
	f.known = next
	return next
}

// pids are the processes that are known already: whoever has one connection is
// likely to have the next.
func (f *Finder) pids() map[int]bool {
	pids := make(map[int]bool)
	for _, p := range f.known {
		if p.PID != 0 {
			pids[p.PID] = true
		}
	}
	return pids
}

// A pair is the two ends of a connection, IPv4 addresses as such and without
// zones.
type pair struct{ local, remote netip.AddrPort }

func (s *Socket) pair() (pair, bool) {
	local, errLocal := netip.ParseAddrPort(s.Local)
	remote, errRemote := netip.ParseAddrPort(s.Remote)
	return pair{plain(local), plain(remote)}, errLocal == nil && errRemote == nil
}

func plain(a netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(a.Addr().Unmap().WithZone(""), a.Port())
}
