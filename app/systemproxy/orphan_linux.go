package systemproxy

import (
	"os/exec"
	"runtime"
	"syscall"
)

// runMortal runs cmd, which ends when this process is killed: otherwise it might set something after the guard has given
// back. The system ends it with the thread that has started it, so that one stays.
func runMortal(cmd *exec.Cmd) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	return cmd.Run()
}
