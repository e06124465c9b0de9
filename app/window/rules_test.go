package window

import (
	"testing"
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

func TestRulesPictures(t *testing.T) {
	pictured(t, "rules", "rules", &owner{}, on(), func(w *Window) { rules(w).try.input.SetText("wiki.corp") })
	empty := on()
	empty.Settings.Bypass = nil
	pictured(t, "rules-empty", "rules", &owner{}, empty, nil)
	pictured(t, "rules-wrong", "rules", &owner{}, on(), func(w *Window) {
		p := rules(w)
		p.list.add([]string{"10.0.0.0/99", "<local>"})
		p.try.input.SetText("example.org")
	})
}
