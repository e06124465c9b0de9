// Drawbridge-pac evaluates PAC scripts for the bridge, which starts it when a profile names one. It is a program of its
// own because a script is somebody else's, and because what evaluates it weighs more than the bridge.
package main

import (
	"fmt"
	"os"

	"github.com/drawbridge-app/drawbridge/app/chooser"
	"github.com/drawbridge-app/drawbridge/app/chooser/pac"
)

func main() {
	if len(os.Args) != 2 || os.Args[1] != chooser.Evaluate {
		fmt.Fprintln(os.Stderr, "drawbridge-pac evaluates PAC scripts for drawbridge, which starts it by itself; to try one: drawbridge check --upstream pac+file:///PATH URL")
		os.Exit(2)
	}
	if err := pac.Serve(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintf(os.Stderr, "drawbridge-pac: %v\n", err)
		os.Exit(1)
	}
}
