package window

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/app/window/look"
	"github.com/drawbridge-app/drawbridge/app/words"
)

// dayOfWork is what an owner with a day's work tells at a time: tunnels and exchanges, open, idle and ended in each way.
func dayOfWork(now time.Time) []app.Connection {
	ago := func(s int) time.Time { return now.Add(-time.Duration(s) * time.Second) }
	return []app.Connection{
		{ID: 3, Kind: "connect", Client: "127.0.0.1:51002", Program: "firefox", PID: 2211, Target: "github.com:443", Route: "upstream", Via: "Office", Up: 48_210, Down: 1_204_000, Since: ago(11_100)},
		{ID: 9, Kind: "connect", Client: "127.0.0.1:51010", Program: "thunderbird", PID: 2310, Target: "imap.mail.example:993", Route: "upstream", Via: "Office", Up: 9_800, Down: 310_400, Since: ago(7_262)},
		{ID: 12, Kind: "upgrade", Client: "127.0.0.1:51033", Program: "slack", PID: 1990, Target: "wss-primary.chat.example:443", Route: "upstream", Via: "Office", Up: 1_204_811, Down: 8_113_000, Since: ago(1_805)},
		{ID: 21, Kind: "http", Client: "127.0.0.1:51090", Program: "apt-get", PID: 8122, Target: "deb.debian.org:80", Route: "upstream", Via: "Office", Up: 1_310, Down: 48_812_000, Since: ago(61)},
		{ID: 22, Kind: "connect", Client: "127.0.0.1:51092", Program: "git-remote-https", PID: 8140, Target: "git.corp:443", Route: "direct", Rule: "*.corp", Up: 2_112, Down: 91_004, Since: ago(48)},
		{ID: 25, Kind: "idle", Client: "127.0.0.1:51101", Program: "firefox", PID: 2211, Up: 812, Down: 12_400, Since: ago(33)},
		{ID: 26, Kind: "socks", Client: "192.168.1.20:40112", Target: "[2001:db8::17]:443", Route: "upstream", Via: "Office", Up: 0, Down: 0, Since: ago(21)},
		{ID: 24, Kind: "connect", Client: "127.0.0.1:51099", Program: "curl", PID: 8200, Target: "example.com:443", Route: "upstream", Via: "Office", Up: 790, Down: 5_200, Since: ago(35), Ended: ago(34), End: "finished"},
		{ID: 23, Kind: "http", Client: "127.0.0.1:51095", Program: "python3", PID: 8190, Target: "no-such-host.example:80", Route: "upstream", Via: "Office", Up: 140, Down: 0, Since: ago(40), Ended: ago(38), End: "failed", Cause: "Office: connect to no-such-host.example:80: host unreachable"},
		{ID: 20, Kind: "connect", Client: "127.0.0.1:51080", Program: "ssh", PID: 7001, Target: "build.example:22", Route: "upstream", Via: "Office", Up: 40_100, Down: 60_200, Since: ago(4_000), Ended: ago(12), End: "cut"},
		{ID: 18, Kind: "connect", Client: "127.0.0.1:51077", Program: "node", PID: 6003, Target: "registry.npmjs.org:443", Route: "upstream", Via: "Office", Up: 9_100, Down: 2_100_000, Since: ago(900), Ended: ago(20), End: "target", Cause: "read: connection reset by peer"},
		{ID: 17, Kind: "connect", Client: "127.0.0.1:51070", Program: "node", PID: 6003, Target: "telemetry.example:443", Route: "upstream", Via: "Office", Up: 300, Down: 120, Since: ago(1_100), Ended: ago(25), End: "never heard of"},
	}
}

// many are n connections.
func many(n int, now time.Time) []app.Connection {
	cs := make([]app.Connection, n)
	for i := range cs {
		cs[i] = app.Connection{
			ID: uint64(i + 1), Kind: "connect", Client: "127.0.0.1:51002", Program: "firefox", PID: 2211,
			Target: fmt.Sprintf("host-%05d.example:443", i*7919%n), Route: "upstream", Via: "Office",
			Up: int64(i) * 811, Down: int64(n-i) * 16_211, Since: now.Add(-time.Duration(i) * time.Second),
		}
	}
	return cs
}

// connectionsOf is the page of a window.
func connectionsOf(w *Window) *connectionsPage {
	for _, t := range w.tabs {
		if p, ok := t.page.(*connectionsPage); ok {
			return p
		}
	}
	return nil
}

// inUTC makes times of day the same wherever the test runs.
func inUTC(t *testing.T) {
	before := time.Local
	time.Local = time.UTC
	t.Cleanup(func() { time.Local = before })
}

