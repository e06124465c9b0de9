package window

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"github.com/drawbridge-app/drawbridge/app/window/look"
)

// A filter is a field that narrows what a page lists to what holds all the words in it. Escape empties it.
type filter struct{ entry }

func (w *Window) newFilter(what string, changed func(string)) *filter {
	f := &filter{entry{w: w}}
	f.ExtendBaseWidget(f)
	f.SetPlaceHolder(what)
	f.SetIcon(w.icon("search"))
	f.OnChanged = changed
	return f
}

// TypedKey implements [fyne.Focusable].
func (f *filter) TypedKey(event *fyne.KeyEvent) {
	if event.Name == fyne.KeyEscape && f.Text != "" {
		f.SetText("")
		return
	}
	f.entry.TypedKey(event)
}

// containsAll says whether a text holds each of the words.
func containsAll(text string, words []string) bool {
	for _, w := range words {
		if !strings.Contains(text, w) {
			return false
		}
	}
	return true
}

// newChoice is a choice that is wide enough for each of its options.
func newChoice(options []string, chosen func(string)) *look.Choice {
	s := look.NewChoice(options, chosen)
	s.PlaceHolder = "" // Fyne makes room for this one alone
	for _, o := range options {
		if width(o) > width(s.PlaceHolder) {
			s.PlaceHolder = o
		}
	}
	return s
}

func width(text string) float32 {
	return fyne.MeasureText(text, theme.TextSize(), fyne.TextStyle{}).Width
}
