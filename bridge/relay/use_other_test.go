//go:build !linux

package relay_test

// Descriptors and CPU time are measured on Linux only.
func openFiles() int { return 0 }

func cpuSeconds() float64 { return 0 }
