package relay

import (
	"unsafe"

	"golang.org/x/sys/windows"
)

const fionbio = 0x8004667e // FIONBIO of winsock2.h

// look peeks at a socket without waiting. Sockets are made such that a peek
// would wait, so that is changed first. Package net does not notice, as its
// calls are all overlapped and leave the waiting to the poller in either mode.
//
// Asking select first, whether there is anything to peek at, would not do: a
// reader beside us may take it in between.
func look(fd uintptr) sight {
	socket := windows.Handle(fd)
	on, none := uint32(1), uint32(0)
	if windows.WSAIoctl(socket, fionbio, (*byte)(unsafe.Pointer(&on)), uint32(unsafe.Sizeof(on)), nil, 0, &none, nil, 0) != nil {
		return reset
	}
	var one [1]byte
	var got uint32
	buf := windows.WSABuf{Len: 1, Buf: &one[0]}
	flags := uint32(windows.MSG_PEEK)
	switch err := windows.WSARecv(socket, &buf, 1, &got, &flags, nil, nil); {
	case err == windows.WSAEWOULDBLOCK:
		return nothing
	case err != nil:
		return reset
	case got == 0:
		return end
	}
	return bytes
}
