//go:build unix

package systemproxy

import (
	"os"
	"os/signal"
	"syscall"
)

// detached lets the guard live on when its holder's terminal is gone.
func detached() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }

// ignoreSignals leaves it to the holder when to end.
func ignoreSignals() { signal.Ignore(os.Interrupt, syscall.SIGTERM, syscall.SIGHUP) }
