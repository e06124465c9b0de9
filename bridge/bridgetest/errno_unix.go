//go:build unix

package bridgetest

import "syscall"

// The numbers of what connections fail with, under their Unix names, as this
// system returns them: those in package syscall are Go's own on Windows.
const (
	EACCES       = syscall.EACCES
	EADDRINUSE   = syscall.EADDRINUSE
	ECONNREFUSED = syscall.ECONNREFUSED
	ECONNRESET   = syscall.ECONNRESET
	EHOSTUNREACH = syscall.EHOSTUNREACH
	ENETUNREACH  = syscall.ENETUNREACH
	ETIMEDOUT    = syscall.ETIMEDOUT
)

// What follows is about Wine only.

func losesResets() bool { return false }

func hidesSocketOwners() bool { return false }

func lacksUnixSockets() bool { return false }
