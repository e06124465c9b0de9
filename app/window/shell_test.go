package window

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"
	fynetheme "fyne.io/fyne/v2/theme"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/app/window/look"
)

// seen are the words that can be seen in an object, or in what lies over it.
func seen(o fyne.CanvasObject) []string {
	if !o.Visible() {
		return nil
	}
	var all []string
	switch o := o.(type) {
	case *look.Text: // also where it is broken into lines
		return []string{o.Text()}
	case *canvas.Text:
		return []string{o.Text}
	case *fyne.Container:
		for _, child := range o.Objects {
			all = append(all, seen(child)...)
		}
	case fyne.Widget:
		for _, child := range test.WidgetRenderer(o).Objects() {
			all = append(all, seen(child)...)
		}
	}
	return all
}

// sees tells whether a line of the window is this one.
func sees(w *Window, line string) bool {
	objects := append([]fyne.CanvasObject{w.fyne.Content()}, w.fyne.Canvas().Overlays().List()...)
	return slices.ContainsFunc(objects, func(o fyne.CanvasObject) bool { return slices.Contains(seen(o), line) })
}

func TestLanguageSwitchesLive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWindow(t, &owner{})
		s := on()
		w.Show(s)
		w.open("rules")
		for _, tt := range []struct{ tag, rail, title string }{
			{"en", "Rules", "Drawbridge: On, through Office"},
			{"zh-Hans", "规则", "Drawbridge：已开启，经由 Office"},
			{"ru", "Правила", ""},
			{"en", "Rules", "Drawbridge: On, through Office"},
		} {
			s.Settings.Desktop.Language = tt.tag
			w.Show(s)
			if !sees(w, tt.rail) {
				t.Errorf("in %s the rail does not say %s", tt.tag, tt.rail)
			}
			if got := w.fyne.Title(); tt.title != "" && got != tt.title {
				t.Errorf("in %s the title is %q, want %q", tt.tag, got, tt.title)
			}
			if w.page != "rules" {
				t.Errorf("in %s the page is %s", tt.tag, w.page)
			}
		}
	})
}

// A state that is known before the window is shows in its first picture: Fyne cannot repaint before it runs.
func TestFirstPicture(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := on()
		s.Settings.Desktop.Language, s.Settings.Desktop.Theme = "zh-Hans", "dark"
		w := newWindowWith(t, &owner{}, Options{State: s})
		if !sees(w, "规则") || !sees(w, "127.0.0.1:1080") || w.fyne.Title() != "Drawbridge：已开启，经由 Office" {
			t.Errorf("the first picture does not show the state; the title is %q", w.fyne.Title())
		}
		dark := look.NewTheme(look.Options{Variant: look.Dark})
		if got, want := w.app.Settings().Theme().Color(look.ColorInk, 0), dark.Color(look.ColorInk, 0); got != want {
			t.Errorf("ink is %v, want %v", got, want)
		}
	})
}

func TestThemeSwitchesLive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWindow(t, &owner{})
		s := on()
		for _, tt := range []struct {
			theme, accent, size string
			want                fyne.Theme
		}{
			{"dark", "moat", "normal", look.NewTheme(look.Options{Variant: look.Dark})},
			{"light", "plum", "larger", look.NewTheme(look.Options{Variant: look.Light, Accent: look.AccentPlum, Scale: 1.3})},
		} {
			s.Settings.Desktop.Theme, s.Settings.Desktop.Accent, s.Settings.Desktop.TextSize = tt.theme, tt.accent, tt.size
			w.Show(s)
			got := w.app.Settings().Theme()
			for _, name := range []fyne.ThemeColorName{look.ColorInk, look.ColorAccent} {
				if got.Color(name, 0) != tt.want.Color(name, 0) {
					t.Errorf("%s is %v in theme %s with accent %s, want %v", name, got.Color(name, 0), tt.theme, tt.accent, tt.want.Color(name, 0))
				}
			}
			if got.Size(look.SizeBody) != tt.want.Size(look.SizeBody) {
				t.Errorf("text is %v high where it is %s", got.Size(look.SizeBody), tt.size)
			}
		}
	})
}

