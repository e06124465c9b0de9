package window

import (
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/drawbridge-app/drawbridge/app"
)

// keptLines is how many lines of the log the window keeps, the newest.
const keptLines = 2000

// levels are the log's, the least important first.
var levels = [...]string{"debug", "info", "warn", "error"}

// levelRank is the place of a level among them; one that nobody knows counts as info.
func levelRank(level string) int {
	if i := slices.Index(levels[:], level); i >= 0 {
		return i
	}
	return 1
}

// A logLine is a line with what is worked out once.
type logLine struct {
	app.Line
	key   string
	said  string // the text on one line
	attrs string // what it says beside its text, likewise
	find  string // what the filter looks through
}

func newLogLine(l app.Line) *logLine {
	line := &logLine{Line: l, key: strconv.FormatUint(l.Number, 36), said: oneLine(l.Text)}
	attrs := make([]string, len(l.With))
	for i, a := range l.With {
		attrs[i] = a.Name + "=" + quoted(a.Value)
	}
	line.attrs = strings.Join(attrs, " ")
	line.find = strings.ToLower(line.said + " " + line.attrs)
	return line
}

// String is the line as it is copied and saved.
func (l *logLine) String() string {
	parts := []string{l.Time.Local().Format("2006-01-02T15:04:05.000Z07:00"), l.Level, l.said}
	if l.attrs != "" {
		parts = append(parts, l.attrs)
	}
	return strings.Join(parts, " ")
}

// oneLine makes everything that would break a line, or move the cursor, a space.
func oneLine(text string) string {
	return strings.Map(func(c rune) rune {
		if unicode.IsControl(c) {
			return ' '
		}
		return c
	}, text)
}

// quoted puts quotes around a value where without them it would not be clear where it ends.
func quoted(value string) string {
	if value == "" || strings.ContainsFunc(value, func(c rune) bool { return c == ' ' || c == '"' || c == '=' || unicode.IsControl(c) }) {
		return strconv.Quote(value)
	}
	return value
}

// A logList is the lines that the window keeps, and of them those that are shown, oldest first.
type logList struct {
	kept  []*logLine
	shown []*logLine
	last  uint64 // the number of the newest line that was told

	filter string
	least  int // the rank of the least important level that is shown

	paused  bool
	held    []*logLine // what was kept when it was paused
	waiting int        // lines that would be shown were it not paused
}

// add keeps lines that the owner told, and forgets the oldest beyond what is kept.
func (l *logList) add(lines []app.Line) {
	for _, told := range lines {
		line := newLogLine(told)
		l.last = told.Number
		l.kept = append(l.kept, line)
		if l.paused && l.wants(line) {
			l.waiting++
		}
	}
	if n := len(l.kept) - keptLines; n > 0 {
		l.kept = slices.Delete(l.kept, 0, n)
	}
	l.arrange()
}

// pause holds what is shown as it is, or shows again what comes.
func (l *logList) pause(on bool) {
	l.paused, l.waiting, l.held = on, 0, nil
	if on {
		l.held = slices.Clone(l.kept)
	}
	l.arrange()
}

// clear forgets every line, but not which was the last: none of them comes back.
func (l *logList) clear() {
	l.kept, l.held, l.waiting = nil, nil, 0
	l.arrange()
}

// restart forgets everything, for an owner that counts from one again.
func (l *logList) restart() {
	l.last = 0
	l.clear()
}

func (l *logList) filterBy(text string) { l.filter = text; l.arrange() }
func (l *logList) showFrom(least int)   { l.least = least; l.arrange() }

func (l *logList) wants(line *logLine) bool {
	return levelRank(line.Level) >= l.least && containsAll(line.find, strings.Fields(strings.ToLower(l.filter)))
}

func (l *logList) arrange() {
	from := l.kept
	if l.paused {
		from = l.held
	}
	l.shown = make([]*logLine, 0, len(from))
	for _, line := range from {
		if l.wants(line) {
			l.shown = append(l.shown, line)
		}
	}
}

// text is all lines that are shown, as they are copied and saved.
func (l *logList) text() string {
	var b strings.Builder
	for _, line := range l.shown {
		b.WriteString(line.String())
		b.WriteByte('\n')
	}
	return b.String()
}
