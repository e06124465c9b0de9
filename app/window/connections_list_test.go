package window

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/app/window/look"
	"github.com/drawbridge-app/drawbridge/app/words"
)

// ids are the connections that are shown, in order.
func ids(l *listing) []uint64 {
	var list []uint64
	for _, r := range l.shown {
		list = append(list, r.ID)
	}
	return list
}

func TestListing(t *testing.T) {
	at := func(s int) time.Time { return epoch.Add(time.Duration(s) * time.Second) }
	told := []app.Connection{
		{ID: 1, Kind: "connect", Program: "firefox", Target: "b.example:443", Via: "Office", Up: 10, Down: 500, Since: at(1)},
		{ID: 2, Kind: "idle", Program: "firefox", Up: 20, Down: 5, Since: at(2)},
		{ID: 3, Kind: "http", Client: "10.0.0.7:999", Target: "a.example:80", Via: "Tor", Up: 10, Down: 50, Since: at(3)},
		{ID: 4, Kind: "connect", Program: "curl", Target: "c.example:443", Route: "direct", Rule: "*.example", Up: 30, Down: 1, Since: at(4), Ended: at(9), End: "failed"},
		{ID: 5, Kind: "connect", Program: "curl", Target: "b.example:443", Via: "Office", Up: 10, Down: 2, Since: at(4)},
	}
	for _, tt := range []struct {
		name      string
		filter    string
		stage     stage
		column    int
		ascending bool
		want      []uint64
	}{
		{"newest first", "", everyStage, columnAge, true, []uint64{5, 4, 3, 2, 1}},
		{"oldest first", "", everyStage, columnAge, false, []uint64{1, 2, 3, 5, 4}},
		{"open", "", openStage, columnAge, true, []uint64{5, 3, 2, 1}},
		{"ended", "", endedStage, columnAge, true, []uint64{4}},
		{"by target", "", everyStage, columnTarget, true, []uint64{3, 5, 1, 4, 2}},
		{"by target, down: none stays last", "", everyStage, columnTarget, false, []uint64{4, 5, 1, 3, 2}},
		{"by program", "", everyStage, columnProgram, true, []uint64{3, 5, 4, 2, 1}},
		{"by route", "", everyStage, columnRoute, true, []uint64{4, 5, 3, 2, 1}},
		{"by rule", "", everyStage, columnRule, false, []uint64{4, 5, 3, 2, 1}},
		{"by upstream", "", everyStage, columnUpstream, true, []uint64{5, 1, 3, 4, 2}},
		{"most sent", "", everyStage, columnUp, false, []uint64{4, 2, 5, 3, 1}},
		{"most received", "", everyStage, columnDown, false, []uint64{1, 3, 2, 5, 4}},
		{"by state", "", everyStage, columnState, true, []uint64{4, 2, 5, 3, 1}},
		{"target", "B.exam", everyStage, columnAge, true, []uint64{5, 1}},
		{"program", "fire", everyStage, columnAge, true, []uint64{2, 1}},
		{"client where there is no program", "10.0.0", everyStage, columnAge, true, []uint64{3}},
		{"upstream", "tor", everyStage, columnAge, true, []uint64{3}},
		{"state", "failed", everyStage, columnAge, true, []uint64{4}},
		{"two words", "office fire", everyStage, columnAge, true, []uint64{1}},
		{"nothing", "nowhere", everyStage, columnAge, true, nil},
		{"filter and stage", "curl", openStage, columnAge, true, []uint64{5}},
	} {
		l := newListing()
		l.filter, l.stage, l.column, l.ascending = tt.filter, tt.stage, tt.column, tt.ascending
		l.set(connectionRows(words.In("en"), told))
		if got := ids(l); !slices.Equal(got, tt.want) {
			t.Errorf("%s: shows %v, want %v", tt.name, got, tt.want)
		}
		if l.open != 4 {
			t.Errorf("%s: open = %d, want 4", tt.name, l.open)
		}
	}
}