func TestConnectionsPictures(t *testing.T) {
	inUTC(t)
	for _, tt := range []struct {
		name    string
		told    func(time.Time) []app.Connection
		prepare func(*connectionsPage)
	}{
		{"connections", dayOfWork, nil},
		{"connections-selected", dayOfWork, func(p *connectionsPage) { p.table.Select(5) }},
		{"connections-filtered", dayOfWork, func(p *connectionsPage) { p.filter.SetText("fire"); p.stages.SetSelectedIndex(int(openStage)) }},
		{"connections-question", dayOfWork, func(p *connectionsPage) { p.closeAll.OnTapped() }},
		{"connections-empty", func(time.Time) []app.Connection { return nil }, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				time.Sleep(12 * time.Hour) // to noon
				see(t, tt.name, "connections", &owner{connections: tt.told(time.Now())}, on(), func(w *Window) {
					w.fyne.Resize(fyne.NewSize(960, 640))
					synctest.Wait()
					if tt.prepare != nil {
						tt.prepare(connectionsOf(w))
					}
				})
			})
		})
	}
}

// withConnections runs a test with the page in front, in a world of its own time.
func withConnections(t *testing.T, o *owner, s app.State, f func(*testing.T, *connectionsPage)) {
	synctest.Test(t, func(t *testing.T) {
		w := newWindow(t, o)
		w.Show(s)
		w.open("connections")
		w.fyne.Resize(fyne.NewSize(960, 640))
		synctest.Wait()
		f(t, connectionsOf(w))
	})
}

func (o *owner) tell(cs []app.Connection) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.connections = cs
}

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
		{c, "a.example:443| ; curl|42 ; Through| ; *.example| ; Office| ; 12.3| kB ; 7| B  ; 2 d 04:10| ; Open|"},
		{app.Connection{Kind: "idle", Client: "127.0.0.1:999", Since: now},
			"–||muted ; 127.0.0.1:999| ; –||muted ; –||muted ; –||muted ; 0| B  ; 0| B  ; 0:00| ; Idle||muted"},
		{ended, "a.example:443||muted ; curl|42|muted ; Through||muted ; *.example||muted ; Office||muted ; 12.3| kB|muted ; 7| B |muted ; 2 d 04:10||muted ; Failed||problem"},
		{finished, "–||muted ; –||muted ; Direct||muted ; –||muted ; –||muted ; 0| B |muted ; 0| B |muted ; 0:00||muted ; Finished||muted"},
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
	inUTC(t)
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

// A person reads a row while others come and go around it.
func TestConnectionsStayWhereTheyAre(t *testing.T) {
	o := &owner{}
	withConnections(t, o, on(), func(t *testing.T, p *connectionsPage) {
		start := time.Now()
		o.tell(many(1000, start))
		tick()
		p.table.Select(500)
		key := p.list.at(500).key
		y := rowAt(t, p)
		more := many(1000, start)
		for i := range 37 {
			more = append(more, app.Connection{ID: uint64(2000 + i), Kind: "http", Since: start.Add(time.Second)})
		}
		o.tell(more)
		tick()
		if row := p.table.Selected(); row != 537 || p.list.at(row).key != key {
			t.Errorf("after 37 new ones the selected row is %d, want 537", row)
		}
		if got := rowAt(t, p); got != y {
			t.Errorf("it is drawn at %v, was at %v", got, y)
		}
		o.tell(more[:400])
		tick()
		if row := p.table.Selected(); row != -1 || p.strip.picture.Visible() {
			t.Errorf("when it has gone, the selected row is %d and the strip shows: %v", row, p.strip.picture.Visible())
		}
	})
}

// rowAt is where the selected row is drawn, which the strip names.
func rowAt(t *testing.T, p *connectionsPage) float32 {
	t.Helper()
	target := p.strip.target.Text()
	var found *look.Text
	walk(p.table, func(o fyne.CanvasObject) {
		if text, ok := o.(*look.Text); ok && text.Visible() && text.Text() == target {
			found = text
		}
	})
	if found == nil {
		t.Fatalf("the row of %q is not drawn", target)
	}
	return fyne.CurrentApp().Driver().AbsolutePositionForObject(found).Y
}

// walk visits everything that is drawn in an object.
func walk(o fyne.CanvasObject, visit func(fyne.CanvasObject)) {
	visit(o)
	switch o := o.(type) {
	case *fyne.Container:
		for _, child := range o.Objects {
			walk(child, visit)
		}
	case fyne.Widget:
		for _, child := range test.WidgetRenderer(o).Objects() {
			walk(child, visit)
		}
	}
}

