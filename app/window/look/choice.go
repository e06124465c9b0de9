package look

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// Choice is Fyne's select with the edge that other inputs have.
type Choice struct {
	widget.Select
	focused, wrong bool
}

// NewChoice returns a choice between options. The function hears of what is chosen; it may be nil.
func NewChoice(options []string, chosen func(string)) *Choice {
	c := &Choice{}
	c.Options, c.OnChanged = options, chosen
	c.ExtendBaseWidget(c)
	return c
}

// FocusGained implements [fyne.Focusable].
func (c *Choice) FocusGained() { c.focused = true; c.Select.FocusGained() }

// FocusLost implements [fyne.Focusable].
func (c *Choice) FocusLost() { c.focused = false; c.Select.FocusLost() }

// setWrong marks what is chosen as wrong, or not.
func (c *Choice) setWrong(wrong bool) {
	if c.wrong != wrong {
		c.wrong = wrong
		c.Refresh()
	}
}

// edgeColor is as Fyne has it for an entry.
func (c *Choice) edgeColor() fyne.ThemeColorName {
	switch {
	case c.wrong:
		return ColorProblem
	case c.focused && !c.Disabled():
		return ColorAccent
	}
	return theme.ColorNameInputBorder
}

// CreateRenderer implements [fyne.Widget].
func (c *Choice) CreateRenderer() fyne.WidgetRenderer {
	c.ExtendBaseWidget(c)
	r := &choiceRenderer{WidgetRenderer: c.Select.CreateRenderer(), choice: c, edge: newFill("", c.edgeColor(), radius)}
	r.objects = append(r.objects, r.WidgetRenderer.Objects()...)
	r.objects = append(r.objects, r.edge)
	return r
}

type choiceRenderer struct {
	fyne.WidgetRenderer
	choice  *Choice
	edge    *fill
	objects []fyne.CanvasObject
}

func (r *choiceRenderer) Objects() []fyne.CanvasObject { return r.objects }

func (r *choiceRenderer) Layout(size fyne.Size) {
	r.WidgetRenderer.Layout(size)
	r.edge.Resize(size)
}

func (r *choiceRenderer) Refresh() {
	r.edge.set("", r.choice.edgeColor())
	r.WidgetRenderer.Refresh()
}
