//go:build windows || darwin

package main

import "context"

// still reports whether the desktop's user wants nothing to move, which is not asked for here.
func still(context.Context) bool { return false }
