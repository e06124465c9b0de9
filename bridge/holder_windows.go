package bridge

import (
	"encoding/binary"
	"net"
	"path/filepath"
	"strconv"
	"unsafe"

	"golang.org/x/sys/windows"
)

var tcpTable = windows.NewLazySystemDLL("iphlpapi.dll").NewProc("GetExtendedTcpTable")

// holder names the program that listens on the port of address, by the system's
// table of listeners; empty when there is none, as for a port that Windows has
// reserved.
func holder(address string) string {
	_, text, err := net.SplitHostPort(address)
	if err != nil {
		return ""
	}
	port, err := strconv.Atoi(text)
	if err != nil {
		return ""
	}
	for _, t := range tcpTables {
		if pid := t.listener(t.read(), port); pid != 0 {
			return named(programName(pid), strconv.FormatUint(uint64(pid), 10))
		}
	}
	return ""
}

// A listenerTable is how MIB_TCPTABLE_OWNER_PID and MIB_TCP6TABLE_OWNER_PID lay
// out their rows: sizes and offsets in bytes.
type listenerTable struct {
	family         uintptr
	row, port, pid int
}

var tcpTables = []listenerTable{
	{family: windows.AF_INET, row: 24, port: 8, pid: 20},
	{family: windows.AF_INET6, row: 56, port: 20, pid: 52},
}

// read asks for the table until it fits; nil when the system gives none.
func (t listenerTable) read() []byte {
	const listenersWithPID = 3 // TCP_TABLE_OWNER_PID_LISTENER
	size := uint32(16 << 10)
	for range 4 {
		table := make([]byte, size)
		code, _, _ := tcpTable.Call(uintptr(unsafe.Pointer(&table[0])), uintptr(unsafe.Pointer(&size)), 0, t.family, listenersWithPID, 0)
		switch windows.Errno(code) {
		case windows.ERROR_SUCCESS:
			return table
		case windows.ERROR_INSUFFICIENT_BUFFER:
			continue
		}
		return nil
	}
	return nil
}

// listener finds the process that listens on port; 0 if none does. A port lies
// in the first two bytes of its field, most significant first.
func (t listenerTable) listener(table []byte, port int) uint32 {
	if len(table) < 4 {
		return 0
	}
	rows := int(binary.LittleEndian.Uint32(table))
	for i := range rows {
		row := table[4+i*t.row:]
		if len(row) < t.row {
			return 0
		}
		if int(binary.BigEndian.Uint16(row[t.port:])) == port {
			return binary.LittleEndian.Uint32(row[t.pid:])
		}
	}
	return 0
}

// programName is the file name of a process's program.
func programName(pid uint32) string {
	const unknown = "another program"
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
	return filepath.Base(windows.UTF16ToString(path[:n]))
}
