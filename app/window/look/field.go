package look

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

// Field is an input with its label above it and under it a line of help, which gives its place to an error.
type Field struct {
	widget.BaseWidget
	label, note *Text
	input       fyne.CanvasObject
	edge        *fill // over the input
	help, err   string
}

// NewField returns a field around any input. An empty label or help takes no room.
func NewField(label string, input fyne.CanvasObject, help string) *Field {
	f := &Field{label: Strong(label), note: Small("").Wrapped(), input: input, edge: newFill("", "", radius), help: help}
	f.ExtendBaseWidget(f)
	f.SetLabel(label)
	f.say()
	return f
}

// SetLabel changes the label.
func (f *Field) SetLabel(label string) {
	f.label.SetText(label)
	show(f.label, label != "")
}

// SetHelp changes the help; while there is an error, that stays.
func (f *Field) SetHelp(help string) {
	f.help = help
	f.say()
}

// SetError shows an error instead of the help, or with "" the help again.
func (f *Field) SetError(message string) {
	if f.err == message {
		return
	}
	f.err = message
	f.say()
}

// Error returns the error that is shown, or "".
func (f *Field) Error() string { return f.err }

func (f *Field) say() {
	text, color := f.help, ColorMuted
	if f.err != "" {
		text, color = f.err, ColorProblem
	}
	f.note.Set(text, color)
	show(f.note, text != "")
	f.mark()
	f.Refresh()
}

// mark marks the input as wrong where that is for the field to do: a Choice does it by itself, and around an Entry Fyne
// shows an error only while the keyboard is elsewhere.
func (f *Field) mark() {
	wrong := f.err != ""
	edge := fyne.ThemeColorName("")
	switch input := f.input.(type) {
	case interface{ setWrong(bool) }:
		input.setWrong(wrong)
	case fyne.Validatable:
		if wrong {
			edge = ColorProblem
		}
	}
	f.edge.set("", edge)
}

// CreateRenderer implements [fyne.Widget].
func (f *Field) CreateRenderer() fyne.WidgetRenderer {
	f.ExtendBaseWidget(f)
	return widget.NewSimpleRenderer(Column(4, f.label, stack(f.input, f.edge), f.note))
}

// show makes an object visible or not.
func show(o fyne.CanvasObject, visible bool) {
	if visible {
		o.Show()
	} else {
		o.Hide()
	}
}
