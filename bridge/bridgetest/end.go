package bridgetest

import (
	"errors"
	"io"
)

// IsReset reports whether err, with which reading a connection ended, is the
// peer's reset. Where resets get lost (Wine; nowhere else), a clean end, which is
// nil or io.EOF, is taken for one.
func IsReset(err error) bool {
	return errors.Is(err, ECONNRESET) || LosesResets() && (err == nil || err == io.EOF)
}

// LosesResets reports whether this system may show a reset as a clean end. What
// cannot be told without resets cannot be tested there.
func LosesResets() bool { return losesResets() }
