//go:build !windows

package programs

import (
	"io"
	"os"
)

// Voice is where a program says what it says before it ends, whole: an error, its version, its help. That is file, which
// is os.Stdout or os.Stderr. On Windows, a program with windows has neither, unless whoever started it gave them; then it
// is the console that it was started from, or else a box, which waits to be read.
func Voice(file *os.File) io.Writer { return file }
