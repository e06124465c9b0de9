package service

import (
	"io"
	"log/slog"
	"os"
	"strings"

	"github.com/kardianos/service"
	"golang.org/x/sys/windows/svc"
)

// Log returns the handler for where the service manager wants the log: the system's event log, where [Run] runs this
// process as a service. Nil: the manager has no wishes.
func Log(_ *os.File, _ io.Writer, level slog.Leveler, format Format) slog.Handler {
	if !byManager() {
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

// Output returns out, or, where [Run] runs this process as a service, what takes all: there out cannot be written to.
func Output(out io.Writer) io.Writer {
	if byManager() {
		return io.Discard
	}
	return out
}

// byManager reports whether this is called by what [Run] runs for the service manager.
func byManager() bool { return svc.StatusHandle() != 0 }

// eventLine writes a line by a method of the event log.
type eventLine func(...any) error

func (t eventLine) Write(line []byte) (int, error) {
	if err := t(strings.TrimSpace(string(line))); err != nil {
		return 0, err
	}
	return len(line), nil
}
