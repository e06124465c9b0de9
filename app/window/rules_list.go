package window

import (
	"slices"
	"strings"

	"fyne.io/fyne/v2"

	"github.com/drawbridge-app/drawbridge/app/window/look"
)

// patternList is inputs for patterns, one a row, with an empty one at the end. What holds several patterns is split into
// as many rows.
type patternList struct {
	w       *Window
	picture *fyne.Container
	rows    []*patternRow
	changed func()
	filling bool
}

// A patternRow is one of the inputs, the button that takes it away, and what is wrong with it.
type patternRow struct {
	input   *entry
	remove  *look.Button
	field   *look.Field
	picture fyne.CanvasObject
}

func newPatternList(w *Window, changed func()) *patternList {
	return &patternList{w: w, picture: look.Column(look.GapSmall), changed: changed}
}

// patterns are what was typed, without empty rows.
func (l *patternList) patterns() []string {
	var ps []string
	for _, r := range l.rows {
		if text := strings.TrimSpace(r.input.Text); text != "" {
			ps = append(ps, text)
		}
	}
	return ps
}

// fill shows these patterns.
func (l *patternList) fill(patterns []string) {
	l.filling = true
	defer func() { l.filling = false }()
	for len(l.rows) <= len(patterns) {
		l.rows = append(l.rows, l.newRow())
	}
	l.rows = l.rows[:len(patterns)+1]
	for i, r := range l.rows {
		text := ""
		if i < len(patterns) {
			text = patterns[i]
		}
		if r.input.Text != text {
			r.input.SetText(text)
		}
		r.field.SetError("")
	}
	l.arrange()
}

// arrange shows the rows that there are now. The last one has nothing to be removed.
func (l *patternList) arrange() {
	l.picture.Objects = nil
	for i, r := range l.rows {
		last := i == len(l.rows)-1
		enable(r.remove, !last)
		placeholder := ""
		if last {
			placeholder = l.w.say("rules.placeholder")
		}
		r.input.SetPlaceHolder(placeholder)
		l.picture.Add(r.picture)
	}
	l.picture.Refresh()
}

func (l *patternList) newRow() *patternRow {
	r := &patternRow{input: l.w.newEntry()}
	r.field = look.NewField("", r.input, "")
	r.remove = look.Quiet("", func() { l.remove(r) }).Iconed(l.w.icon("close"))
	r.input.OnChanged = func(string) { l.typed(r) }
	r.input.OnSubmitted = func(string) { l.focus(slices.Index(l.rows, r) + 1) }
	r.picture = &fyne.Container{Layout: withButton{}, Objects: []fyne.CanvasObject{r.field, r.remove}}
	return r
}

// withButton sets a field beside a button, which is as high as the field's input.
type withButton struct{}

func (withButton) MinSize(objects []fyne.CanvasObject) fyne.Size {
	field, button := objects[0].MinSize(), objects[1].MinSize()
	return fyne.NewSize(field.Width+look.GapSmall+button.Width, max(field.Height, button.Height))
}

func (withButton) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	button := objects[1].MinSize()
	objects[0].Resize(fyne.NewSize(size.Width-look.GapSmall-button.Width, size.Height))
	objects[1].Move(fyne.NewPos(size.Width-button.Width, 0))
	objects[1].Resize(button)
}

// typed takes notice of what was typed into a row.
func (l *patternList) typed(r *patternRow) {
	if l.filling {
		return
	}
	i := slices.Index(l.rows, r)
	if parts := splitPatterns(r.input.Text); len(parts) > 1 {
		all := texts(l.rows[:i])
		all = append(append(all, parts...), texts(l.rows[i+1:len(l.rows)-min(1, len(l.rows)-1-i)])...)
		l.fill(all)
		l.focus(i + len(parts) - 1)
	} else if i == len(l.rows)-1 && r.input.Text != "" {
		l.rows = append(l.rows, l.newRow())
		l.arrange()
	}
	l.changed()
}

func texts(rows []*patternRow) []string {
	var ts []string
	for _, r := range rows {
		ts = append(ts, r.input.Text)
	}
	return ts
}

// add puts patterns at the end, those that are not there yet.
func (l *patternList) add(patterns []string) {
	all := l.patterns()
	for _, p := range patterns {
		if !slices.Contains(all, p) {
			all = append(all, p)
		}
	}
	l.fill(all)
	l.focusLast()
	l.changed()
}

// remove takes a row away.
func (l *patternList) remove(r *patternRow) {
	i := slices.Index(l.rows, r)
	if i < 0 || i == len(l.rows)-1 {
		return
	}
	l.rows = slices.Delete(l.rows, i, i+1)
	l.arrange()
	l.focus(i)
	l.changed()
}

// focus puts the cursor into a row.
func (l *patternList) focus(i int) {
	if i < len(l.rows) {
		input := l.rows[i].input
		input.CursorColumn = len([]rune(input.Text))
		l.w.fyne.Canvas().Focus(input)
	}
}

func (l *patternList) focusLast() { l.focus(len(l.rows) - 1) }

// blame shows what is wrong, by pattern.
func (l *patternList) blame(wrong map[string]string) {
	for _, r := range l.rows {
		r.field.SetError(wrong[strings.TrimSpace(r.input.Text)])
	}
}

// remark says something under the rows, by pattern. What is wrong goes before it.
func (l *patternList) remark(lines map[string]string) {
	for _, r := range l.rows {
		r.field.SetHelp(lines[strings.TrimSpace(r.input.Text)])
	}
}
