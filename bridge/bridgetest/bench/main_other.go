//go:build !linux

package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Fprintln(os.Stderr, "bench: CPU, memory and descriptors are read from /proc: run this on Linux")
	os.Exit(2)
}
