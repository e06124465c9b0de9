package relay

import (
	"unsafe"

	"golang.org/x/sys/windows"
)

var winsockSelect = windows.NewLazySystemDLL("ws2_32.dll").NewProc("select")

// look peeks at a socket without waiting. A read would wait on these sockets,
// peeking or not, so select tells first whether there is anything to find.
func look(fd uintptr) sight {
	set := struct { // FD_SET of winsock2.h
		count   uint32
		sockets [64]uintptr
	}{count: 1, sockets: [64]uintptr{fd}}
	var now struct{ sec, usec int32 } // TIMEVAL: do not wait
	n, _, _ := winsockSelect.Call(0, uintptr(unsafe.Pointer(&set)), 0, 0, uintptr(unsafe.Pointer(&now)))
	if n == 0 {
		return nothing
	}
	var one [1]byte
	var got uint32
	buf := windows.WSABuf{Len: 1, Buf: &one[0]}
	flags := uint32(windows.MSG_PEEK)
	switch err := windows.WSARecv(windows.Handle(fd), &buf, 1, &got, &flags, nil, nil); {
	case err != nil:
		return reset
	case got == 0:
		return end
	}
	return bytes
}
