package window

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"fyne.io/fyne/v2"

	"github.com/drawbridge-app/drawbridge/app"
)

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
