package service

import (
	"io"
	"log/slog"
	"os"
	"strings"

	"github.com/kardianos/service"
)

// Log returns the handler for where the service manager wants the log: the system's event log, where this process is a
// service. Nil: the manager has no wishes.
func Log(_ *os.File, _ io.Writer, level slog.Leveler, format Format) slog.Handler {
	if service.Interactive() {
		return nil
	}
	s, err := service.New(nobody{}, &service.Config{Name: Name})
	if err != nil {
		return nil
	}
	to, err := s.SystemLogger(nil)
	if err != nil {
		return nil
	}
	return newByPriority(level, format, [...]io.Writer{eventLine(to.Info), eventLine(to.Info), eventLine(to.Warning), eventLine(to.Error)})
}

// eventLine writes a line by a method of the event log.
type eventLine func(...any) error

func (t eventLine) Write(line []byte) (int, error) {
	if err := t(strings.TrimSpace(string(line))); err != nil {
		return 0, err
	}
	return len(line), nil
}
