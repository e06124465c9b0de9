//go:build linux && !386 && !s390x

package relay

import (
	"syscall"
	"unsafe"
)

// These calls never wait, so they skip the scheduler's bookkeeping that
// syscall.Read does for calls that might: at one request every few
// microseconds it shows.

func recv(fd uintptr, p []byte) (int, syscall.Errno) {
	return socket(syscall.SYS_RECVFROM, fd, p, syscall.MSG_DONTWAIT)
}

func peek(fd uintptr, p []byte) (int, syscall.Errno) {
	return socket(syscall.SYS_RECVFROM, fd, p, syscall.MSG_DONTWAIT|syscall.MSG_PEEK)
}

func send(fd uintptr, p []byte) (int, syscall.Errno) {
	return socket(syscall.SYS_SENDTO, fd, p, syscall.MSG_DONTWAIT|syscall.MSG_NOSIGNAL)
}

// broken reports whether the connection takes no writes: it writes nothing.
func broken(fd uintptr) bool {
	var none [1]byte
	_, _, errno := syscall.RawSyscall6(syscall.SYS_SENDTO, fd, uintptr(unsafe.Pointer(&none)), 0, syscall.MSG_DONTWAIT|syscall.MSG_NOSIGNAL, 0, 0)
	return errno == syscall.EPIPE || errno == syscall.ECONNRESET
}

func socket(trap, fd uintptr, p []byte, flags uintptr) (int, syscall.Errno) {
	if len(p) == 0 {
		return 0, 0
	}
	for {
		n, _, errno := syscall.RawSyscall6(trap, fd, uintptr(unsafe.Pointer(&p[0])), uintptr(len(p)), flags, 0, 0)
		if errno == 0 {
			return int(n), 0
		}
		if errno != syscall.EINTR {
			return 0, errno
		}
	}
}
