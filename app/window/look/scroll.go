package look

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
)

// Scroll is a window on content that may be higher. Unlike Fyne's own it casts no shadows on what it cuts off.
type Scroll struct {
	container.Scroll
	edge *fill // at the top, while something is cut off there; may be nil
}

// NewScroll returns a scroll that moves up and down.
func NewScroll(content fyne.CanvasObject) *Scroll {
	s := &Scroll{}
	s.Direction, s.Content = container.ScrollVerticalOnly, content
	s.ExtendBaseWidget(s)
	return s
}

// newEdgedScroll returns one that draws a hairline over its content while that is scrolled.
func newEdgedScroll(content fyne.CanvasObject) *Scroll {
	s := NewScroll(content)
	s.edge = newFill(ColorHairline, "", 0)
	return s
}

// CreateRenderer implements [fyne.Widget].
func (s *Scroll) CreateRenderer() fyne.WidgetRenderer {
	s.ExtendBaseWidget(s)
	r := &scrollRenderer{WidgetRenderer: s.Scroll.CreateRenderer(), scroll: s, objects: []fyne.CanvasObject{s.Content}}
	for _, o := range r.WidgetRenderer.Objects()[1:] {
		if _, isBar := o.(desktop.Hoverable); isBar { // and not a shadow
			r.objects = append(r.objects, o)
		}
	}
	if s.edge != nil {
		r.objects = append(r.objects, s.edge)
	}
	return r
}

type scrollRenderer struct {
	fyne.WidgetRenderer
	scroll  *Scroll
	objects []fyne.CanvasObject
}

func (r *scrollRenderer) Objects() []fyne.CanvasObject {
	r.objects[0] = r.scroll.Content
	return r.objects
}

func (r *scrollRenderer) Layout(size fyne.Size) {
	r.WidgetRenderer.Layout(size)
	r.mark()
}

func (r *scrollRenderer) Refresh() {
	r.WidgetRenderer.Refresh()
	r.mark()
}

// mark shows the edge where it belongs.
func (r *scrollRenderer) mark() {
	if edge := r.scroll.edge; edge != nil {
		edge.Resize(fyne.NewSize(r.scroll.Size().Width, 1))
		show(edge, r.scroll.Offset.Y > 0)
	}
}
