//go:build !linux && !windows && !darwin

package systemproxy

import "os/exec"

// runMortal runs cmd.
func runMortal(cmd *exec.Cmd) error { return cmd.Run() }
