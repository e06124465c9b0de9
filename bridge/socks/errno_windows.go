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

// outOfDescriptors reports whether the process or the machine can open no more.
func outOfDescriptors(err error) bool {
	return errors.Is(err, wsaEMFILE) || errors.Is(err, wsaENOBUFS)
}

// hungUp reports whether the peer cut the connection.
func hungUp(err error) bool {
	return errors.Is(err, syscall.WSAECONNRESET) || errors.Is(err, wsaECONNABORTED)
}
