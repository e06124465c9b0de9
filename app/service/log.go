package service

import (
	"context"
	"io"
	"log/slog"
)

// A Format makes the handler of log lines, such as slog's own for text.
type Format func(io.Writer, *slog.HandlerOptions) slog.Handler

// byPriority has a handler for each of slog's four levels, with a writer of its own. Their lines say neither when, nor
// how bad: whoever reads them knows that.
type byPriority [4]slog.Handler

func newByPriority(level slog.Leveler, format Format, writers [4]io.Writer) slog.Handler {
	o := &slog.HandlerOptions{Level: level, ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
		_, level := a.Value.Any().(slog.Level)
		if len(groups) == 0 && (a.Key == slog.TimeKey && a.Value.Kind() == slog.KindTime || a.Key == slog.LevelKey && level) {
			return slog.Attr{}
		}
		return a
	}}
	var p byPriority
	for i, w := range writers {
		p[i] = format(w, o)
	}
	return p
}

func (p byPriority) of(l slog.Level) slog.Handler {
	switch {
	case l < slog.LevelInfo:
		return p[0]
	case l < slog.LevelWarn:
		return p[1]
	case l < slog.LevelError:
		return p[2]
	}
	return p[3]
}

// Enabled implements slog.Handler.
func (p byPriority) Enabled(ctx context.Context, l slog.Level) bool { return p.of(l).Enabled(ctx, l) }

// Handle implements slog.Handler.
func (p byPriority) Handle(ctx context.Context, r slog.Record) error {
	return p.of(r.Level).Handle(ctx, r)
}

// WithAttrs implements slog.Handler.
func (p byPriority) WithAttrs(attrs []slog.Attr) slog.Handler {
	for i, h := range p { // p is a copy
		p[i] = h.WithAttrs(attrs)
	}
	return p
}

// WithGroup implements slog.Handler.
func (p byPriority) WithGroup(name string) slog.Handler {
	for i, h := range p {
		p[i] = h.WithGroup(name)
	}
	return p
}

// prefixed writes each piece, which is a line, with a prefix, and at once.
type prefixed struct {
	w      io.Writer
	prefix string
}

func (p prefixed) Write(line []byte) (int, error) {
	if _, err := p.w.Write(append([]byte(p.prefix), line...)); err != nil {
		return 0, err
	}
	return len(line), nil
}

// journalHandler writes lines as systemd's journal takes them, with a priority in front (sd-daemon(3)).
func journalHandler(w io.Writer, level slog.Leveler, format Format) slog.Handler {
	// debug, info, warning, err
	return newByPriority(level, format, [...]io.Writer{prefixed{w, "<7>"}, prefixed{w, "<6>"}, prefixed{w, "<4>"}, prefixed{w, "<3>"}})
}
