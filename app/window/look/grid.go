package look

import "fyne.io/fyne/v2"

// Grid returns a container that sets the objects in rows, in as many columns of equal width as there is room for when
// each is at least so wide, or as wide as the widest has to be. Those of a row begin at one height, GapLarge below the
// row before.
func Grid(least float32, objects ...fyne.CanvasObject) *fyne.Container {
	return &fyne.Container{Layout: &grid{least: least, columns: 1}, Objects: objects}
}

// Columns returns a container that sets the objects side by side in columns of equal width, or, where that is too narrow
// for the widest, in half as many columns, and so on.
func Columns(objects ...fyne.CanvasObject) *fyne.Container {
	return &fyne.Container{Layout: &grid{even: true, columns: 1}, Objects: objects}
}

type grid struct {
	least   float32
	even    bool // all in one row, or half of them, or a quarter
	columns int  // at the width of the last layout, for which MinSize holds
}

func (g *grid) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var size fyne.Size
	g.rows(objects, func(row []fyne.CanvasObject, height float32) {
		for _, o := range row {
			size.Width = max(size.Width, o.MinSize().Width)
		}
		if size.Height > 0 {
			size.Height += GapLarge
		}
		size.Height += height
	})
	return size
}

func (g *grid) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	least := g.least
	for _, o := range objects {
		least = max(least, o.MinSize().Width)
	}
	g.columns = max(1, int((size.Width+GapWide)/(least+GapWide)))
	if g.even {
		fit := g.columns
		for g.columns = max(1, len(objects)); g.columns > fit; g.columns = (g.columns + 1) / 2 {
		}
	}
	width := (size.Width - GapWide*float32(g.columns-1)) / float32(g.columns)
	for _, o := range objects {
		giveWidth(o, width)
	}
	y := float32(0)
	g.rows(objects, func(row []fyne.CanvasObject, height float32) {
		for i, o := range row {
			o.Move(fyne.NewPos(float32(i)*(width+GapWide), y))
			o.Resize(fyne.NewSize(width, o.MinSize().Height))
		}
		y += height + GapLarge
	})
}

// rows calls do with the objects of each row that are shown, and its height.
func (g *grid) rows(objects []fyne.CanvasObject, do func(row []fyne.CanvasObject, height float32)) {
	var row []fyne.CanvasObject
	height := float32(0)
	for i, o := range objects {
		if o.Visible() {
			row = append(row, o)
			height = max(height, o.MinSize().Height)
		}
		if len(row) == g.columns || i == len(objects)-1 && len(row) > 0 {
			do(row, height)
			row, height = nil, 0
		}
	}
}
