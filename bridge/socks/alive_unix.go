//go:build unix

package socks

import (
	"net"
	"syscall"
)

// alive reports whether an idle connection can still be used, by a look at what
// there is to read without taking it. Anything but "nothing yet" is wrong: the
// endpoint has hung up, or it talks out of turn.
func alive(conn net.Conn) bool {
	tcp, ok := conn.(*net.TCPConn)
	if !ok {
		return true
	}
	raw, err := tcp.SyscallConn()
	if err != nil {
		return false
	}
	var quiet bool
	var b [1]byte
	err = raw.Control(func(fd uintptr) {
		for {
			_, _, err := syscall.Recvfrom(int(fd), b[:], syscall.MSG_PEEK)
			if err == syscall.EINTR {
				continue
			}
			quiet = err == syscall.EAGAIN
			return
		}
	})
	return err == nil && quiet
}