// Ids begin anew when the bridge is turned off and on: what was selected then is not what has the same id now.
func TestSelectionIsNotLeftToANewConnectionOfTheSameId(t *testing.T) {
	o := &owner{}
	withConnections(t, o, on(), func(t *testing.T, p *connectionsPage) {
		o.tell([]app.Connection{{ID: 1, Kind: "connect", Target: "old.example:443", Since: time.Now()}})
		tick()
		p.table.Select(0)
		o.tell([]app.Connection{{ID: 1, Kind: "connect", Target: "new.example:443", Since: time.Now()}})
		tick()
		if got := p.table.Selected(); got != -1 {
			t.Errorf("selected = %d, want none", got)
		}
	})
}

func TestClosingConnections(t *testing.T) {
	for _, tt := range []struct {
		name string
		act  func(*connectionsPage)
		want []app.Intent
	}{
		{"Delete", func(p *connectionsPage) {
			p.table.TypedKey(&fyne.KeyEvent{Name: fyne.KeyHome})
			p.table.TypedKey(&fyne.KeyEvent{Name: fyne.KeyDelete})
		}, []app.Intent{{Verb: app.Close, Connections: []uint64{26}}}},
		{"the button", func(p *connectionsPage) { p.table.Select(1); test.Tap(p.strip.close) }, []app.Intent{{Verb: app.Close, Connections: []uint64{25}}}},
		{"Delete on one that ended", func(p *connectionsPage) {
			p.table.Select(2)
			p.table.TypedKey(&fyne.KeyEvent{Name: fyne.KeyDelete})
		}, nil},
		{"the button on one that ended", func(p *connectionsPage) { p.table.Select(2); test.Tap(p.strip.close) }, nil},
		{"all, not confirmed", func(p *connectionsPage) { test.Tap(p.closeAll) }, nil},
		{"all, then not", func(p *connectionsPage) { test.Tap(p.closeAll); test.Tap(p.question.no) }, nil},
		{"all", func(p *connectionsPage) { test.Tap(p.closeAll); test.Tap(p.question.yes) }, []app.Intent{{Verb: app.Close}}},
		{"those that are shown", func(p *connectionsPage) { p.filter.SetText("firefox"); test.Tap(p.closeAll); test.Tap(p.question.yes) },
			[]app.Intent{{Verb: app.Close, Connections: []uint64{25, 3}}}},
		{"those that are shown, which ended meanwhile", func(p *connectionsPage) {
			p.filter.SetText("firefox")
			test.Tap(p.closeAll)
			p.list.all = nil
			p.list.arrange()
			p.question.answer()
		}, nil},
		{"ended ones", func(p *connectionsPage) { p.stages.SetSelectedIndex(int(endedStage)); test.Tap(p.closeAll) }, nil},
	} {
		o := &owner{}
		withConnections(t, o, on(), func(t *testing.T, p *connectionsPage) {
			o.tell(dayOfWork(time.Now()))
			tick()
			tt.act(p)
			synctest.Wait()
			if got := o.sent(); !reflect.DeepEqual(got, tt.want) {
				t.Errorf("%s sends %+v, want %+v", tt.name, got, tt.want)
			}
		})
	}
}

func TestConnectionsByKeyboard(t *testing.T) {
	o := &owner{}
	withConnections(t, o, on(), func(t *testing.T, p *connectionsPage) {
		o.tell(dayOfWork(time.Now()))
		tick()
		canvas := p.w.fyne.Canvas()
		call(p.w, finder.onFind) // what Ctrl+F does
		if canvas.Focused() != fyne.Focusable(p.filter) {
			t.Fatalf("finding focuses %T", canvas.Focused())
		}
		test.Type(p.filter, "github")
		if got := ids(p.list); !slices.Equal(got, []uint64{3}) {
			t.Errorf("the filter leaves %v, want 3", got)
		}
		p.table.Select(0)
		p.table.TypedShortcut(&fyne.ShortcutCopy{})
		if got := p.w.app.Clipboard().Content(); got != "github.com:443" {
			t.Errorf("Ctrl+C copied %q", got)
		}
		p.filter.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
		if p.list.len() != 12 || p.filter.Text != "" {
			t.Errorf("Escape leaves %d connections and %q in the filter", p.list.len(), p.filter.Text)
		}
		p.table.TypedKey(&fyne.KeyEvent{Name: fyne.KeyLeft}) // from the age to the bytes received
		if got := ids(p.list)[0]; p.list.column != columnDown || got != 21 {
			t.Errorf("sorting by the column at the left begins with %d, want 21, which received the most", got)
		}
	})
}

func TestConnectionsMenu(t *testing.T) {
	o := &owner{}
	withConnections(t, o, on(), func(t *testing.T, p *connectionsPage) {
		o.tell(dayOfWork(time.Now()))
		tick()
		p.table.Select(0)
		p.table.TypedKey(&fyne.KeyEvent{Name: desktop.KeyMenu})
		overlay := p.w.fyne.Canvas().Overlays().Top()
		if overlay == nil {
			t.Fatal("the menu key opens nothing")
		}
		var menu *widget.PopUpMenu
		walk(overlay, func(o fyne.CanvasObject) {
			if m, ok := o.(*widget.PopUpMenu); ok {
				menu = m
			}
		})
		test.Tap(menu.Items[0].(fyne.Tappable))
		if got := p.w.app.Clipboard().Content(); got != "[2001:db8::17]:443" {
			t.Errorf("the first item copied %q", got)
		}
	})
}

