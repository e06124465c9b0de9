package chooser

import (
	"os"
	"syscall"
)

// apart keeps the console's signals away, and opens no console of its own.
func apart() *syscall.SysProcAttr {
	const detachedProcess = 0x8 // DETACHED_PROCESS
	return &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP | detachedProcess}
}

// needed is what a process needs of the environment: sockets do not work without
// the system's own directory.
func needed() []string { return []string{"SYSTEMROOT=" + os.Getenv("SYSTEMROOT")} }
