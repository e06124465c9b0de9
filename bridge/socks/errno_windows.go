package socks

import (
	"errors"

	"golang.org/x/sys/windows"
)

// What a failed connect says about its target. The constants of the Unix names
// in package syscall are Go's own here, which no call returns.
const (
	errnoRefused = windows.WSAECONNREFUSED
	errnoNetwork = windows.WSAENETUNREACH
	errnoHost    = windows.WSAEHOSTUNREACH
	errnoDenied  = windows.WSAEACCES // by a firewall
)

// outOfDescriptors reports whether the process or the machine can open no more.
func outOfDescriptors(err error) bool {
	return errors.Is(err, windows.WSAEMFILE) || errors.Is(err, windows.WSAENOBUFS)
}

// hungUp reports whether the peer cut the connection.
func hungUp(err error) bool {
	return errors.Is(err, windows.WSAECONNRESET) || errors.Is(err, windows.WSAECONNABORTED)
}
