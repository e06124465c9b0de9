//go:build !windows

package main

import "syscall"

// detached lets a program live on when the session's terminal, or this process, is gone.
func detached() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }
