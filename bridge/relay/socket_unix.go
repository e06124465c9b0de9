//go:build unix && (!linux || 386 || s390x)

package relay

import (
	"errors"
	"syscall"
)

func recv(fd uintptr, p []byte) (int, syscall.Errno) {
	return attempt(func() (int, error) { return syscall.Read(int(fd), p) })
}

func peek(fd uintptr, p []byte) (int, syscall.Errno) {
	return attempt(func() (int, error) {
		n, _, err := syscall.Recvfrom(int(fd), p, syscall.MSG_PEEK)
		return n, err
	})
}

func send(fd uintptr, p []byte) (int, syscall.Errno) {
	return attempt(func() (int, error) { return syscall.Write(int(fd), p) })
}

// broken reports whether the connection takes no writes: it writes nothing.
func broken(fd uintptr) bool {
	_, errno := send(fd, nil)
	return errno == syscall.EPIPE || errno == syscall.ECONNRESET
}

// attempt repeats a call that a signal interrupted. The descriptors that Go's
// poller hands out are nonblocking, so no call here waits.
func attempt(call func() (int, error)) (int, syscall.Errno) {
	for {
		n, err := call()
		if err == nil {
			return n, 0
		}
		var errno syscall.Errno
		if !errors.As(err, &errno) {
			errno = syscall.EIO
		}
		if errno != syscall.EINTR {
			return 0, errno
		}
	}
}