// With the theme "system" it is the system that says whether the window is light or dark, at any time.
func TestSystemThemeIsNotPinned(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWindow(t, &owner{})
		s := on()
		for theme, follows := range map[string]bool{"dark": false, "light": false, "system": true} {
			s.Settings.Desktop.Theme = theme
			w.Show(s)
			now := w.app.Settings().Theme()
			light, dark := now.Color(look.ColorInk, fynetheme.VariantLight), now.Color(look.ColorInk, fynetheme.VariantDark)
			if (light != dark) != follows {
				t.Errorf("theme %s follows the system: %v, want %v", theme, light != dark, follows)
			}
		}
	})
}

// While nobody owns the bridge the window says so and what was last known, sends nothing, and goes on with the next owner.
func TestGoneAndBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o, started := &owner{}, 0
		w := newWindowWith(t, o, Options{Start: func(context.Context) error { started++; return nil }})
		w.Show(on())
		p := newProbe(w)
		w.tabs[0].page = p
		w.Gone()
		const banner = "Drawbridge is not running. What you see is the last that was known."
		if !sees(w, banner) || w.fyne.Title() != "Drawbridge: not running" {
			t.Errorf("the window does not say that the owner has gone; its title is %q", w.fyne.Title())
		}
		press(w, fyne.KeyT)
		answers(w)
		if len(o.sent()) != 0 || !sees(w, "Drawbridge is not running.") {
			t.Errorf("an intent without an owner: sent %v", o.sent())
		}
		test.Tap(w.banner.start)
		if !w.banner.start.Disabled() {
			t.Error("the button does not wait while the owner starts")
		}
		answers(w)
		if started != 1 {
			t.Errorf("the button started %d owners", started)
		}
		w.Show(on())
		if sees(w, banner) {
			t.Error("the window says that the owner has gone although it is back")
		}
		if !slices.Equal(p.called, []string{"enter"}) {
			t.Errorf("the page in front was told %v, want that it is entered for the new owner", p.called)
		}
		press(w, fyne.KeyT)
		answers(w)
		if len(o.sent()) != 1 {
			t.Errorf("sent %v to the new owner, want one toggle", o.sent())
		}
	})
}

func TestStartFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWindowWith(t, &owner{}, Options{Start: func(context.Context) error { return errors.New("start drawbridge-tray: not found") }})
		w.Gone()
		test.Tap(w.banner.start)
		answers(w)
		if !sees(w, "start drawbridge-tray: not found") || w.banner.start.Disabled() {
			t.Error("an owner that does not start is not told, or cannot be tried again")
		}
	})
}

// A notice goes away by itself, one about an error does not, and there is one at a time.
func TestNotices(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWindow(t, &owner{})
		w.Show(on())
		w.copy("text")
		if got := w.app.Clipboard().Content(); got != "text" {
			t.Errorf("clipboard = %q", got)
		}
		if !sees(w, "Copied.") {
			t.Error("nothing says that it was copied")
		}
		time.Sleep(noticeTime + time.Second)
		answers(w)
		if sees(w, "Copied.") {
			t.Error("the notice stays")
		}
		w.notify("one")
		w.fail(errors.New("two"))
		if sees(w, "one") || !sees(w, "two") {
			t.Error("the newer notice is not the one that is seen")
		}
		time.Sleep(noticeTime + time.Second)
		answers(w)
		if !sees(w, "two") {
			t.Error("the error went away by itself")
		}
		w.fyne.Canvas().OnTypedKey()(&fyne.KeyEvent{Name: fyne.KeyEscape})
		if sees(w, "two") {
			t.Error("Escape does not close the notice")
		}
	})
}

