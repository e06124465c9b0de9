package bridge

import (
	"errors"

	"golang.org/x/sys/windows"
)

// inUse is also true of a port that the system has reserved, which is what
// Windows' WSAEACCES means here.
func inUse(err error) bool {
	return errors.Is(err, windows.WSAEADDRINUSE) || errors.Is(err, windows.WSAEACCES)
}

func outOfDescriptors(err error) bool {
	return errors.Is(err, windows.WSAEMFILE) || errors.Is(err, windows.WSAENOBUFS)
}

// descriptorLimit bounds what the system itself does not.
func descriptorLimit() int { return 16384 }
