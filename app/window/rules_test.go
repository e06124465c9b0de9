package window

import (
	"slices"
	"testing"
	"testing/synctest"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"github.com/drawbridge-app/drawbridge/app"
)

// rules is the page of a window.
func rules(w *Window) *rulesPage {
	for _, t := range w.tabs {
		if p, ok := t.page.(*rulesPage); ok {
			return p
		}
	}
	return nil
}

// onSystem shows the page as it is on a GOOS.
func onSystem(p *rulesPage, system string) {
	p.others.system, p.others.lines = system, nil
	p.refresh()
}

func TestRulesPictures(t *testing.T) {
	see(t, "rules", "rules", &owner{}, on(), func(w *Window) {
		onSystem(rules(w), "linux")
		rules(w).try.input.SetText("wiki.corp")
	})
	chinese := on()
	chinese.Settings.Desktop.Language = "zh-Hans"
	see(t, "rules-chinese", "rules", &owner{}, chinese, func(w *Window) { onSystem(rules(w), "linux") })
	said := on()
	said.Settings.Bypass = []string{"corp", "*.corp", "127.0.0.1"}
	see(t, "rules-said", "rules", &owner{}, said, func(w *Window) { onSystem(rules(w), "windows") })
	empty := on()
	empty.Settings.Bypass = nil
	see(t, "rules-empty", "rules", &owner{}, empty, nil)
	see(t, "rules-wrong", "rules", &owner{}, on(), func(w *Window) {
		p := rules(w)
		onSystem(p, "linux")
		p.list.add([]string{"10.0.0.0/99", "<local>"})
		p.try.input.SetText("example.org")
	})
}

// inRules runs a test with the page of rules in front, in a bubble.
func inRules(t *testing.T, o *owner, do func(*testing.T, *Window, *rulesPage)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := newWindow(t, o)
		w.Show(on())
		w.open("rules")
		settle(w, fyne.NewSize(960, 640))
		do(t, w, rules(w))
	})
}

func TestRulesAreEdited(t *testing.T) {
	o := &owner{}
	inRules(t, o, func(t *testing.T, w *Window, p *rulesPage) {
		if !p.form.Apply.Disabled() || len(p.list.rows) != 3 {
			t.Errorf("there is something to apply in %d rows before anything was typed", len(p.list.rows))
		}
		p.onAdd()
		test.Type(p.list.rows[2].input, "printer")
		if len(p.list.rows) != 4 || p.form.Apply.Disabled() {
			t.Errorf("%d rows, want an empty one after the one that was typed into", len(p.list.rows))
		}
		p.list.rows[1].input.SetText("10.0.0.0/99")
		if got := p.list.rows[1].field.Error(); got != `"10.0.0.0/99": is no network, such as 10.0.0.0/8 or fd00::/8` || !p.form.Apply.Disabled() {
			t.Errorf("a wrong pattern says %q", got)
		}
		if p.list.rows[2].field.Error() != "" {
			t.Error("a right pattern beside a wrong one is called wrong")
		}
		test.Tap(p.list.rows[1].remove)
		test.Tap(p.form.Apply)
		if !p.form.Apply.Disabled() {
			t.Error("what was sent can be sent again")
		}
		answers(w)
		i := last(t, o)
		if i.Verb != app.Save || !slices.Equal(i.Edit.To.Bypass, []string{"*.corp", "printer"}) || !slices.Equal(i.Edit.From.Bypass, []string{"*.corp", "10.0.0.0/8"}) {
			t.Errorf("sent %+v", i.Edit)
		}
		s := on()
		s.Settings = i.Edit.To
		w.Show(s)
		if !p.form.Apply.Disabled() || !p.form.Revert.Disabled() || p.form.Note.Text() != "" {
			t.Errorf("after it was applied there is something left: %q", p.form.Note.Text())
		}
	})
}

