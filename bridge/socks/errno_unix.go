//go:build unix

package socks

import (
	"errors"
	"syscall"
)

// What a failed connect says about its target.
const (
	errnoRefused = syscall.ECONNREFUSED
	errnoNetwork = syscall.ENETUNREACH
	errnoHost    = syscall.EHOSTUNREACH
	errnoDenied  = syscall.EACCES
)

// outOfDescriptors reports whether the process or the machine can open no more.
func outOfDescriptors(err error) bool {
	return errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE)
}

// hungUp reports whether the peer cut the connection.
func hungUp(err error) bool {
	return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}
