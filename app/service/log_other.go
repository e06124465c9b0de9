//go:build !linux && !windows

package service

import (
	"io"
	"log/slog"
	"os"
)

// Log returns nil: no service manager here has wishes about the log.
func Log(*os.File, io.Writer, slog.Leveler, Format) slog.Handler { return nil }
