//go:build !linux

package bridge_test

import "testing"

// listenFull is only known how to do on Linux.
func listenFull(*testing.T) (addr string, ok bool) { return "", false }