func TestErrorsHaveSentences(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, tt := range []struct {
			err  error
			want string
		}{
			{app.ErrNoOwner, "Drawbridge is not running."},
			{fmt.Errorf("ask: %w", app.ErrNoFile), "This bridge takes its settings from its command line, so they cannot be saved."},
			{app.ErrNoSystemProxy, "Setting the system's proxy is not supported here."},
			{app.ErrNoWindow, "This bridge runs without a desktop."},
			{errors.New("listen 127.0.0.1:1: permission denied"), "listen 127.0.0.1:1: permission denied"},
		} {
			o := &owner{err: tt.err}
			w := newWindow(t, o)
			w.Show(on())
			press(w, fyne.KeyT)
			answers(w)
			if !sees(w, tt.want) {
				t.Errorf("after %v the window does not say %q", tt.err, tt.want)
			}
		}
	})
}

func TestRaise(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWindow(t, &owner{})
		raised := w.app.(screen).raised
		for _, tt := range []struct{ raise, want int }{{0, 0}, {1, 1}, {1, 1}, {3, 2}} {
			s := on()
			s.Raise = tt.raise
			w.Show(s)
			if *raised != tt.want {
				t.Errorf("after Raise = %d the window came to the front %d times, want %d", tt.raise, *raised, tt.want)
			}
		}
		w.Gone()
		w.Show(on())
		if *raised != 2 {
			t.Error("a new owner that nobody asked for the window brought it to the front")
		}
	})
}

// A second start brings the window to the front, on the page that it names, and with the reason that it gives.
func TestSecondStartSwitchesThePage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWindow(t, &owner{})
		s := on()
		w.Show(s)
		for _, tt := range []struct {
			page, why string
			want      string // the page
			told      bool   // why
		}{
			{"settings", "", "settings", false},
			{"", "", "settings", false},
			{"log", "no-tray", "log", true},
			{"", "", "log", true}, // until it is closed
		} {
			s.Raise++
			s.RaisePage, s.RaiseWhy = tt.page, tt.why
			w.Show(s)
			if w.page != tt.want || w.notice.picture.Visible() != tt.told {
				t.Errorf("raised with page %q and why %q: the window is on %s, and says why: %v", tt.page, tt.why, w.page, !tt.told)
			}
		}
		w.open("rules")
		w.Show(s)
		if w.page != "rules" {
			t.Error("a state in which nobody was called again changes the page")
		}
	})
}

// What a page does while it is in front begins once when it comes there, and ends when it goes.
func TestPageIsEnteredOnce(t *testing.T) {
	for name, open := range map[string]func(*Window){
		"by a shortcut": func(w *Window) { press(w, fyne.Key2) },
		"by the rail":   func(w *Window) { w.rail.Select(1) },
		"by name":       func(w *Window) { w.open("upstreams") },
	} {
		synctest.Test(t, func(t *testing.T) {
			w := newWindow(t, &owner{})
			p := newProbe(w)
			w.tabs[1].page = p
			open(w)
			if !slices.Equal(p.called, []string{"enter"}) || p.entered.Err() != nil {
				t.Errorf("%s: the page was told %v, the last time until %v", name, p.called, p.entered.Err())
			}
			w.open("bridge")
			if p.entered.Err() == nil {
				t.Errorf("%s: what the page does goes on after it has gone", name)
			}
		})
	}
}

