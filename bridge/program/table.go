package program

import (
	"encoding/binary"
	"net/netip"
)

// A table is how Windows lays out a MIB_TCPTABLE_OWNER_PID or
// MIB_TCP6TABLE_OWNER_PID: sizes and offsets in bytes within a row.
type table struct {
	row, address       int
	local, localPort   int
	remote, remotePort int
	pid                int
}

var (
	table4 = table{row: 24, address: 4, local: 4, localPort: 8, remote: 12, remotePort: 16, pid: 20}
	table6 = table{row: 56, address: 16, local: 0, localPort: 20, remote: 24, remotePort: 44, pid: 52}
)

// each calls f for every row of data, until it says false.
func (t table) each(data []byte, f func(local, remote netip.AddrPort, pid uint32) bool) {
	if len(data) < 4 {
		return
	}
	rows := binary.LittleEndian.Uint32(data)
	for data = data[4:]; rows > 0 && len(data) >= t.row; rows-- {
		if !f(t.end(data, t.local, t.localPort), t.end(data, t.remote, t.remotePort), binary.LittleEndian.Uint32(data[t.pid:])) {
			return
		}
		data = data[t.row:]
	}
}

// end reads an address and a port, which lies in the first two bytes of its
// field, most significant first.
func (t table) end(row []byte, address, port int) netip.AddrPort {
	addr, _ := netip.AddrFromSlice(row[address : address+t.address])
	return plain(netip.AddrPortFrom(addr, binary.BigEndian.Uint16(row[port:])))
}
