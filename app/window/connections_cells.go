package window

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"github.com/drawbridge-app/drawbridge/app/window/look"
	"github.com/drawbridge-app/drawbridge/app/words"
)

// The columns of the table of connections, from the left.
const (
	columnTarget = iota
	columnProgram
	columnRoute
	columnRule
	columnUpstream
	columnUp
	columnDown
	columnAge
	columnState
)

// connectionColumns are as wide as what they usually hold. A narrow table leaves out what the strip below it says too.
func connectionColumns(say func(key string, with ...string) string) []look.TableColumn {
	return []look.TableColumn{
		columnTarget:   {Title: say("connections.target")},
		columnProgram:  {Title: say("connections.program"), Width: 136, HideUnder: 620},
		columnRoute:    {Title: say("connections.route"), Width: 64, HideUnder: 900},
		columnRule:     {Title: say("connections.rule"), Width: 104, HideUnder: 1020},
		columnUpstream: {Title: say("connections.upstream"), Width: 88, HideUnder: 800},
		columnUp:       {Title: say("connections.up"), Width: 68, Number: true},
		columnDown:     {Title: say("connections.down"), Width: 68, Number: true},
		columnAge:      {Title: say("connections.age"), Width: 80, Number: true, HideUnder: 460},
		columnState:    {Title: say("connections.state"), Width: 96},
	}
}

// noValue stands where there is nothing to say, in muted.
const noValue = "–"

// cell is what stands in a column, with what follows it in muted, at a time.
func (r *connectionRow) cell(l *words.Language, column int, now time.Time) (text, tail string, role fyne.ThemeColorName) {
	switch column {
	case columnUp:
		text, tail = figures(r.Up)
	case columnDown:
		text, tail = figures(r.Down)
	case columnAge:
		text = words.Age(now.Sub(r.Since))
	case columnRoute:
		text = routeOf(l, r.Route)
	case columnProgram:
		text = r.who
		if r.Program != "" && r.PID != 0 {
			tail = strconv.Itoa(r.PID)
		}
	default:
		text = r.word(column)
	}
	switch {
	case text == "":
		text, role = noValue, look.ColorMuted
	case !r.Ended.IsZero() && column == columnState && isBadEnd(r.End):
		role = look.ColorProblem
	case !r.Ended.IsZero() || column == columnState && r.Kind == "idle":
		role = look.ColorMuted
	}
	return text, tail, role
}

// isBadEnd says whether a connection's end is one that somebody may want to look into. That a client left is not.
func isBadEnd(code string) bool { return code == "failed" || code == "target" }

// figures are a count of bytes and behind it the unit, as wide as any other so that the figures stand under each other.
func figures(n int64) (text, unit string) {
	text, unit, _ = strings.Cut(words.Bytes(n), " ")
	return text, unit + strings.Repeat(" ", max(0, 2-len(unit)))
}

// routeOf says where a request goes.
func routeOf(l *words.Language, route string) string {
	switch route {
	case "upstream":
		return l.Say("connections.through")
	case "direct":
		return l.Say("connections.direct")
	default:
		return route
	}
}

// word is what a column is sorted by, for those that hold words.
func (r *connectionRow) word(column int) string {
	switch column {
	case columnTarget:
		return r.Target
	case columnProgram:
		return r.who
	case columnRoute:
		return r.Route
	case columnRule:
		return r.Rule
	case columnUpstream:
		return r.Via
	case columnState:
		return r.state
	default:
		return ""
	}
}

// compareIn orders two rows by what stands in a column.
func compareIn(column int, a, b *connectionRow) int {
	switch column {
	case columnUp:
		return cmp.Compare(a.Up, b.Up)
	case columnDown:
		return cmp.Compare(a.Down, b.Down)
	case columnAge:
		return b.Since.Compare(a.Since)
	default:
		return strings.Compare(a.word(column), b.word(column))
	}
}
