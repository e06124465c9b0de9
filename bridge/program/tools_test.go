package program

import (
	"encoding/binary"
	"maps"
	"net/netip"
	"slices"
	"testing"
)

func TestListenerFromTools(t *testing.T) {
	for _, test := range []struct {
		name string
		got  Program
		want string
	}{
		{"lsof", listenerFromLsof("p4711\ncss-local\nf7\nn127.0.0.1:1095\n"), "ss-local, pid 4711"},
		{"lsof, two descriptors of one program", listenerFromLsof("p4711\ncnode\nf7\nn*:1095\nf8\nn*:1095\n"), "node, pid 4711"},
		{"lsof, two programs", listenerFromLsof("p1\nclaunchd\nf7\nn*:80\np2\ncnode\nf8\nn*:80\n"), "launchd, pid 1"},
		{"lsof, a name with spaces", listenerFromLsof("p9\r\ncGoogle\\x20Chrome\r\nf7\r\nn*:80\r\n"), "Google Chrome, pid 9"},
		{"lsof, nobody", listenerFromLsof(""), ""},
		{"lsof, nonsense", listenerFromLsof("\n\np\nc\nn\nnx\n"), ""},
		{"sockstat", listenerFromSockstat("anna     ss-local   4711  7  tcp4   127.0.0.1:1095        *:*\n"), "ss-local, pid 4711"},
		{"sockstat, nobody", listenerFromSockstat("\n"), ""},
		{"sockstat, nonsense", listenerFromSockstat("a b c d e f g\n"), ""},
	} {
		if got := test.got.String(); got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}

func ends(local, remote string) pair {
	p, _ := (&Socket{Local: local, Remote: remote}).pair()
	return p
}

func TestHoldersFromTools(t *testing.T) {
	four, six := ends("127.0.0.1:5000", "127.0.0.1:1095"), ends("[::1]:5001", "[::1]:1095")
	wanted := map[pair]uint64{four: 1, six: 2}
	want := map[pair]Program{four: {"firefox", 10}, six: {"curl", 11}}
	lsof := "p9\ncdrawbridge\nf5\nn127.0.0.1:1095->127.0.0.1:5000\np10\ncfirefox\nf3\nn*:80\nf5\nn127.0.0.1:5000->127.0.0.1:1095\nf6\nn192.0.2.1:5000->192.0.2.9:443\n" +
		"p11\nccurl\nf3\nn[::1]:5001->[::1]:1095\n"
	if got := holdersFromLsof(lsof, wanted); !maps.Equal(got, want) {
		t.Errorf("from lsof: %v, want %v", got, want)
	}
	sockstat := "anna drawbridge 9 5 tcp4 127.0.0.1:1095 127.0.0.1:5000\nanna firefox 10 5 tcp4 127.0.0.1:5000 127.0.0.1:1095\n" +
		"anna firefox 10 6 tcp4 *:80 *:*\nanna curl 11 3 tcp6 ::1:5001 ::1:1095\n"
	if got := holdersFromSockstat(sockstat, wanted); !maps.Equal(got, want) {
		t.Errorf("from sockstat: %v, want %v", got, want)
	}
}

func TestRowsOfProc(t *testing.T) {
	if binary.NativeEndian.Uint16([]byte{1, 0}) != 1 {
		t.Skip("the rows are of a little-endian machine")
	}
	for _, test := range []struct {
		line        string
		local, peer string // empty: no row
		listens     uint16
		inode       uint32
	}{
		{line: "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode"},
		{line: "   0: 0100007F:0447 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 1061 1 0000000068a9dc78 100 0 0 10 0",
			local: "127.0.0.1:1095", peer: "0.0.0.0:0", listens: 1095, inode: 1061},
		{line: "  12: 0100007F:D431 0100007F:0447 01 00000000:00000000 00:00000000 00000000  1000        0 99 1 0 100 0 0 10 0",
			local: "127.0.0.1:54321", peer: "127.0.0.1:1095", inode: 99},
		{line: "   1: 0000000000000000FFFF00000100007F:D431 0000000000000000FFFF00000100007F:0447 01 00000000:00000000 02:00000467 00000000  1000        0 98 1 0",
			local: "127.0.0.1:54321", peer: "127.0.0.1:1095", inode: 98},
		{line: "   1: 00000000000000000000000001000000:D431 00000000000000000000000001000000:0447 01 00000000:00000000 02:00000467 00000000  1000        0 97 1 0",
			local: "[::1]:54321", peer: "[::1]:1095", inode: 97},
		{line: "   1: 0100007F:D431 0100007F:0447 06 00000000:00000000 03:00000467 00000000     0        0 0 3 00000000cd6e7c11"}, // in TIME_WAIT
		{line: "   1: 0100007F:D431 0100007F:0447 01"},
		{line: ""},
	} {
		r, ok := parseRow([]byte(test.line))
		if !ok {
			if test.local != "" {
				t.Errorf("%q is no row, want one", test.line)
			}
			continue
		}
		if keys := procKeys(ends(test.local, test.peer)); !slices.Contains(keys, string(r.ends)) || r.inode != test.inode || string(r.user) != "1000" {
			t.Errorf("%q: ends %q, inode %d, user %q, want one of %q, %d", test.line, r.ends, r.inode, r.user, keys, test.inode)
		}
		for _, port := range []uint16{1095, 54321} {
			if got := r.listens(port); got != (port == test.listens) {
				t.Errorf("%q listens on %d: %v", test.line, port, got)
			}
		}
	}
}

// Rows as the structures of iphlpapi.h lay them out.
func TestRowsOfWindows(t *testing.T) {
	type seen struct {
		local, remote netip.AddrPort
		pid           uint32
	}
	number := func(b []byte, n uint32) []byte { return binary.LittleEndian.AppendUint32(b, n) }
	port := func(b []byte, n uint16) []byte { return append(binary.BigEndian.AppendUint16(b, n), 0xaa, 0xbb) }
	row4 := func(b []byte, p pair, pid uint32) []byte {
		b = append(number(b, 5), p.local.Addr().AsSlice()...)
		b = append(port(b, p.local.Port()), p.remote.Addr().AsSlice()...)
		return number(port(b, p.remote.Port()), pid)
	}
	row6 := func(b []byte, p pair, pid uint32) []byte {
		b = port(number(append(b, p.local.Addr().AsSlice()...), 3), p.local.Port())
		b = port(number(append(b, p.remote.Addr().AsSlice()...), 3), p.remote.Port())
		return number(number(b, 5), pid)
	}
	a, b := ends("127.0.0.1:5000", "127.0.0.1:1095"), ends("192.0.2.1:5001", "192.0.2.2:443")
	c, d := ends("[::1]:5002", "[::1]:1095"), ends("[2001:db8::1]:5003", "[2001:db8::2]:443")
	for _, test := range []struct {
		name   string
		layout table
		data   []byte
		want   []seen
	}{
		{"IPv4", table4, row4(row4(number(nil, 2), a, 7), b, 8), []seen{{a.local, a.remote, 7}, {b.local, b.remote, 8}}},
		{"IPv6", table6, row6(row6(number(nil, 2), c, 7), d, 8), []seen{{c.local, c.remote, 7}, {d.local, d.remote, 8}}},
		{"cut off", table4, row4(number(nil, 2), a, 7), []seen{{a.local, a.remote, 7}}},
		{"more than said", table4, row4(row4(number(nil, 1), a, 7), b, 8), []seen{{a.local, a.remote, 7}}},
		{"empty", table4, nil, nil},
	} {
		var got []seen
		test.layout.each(test.data, func(local, remote netip.AddrPort, pid uint32) bool {
			got = append(got, seen{local, remote, pid})
			return true
		})
		if !slices.Equal(got, test.want) {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
}
