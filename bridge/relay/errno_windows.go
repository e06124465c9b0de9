package relay

import (
	"errors"
	"syscall"

	"golang.org/x/sys/windows"
)

// notConnected reports whether a half-close failed only because the peer had
// already gone.
func notConnected(err error) bool { return errors.Is(err, windows.WSAENOTCONN) }

// hungUp reports whether the peer cut the connection.
func hungUp(err error) bool {
	return errors.Is(err, windows.WSAECONNRESET) || errors.Is(err, windows.WSAECONNABORTED)
}

// inOurWords says what usually happens to connections as other systems do:
// Windows has a sentence for each, and sometimes in the user's language.
func inOurWords(err error) error {
	errno, ok := err.(syscall.Errno)
	if !ok {
		return err
	}
	text := ""
	switch errno {
	case windows.WSAECONNREFUSED:
		text = "connection refused"
	case windows.WSAECONNRESET:
		text = "connection reset by peer"
	case windows.WSAECONNABORTED:
		text = "connection aborted"
	case windows.WSAETIMEDOUT:
		text = "connection timed out"
	case windows.WSAENETUNREACH:
		text = "network is unreachable"
	case windows.WSAEHOSTUNREACH:
		text = "no route to host"
	case windows.WSAEADDRINUSE:
		text = "address already in use"
	case windows.WSAEADDRNOTAVAIL:
		text = "cannot assign requested address"
	case windows.WSAEACCES:
		text = "permission denied"
	default:
		return err
	}
	return &wordedError{text, errno}
}

// A wordedError is a system's error with another text.
type wordedError struct {
	text string
	err  syscall.Errno
}

func (e *wordedError) Error() string { return e.text }
func (e *wordedError) Unwrap() error { return e.err }

// Timeout and Temporary are what package net asks of its errors. Go's own
// Timeout knows Unix numbers only.
func (e *wordedError) Timeout() bool   { return e.err == windows.WSAETIMEDOUT }
func (e *wordedError) Temporary() bool { return e.Timeout() }
