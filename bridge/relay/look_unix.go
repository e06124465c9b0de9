//go:build unix

package relay

import "syscall"

// look peeks at a descriptor without waiting.
func look(fd uintptr) (s sight) {
	var one [1]byte
	switch n, errno := peek(fd, one[:]); {
	case errno == syscall.EAGAIN:
		return nothing
	case errno != 0:
		return reset
	case n == 0:
		return end
	}
	return bytes
}
