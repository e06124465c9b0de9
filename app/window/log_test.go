package window

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/settings"
)

// diary is a log with every level in it, up to a time.
func diary(now time.Time) []app.Line {
	var lines []app.Line
	add := func(before time.Duration, level, text string, with ...app.Attr) {
		lines = append(lines, app.Line{Number: uint64(len(lines) + 1), Time: now.Add(-before), Level: level, Text: text, With: with})
	}
	add(3*time.Hour, "info", "listening", app.Attr{Name: "address", Value: "127.0.0.1:1095"})
	add(3*time.Hour, "info", "upstream in use", app.Attr{Name: "profile", Value: "Office"}, app.Attr{Name: "url", Value: "socks5://127.0.0.1:1080"})
	add(50*time.Minute, "debug", "request", app.Attr{Name: "method", Value: "CONNECT"}, app.Attr{Name: "target", Value: "github.com:443"}, app.Attr{Name: "client", Value: "127.0.0.1:51002"})
	add(49*time.Minute, "debug", "tunnel closed", app.Attr{Name: "target", Value: "github.com:443"}, app.Attr{Name: "up", Value: "2113"}, app.Attr{Name: "down", Value: "48211"})
	add(12*time.Minute, "warn", "upstream does not answer", app.Attr{Name: "profile", Value: "Office"}, app.Attr{Name: "err", Value: "dial tcp 127.0.0.1:1080: connect: connection refused"})
	add(11*time.Minute, "info", "upstream answers again", app.Attr{Name: "profile", Value: "Office"})
	add(3*time.Minute, "error", "save settings: open /home/anna/.config/drawbridge/settings.toml: permission denied")
	add(20*time.Second, "info", "settings applied", app.Attr{Name: "changed", Value: "log.level bypass"})
	return lines
}

// verbose is on, with everything recorded.
func verbose() app.State {
	s := on()
	s.Settings.Log.Level = "debug"
	return s
}

func logOf(w *Window) *logPage {
	for _, t := range w.tabs {
		if p, ok := t.page.(*logPage); ok {
			return p
		}
	}
	return nil
}

func TestLogPictures(t *testing.T) {
	inZone(t, 12)
	for _, tt := range []struct {
		name    string
		lines   func(time.Time) []app.Line
		state   app.State
		prepare func(*logPage)
	}{
		{"log", diary, verbose(), nil},
		{"log-selected", diary, verbose(), func(p *logPage) { p.table.Select(4) }},
		{"log-paused", diary, verbose(), func(p *logPage) {
			test.Tap(p.pause)
			p.list.add([]app.Line{{Number: 9, Level: "info", Text: "not to be seen"}})
			p.refresh()
		}},
		{"log-offer", diary, on(), func(p *logPage) { p.level.SetSelectedIndex(levelRank("debug")) }},
		{"log-empty", func(time.Time) []app.Line { return nil }, on(), nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			see(t, tt.name, "log", &owner{lines: tt.lines(noon)}, tt.state, func(w *Window) {
				if tt.prepare != nil {
					tt.prepare(logOf(w))
				}
			})
		})
	}
}

// lineTexts is what is shown.
func lineTexts(l *logList) []string {
	var list []string
	for _, line := range l.shown {
		list = append(list, line.said)
	}
	return list
}

func TestLogListShows(t *testing.T) {
	for _, tt := range []struct {
		filter string
		least  string
		want   string
	}{
		{"", "debug", "a b c d"},
		{"", "info", "a c d"},
		{"", "warn", "c d"},
		{"", "error", "d"},
		{"OFFICE", "debug", "a c"},
		{"office refused", "debug", "c"},
		{"profile=off", "info", "a c"},
		{"nowhere", "debug", ""},
	} {
		l := logList{least: levelRank(tt.least), filter: tt.filter}
		l.add([]app.Line{
			{Number: 1, Level: "info", Text: "a", With: []app.Attr{{Name: "profile", Value: "Office"}}},
			{Number: 2, Level: "debug", Text: "b"},
			{Number: 3, Level: "warn", Text: "c", With: []app.Attr{{Name: "profile", Value: "Office"}, {Name: "err", Value: "refused"}}},
			{Number: 4, Level: "error", Text: "d"},
		})
		if got := strings.Join(lineTexts(&l), " "); got != tt.want {
			t.Errorf("filter %q from %s shows %q, want %q", tt.filter, tt.least, got, tt.want)
		}
	}
}

