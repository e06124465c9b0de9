//go:build unix

package relay

import (
	"net"
	"syscall"
)

// Look tells, without reading or waiting, what a reader of conn would meet next:
// the end of the stream (ended), or a reset. Both are false while bytes are
// there or while nothing is. Unlike [Wire.Alive] it may be called beside a
// reader. Where the system has no such look both are always false.
func Look(conn *net.TCPConn) (ended, reset bool) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return false, false
	}
	err = raw.Control(func(fd uintptr) {
		var one [1]byte
		n, errno := peek(fd, one[:])
		ended = n == 0 && errno == 0
		reset = errno != 0 && errno != syscall.EAGAIN
	})
	return ended && err == nil, reset && err == nil
}
