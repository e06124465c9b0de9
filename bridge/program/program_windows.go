package program

import (
	"net/netip"
	"path/filepath"
	"unsafe"

	"golang.org/x/sys/windows"
)

var tcpTable = windows.NewLazySystemDLL("iphlpapi.dll").NewProc("GetExtendedTcpTable")

// The classes of TCP_TABLE_CLASS.
const (
	listenersWithPID   = 3
	connectionsWithPID = 4
)

var families = [...]struct {
	family uintptr
	layout table
}{{windows.AF_INET, table4}, {windows.AF_INET6, table6}}

// listening finds nobody on a port that Windows itself has reserved.
func listening(port uint16) (p Program) {
	for _, f := range families {
		f.layout.each(read(f.family, listenersWithPID), func(local, _ netip.AddrPort, pid uint32) bool {
			if local.Port() == port {
				p = programOf(pid)
			}
			return p == Program{}
		})
	}
	return p
}

func holders(wanted map[pair]uint64, _ map[int]bool) map[pair]Program {
	found := make(map[pair]Program)
	programs := make(map[uint32]Program)
	for _, f := range families {
		f.layout.each(read(f.family, connectionsWithPID), func(local, remote netip.AddrPort, pid uint32) bool {
			ends := pair{local, remote}
			if _, ok := wanted[ends]; ok && pid != 0 {
				if _, known := programs[pid]; !known {
					programs[pid] = programOf(pid)
				}
				found[ends] = programs[pid]
			}
			return true
		})
	}
	return found
}

// read asks for a table until it fits; nil when the system gives none.
func read(family, class uintptr) []byte {
	size := uint32(16 << 10)
	for range 4 {
		data := make([]byte, size)
		code, _, _ := tcpTable.Call(uintptr(unsafe.Pointer(&data[0])), uintptr(unsafe.Pointer(&size)), 0, family, class, 0)
		switch windows.Errno(code) {
		case windows.ERROR_SUCCESS:
			return data
		case windows.ERROR_INSUFFICIENT_BUFFER:
			continue
		}
		return nil
	}
	return nil
}

// programOf names a process by the file of its program.
func programOf(pid uint32) Program {
	unknown := Program{Name: "another program", PID: int(pid)}
	p, err := windows.OpenProcess(windows.PROCESS_QUERY_LIMITED_INFORMATION, false, pid)
	if err != nil {
		return unknown
	}
	defer windows.CloseHandle(p)
	var path [windows.MAX_LONG_PATH]uint16
	n := uint32(len(path))
	if windows.QueryFullProcessImageName(p, 0, &path[0], &n) != nil {
		return unknown
	}
	return Program{Name: filepath.Base(windows.UTF16ToString(path[:n])), PID: int(pid)}
}
