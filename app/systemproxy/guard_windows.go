package systemproxy

import (
	"os"
	"os/signal"
	"syscall"
)

// detached lets the guard live on when its holder's console is gone.
func detached() *syscall.SysProcAttr {
	const detachedProcess = 0x8 // DETACHED_PROCESS
	return &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP | detachedProcess}
}

// ignoreSignals leaves it to the holder when to end.
func ignoreSignals() { signal.Ignore(os.Interrupt, syscall.SIGTERM) }
