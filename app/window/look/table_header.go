package look

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// tableHeader is the row of titles with the line under it.
type tableHeader struct {
	widget.BaseWidget
	table  *Table
	titles []*tableTitle
	line   *fill
}

func newTableHeader(t *Table) *tableHeader {
	h := &tableHeader{table: t, line: newFill(ColorHairline, "", 0)}
	for i := range t.columns {
		h.titles = append(h.titles, newTableTitle(t, i))
	}
	h.ExtendBaseWidget(h)
	return h
}

// CreateRenderer implements [fyne.Widget].
func (h *tableHeader) CreateRenderer() fyne.WidgetRenderer {
	h.ExtendBaseWidget(h)
	return &tableHeaderRenderer{h}
}

type tableHeaderRenderer struct{ header *tableHeader }

func (r *tableHeaderRenderer) Destroy() {}

func (r *tableHeaderRenderer) MinSize() fyne.Size {
	return fyne.NewSize(1, sizeOf(r.header, SizeRow)+1)
}

func (r *tableHeaderRenderer) Objects() []fyne.CanvasObject {
	objects := []fyne.CanvasObject{r.header.line}
	for _, title := range r.header.titles {
		objects = append(objects, title)
	}
	return objects
}

func (r *tableHeaderRenderer) Layout(size fyne.Size) {
	h := r.header
	h.line.Move(fyne.NewPos(0, size.Height-1))
	h.line.Resize(fyne.NewSize(size.Width, 1))
	place(h.titles, h.table.spans(size.Width), size.Height-1)
}

func (r *tableHeaderRenderer) Refresh() {
	h := r.header
	if h.table.focused {
		h.line.set(ColorAccent, "")
	} else {
		h.line.set(ColorHairline, "")
	}
	for _, title := range h.titles {
		title.say()
	}
	r.Layout(h.Size())
	canvas.Refresh(h)
}

// tableTitle is the title of one column; a tap sorts by it.
type tableTitle struct {
	widget.BaseWidget
	table   *Table
	column  int
	text    *Text
	hovered bool
}

func newTableTitle(t *Table, column int) *tableTitle {
	w := &tableTitle{table: t, column: column, text: Small("").Truncated()}
	if t.columns[column].Number {
		w.text.Trailing()
	}
	w.ExtendBaseWidget(w)
	w.say()
	return w
}

// say shows the title, and the arrow if the rows are sorted by it.
func (w *tableTitle) say() {
	c := w.table.columns[w.column]
	text, color := c.Title, ColorMuted
	if w.column == w.table.sorted {
		color = ColorInk
		if w.table.ascending {
			text += " ↑"
		} else {
			text += " ↓"
		}
	}
	if w.hovered && w.table.OnSort != nil {
		color = ColorInk
	}
	w.text.Set(text, color)
}

// Tapped implements [fyne.Tappable].
func (w *tableTitle) Tapped(*fyne.PointEvent) {
	w.table.takeFocus()
	w.table.sortBy(w.column)
}

// MouseIn implements [desktop.Hoverable].
func (w *tableTitle) MouseIn(*desktop.MouseEvent) { w.hovered = true; w.say() }

// MouseMoved implements [desktop.Hoverable].
func (w *tableTitle) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements [desktop.Hoverable].
func (w *tableTitle) MouseOut() { w.hovered = false; w.say() }

// CreateRenderer implements [fyne.Widget].
func (w *tableTitle) CreateRenderer() fyne.WidgetRenderer {
	w.ExtendBaseWidget(w)
	return widget.NewSimpleRenderer(w.text)
}
