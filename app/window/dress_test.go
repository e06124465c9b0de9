package window

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	fynetheme "fyne.io/fyne/v2/theme"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/app/window/look"
)

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

// A notice takes its room from the page: what is at the foot of the page, as the buttons of Settings are, stays in sight.
func TestNoticeCoversNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWindow(t, &owner{})
		s := on()
		s.Settings.Desktop.TextSize = "larger"
		w.Show(s)
		settle(w, fyne.NewSize(leastWidth, leastHeight))
		long := errors.New(strings.Repeat("save settings: permission denied ", 6))
		for _, tab := range w.tabs {
			w.open(tab.name)
			page := tab.page.content()
			before := page.Size().Height
			w.Report(long)
			above := fyne.CurrentApp().Driver().AbsolutePositionForObject(page).Y + page.Size().Height
			notice := fyne.CurrentApp().Driver().AbsolutePositionForObject(w.notice.picture).Y
			if above > notice || w.notice.picture.Size().Height < w.notice.picture.MinSize().Height {
				t.Errorf("%s ends at %v, the notice begins at %v", tab.name, above, notice)
			}
			if least := w.fyne.Content().MinSize(); least.Height > leastHeight {
				t.Errorf("%s with a notice needs %v", tab.name, least)
			}
			w.notice.close()
			if after := page.Size().Height; after != before {
				t.Errorf("%s is %v high after the notice, was %v", tab.name, after, before)
			}
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