func TestConnectionCells(t *testing.T) {
	now := epoch
	c := app.Connection{
		ID: 1, Kind: "connect", Client: "127.0.0.1:999", Program: "curl", PID: 42, Target: "a.example:443", Route: "upstream",
		Rule: "*.example", Via: "Office", Up: 12_345, Down: 7, Since: now.Add(-52*time.Hour - 10*time.Minute),
	}
	cells := func(c app.Connection) string {
		row := connectionRows(words.In("en"), []app.Connection{c})[0]
		var all []string
		for column := range columnState + 1 {
			text, tail, role := row.cell(words.In("en"), column, now)
			cell := text + "|" + tail
			switch role {
			case look.ColorMuted:
				cell += "|muted"
			case look.ColorProblem:
				cell += "|problem"
			}
			all = append(all, cell)
		}
		return strings.Join(all, " ; ")
	}
	ended := c
	ended.Ended, ended.End = now, "failed"
	finished := app.Connection{Kind: "connect", Route: "direct", Since: now, Ended: now, End: "finished"}
	for _, tt := range []struct {
		connection app.Connection
		want       string
	}{
		{c, "a.example:443| ; curl|42 ; Through| ; *.example| ; Office| ; 12.3|kB ; 7|B  ; 2 d 04:10| ; Open|"},
		{app.Connection{Kind: "idle", Client: "127.0.0.1:999", Since: now},
			"–||muted ; 127.0.0.1:999| ; –||muted ; –||muted ; –||muted ; 0|B  ; 0|B  ; 0:00| ; Idle||muted"},
		{ended, "a.example:443||muted ; curl|42|muted ; Through||muted ; *.example||muted ; Office||muted ; 12.3|kB|muted ; 7|B |muted ; 2 d 04:10||muted ; Failed||problem"},
		{finished, "–||muted ; –||muted ; Direct||muted ; –||muted ; –||muted ; 0|B |muted ; 0|B |muted ; 0:00||muted ; Finished||muted"},
	} {
		if got := cells(tt.connection); got != tt.want {
			t.Errorf("cells of %+v =\n%s, want\n%s", tt.connection, got, tt.want)
		}
	}
}

func TestHowConnectionsEnd(t *testing.T) {
	for code, want := range map[string]string{
		"": "Ended", "finished": "Finished", "client": "Client left", "target": "Broken off", "cut": "Closed here",
		"idle": "Timed out", "left": "Client gone", "closed": "Turned off", "failed": "Failed", "something new": "something new",
	} {
		if got := endOf(words.In("en"), code); got != want {
			t.Errorf("endOf(%q) = %q, want %q", code, got, want)
		}
	}
}

func TestConnectionFacts(t *testing.T) {
	inZone(t, 0)
	c := app.Connection{Client: "127.0.0.1:999", Since: epoch.Add(-90 * time.Second)}
	through, direct, old := c, c, c
	through.Program, through.PID, through.Route, through.Via = "curl", 42, "upstream", "Office"
	direct.Route, direct.Rule, direct.Ended, direct.End = "direct", "*.corp", epoch, "cut"
	old.Since = epoch.Add(-48 * time.Hour)
	for _, tt := range []struct {
		connection app.Connection
		want       string
	}{
		{c, "from 127.0.0.1:999 · since 11:58:30"},
		{through, "curl, process 42 · from 127.0.0.1:999 · through Office · since 11:58:30"},
		{direct, "from 127.0.0.1:999 · direct, past the upstream · rule *.corp · began 11:58:30, lasted 1:30 · Closed here"},
		{old, "from 127.0.0.1:999 · since 2026-11-18 12:00:00"},
	} {
		if got := strings.Join(connectionFacts(words.In("en"), tt.connection, epoch), " · "); got != tt.want {
			t.Errorf("facts of %+v = %q, want %q", tt.connection, got, tt.want)
		}
	}
}
