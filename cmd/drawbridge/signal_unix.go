//go:build unix

package main

import (
	"os"
	"syscall"
)

// hangUp are the signals that mean: read the settings again.
var hangUp = []os.Signal{syscall.SIGHUP}

// passedOn are the signals that concern the command that exec runs. A terminal
// sends its own (SIGINT, SIGQUIT) to both of us; those the command gets anyway.
var passedOn = []os.Signal{syscall.SIGTERM, syscall.SIGHUP, syscall.SIGUSR1, syscall.SIGUSR2}

// exitCodeOf is a process's exit code as shells count it.
func exitCodeOf(p *os.ProcessState) int {
	if s, ok := p.Sys().(syscall.WaitStatus); ok && s.Signaled() {
		return 128 + int(s.Signal())
	}
	return p.ExitCode()
}
