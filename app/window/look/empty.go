package look

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// Empty is what stands where a list has nothing to list: in the middle, an icon, what would be here, how it comes, and
// perhaps the button that makes it come.
type Empty struct {
	widget.BaseWidget
	icon      fyne.Resource
	what, how *Text
	button    *Button
}

// NewEmpty returns an empty state. The button may be nil.
func NewEmpty(icon fyne.Resource, what, how string, button *Button) *Empty {
	e := &Empty{icon: icon, what: Body(what).Centered().Wrapped(), how: Muted(how).Centered().Wrapped(), button: button}
	e.ExtendBaseWidget(e)
	return e
}

// SetText changes both sentences.
func (e *Empty) SetText(what, how string) {
	if what == e.what.Text() && how == e.how.Text() {
		return
	}
	e.what.SetText(what)
	e.how.SetText(how)
	e.Refresh()
}

// CreateRenderer implements [fyne.Widget].
func (e *Empty) CreateRenderer() fyne.WidgetRenderer {
	e.ExtendBaseWidget(e)
	image := canvas.NewImageFromResource(theme.NewColoredResource(e.icon, ColorMuted))
	image.FillMode = canvas.ImageFillContain
	image.SetMinSize(fyne.NewSquareSize(32))
	words := Column(4, e.what, e.how)
	middle := Column(GapMedium, image, words)
	if e.button != nil {
		middle.Add(container.NewCenter(e.button))
	}
	return widget.NewSimpleRenderer(&fyne.Container{Layout: centered{360}, Objects: []fyne.CanvasObject{middle}})
}

// centered puts its one object into the middle, no wider than a width.
type centered struct{ width float32 }

func (c centered) MinSize(objects []fyne.CanvasObject) fyne.Size { return objects[0].MinSize() }

func (c centered) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	width := min(c.width, size.Width)
	giveWidth(objects[0], width)
	height := objects[0].MinSize().Height
	objects[0].Resize(fyne.NewSize(width, height))
	objects[0].Move(fyne.NewPos((size.Width-width)/2, (size.Height-height)/2))
}
