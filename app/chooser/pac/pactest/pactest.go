// Package pactest has a test's program play drawbridge-pac, the program that evaluates PAC scripts.
package pactest

import (
	"fmt"
	"os"

	"github.com/drawbridge-app/drawbridge/app/chooser"
	"github.com/drawbridge-app/drawbridge/app/chooser/pac"
)

// Main is TestMain of a package whose tests start that program: it plays it where it was started as that, and runs the
// tests, a *testing.M, otherwise. It returns the exit code.
func Main(tests interface{ Run() int }) int {
	if len(os.Args) < 2 || os.Args[1] != chooser.Evaluate {
		return tests.Run()
	}
	if err := pac.Serve(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintf(os.Stderr, "drawbridge-pac: %v\n", err)
		return 1
	}
	return 0
}
