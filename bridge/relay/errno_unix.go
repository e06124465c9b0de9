//go:build unix

package relay

import (
	"errors"
	"syscall"
)

// notConnected reports whether a half-close failed only because the peer had
// already gone.
func notConnected(err error) bool { return errors.Is(err, syscall.ENOTCONN) }

// inOurWords has nothing to do: these are the words.
func inOurWords(err error) error { return err }