func TestSeveralPatternsAtOnce(t *testing.T) {
	inRules(t, &owner{}, func(t *testing.T, w *Window, p *rulesPage) {
		w.app.Clipboard().SetContent("a.example, b.example\r\n*.corp\n")
		p.list.rows[1].input.SetText("")
		p.list.focus(1)
		p.list.rows[1].input.TypedShortcut(&fyne.ShortcutPaste{Clipboard: w.app.Clipboard()})
		if got := p.list.patterns(); !slices.Equal(got, []string{"*.corp", "a.example", "b.example", "*.corp"}) {
			t.Errorf("pasted into a row: %q", got)
		}
		test.Tap(p.form.Revert)
		w.keys.TypedShortcut(&fyne.ShortcutPaste{})
		if got := p.list.patterns(); !slices.Equal(got, []string{"*.corp", "10.0.0.0/8", "a.example", "b.example"}) {
			t.Errorf("pasted into the page: %q", got)
		}
		if last := p.list.rows[len(p.list.rows)-1]; last.input.Text != "" || w.fyne.Canvas().Focused() != fyne.Focusable(last.input) {
			t.Error("the cursor is not in an empty row at the end")
		}
	})
}

func TestRulesClash(t *testing.T) {
	o := &owner{}
	inRules(t, o, func(t *testing.T, w *Window, p *rulesPage) {
		p.list.rows[0].input.SetText("*.example")
		w.Show(on())
		if p.clash.picture.Visible() || p.list.rows[0].input.Text != "*.example" {
			t.Error("a state took what was typed, or is called a clash")
		}
		s := on()
		s.Settings = s.Settings.Clone()
		s.Settings.Bypass = []string{"theirs"}
		w.Show(s)
		if !p.clash.picture.Visible() || !p.form.Apply.Disabled() || p.list.rows[0].input.Text != "*.example" {
			t.Error("a change elsewhere is not told, or took what was typed")
		}
		test.Tap(p.clash.buttons[0])
		w.Show(s)
		if p.clash.picture.Visible() || p.form.Apply.Disabled() {
			t.Error("the clash is not settled")
		}
		p.list.rows[0].input.SetText("*.other")
		s.Settings.Bypass = []string{"theirs", "more"}
		w.Show(s)
		test.Tap(p.clash.buttons[1])
		if got := p.list.patterns(); !slices.Equal(got, []string{"theirs", "more"}) || !p.form.Revert.Disabled() {
			t.Errorf("theirs is %q", got)
		}
	})
}

func TestTargetIsTried(t *testing.T) {
	inRules(t, &owner{}, func(t *testing.T, w *Window, p *rulesPage) {
		for _, tt := range []struct{ target, says string }{
			{"", "A host, host:port or URL. The list counts as it stands here."},
			{"wiki.corp", "Directly, by *.corp."},
			{"https://10.1.2.3/path", "Directly, by 10.0.0.0/8."},
			{"example.org:80", "Through Office: no pattern matches."},
		} {
			p.try.input.SetText(tt.target)
			if got := seen(p.try.field); !slices.Contains(got, tt.says) || p.try.field.Error() != "" {
				t.Errorf("%q: %q, %q, want %q", tt.target, got, p.try.field.Error(), tt.says)
			}
		}
		p.list.add([]string{"*.org", "10.0.0.0/99"})
		p.try.input.SetText("example.org")
		if got := seen(p.try.field); !slices.Contains(got, "Directly, by *.org.") {
			t.Errorf("by a pattern that is not applied yet, beside a wrong one: %q", got)
		}
		p.try.input.SetText("no host")
		if p.try.field.Error() == "" {
			t.Error("no host is taken for a target")
		}
		s := on()
		s.Profile.URL = "direct://"
		w.Show(s)
		p.try.input.SetText("example.com")
		if got := seen(p.try.field); !slices.Contains(got, "Directly: the built-in endpoint is in use.") {
			t.Errorf("with the built-in endpoint: %q", got)
		}
	})
}
