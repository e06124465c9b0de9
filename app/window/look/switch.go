package look

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// Switch is the sign on a plate that can be pressed. A tap, Space or Enter asks for the other state; the sign itself
// changes only by Sign.SetState.
type Switch struct {
	widget.BaseWidget
	Sign *Sign

	toggle           func()
	plate            *fill
	hovered, focused bool
}

// NewSwitch returns a switch whose sign is off and has the given size.
func NewSwitch(sign fyne.Size, toggle func()) *Switch {
	s := &Switch{Sign: NewSign(sign), toggle: toggle, plate: newFill(ColorSurface, ColorHairline, radius)}
	s.ExtendBaseWidget(s)
	return s
}

// Tapped implements [fyne.Tappable].
func (s *Switch) Tapped(*fyne.PointEvent) {
	if s.toggle != nil {
		s.toggle()
	}
}

// TypedKey implements [fyne.Focusable].
func (s *Switch) TypedKey(event *fyne.KeyEvent) {
	switch event.Name {
	case fyne.KeySpace, fyne.KeyReturn, fyne.KeyEnter:
		s.Tapped(nil)
	}
}

// TypedRune implements [fyne.Focusable].
func (s *Switch) TypedRune(rune) {}

// FocusGained implements [fyne.Focusable].
func (s *Switch) FocusGained() { s.focused = true; s.mark() }

// FocusLost implements [fyne.Focusable].
func (s *Switch) FocusLost() { s.focused = false; s.mark() }

// MouseIn implements [desktop.Hoverable].
func (s *Switch) MouseIn(*desktop.MouseEvent) { s.hovered = true; s.mark() }

// MouseMoved implements [desktop.Hoverable].
func (s *Switch) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements [desktop.Hoverable].
func (s *Switch) MouseOut() { s.hovered = false; s.mark() }

// Cursor implements [desktop.Cursorable].
func (s *Switch) Cursor() desktop.Cursor { return desktop.PointerCursor }

// mark shows by the plate's edge whether the pointer or the keys are on it.
func (s *Switch) mark() {
	switch {
	case s.focused:
		s.plate.set(ColorSurface, ColorAccent)
	case s.hovered:
		s.plate.set(ColorSurface, theme.ColorNameInputBorder)
	default:
		s.plate.set(ColorSurface, ColorHairline)
	}
}

// CreateRenderer implements [fyne.Widget].
func (s *Switch) CreateRenderer() fyne.WidgetRenderer {
	s.ExtendBaseWidget(s)
	return widget.NewSimpleRenderer(stack(s.plate, Inset(GapLarge, s.Sign)))
}
