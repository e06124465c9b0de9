package app

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"
)

// mostLines is how many lines a journal keeps.
const mostLines = 2000

// A Journal keeps the last 2,000 lines of the log for people to look at. A value
// that knows how to hide itself (slog.LogValuer) is kept hidden.
type Journal struct {
	level slog.Leveler
	next  slog.Handler

	mu     sync.Mutex
	last   uint64 // number of the newest line
	lines  []Line // a ring, once it is full
	oldest int    // index in lines
}

// NewJournal keeps lines of the level and above, and passes on to next what that
// takes. A nil next takes nothing.
func NewJournal(level slog.Leveler, next slog.Handler) *Journal {
	if next == nil {
		next = slog.DiscardHandler
	}
	return &Journal{level: level, next: next}
}

// Logger logs to the journal. A nil journal takes nothing.
func (j *Journal) Logger() *slog.Logger {
	if j == nil {
		return slog.New(slog.DiscardHandler)
	}
	return slog.New(&entries{journal: j, next: j.next})
}

// after returns the lines with higher numbers, oldest first.
func (j *Journal) after(number uint64) []Line {
	list := []Line{}
	if j == nil {
		return list
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	list = append(append(list, j.lines[j.oldest:]...), j.lines[:j.oldest]...)
	first, _ := slices.BinarySearchFunc(list, number+1, func(l Line, n uint64) int {
		if l.Number < n {
			return -1
		}
		return 1
	})
	return list[first:]
}

func (j *Journal) add(l Line) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.last++
	l.Number = j.last
	if len(j.lines) < mostLines {
		j.lines = append(j.lines, l)
		return
	}
	j.lines[j.oldest] = l
	j.oldest = (j.oldest + 1) % mostLines
}

// Log returns the journal's lines with a number above after, oldest first.
func (c *Controller) Log(_ context.Context, after uint64) ([]Line, error) {
	if c.closed() {
		return nil, ErrNoOwner
	}
	return c.Journal.after(after), nil
}

// entries is the journal as a slog.Handler, with what a logger says on each line.
type entries struct {
	journal *Journal
	next    slog.Handler
	group   string // of attributes to come, with a dot at its end
	with    []Attr
}

func (e *entries) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= e.journal.level.Level() || e.next.Enabled(ctx, level)
}

func (e *entries) Handle(ctx context.Context, r slog.Record) error {
	if r.Level >= e.journal.level.Level() {
		l := Line{Time: r.Time, Level: levelName(r.Level), Text: r.Message, With: slices.Clip(e.with)}
		r.Attrs(func(a slog.Attr) bool {
			l.With = appendAttr(l.With, e.group, a)
			return true
		})
		e.journal.add(l)
	}
	if !e.next.Enabled(ctx, r.Level) {
		return nil
	}
	return e.next.Handle(ctx, r)
}

func (e *entries) WithAttrs(attrs []slog.Attr) slog.Handler {
	with := slices.Clip(e.with)
	for _, a := range attrs {
		with = appendAttr(with, e.group, a)
	}
	return &entries{e.journal, e.next.WithAttrs(attrs), e.group, with}
}

func (e *entries) WithGroup(name string) slog.Handler {
	if name == "" {
		return e
	}
	return &entries{e.journal, e.next.WithGroup(name), e.group + name + ".", e.with}
}

// appendAttr adds an attribute as text, and a group's one by one.
func appendAttr(list []Attr, group string, a slog.Attr) []Attr {
	value := a.Value.Resolve()
	switch {
	case a.Equal(slog.Attr{}):
		return list
	case value.Kind() == slog.KindGroup:
		if a.Key != "" {
			group += a.Key + "."
		}
		for _, inner := range value.Group() {
			list = appendAttr(list, group, inner)
		}
		return list
	case value.Kind() == slog.KindTime:
		return append(list, Attr{group + a.Key, value.Time().Format(time.RFC3339)})
	}
	return append(list, Attr{group + a.Key, value.String()})
}

func levelName(l slog.Level) string {
	switch {
	case l < slog.LevelInfo:
		return "debug"
	case l < slog.LevelWarn:
		return "info"
	case l < slog.LevelError:
		return "warn"
	}
	return "error"
}
