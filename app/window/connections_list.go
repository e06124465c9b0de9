package window

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/app/words"
)

// A connectionRow is a connection with what is worked out once for each time it is told.
type connectionRow struct {
	app.Connection
	key   string // the same as long as it is the same connection
	who   string // the client's program, or its address
	state string // in words
	text  string // what the filter looks through
}

// connectionRows makes rows of what the owner told. It is the expensive part of a poll and knows nothing of Fyne.
func connectionRows(l *words.Language, cs []app.Connection) []connectionRow {
	rows := make([]connectionRow, len(cs))
	for i, c := range cs {
		r := connectionRow{Connection: c, who: c.Program, state: connectionState(l, c)}
		if r.who == "" {
			r.who = c.Client
		}
		// Ids begin anew with the bridge, so the id alone might select another connection after it was off.
		r.key = strconv.FormatUint(c.ID, 36) + "@" + strconv.FormatInt(c.Since.UnixNano(), 36)
		r.text = strings.ToLower(strings.Join([]string{c.Target, r.who, c.Via, r.state}, "\n"))
		rows[i] = r
	}
	return rows
}

// connectionState says in a word or two what a connection is doing, or how it ended.
func connectionState(l *words.Language, c app.Connection) string {
	switch {
	case !c.Ended.IsZero():
		return endOf(l, c.End)
	case c.Kind == "idle":
		return l.Say("connections.idle")
	default:
		return l.Say("connections.is_open")
	}
}

// endOf says how a connection ended, or the code itself where there are no words for it yet.
func endOf(l *words.Language, code string) string {
	if code == "" {
		return l.Say("end.ended")
	}
	key := "end." + code
	if said := l.Say(key); said != key {
		return said
	}
	return code
}

// A stage is which connections are wanted.
type stage int

const (
	everyStage stage = iota
	openStage
	endedStage
)

// A listing is the connections as they were told last, and of them those that are shown, in order.
type listing struct {
	all   []connectionRow
	shown []*connectionRow

	filter    string
	stage     stage
	column    int
	ascending bool

	open     int
	up, down int64 // of those that are shown
}

// newListing lists nothing yet, and later the newest first.
func newListing() *listing { return &listing{column: columnAge, ascending: true} }

// set replaces what was told.
func (l *listing) set(rows []connectionRow) {
	l.all = rows
	l.arrange()
}

func (l *listing) filterBy(text string) { l.filter = text; l.arrange() }
func (l *listing) keep(s stage)         { l.stage = s; l.arrange() }
func (l *listing) sortBy(column int, ascending bool) {
	l.column, l.ascending = column, ascending
	l.arrange()
}
func (l *listing) at(row int) *connectionRow { return l.shown[row] }
func (l *listing) len() int                  { return len(l.shown) }

// isNarrowed says whether there may be some that are not shown.
func (l *listing) isNarrowed() bool {
	return l.stage != everyStage || strings.TrimSpace(l.filter) != ""
}

// arrange works out what is shown, and in which order.
func (l *listing) arrange() {
	wanted := strings.Fields(strings.ToLower(l.filter))
	l.shown = make([]*connectionRow, 0, len(l.all))
	l.open, l.up, l.down = 0, 0, 0
	for i := range l.all {
		r := &l.all[i]
		isOpen := r.Ended.IsZero()
		if isOpen {
			l.open++
		}
		if l.stage == openStage && !isOpen || l.stage == endedStage && isOpen || !containsAll(r.text, wanted) {
			continue
		}
		l.shown = append(l.shown, r)
		l.up += r.Up
		l.down += r.Down
	}
	slices.SortFunc(l.shown, l.compare)
}

// compare orders by the chosen column; what has nothing there comes last whichever way it goes, and equals are the
// newest first, so that no two rows ever change places by themselves.
func (l *listing) compare(a, b *connectionRow) int {
	if isAEmpty, isBEmpty := isEmptyIn(l.column, a), isEmptyIn(l.column, b); isAEmpty != isBEmpty {
		if isAEmpty {
			return 1
		}
		return -1
	}
	order := compareIn(l.column, a, b)
	if !l.ascending {
		order = -order
	}
	return cmp.Or(order, b.Since.Compare(a.Since), cmp.Compare(b.ID, a.ID))
}

// isEmptyIn says whether nothing stands in a column of words.
func isEmptyIn(column int, r *connectionRow) bool {
	switch column {
	case columnUp, columnDown, columnAge:
		return false
	default:
		return r.word(column) == ""
	}
}

// openIDs are the connections that are shown and can be closed.
func (l *listing) openIDs() []uint64 {
	var ids []uint64
	for _, r := range l.shown {
		if r.Ended.IsZero() {
			ids = append(ids, r.ID)
		}
	}
	return ids
}