func TestLogListKeepsTheNewest(t *testing.T) {
	var l logList
	for n := range keptLines + 300 {
		l.add([]app.Line{{Number: uint64(n + 1), Level: "info", Text: fmt.Sprint(n + 1)}})
	}
	if len(l.kept) != keptLines || l.kept[0].said != "301" || l.last != keptLines+300 {
		t.Errorf("kept = %d lines from %s to number %d, want %d from 301 to %d", len(l.kept), l.kept[0].said, l.last, keptLines, keptLines+300)
	}
}

func TestLogListPause(t *testing.T) {
	var l logList
	l.add([]app.Line{{Number: 1, Level: "info", Text: "before"}})
	l.pause(true)
	var meanwhile []app.Line
	for n := range keptLines {
		meanwhile = append(meanwhile, app.Line{Number: uint64(n + 2), Level: "info", Text: "meanwhile"})
	}
	l.add(meanwhile)
	if got := lineTexts(&l); !slices.Equal(got, []string{"before"}) || l.waiting != keptLines {
		t.Errorf("paused: shows %d lines, %d wait; want 1, %d", len(got), l.waiting, keptLines)
	}
	l.pause(false)
	if got := lineTexts(&l); len(got) != keptLines || got[0] != "meanwhile" {
		t.Errorf("after the pause: %d lines, the first %q", len(got), got[0])
	}
}

func TestLogLineAsText(t *testing.T) {
	inZone(t, 0)
	for _, tt := range []struct {
		line app.Line
		want string
	}{
		{app.Line{Level: "info", Text: "listening"}, "info listening"},
		{app.Line{Level: "warn", Text: "odd", With: []app.Attr{{Name: "n", Value: "1"}, {Name: "err", Value: "a b"}, {Name: "empty"}}}, `warn odd n=1 err="a b" empty=""`},
		{app.Line{Level: "error", Text: "two\nlines\x1b[31m", With: []app.Attr{{Name: "v", Value: "a\nb"}}}, `error two lines [31m v="a\nb"`},
	} {
		tt.line.Time = epoch
		if got, want := newLogLine(tt.line).String(), "2026-11-20T12:00:00.000Z "+tt.want; got != want {
			t.Errorf("String() = %q, want %q", got, want)
		}
	}
}

// A password reaches a line only as a Secret, which cannot be printed.
func TestLogShowsNoSecret(t *testing.T) {
	secret := settings.Secret("hunter2")
	line := newLogLine(app.Line{
		Level: "info", Text: fmt.Sprintf("login %s %v %q %x", secret, secret, secret, secret),
		With: []app.Attr{{Name: "password", Value: slog.AnyValue(secret).Resolve().String()}, {Name: "profile", Value: fmt.Sprintf("%+v", settings.Profile{Password: secret})}},
	})
	if all := line.String() + line.find; strings.Contains(all, "hunter2") || strings.Contains(all, fmt.Sprintf("%x", "hunter2")) {
		t.Errorf("the line says the secret: %q", all)
	}
	if !strings.Contains(line.attrs, "password=***") {
		t.Errorf("attributes = %q, want password=***", line.attrs)
	}
}

