package look

import "fyne.io/fyne/v2"

// Above returns a column whose object with the given index takes all the height that the others leave: a table between
// its filter and its sums. The objects have its full width; wrapped text in those that are not tall gets what it needs.
func Above(gap float32, tall int, objects ...fyne.CanvasObject) *fyne.Container {
	return &fyne.Container{Layout: above{column{gap}, tall}, Objects: objects}
}

type above struct {
	column
	tall int // index of the object that takes the rest
}

func (a above) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for i, o := range objects {
		if o.Visible() && i != a.tall {
			giveWidth(o, size.Width)
		}
	}
	left := max(0, size.Height-a.MinSize(objects).Height)
	y := float32(0)
	for i, o := range objects {
		if !o.Visible() {
			continue
		}
		height := o.MinSize().Height
		if i == a.tall {
			height += left
		}
		o.Move(fyne.NewPos(0, y))
		o.Resize(fyne.NewSize(size.Width, height))
		y += height + a.gap
	}
}