// A slow owner is not asked again before it has answered, and none is asked for a page that nobody looks at.
func TestConnectionsAreAskedForOneAtATime(t *testing.T) {
	o := &slow{}
	synctest.Test(t, func(t *testing.T) {
		w := newWindow(t, &o.owner)
		w.owner = o
		w.Show(on())
		w.open("connections")
		time.Sleep(time.Minute)
		synctest.Wait()
		asked, most := o.asked.Load(), o.most.Load()
		if asked < 10 || most != 1 {
			t.Errorf("in a minute it was asked %d times, %d at once; want some 15, one at a time", asked, most)
		}
		w.open("about")
		time.Sleep(time.Minute)
		synctest.Wait()
		if got := o.asked.Load() - asked; got != 0 {
			t.Errorf("behind another page it was asked %d times", got)
		}
	})
}

// slow is an owner that takes three seconds to answer.
type slow struct {
	owner
	asked, now, most atomic.Int32
}

func (s *slow) Connections(ctx context.Context) ([]app.Connection, error) {
	s.asked.Add(1)
	s.most.Store(max(s.most.Load(), s.now.Add(1)))
	defer s.now.Add(-1)
	select {
	case <-time.After(3 * time.Second):
	case <-ctx.Done():
	}
	return nil, ctx.Err()
}

func TestNoConnectionsSaysWhy(t *testing.T) {
	off := on()
	off.On, off.Listen = false, nil
	for _, tt := range []struct {
		state  app.State
		told   []app.Connection
		filter string
		want   string
	}{
		{on(), nil, "", "No connections"},
		{off, nil, "", "The bridge is off"},
		{on(), dayOfWork(epoch), "nowhere", "Nothing matches"},
	} {
		withConnections(t, &owner{connections: tt.told}, tt.state, func(t *testing.T, p *connectionsPage) {
			p.filter.SetText(tt.filter)
			said := ""
			walk(p.empty, func(o fyne.CanvasObject) {
				if text, ok := o.(*look.Text); ok && said == "" {
					said = text.Text()
				}
			})
			if !p.empty.Visible() || said != tt.want {
				t.Errorf("it says %q, want %q", said, tt.want)
			}
		})
	}
}

// Of ten thousand connections only those in sight are drawn.
func TestOnlyConnectionsInSightAreDrawn(t *testing.T) {
	o := &owner{}
	withConnections(t, o, on(), func(t *testing.T, p *connectionsPage) {
		rows := connectionRows(p.w.words, many(10_000, time.Now()))
		cells, cell := 0, p.table.Cell
		p.table.Cell = func(row, column int) (string, fyne.ThemeColorName) {
			cells++
			return cell(row, column)
		}
		p.tell(rows, time.Now())
		p.table.Select(9_000)
		cells = 0
		p.tell(rows, time.Now())
		const inSight = 640 / 29
		if most := inSight * (columnState + 1); cells == 0 || cells > most {
			t.Errorf("telling them again drew %d cells, want some, and at most %d", cells, most)
		}
	})
}

// BenchmarkTenThousand is what a second costs on Fyne's goroutine with ten thousand connections, all of which moved;
// rows is what it costs beside it.
func BenchmarkTenThousand(b *testing.B) {
	a := test.NewApp()
	defer a.Quit()
	start := time.Now()
	cs := many(10_000, start)
	b.Run("rows", func(b *testing.B) {
		for b.Loop() {
			connectionRows(words.In("en"), cs)
		}
	})
	for _, column := range []int{columnAge, columnTarget, columnDown} {
		b.Run(fmt.Sprint("column ", column), func(b *testing.B) {
			w := New(b.Context(), a, &owner{}, Options{})
			defer w.fyne.Close()
			w.Show(on())
			w.fyne.Resize(fyne.NewSize(960, 640))
			p := connectionsOf(w)
			p.sort(column, true)
			p.tell(connectionRows(w.words, cs), start)
			p.table.Select(5_000)
			second := 0
			for b.Loop() {
				b.StopTimer()
				second++
				for i := range cs {
					cs[i].Down += int64(i*7919%10_007) * 100
				}
				rows := connectionRows(w.words, cs)
				b.StartTimer()
				p.tell(rows, start.Add(time.Duration(second)*time.Second))
				w.fyne.Canvas().Capture()
			}
		})
	}
}
