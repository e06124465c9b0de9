package main

import "os"

// hangUp is empty: this system has no signal that means: read the settings
// again.
var hangUp []os.Signal

// passedOn is what can be caught here; the console sends it to the command too.
var passedOn = []os.Signal{os.Interrupt}

// exitCodeOf is a process's exit code.
func exitCodeOf(p *os.ProcessState) int { return p.ExitCode() }