// The assistant comes by itself where there is no upstream, once.
func TestAssistantComesByItself(t *testing.T) {
	for _, tt := range []struct {
		name     string
		assisted bool
		state    func(*app.State)
		want     bool
	}{
		{"first start", false, func(*app.State) {}, true},
		{"later", true, func(*app.State) {}, false},
		{"with upstreams", false, func(s *app.State) { s.Settings = office() }, false},
		{"settings that cannot be saved", false, func(s *app.State) { s.File = "" }, false},
	} {
		synctest.Test(t, func(t *testing.T) {
			var kept Place
			w := newWindowWith(t, &owner{}, Options{Place: Place{Assisted: tt.assisted}, Keep: func(p Place) { kept = p }})
			w.Gone()
			if w.fyne.Canvas().Overlays().Top() != nil {
				t.Errorf("%s: the assistant came while nobody owns the bridge", tt.name)
			}
			s := fresh()
			tt.state(&s)
			for range 2 {
				w.Show(s)
				answers(w)
			}
			if n := len(w.fyne.Canvas().Overlays().List()); (n == 1) != tt.want || n > 1 {
				t.Errorf("%s: %d assistants came", tt.name, n)
			}
			if tt.want {
				w.fyne.Canvas().OnTypedKey()(&fyne.KeyEvent{Name: fyne.KeyEscape})
				w.Show(s)
				answers(w)
			}
			if w.fyne.Canvas().Overlays().Top() != nil {
				t.Errorf("%s: it came again after Escape", tt.name)
			}
			w.fyne.Close()
			if want := tt.want || tt.assisted; kept.Assisted != want {
				t.Errorf("%s: remembered that it came: %v, want %v", tt.name, kept.Assisted, want)
			}
		})
	}
}

// What was typed or chosen survives another language, on whatever page it is.
func TestDraftsSurviveAnotherLanguage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWindow(t, &owner{})
		s := on()
		w.Show(s)
		w.open("upstreams")
		w.current().(*upstreamsPage).form.address.SetText("127.0.0.1:2080")
		w.open("rules")
		rules := w.current().(*rulesPage)
		test.Type(rules.list.rows[2].input, "*.local")
		rules.try.input.SetText("wiki.corp")
		w.open("connections")
		w.current().(*connectionsPage).filter.SetText("curl")
		w.open("log")
		w.current().(*logPage).filter.SetText("dial")
		s.Settings.Desktop.Language = "ru"
		w.Show(s)
		if got := w.current().(*logPage).filter.Text; got != "dial" {
			t.Errorf("the log is filtered by %q", got)
		}
		w.open("connections")
		if p := w.current().(*connectionsPage); p.filter.Text != "curl" {
			t.Errorf("the connections are filtered by %q", p.filter.Text)
		}
		w.open("rules")
		if p := w.current().(*rulesPage); !slices.Equal(p.list.patterns(), append(s.Settings.Bypass, "*.local")) || p.try.input.Text != "wiki.corp" || p.form.Apply.Disabled() {
			t.Errorf("the patterns are %v, the trial is %q", p.list.patterns(), p.try.input.Text)
		}
		w.open("upstreams")
		if p := w.current().(*upstreamsPage); p.form.address.Text != "127.0.0.1:2080" || p.form.form.Apply.Disabled() {
			t.Errorf("the address is %q", p.form.address.Text)
		}
	})
}

func TestWhyTheWindowOpened(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWindowWith(t, &owner{}, Options{Why: "no-tray"})
		s := on()
		for _, tt := range []struct{ tag, want string }{{"en", "This desktop shows no tray icon"}, {"zh-Hans", "这个桌面不显示托盘图标"}} {
			s.Settings.Desktop.Language = tt.tag
			w.Show(s)
			if !strings.HasPrefix(w.notice.text.Text(), tt.want) || !w.notice.picture.Visible() {
				t.Errorf("in %s the window does not say why it opened", tt.tag)
			}
		}
		w.copy("text")
		time.Sleep(noticeTime + time.Second)
		answers(w)
		if !strings.HasPrefix(w.notice.text.Text(), "这个桌面不显示托盘图标") || !w.notice.picture.Visible() {
			t.Error("why the window opened went away with another notice")
		}
		w.fyne.Canvas().OnTypedKey()(&fyne.KeyEvent{Name: fyne.KeyEscape})
		s.Settings.Desktop.Language = "en"
		w.Show(s)
		if w.notice.picture.Visible() {
			t.Error("what was closed comes back in another language")
		}
	})
}

