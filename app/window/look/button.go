package look

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// Button is Fyne's button with a ring around it while the keyboard is on it, which a change of its colour alone does not
// show on every kind. Enter presses it too, as Space does.
type Button struct {
	widget.Button
	focused bool
}

// Primary returns the button for the one thing that a page or dialog is for.
func Primary(label string, tapped func()) *Button {
	return newButton(label, widget.HighImportance, tapped)
}

// Plain returns a button for one of several things.
func Plain(label string, tapped func()) *Button {
	return newButton(label, widget.MediumImportance, tapped)
}

// Quiet returns a button that is words, or an icon, alone until the pointer is on it.
func Quiet(label string, tapped func()) *Button {
	return newButton(label, widget.LowImportance, tapped)
}

// Danger returns the button for something that cannot be undone.
func Danger(label string, tapped func()) *Button {
	return newButton(label, widget.DangerImportance, tapped)
}

func newButton(label string, importance widget.Importance, tapped func()) *Button {
	b := &Button{}
	b.Text, b.Importance, b.OnTapped = label, importance, tapped
	b.ExtendBaseWidget(b)
	return b
}

// Iconed puts an icon before the button's words and returns it.
func (b *Button) Iconed(icon fyne.Resource) *Button { b.Icon = icon; return b }

// FocusGained implements [fyne.Focusable].
func (b *Button) FocusGained() { b.focused = true; b.Button.FocusGained() }

// FocusLost implements [fyne.Focusable].
func (b *Button) FocusLost() { b.focused = false; b.Button.FocusLost() }

// TypedKey implements [fyne.Focusable].
func (b *Button) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeyReturn, fyne.KeyEnter:
		b.Tapped(nil)
	default:
		b.Button.TypedKey(e)
	}
}

// CreateRenderer implements [fyne.Widget].
func (b *Button) CreateRenderer() fyne.WidgetRenderer {
	b.ExtendBaseWidget(b)
	r := &buttonRenderer{WidgetRenderer: b.Button.CreateRenderer(), button: b, ring: canvas.NewRectangle(nil)}
	r.mark()
	return r
}

type buttonRenderer struct {
	fyne.WidgetRenderer
	button *Button
	ring   *canvas.Rectangle
}

func (r *buttonRenderer) Objects() []fyne.CanvasObject {
	if !r.button.focused {
		return r.WidgetRenderer.Objects()
	}
	return append([]fyne.CanvasObject{r.ring}, r.WidgetRenderer.Objects()...)
}

// Layout keeps the ring a little off the button, so that it shows around one in its own colour.
func (r *buttonRenderer) Layout(size fyne.Size) {
	r.WidgetRenderer.Layout(size)
	const off = 2
	r.ring.Move(fyne.NewPos(-off, -off))
	r.ring.Resize(size.AddWidthHeight(2*off, 2*off))
	r.ring.CornerRadius = radius + off
}

func (r *buttonRenderer) Refresh() {
	r.mark()
	r.WidgetRenderer.Refresh()
	r.Layout(r.button.Size())
}

func (r *buttonRenderer) mark() {
	r.ring.StrokeColor, r.ring.StrokeWidth = colorOf(r.button, ColorAccent), 1.5
}
