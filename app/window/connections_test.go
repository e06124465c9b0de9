package window

import (
	"context"
	"fmt"
	"reflect"
	"slices"
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
		{ID: 21, Kind: "http", Client: "127.0.0.1:51090", Program: "apt-get", PID: 8122, Target: "packages.example.org:80", Route: "upstream", Via: "Office", Up: 1_310, Down: 48_812_000, Since: ago(61)},
		{ID: 22, Kind: "connect", Client: "127.0.0.1:51092", Program: "git-remote-https", PID: 8140, Target: "git.corp:443", Route: "direct", Rule: "*.corp", Up: 2_112, Down: 91_004, Since: ago(48)},
		{ID: 25, Kind: "idle", Client: "127.0.0.1:51101", Program: "firefox", PID: 2211, Up: 812, Down: 12_400, Since: ago(33)},
		{ID: 26, Kind: "socks", Client: "192.168.1.20:40112", Target: "[2001:db8::17]:443", Route: "upstream", Via: "Office", Up: 0, Down: 0, Since: ago(21)},
		{ID: 24, Kind: "connect", Client: "127.0.0.1:51099", Program: "curl", PID: 8200, Target: "example.com:443", Route: "upstream", Via: "Office", Up: 790, Down: 5_200, Since: ago(35), Ended: ago(34), End: "finished"},
		{ID: 23, Kind: "http", Client: "127.0.0.1:51095", Program: "python3", PID: 8190, Target: "no-such-host.example:80", Route: "upstream", Via: "Office", Up: 140, Down: 0, Since: ago(40), Ended: ago(38), End: "failed", Cause: "Office: connect to no-such-host.example:80: host unreachable"},
		{ID: 20, Kind: "connect", Client: "127.0.0.1:51080", Program: "ssh", PID: 7001, Target: "build.example:22", Route: "upstream", Via: "Office", Up: 40_100, Down: 60_200, Since: ago(4_000), Ended: ago(12), End: "cut"},
		{ID: 18, Kind: "connect", Client: "127.0.0.1:51077", Program: "node", PID: 6003, Target: "npm.example.org:443", Route: "upstream", Via: "Office", Up: 9_100, Down: 2_100_000, Since: ago(900), Ended: ago(20), End: "target", Cause: "read: connection reset by peer"},
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

// noon is when a bubble begins, see package synctest, in a zone twelve hours east of Greenwich.
var noon = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// inZone makes times of day the same wherever the test runs, so many hours after Greenwich's.
func inZone(t *testing.T, hours int) {
	before := time.Local
	time.Local = time.FixedZone("", hours*60*60)
	t.Cleanup(func() { time.Local = before })
}

func TestConnectionsPictures(t *testing.T) {
	inZone(t, 12)
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
			see(t, tt.name, "connections", &owner{connections: tt.told(noon)}, on(), func(w *Window) {
				if tt.prepare != nil {
					tt.prepare(connectionsOf(w))
				}
			})
		})
	}
}

// withConnections runs a test with the page in front, in a world of its own time.
func withConnections(t *testing.T, o *owner, s app.State, f func(*testing.T, *connectionsPage)) {
	synctest.Test(t, func(t *testing.T) {
		w := newWindow(t, o)
		w.Show(s)
		w.fyne.Resize(fyne.NewSize(960, 640))
		w.open("connections")
		answers(w)
		f(t, connectionsOf(w))
	})
}

func (o *owner) tell(cs []app.Connection) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.connections = cs
}

// A person reads a row while others come and go around it.
func TestConnectionsStayWhereTheyAre(t *testing.T) {
	o := &owner{}
	withConnections(t, o, on(), func(t *testing.T, p *connectionsPage) {
		start := time.Now()
		o.tell(many(1000, start))
		tick(p.w)
		p.table.Select(500)
		key := p.list.at(500).key
		y := rowAt(t, p)
		more := many(1000, start)
		for i := range 37 {
			more = append(more, app.Connection{ID: uint64(2000 + i), Kind: "http", Since: start.Add(time.Second)})
		}
		o.tell(more)
		tick(p.w)
		if row := p.table.Selected(); row != 537 || p.list.at(row).key != key {
			t.Errorf("after 37 new ones the selected row is %d, want 537", row)
		}
		if got := rowAt(t, p); got != y {
			t.Errorf("it is drawn at %v, was at %v", got, y)
		}
		o.tell(more[:400])
		tick(p.w)
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
		tick(p.w)
		p.table.Select(0)
		o.tell([]app.Connection{{ID: 1, Kind: "connect", Target: "new.example:443", Since: time.Now()}})
		tick(p.w)
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
			tick(p.w)
			tt.act(p)
			answers(p.w)
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
		tick(p.w)
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
		tick(p.w)
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
		pass(w, time.Minute)
		asked, most := o.asked.Load(), o.most.Load()
		if asked < 10 || most != 1 {
			t.Errorf("in a minute it was asked %d times, %d at once; want some 15, one at a time", asked, most)
		}
		w.open("about")
		pass(w, time.Minute)
		if got := o.asked.Load() - asked; got != 0 {
			t.Errorf("behind another page it was asked %d times", got)
		}
	})
}

// pass lets time pass, in which the window goes on.
func pass(w *Window, d time.Duration) {
	for end := time.Now().Add(d); time.Now().Before(end); {
		time.Sleep(pollPause / 4)
		answers(w)
	}
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
			w := New(b.Context(), a, silent{}, Options{})
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

// silent is an owner that never answers, so that nothing comes to Fyne's goroutine but what a benchmark does there.
type silent struct{}

func (silent) Do(ctx context.Context, _ app.Intent) error {
	<-ctx.Done()
	return ctx.Err()
}

func (s silent) Connections(ctx context.Context) ([]app.Connection, error) {
	return nil, s.Do(ctx, app.Intent{})
}

func (s silent) History(ctx context.Context) ([]app.Sample, error) {
	return nil, s.Do(ctx, app.Intent{})
}

func (s silent) Log(ctx context.Context, _ uint64) ([]app.Line, error) {
	return nil, s.Do(ctx, app.Intent{})
}

func (s silent) Check(ctx context.Context, _ app.CheckRequest) (app.Check, error) {
	return app.Check{}, s.Do(ctx, app.Intent{})
}
