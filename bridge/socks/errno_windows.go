package socks

import (
	"errors"
	"syscall"
)

const (
	wsaEMFILE       = syscall.Errno(10024)
	wsaECONNABORTED = syscall.Errno(10053)
	wsaENOBUFS      = syscall.Errno(10055)
)

// What a failed connect says about its target. The constants of the same names
// in package syscall are Go's own here, which no call returns.
const (
	errnoRefused = syscall.Errno(10061) // WSAECONNREFUSED
	errnoNetwork = syscall.Errno(10051) // WSAENETUNREACH
	errnoHost    = syscall.Errno(10065) // WSAEHOSTUNREACH
)

// outOfDescriptors reports whether the process or the machine can open no more.
func outOfDescriptors(err error) bool {
	return errors.Is(err, wsaEMFILE) || errors.Is(err, wsaENOBUFS)
}

// hungUp reports whether the peer cut the connection.
func hungUp(err error) bool {
	return errors.Is(err, syscall.WSAECONNRESET) || errors.Is(err, wsaECONNABORTED)
}
