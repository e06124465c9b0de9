package look

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// RailItem is one page in a Rail.
type RailItem struct {
	Icon  fyne.Resource // SVG; it is drawn in the theme's colours
	Label string
}

// Rail is the list of pages at the left of the window, of which one is chosen. It is one stop of the Tab key; up, down,
// home and end choose.
type Rail struct {
	widget.BaseWidget
	items    []*railItem
	selected int
	folded   bool
	focused  bool
	choose   func(int)
}

// NewRail returns a rail with its first item chosen, which choose is not told.
func NewRail(choose func(item int), items ...RailItem) *Rail {
	r := &Rail{choose: choose}
	for i, item := range items {
		r.items = append(r.items, newRailItem(r, i, item))
	}
	r.ExtendBaseWidget(r)
	return r
}

// Selected returns the index of the chosen item.
func (r *Rail) Selected() int { return r.selected }

// Select chooses an item. Choosing the chosen one, or one that is not there, does nothing.
func (r *Rail) Select(item int) {
	if item < 0 || item >= len(r.items) || item == r.selected {
		return
	}
	r.selected = item
	r.Refresh()
	if r.choose != nil {
		r.choose(item)
	}
}

// SetLabels changes the words, for another language.
func (r *Rail) SetLabels(labels ...string) {
	for i := range min(len(labels), len(r.items)) {
		r.items[i].text.SetText(labels[i])
	}
}

// SetFolded shows icons alone, or icons and words.
func (r *Rail) SetFolded(folded bool) {
	if r.folded != folded {
		r.folded = folded
		r.Refresh()
	}
}

// TypedKey implements [fyne.Focusable].
func (r *Rail) TypedKey(event *fyne.KeyEvent) {
	switch event.Name {
	case fyne.KeyDown:
		r.Select(r.selected + 1)
	case fyne.KeyUp:
		r.Select(r.selected - 1)
	case fyne.KeyHome:
		r.Select(0)
	case fyne.KeyEnd:
		r.Select(len(r.items) - 1)
	}
}

// TypedRune implements [fyne.Focusable].
func (r *Rail) TypedRune(rune) {}

// FocusGained implements [fyne.Focusable].
func (r *Rail) FocusGained() { r.focused = true; r.Refresh() }

// FocusLost implements [fyne.Focusable].
func (r *Rail) FocusLost() { r.focused = false; r.Refresh() }

const (
	railWidth  float32 = 168
	railFolded float32 = 56
	railItemAt float32 = 36
	foldUnder  float32 = 720 // the window's width under which the rail folds
)

// CreateRenderer implements [fyne.Widget].
func (r *Rail) CreateRenderer() fyne.WidgetRenderer {
	r.ExtendBaseWidget(r)
	return &railRenderer{rail: r, back: newFill(ColorSurface, "", 0), edge: newFill(ColorHairline, "", 0)}
}

type railRenderer struct {
	rail       *Rail
	back, edge *fill
}

func (r *railRenderer) Destroy() {}

func (r *railRenderer) Objects() []fyne.CanvasObject {
	objects := []fyne.CanvasObject{r.back, r.edge}
	for _, item := range r.rail.items {
		objects = append(objects, item)
	}
	return objects
}

func (r *railRenderer) itemHeight() float32 { return max(railItemAt, sizeOf(r.rail, SizeRow)+GapSmall) }

func (r *railRenderer) MinSize() fyne.Size {
	width := railWidth
	if r.rail.folded {
		width = railFolded
	} else {
		for _, item := range r.rail.items { // longer words, larger letters
			width = max(width, item.text.MinSize().Width+railFolded+GapLarge)
		}
	}
	return fyne.NewSize(width, float32(len(r.rail.items))*r.itemHeight()+2*GapLarge)
}

func (r *railRenderer) Layout(size fyne.Size) {
	r.back.Resize(size)
	r.edge.Move(fyne.NewPos(size.Width-1, 0))
	r.edge.Resize(fyne.NewSize(1, size.Height))
	for i, item := range r.rail.items {
		item.Move(fyne.NewPos(0, GapLarge+float32(i)*r.itemHeight()))
		item.Resize(fyne.NewSize(size.Width-1, r.itemHeight()))
	}
}

func (r *railRenderer) Refresh() {
	for _, item := range r.rail.items {
		item.Refresh()
	}
	r.Layout(r.rail.Size())
	canvas.Refresh(r.rail)
}

// railItem is one line of a Rail.
type railItem struct {
	widget.BaseWidget
	rail      *Rail
	index     int
	resource  fyne.Resource
	text      *Text
	back, bar *fill
	hovered   bool
}

