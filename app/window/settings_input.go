package window

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"github.com/drawbridge-app/drawbridge/app/window/look"
)

// An input shows one value as text, and lets a person change it.
type input struct {
	key    string
	field  *look.Field
	widget fyne.Focusable
	set    func(text string)

	explain func(text string) string // the help for a text; nil: it is the same for all

	filling bool // set is running, so nobody types
}

// fill shows a text. It does not count as typed.
func (i *input) fill(text string) {
	i.filling = true
	defer func() { i.filling = false }()
	i.set(text)
	i.help(text)
}

// help says what a text means, where that has a help of its own.
func (i *input) help(text string) {
	if i.explain != nil {
		i.field.SetHelp(i.explain(text))
	}
}

// What the inputs tell their page.
type inputEvents struct {
	typed    func(*input, string) // another text
	entered  func()               // Enter, in an entry
	gainedBy func(*input)         // the focus is in it now
}

// typed passes on what a person did.
func (e inputEvents) changed(i *input, text string) {
	if !i.filling {
		i.help(text)
		e.typed(i, text)
	}
}

// newTextInput makes an entry; for a secret one that hides what is typed.
func (w *Window) newTextInput(key, label, help string, secret bool, on inputEvents) *input {
	i := &input{key: key}
	e := &inputEntry{entry: entry{w: w}, gained: func() { on.gainedBy(i) }}
	e.Password = secret
	e.ExtendBaseWidget(e)
	e.OnChanged = func(text string) { on.changed(i, text) }
	e.OnSubmitted = func(string) { on.entered() }
	i.field, i.widget, i.set = look.NewField(label, e, help), e, e.SetText
	return i
}

// newTick makes a tick for a value that is "true" or "false".
func newTick(key, label, help string, on inputEvents) *input {
	i := &input{key: key}
	c := &inputCheck{gained: func() { on.gainedBy(i) }}
	c.ExtendBaseWidget(c)
	c.Text = label
	c.OnChanged = func(yes bool) { on.changed(i, yesNo(yes)) }
	i.field, i.widget = look.NewField("", flushLeft(c), help), c
	i.set = func(text string) { c.SetChecked(text == yesNo(true)) }
	return i
}

// newSelection makes a choice between texts, each with words for it.
func newSelection(key, label, help string, choices, words []string, on inputEvents) *input {
	i := &input{key: key}
	s := &inputSelect{gained: func() { on.gainedBy(i) }}
	s.ExtendBaseWidget(s)
	s.Options = words
	s.OnChanged = func(string) {
		if at := s.SelectedIndex(); at >= 0 {
			on.changed(i, choices[at])
		}
	}
	i.field, i.widget = look.NewField(label, s, help), s
	i.set = func(text string) {
		for at, choice := range choices {
			if choice == text {
				s.SetSelectedIndex(at)
			}
		}
	}
	return i
}

// flushLeft puts a tick, which keeps a distance from its own edges, where the texts under it begin.
func flushLeft(c fyne.CanvasObject) fyne.CanvasObject {
	return &fyne.Container{Layout: flushLeftLayout{}, Objects: []fyne.CanvasObject{c}}
}

type flushLeftLayout struct{}

const tickPadding = 7

func (flushLeftLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return objects[0].MinSize().SubtractWidthHeight(tickPadding, tickPadding)
}

func (flushLeftLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	objects[0].Move(fyne.NewPos(-tickPadding, -tickPadding/2))
	objects[0].Resize(size.AddWidthHeight(tickPadding, tickPadding))
}

// yesNo is a bool as the settings write it.
func yesNo(yes bool) string {
	if yes {
		return "true"
	}
	return "false"
}

// The widgets tell when the keys are on them, so that the page can scroll there.
type (
	inputEntry struct {
		entry
		gained func()
	}
	inputCheck struct {
		widget.Check
		gained func()
	}
	inputSelect struct {
		look.Choice
		gained func()
	}
)

// FocusGained implements [fyne.Focusable].
func (e *inputEntry) FocusGained() { e.entry.FocusGained(); e.gained() }

// FocusGained implements [fyne.Focusable].
func (c *inputCheck) FocusGained() { c.Check.FocusGained(); c.gained() }

// FocusGained implements [fyne.Focusable].
func (s *inputSelect) FocusGained() { s.Choice.FocusGained(); s.gained() }
