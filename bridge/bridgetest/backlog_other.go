//go:build !linux

package bridgetest

import "testing"

// ListenFull knows only how to do that on Linux.
func ListenFull(testing.TB) (addr string, ok bool) { return "", false }
