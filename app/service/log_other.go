//go:build !linux && !windows

package service

import (
	"io"
	"log/slog"
	"os"
)

// Log returns nil: no service manager here has wishes about the log.
func Log(*os.File, io.Writer, slog.Leveler, Format) slog.Handler { return nil }

// Output returns out: what a service prints goes into its log here.
func Output(out io.Writer) io.Writer { return out }
