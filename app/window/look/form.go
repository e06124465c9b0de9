package look

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"
)

// formWidth is the greatest width of a form: an input wider than this is hard to read.
const formWidth float32 = 560

// Form is a column of fields with a row of two buttons under it, and beside these a note.
type Form struct {
	widget.BaseWidget
	Apply, Revert *Button
	Note          *Text // what applying would do, or did; empty at first
	fields        []fyne.CanvasObject
}

// NewForm returns a form of fields, or of anything else that has the width of a form. Both buttons are disabled until
// the caller enables them.
func NewForm(apply, revert *Button, fields ...fyne.CanvasObject) *Form {
	f := &Form{Apply: apply, Revert: revert, Note: Small("").Wrapped(), fields: fields}
	apply.Disable()
	revert.Disable()
	f.ExtendBaseWidget(f)
	return f
}

// SetChanged enables the buttons: Revert when something changed, Apply when that is also right.
func (f *Form) SetChanged(changed, right bool) {
	enable(f.Apply, changed && right)
	enable(f.Revert, changed)
}

func enable(b *Button, on bool) {
	if on {
		b.Enable()
	} else {
		b.Disable()
	}
}

// CreateRenderer implements [fyne.Widget].
func (f *Form) CreateRenderer() fyne.WidgetRenderer {
	f.ExtendBaseWidget(f)
	fields := Column(GapLarge, f.fields...)
	footer := Beside(GapSmall, 2, f.Apply, f.Revert, f.Note)
	all := Column(GapWide, fields, footer)
	return widget.NewSimpleRenderer(&fyne.Container{Layout: narrow{formWidth}, Objects: []fyne.CanvasObject{all}})
}

// narrow keeps its one object at the left and no wider than a width.
type narrow struct{ width float32 }

func (n narrow) MinSize(objects []fyne.CanvasObject) fyne.Size { return objects[0].MinSize() }

func (n narrow) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	objects[0].Move(fyne.NewPos(0, 0))
	giveWidth(objects[0], min(n.width, size.Width))
	objects[0].Resize(fyne.NewSize(min(n.width, size.Width), size.Height))
}

// Spacer takes the room that is left in a Row or a Column.
func Spacer() fyne.CanvasObject { return layout.NewSpacer() }
