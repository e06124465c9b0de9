package relay

import (
	"errors"

	"golang.org/x/sys/windows"
)

// notConnected reports whether a half-close failed only because the peer had
// already gone.
func notConnected(err error) bool { return errors.Is(err, windows.WSAENOTCONN) }
