//go:build unix

package service

import "syscall"

func closeOnExec(fd int) { syscall.CloseOnExec(fd) }