// The window shows the newest of what it is told, also of an owner that goes.
func TestFollow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWindow(t, &owner{})
		told, ended := make(chan func(show func(app.State), gone func())), false
		w.Follow(func(ctx context.Context, show func(app.State), gone func()) {
			for {
				select {
				case tell := <-told:
					tell(show, gone)
				case <-ctx.Done():
					ended = true
					return
				}
			}
		})
		for name, tt := range map[string]struct {
			tell func(show func(app.State), gone func())
			want string
		}{
			"on":         {func(show func(app.State), _ func()) { show(on()) }, "Drawbridge: On, through Office"},
			"on and off": {func(show func(app.State), _ func()) { show(on()); show(off()) }, "Drawbridge: Off"},
			"gone":       {func(show func(app.State), gone func()) { show(on()); gone() }, "Drawbridge: not running"},
			"back":       {func(show func(app.State), gone func()) { gone(); show(on()) }, "Drawbridge: On, through Office"},
		} {
			told <- tt.tell
			answers(w)
			if got := w.fyne.Title(); got != tt.want {
				t.Errorf("%s: the title is %q, want %q", name, got, tt.want)
			}
		}
		w.fyne.Close()
		answers(w)
		if !ended {
			t.Error("watching goes on after the window is closed")
		}
	})
}

func TestPlaceIsRemembered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var kept []Place
		place := Place{Page: "log", Width: 800, Height: 600}
		w := newWindowWith(t, &owner{}, Options{Place: place, Keep: func(p Place) { kept = append(kept, p) }})
		w.Show(on())
		if w.page != "log" || w.fyne.Canvas().Size() != fyne.NewSize(800, 600) {
			t.Errorf("the window opens on %s at %v, want the place %+v", w.page, w.fyne.Canvas().Size(), place)
		}
		w.open("rules")
		press(w, fyne.KeyW)
		if want := (Place{Page: "rules", Width: 800, Height: 600}); !slices.Equal(kept, []Place{want}) {
			t.Errorf("kept %+v, want %+v once", kept, want)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		w := newWindowWith(t, &owner{}, Options{Place: Place{Page: "nonsense", Width: 10, Height: 10}})
		w.Show(on())
		if w.page != "bridge" || w.fyne.Canvas().Size() != fyne.NewSize(leastWidth, leastHeight) {
			t.Errorf("from a strange place the window opens on %s at %v", w.page, w.fyne.Canvas().Size())
		}
	})
}

// No page makes the window larger than the smallest that it is promised to fit.
func TestPagesFitTheSmallestWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := &owner{connections: dayOfWork(epoch), lines: []app.Line{{Number: 1, Time: epoch, Level: "error", Text: "dial"}}}
		w := newWindow(t, o)
		for _, tag := range []string{"en", "zh-Hans", "ru"} {
			for _, size := range []string{"normal", "large", "larger"} {
				s := on()
				s.Settings.Desktop.Language, s.Settings.Desktop.TextSize = tag, size
				w.Show(s)
				for _, tab := range w.tabs {
					w.open(tab.name)
					settle(w, fyne.NewSize(leastWidth, leastHeight))
					answers(w)
					switch p := tab.page.(type) {
					case *connectionsPage:
						p.table.Select(0)
						p.question.ask()
					case *logPage:
						p.table.Select(0)
					case *upstreamsPage:
						p.form.expand(true)
						p.ask("Office")
					}
					settle(w, fyne.NewSize(leastWidth, leastHeight))
					if least := w.fyne.Content().MinSize(); least.Width > leastWidth || least.Height > leastHeight {
						t.Errorf("%s in %s with %s text needs %v", tab.name, tag, size, least)
					}
				}
			}
		}
	})
}

func TestShellPictures(t *testing.T) {
	see(t, "shell-gone", "bridge", &owner{}, on(), func(w *Window) {
		w.options.Start = func(context.Context) error { return nil }
		w.build()
		w.Gone()
		w.fail(errors.New("start drawbridge-tray: it ended at once: exit status 1"))
	})
	see(t, "shell-shortcuts", "bridge", &owner{}, on(), func(w *Window) { w.listShortcuts() })
}