// withLog runs a test with the log in front, in a world of its own time.
func withLog(t *testing.T, o *owner, s app.State, f func(*testing.T, *logPage)) {
	synctest.Test(t, func(t *testing.T) {
		w := newWindow(t, o)
		w.Show(s)
		w.fyne.Resize(fyne.NewSize(960, 640))
		w.open("log")
		answers(w)
		f(t, logOf(w))
	})
}

// lines are n lines of the log, from a number on.
func lines(first, n int) []app.Line {
	ls := make([]app.Line, n)
	for i := range ls {
		ls[i] = app.Line{Number: uint64(first + i), Level: "info", Text: fmt.Sprint("line ", first+i)}
	}
	return ls
}

// tick lets a second pass, after which the owner has told what it has to tell.
func tick(w *Window) {
	time.Sleep(pollPause)
	answers(w)
}

func (o *owner) log(lines ...app.Line) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.lines = append(o.lines, lines...)
}

func TestLogFollowsItsEndUntilSomebodyReads(t *testing.T) {
	o := &owner{lines: lines(1, 100)}
	withLog(t, o, on(), func(t *testing.T, p *logPage) {
		if !p.table.AtEnd() || len(p.list.shown) != 100 {
			t.Fatalf("at first: at the end = %v, %d lines", p.table.AtEnd(), len(p.list.shown))
		}
		o.log(lines(101, 50)...)
		tick(p.w)
		if !p.table.AtEnd() || len(p.list.shown) != 150 {
			t.Errorf("with new lines: at the end = %v, %d lines", p.table.AtEnd(), len(p.list.shown))
		}
		p.table.Select(10)
		o.log(lines(151, 50)...)
		tick(p.w)
		if p.table.AtEnd() || p.table.Selected() != 10 || !p.toEnd.Visible() {
			t.Errorf("reading line 10: at the end = %v, selected = %d, the way back shows = %v", p.table.AtEnd(), p.table.Selected(), p.toEnd.Visible())
		}
		test.Tap(p.toEnd)
		o.log(lines(201, 50)...)
		tick(p.w)
		if !p.table.AtEnd() || p.toEnd.Visible() {
			t.Errorf("back at the end = %v, the way back shows = %v", p.table.AtEnd(), p.toEnd.Visible())
		}
	})
}

func TestLogRestsWhileAnotherPageIsInFront(t *testing.T) {
	o := &owner{lines: lines(1, 3)}
	withLog(t, o, on(), func(t *testing.T, p *logPage) {
		p.w.open("about")
		o.log(lines(4, 3)...)
		tick(p.w)
		if got := len(p.list.shown); got != 3 {
			t.Errorf("behind another page it took %d lines", got)
		}
		p.w.open("log")
		answers(p.w)
		if got := len(p.list.shown); got != 6 {
			t.Errorf("back in front it shows %d lines, want 6", got)
		}
	})
}

func TestLogOfAnotherOwnerBeginsAnew(t *testing.T) {
	o := &owner{lines: lines(1, 30)}
	withLog(t, o, on(), func(t *testing.T, p *logPage) {
		o.mu.Lock()
		o.lines = lines(1, 2)
		o.mu.Unlock()
		p.w.Gone()
		s := on()
		s.Owner.PID++
		p.w.Show(s)
		tick(p.w)
		if got := len(p.list.shown); got != 2 {
			t.Errorf("it shows %d lines, want the new owner's 2", got)
		}
	})
}

func TestLogClearStaysClear(t *testing.T) {
	o := &owner{lines: lines(1, 30)}
	withLog(t, o, on(), func(t *testing.T, p *logPage) {
		test.Tap(p.clear)
		tick(p.w)
		if got := len(p.list.shown); got != 0 || !p.save.Disabled() {
			t.Errorf("cleared, it shows %d lines and can save them: %v", got, !p.save.Disabled())
		}
		o.log(lines(31, 1)...)
		tick(p.w)
		if got := lineTexts(&p.list); !slices.Equal(got, []string{"line 31"}) {
			t.Errorf("after clearing it shows %q, want line 31", got)
		}
	})
}

