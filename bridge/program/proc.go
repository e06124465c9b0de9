package program

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net/netip"
	"strconv"
)

// A row is a line of /proc/net/tcp or tcp6 on Linux, in the kernel's own words.
type row struct {
	ends  []byte // both addresses, with the space between
	local []byte // the first of them
	state []byte
	user  []byte
	inode uint32
}

// parseRow takes a line apart; false for the heading, and for a socket that no
// process has any more.
func parseRow(line []byte) (r row, ok bool) {
	n := 0
	for field := range bytes.FieldsSeq(line) {
		switch n++; n {
		case 1:
			ok = bytes.HasSuffix(field, []byte(":"))
		case 2:
			r.local = field
		case 3: // behind a single space
			at := bytes.Index(line, r.local)
			r.ends = line[at : at+len(r.local)+1+len(field)]
		case 4:
			r.state = field
		case 8:
			r.user = field
		case 10:
			inode, err := strconv.ParseUint(string(field), 10, 32)
			r.inode = uint32(inode)
			return r, ok && err == nil && inode != 0
		}
	}
	return r, false
}

func (r *row) listens(port uint16) bool {
	const stateListen = "0A"
	if string(r.state) != stateListen || len(r.local) < 5 {
		return false
	}
	got, err := strconv.ParseUint(string(r.local[len(r.local)-4:]), 16, 16)
	return err == nil && uint16(got) == port
}

// procKeys are the forms that a connection's ends may have in a row: an IPv4
// connection can be made by a socket for IPv6.
func procKeys(p pair) []string {
	keys := []string{procEnd(p.local) + " " + procEnd(p.remote)}
	if p.local.Addr().Is4() && p.remote.Addr().Is4() {
		keys = append(keys, procEnd(mapped(p.local))+" "+procEnd(mapped(p.remote)))
	}
	return keys
}

func mapped(a netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(netip.AddrFrom16(a.Addr().As16()), a.Port())
}

// procEnd writes an address as the kernel does: in words of the machine's own
// byte order.
func procEnd(a netip.AddrPort) string {
	out := make([]byte, 0, 40)
	for words := a.Addr().AsSlice(); len(words) > 0; words = words[4:] {
		out = fmt.Appendf(out, "%08X", binary.NativeEndian.Uint32(words))
	}
	return string(fmt.Appendf(out, ":%04X", a.Port()))
}
