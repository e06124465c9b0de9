package look

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"
)

// Column returns a container that stacks the objects at its full width, gap apart. Wrapped text in it gets the height
// that it needs. A layout.NewSpacer takes what height is left.
func Column(gap float32, objects ...fyne.CanvasObject) *fyne.Container {
	return &fyne.Container{Layout: column{gap}, Objects: objects}
}

type column struct{ gap float32 }

func (c column) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var size fyne.Size
	shown := 0
	for _, o := range objects {
		if !o.Visible() {
			continue
		}
		shown++
		if isSpacer(o) {
			continue
		}
		least := o.MinSize()
		size.Width = max(size.Width, least.Width)
		size.Height += least.Height
	}
	size.Height += c.gap * float32(max(shown-1, 0))
	return size
}

func (c column) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	spacers := 0
	for _, o := range objects {
		switch {
		case !o.Visible():
		case isSpacer(o):
			spacers++
		default:
			giveWidth(o, size.Width)
		}
	}
	left := float32(0)
	if spacers > 0 {
		left = max(0, size.Height-c.MinSize(objects).Height) / float32(spacers)
	}
	y := float32(0)
	for _, o := range objects {
		if !o.Visible() {
			continue
		}
		height := left
		if !isSpacer(o) {
			height = o.MinSize().Height
		}
		o.Move(fyne.NewPos(0, y))
		o.Resize(fyne.NewSize(size.Width, height))
		y += height + c.gap
	}
}

// giveWidth lets o find the height that it needs at a width; afterwards o.MinSize is true.
func giveWidth(o fyne.CanvasObject, width float32) {
	if o.Size().Width != width {
		o.Resize(fyne.NewSize(width, o.MinSize().Height))
	}
}

// Row returns a container that sets the objects side by side, gap apart, each as wide as it needs and in the middle of
// the height. A layout.NewSpacer takes what width is left; see also Beside.
func Row(gap float32, objects ...fyne.CanvasObject) *fyne.Container {
	return &fyne.Container{Layout: row{gap: gap, wide: -1}, Objects: objects}
}

// Beside returns a row whose object with the given index takes all the width that the others leave: an input beside its
// button, a text that wraps beside an icon.
func Beside(gap float32, wide int, objects ...fyne.CanvasObject) *fyne.Container {
	return &fyne.Container{Layout: row{gap: gap, wide: wide}, Objects: objects}
}

type row struct {
	gap  float32
	wide int // index of the object that takes the rest, or -1
}

func (r row) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var size fyne.Size
	shown := 0
	for _, o := range objects {
		if !o.Visible() {
			continue
		}
		shown++
		if isSpacer(o) {
			continue
		}
		least := o.MinSize()
		size.Width += least.Width
		size.Height = max(size.Height, least.Height)
	}
	size.Width += r.gap * float32(max(shown-1, 0))
	return size
}

func (r row) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	takers := 0
	for i, o := range objects {
		if o.Visible() && (isSpacer(o) || i == r.wide) {
			takers++
		}
	}
	left := max(0, size.Width-r.MinSize(objects).Width) / float32(max(takers, 1))
	x := float32(0)
	for i, o := range objects {
		if !o.Visible() {
			continue
		}
		width := float32(0)
		if !isSpacer(o) {
			width = o.MinSize().Width
		}
		if isSpacer(o) || i == r.wide {
			width += left
		}
		giveWidth(o, width)
		height := o.MinSize().Height
		o.Move(fyne.NewPos(x, max(0, size.Height-height)/2))
		o.Resize(fyne.NewSize(width, height))
		x += width + r.gap
	}
}

func isSpacer(o fyne.CanvasObject) bool {
	_, ok := o.(layout.SpacerObject)
	return ok
}

// Inset returns a container that keeps its content the given gap from every edge.
func Inset(gap float32, content fyne.CanvasObject) *fyne.Container {
	return &fyne.Container{Layout: inset{gap, gap}, Objects: []fyne.CanvasObject{content}}
}

type inset struct{ x, y float32 }

func (i inset) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return objects[0].MinSize().AddWidthHeight(2*i.x, 2*i.y)
}

func (i inset) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	objects[0].Move(fyne.NewPos(i.x, i.y))
	objects[0].Resize(size.SubtractWidthHeight(2*i.x, 2*i.y))
}

// fill is a rectangle in colours of the theme.
type fill struct {
	widget.BaseWidget
	fill, stroke fyne.ThemeColorName // empty: none
	radius       float32
	least        fyne.Size
}

func newFill(inside, edge fyne.ThemeColorName, radius float32) *fill {
	f := &fill{fill: inside, stroke: edge, radius: radius}
	f.ExtendBaseWidget(f)
	return f
}

// set changes the colours.
func (f *fill) set(inside, edge fyne.ThemeColorName) {
	if f.fill != inside || f.stroke != edge {
		f.fill, f.stroke = inside, edge
		f.Refresh()
	}
}

// CreateRenderer implements [fyne.Widget].
func (f *fill) CreateRenderer() fyne.WidgetRenderer {
	f.ExtendBaseWidget(f)
	r := &fillRenderer{fill: f, rectangle: &canvas.Rectangle{}}
	r.apply()
	return r
}

type fillRenderer struct {
	fill      *fill
	rectangle *canvas.Rectangle
}

func (r *fillRenderer) apply() {
	r.rectangle.FillColor, r.rectangle.StrokeColor, r.rectangle.StrokeWidth = color.Transparent, color.Transparent, 0
	if r.fill.fill != "" {
		r.rectangle.FillColor = colorOf(r.fill, r.fill.fill)
	}
	if r.fill.stroke != "" {
		r.rectangle.StrokeColor, r.rectangle.StrokeWidth = colorOf(r.fill, r.fill.stroke), 1
	}
	r.rectangle.CornerRadius = r.fill.radius
}

// Layout lets an edge lie inside, as Fyne's own inputs do: it draws strokes along the middle of the line.
func (r *fillRenderer) Layout(size fyne.Size) {
	half := r.rectangle.StrokeWidth / 2
	r.rectangle.Move(fyne.NewPos(half, half))
	r.rectangle.Resize(fyne.NewSize(max(0, size.Width-2*half), max(0, size.Height-2*half)))
}

func (r *fillRenderer) Destroy()                     {}
func (r *fillRenderer) MinSize() fyne.Size           { return r.fill.least }
func (r *fillRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.rectangle} }

func (r *fillRenderer) Refresh() {
	r.apply()
	r.Layout(r.fill.Size())
	canvas.Refresh(r.fill)
}

// Hairline returns a line between things, one unit thick, as wide as its space.
func Hairline() fyne.CanvasObject {
	line := newFill(ColorHairline, "", 0)
	line.least = fyne.NewSize(1, 1)
	return line
}

// Card returns content on a surface of its own, with a hairline around it.
func Card(content fyne.CanvasObject) fyne.CanvasObject {
	back := newFill(ColorSurface, ColorHairline, radius)
	return stack(back, Inset(GapLarge, content))
}

// stack lays the objects over each other.
func stack(objects ...fyne.CanvasObject) *fyne.Container {
	return &fyne.Container{Layout: layout.NewStackLayout(), Objects: objects}
}