func TestLogOffersToRecordMore(t *testing.T) {
	for _, tt := range []struct {
		recorded, wanted, file string
		offer, button          bool
	}{
		{"info", "info", "settings.toml", false, false},
		{"info", "error", "settings.toml", false, false},
		{"info", "debug", "settings.toml", true, true},
		{"error", "warn", "settings.toml", true, true},
		{"info", "debug", "", true, false},
	} {
		s := on()
		s.Settings.Log.Level, s.File = tt.recorded, tt.file
		o := &owner{}
		withLog(t, o, s, func(t *testing.T, p *logPage) {
			p.level.SetSelectedIndex(levelRank(tt.wanted))
			if got := p.recorded.picture.Visible(); got != tt.offer {
				t.Errorf("%s recorded, %s wanted: offer = %v, want %v", tt.recorded, tt.wanted, got, tt.offer)
			}
			if !tt.offer {
				return
			}
			if got := p.recorded.accept.Visible(); got != tt.button {
				t.Errorf("file %q: button = %v, want %v", tt.file, got, tt.button)
			}
			if !tt.button {
				return
			}
			test.Tap(p.recorded.accept)
			answers(p.w)
			sent := o.sent()
			if len(sent) != 1 || sent[0].Verb != app.Save || sent[0].Edit.From.Log.Level != tt.recorded || sent[0].Edit.To.Log.Level != tt.wanted {
				t.Errorf("it sent %+v, want the level %s saved", sent, tt.wanted)
			}
		})
	}
}

func TestLogSavesWhatIsShown(t *testing.T) {
	inZone(t, 0)
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("USERPROFILE", home)
	withLog(t, &owner{lines: diary(epoch)}, verbose(), func(t *testing.T, p *logPage) {
		p.filter.SetText("answer")
		test.Tap(p.save)
		answers(p.w)
		paths, err := filepath.Glob(filepath.Join(home, "drawbridge-log-*.txt"))
		if err != nil || len(paths) != 1 {
			t.Fatalf("files = %q, %v", paths, err)
		}
		text, err := os.ReadFile(paths[0])
		if err != nil {
			t.Fatal(err)
		}
		want := "2026-11-20T11:48:00.000Z warn upstream does not answer profile=Office err=\"dial tcp 127.0.0.1:1080: connect: connection refused\"\n" +
			"2026-11-20T11:49:00.000Z info upstream answers again profile=Office\n"
		if string(text) != want {
			t.Errorf("the file says:\n%swant:\n%s", text, want)
		}
		if got := p.w.notice.text.Text(); !strings.Contains(got, paths[0]) {
			t.Errorf("the notice says %q, want the file's path", got)
		}
		test.Tap(p.copyAll)
		if got := p.w.app.Clipboard().Content(); got != want {
			t.Errorf("the clipboard has %q, want the same", got)
		}
	})
}

func TestLogKeys(t *testing.T) {
	withLog(t, &owner{lines: diary(epoch)}, verbose(), func(t *testing.T, p *logPage) {
		canvas := p.w.fyne.Canvas()
		p.onFind()
		test.Type(p.filter, "saved")
		if canvas.Focused() != fyne.Focusable(p.filter) || len(p.list.shown) != 0 {
			t.Errorf("typing into the filter leaves %d lines", len(p.list.shown))
		}
		p.filter.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
		if len(p.list.shown) != 8 {
			t.Errorf("Escape leaves %d lines, want all 8", len(p.list.shown))
		}
		p.table.TypedKey(&fyne.KeyEvent{Name: fyne.KeyHome})
		p.table.TypedShortcut(&fyne.ShortcutCopy{})
		if got := p.w.app.Clipboard().Content(); !strings.Contains(got, "info listening address=127.0.0.1:1095") {
			t.Errorf("Ctrl+C copied %q", got)
		}
	})
}
