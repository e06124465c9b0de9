package bridgetest

import (
	"net"
	"syscall"
	"testing"
	"time"
)

// ListenFull listens, and fills the system's queue of those who wait to be let
// in, so that a dial to addr hangs. It is not ok where the system cannot be
// brought to that.
func ListenFull(t testing.TB) (addr string, ok bool) {
	t.Helper()
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { syscall.Close(fd) })
	if err := syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Listen(fd, 0); err != nil {
		t.Fatal(err)
	}
	name, err := syscall.Getsockname(fd)
	if err != nil {
		t.Fatal(err)
	}
	a := (&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: name.(*syscall.SockaddrInet4).Port}).String()
	for range 8 {
		conn, err := net.DialTimeout("tcp", a, 100*time.Millisecond)
		if err != nil {
			return a, true
		}
		t.Cleanup(func() { conn.Close() })
	}
	return "", false
}