func newRailItem(r *Rail, index int, item RailItem) *railItem {
	w := &railItem{rail: r, index: index, resource: item.Icon, text: Muted(item.Label),
		back: newFill("", "", radius), bar: newFill("", "", 1)}
	w.ExtendBaseWidget(w)
	return w
}

// Tapped implements [fyne.Tappable].
func (w *railItem) Tapped(*fyne.PointEvent) { w.rail.Select(w.index) }

// MouseIn implements [desktop.Hoverable].
func (w *railItem) MouseIn(*desktop.MouseEvent) { w.hovered = true; w.Refresh() }

// MouseMoved implements [desktop.Hoverable].
func (w *railItem) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements [desktop.Hoverable].
func (w *railItem) MouseOut() { w.hovered = false; w.Refresh() }

// AccessibilityLabel implements [fyne.Accessible].
func (w *railItem) AccessibilityLabel() string { return w.text.Text() }

// AccessibilityRole implements [fyne.Accessible].
func (w *railItem) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleButton }

// CreateRenderer implements [fyne.Widget].
func (w *railItem) CreateRenderer() fyne.WidgetRenderer {
	w.ExtendBaseWidget(w)
	icon := canvas.NewImageFromResource(nil)
	icon.FillMode = canvas.ImageFillContain
	r := &railItemRenderer{item: w, icon: icon}
	r.apply()
	return r
}

type railItemRenderer struct {
	item *railItem
	icon *canvas.Image
}

func (r *railItemRenderer) Destroy() {}

func (r *railItemRenderer) MinSize() fyne.Size { return fyne.NewSize(railFolded, railItemAt) }

func (r *railItemRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.item.back, r.item.bar, r.icon, r.item.text}
}

// apply gives everything the colours of the item's state.
func (r *railItemRenderer) apply() {
	w := r.item
	ink, ground, ring := ColorMuted, fyne.ThemeColorName(""), fyne.ThemeColorName("")
	switch {
	case w.index == w.rail.selected:
		ink, ground = ColorInk, ColorSelected
		if w.rail.focused {
			ring = ColorAccent
		}
	case w.hovered:
		ink, ground = ColorInk, theme.ColorNameHover
	}
	w.text.Set(w.text.Text(), ink)
	show(w.text, !w.rail.folded)
	w.back.set(ground, ring)
	if w.index == w.rail.selected {
		w.bar.set(ColorAccent, "")
		ink = ColorAccent
	} else {
		w.bar.set("", "")
	}
	if w.resource != nil {
		r.icon.Resource = theme.NewColoredResource(w.resource, ink)
		r.icon.Refresh()
	}
}

func (r *railItemRenderer) Layout(size fyne.Size) {
	w := r.item
	side := sizeOf(w, theme.SizeNameInlineIcon) + 2
	w.back.Move(fyne.NewPos(GapSmall, 2))
	w.back.Resize(size.SubtractWidthHeight(2*GapSmall, 4))
	w.bar.Move(fyne.NewPos(0, GapSmall))
	w.bar.Resize(fyne.NewSize(3, size.Height-2*GapSmall))
	x := float32(20)
	if w.rail.folded {
		x = (size.Width - side) / 2
	}
	r.icon.Move(fyne.NewPos(x, (size.Height-side)/2))
	r.icon.Resize(fyne.NewSquareSize(side))
	w.text.Move(fyne.NewPos(x+side+GapMedium, 0))
	w.text.Resize(fyne.NewSize(max(0, size.Width-x-side-GapMedium-GapSmall), size.Height))
}

func (r *railItemRenderer) Refresh() {
	r.apply()
	r.Layout(r.item.Size())
	canvas.Refresh(r.item)
}

// Frame returns a window's content: the rail at the left, folded while the window is narrow, and beside it the pages,
// all in the same place.
func Frame(rail *Rail, pages ...fyne.CanvasObject) *fyne.Container {
	return &fyne.Container{Layout: frame{rail}, Objects: append([]fyne.CanvasObject{rail}, pages...)}
}

type frame struct{ rail *Rail }

func (f frame) MinSize(objects []fyne.CanvasObject) fyne.Size {
	size := fyne.NewSize(railFolded, 0)
	for _, page := range objects[1:] {
		if page.Visible() {
			size = size.Max(page.MinSize().AddWidthHeight(railFolded, 0))
		}
	}
	return size.Max(fyne.NewSize(0, f.rail.MinSize().Height))
}

func (f frame) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	f.rail.SetFolded(size.Width < foldUnder)
	width := f.rail.MinSize().Width
	f.rail.Resize(fyne.NewSize(width, size.Height))
	for _, page := range objects[1:] {
		page.Move(fyne.NewPos(width, 0))
		page.Resize(fyne.NewSize(max(0, size.Width-width), size.Height))
	}
}
