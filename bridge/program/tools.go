package program

import (
	"net/netip"
	"strconv"
	"strings"
)

// fromLsof reads what lsof tells programs (-F): a line for each field, which
// begins with the field's letter. It calls each for every socket: an address, or
// two with an arrow between.
func fromLsof(out string, each func(p Program, name string)) {
	var p Program
	for line := range strings.Lines(out) {
		line = strings.TrimRight(line, "\r\n")
		if line == "" {
			continue
		}
		switch value := line[1:]; line[0] {
		case 'p':
			p = Program{}
			p.PID, _ = strconv.Atoi(value)
		case 'c':
			p.Name = strings.ReplaceAll(value, `\x20`, " ")
		case 'n':
			if p.Name != "" && p.PID != 0 {
				each(p, value)
			}
		}
	}
}

// fromSockstat reads what FreeBSD's sockstat tells: USER COMMAND PID FD PROTO
// LOCAL FOREIGN.
func fromSockstat(out string, each func(p Program, local, foreign string)) {
	for line := range strings.Lines(out) {
		f := strings.Fields(line)
		if len(f) < 7 {
			continue
		}
		if pid, err := strconv.Atoi(f[2]); err == nil {
			each(Program{Name: f[1], PID: pid}, f[5], f[6])
		}
	}
}

// listenerFromLsof and listenerFromSockstat return the first program in a list of
// listeners.
func listenerFromLsof(out string) (first Program) {
	fromLsof(out, func(p Program, _ string) {
		if first == (Program{}) {
			first = p
		}
	})
	return first
}

func listenerFromSockstat(out string) (first Program) {
	fromSockstat(out, func(p Program, _, _ string) {
		if first == (Program{}) {
			first = p
		}
	})
	return first
}

// holdersFromLsof and holdersFromSockstat return the programs of the wanted
// connections.
func holdersFromLsof(out string, wanted map[pair]uint64) map[pair]Program {
	found := make(map[pair]Program)
	fromLsof(out, func(p Program, name string) {
		local, remote, _ := strings.Cut(name, "->")
		take(found, p, local, remote, wanted)
	})
	return found
}

func holdersFromSockstat(out string, wanted map[pair]uint64) map[pair]Program {
	found := make(map[pair]Program)
	fromSockstat(out, func(p Program, local, foreign string) {
		take(found, p, local, foreign, wanted)
	})
	return found
}

func take(found map[pair]Program, p Program, local, remote string, wanted map[pair]uint64) {
	l, okLocal := end(local)
	r, okRemote := end(remote)
	ends := pair{l, r}
	if _, ok := wanted[ends]; ok && okLocal && okRemote {
		found[ends] = p
	}
}

// end reads an address with a port, IPv6 in brackets or not.
func end(text string) (netip.AddrPort, bool) {
	at := strings.LastIndexByte(text, ':')
	if at < 0 {
		return netip.AddrPort{}, false
	}
	addr, err := netip.ParseAddr(strings.Trim(text[:at], "[]"))
	port, errPort := strconv.ParseUint(text[at+1:], 10, 16)
	return plain(netip.AddrPortFrom(addr, uint16(port))), err == nil && errPort == nil
}
