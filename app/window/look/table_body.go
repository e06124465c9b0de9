package look

import (
	"cmp"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// tableBody is as high as all rows and holds widgets for those in sight. Row n is always shown by widget n modulo their
// count, so that scrolling by a row fills one widget anew.
type tableBody struct {
	widget.BaseWidget
	table *Table
	rows  []*tableRow
	count int // of all rows, when those in sight were filled
}

func newTableBody(t *Table) *tableBody {
	b := &tableBody{table: t}
	b.ExtendBaseWidget(b)
	return b
}

func (b *tableBody) rowHeight() float32 { return sizeOf(b, SizeRow) + 1 }

// update puts a widget in the place of each row in sight; with all it asks for the cells of those that were right too.
func (b *tableBody) update(all bool) {
	height := b.rowHeight()
	view := b.table.scroll.Size().Height
	if view <= 0 {
		return
	}
	if count := int(view/height) + 2; count != len(b.rows) {
		b.rows = b.rows[:min(count, len(b.rows))]
		for len(b.rows) < count {
			b.rows = append(b.rows, newTableRow(b.table))
		}
		all = true
	}
	first, n := max(0, int(b.table.scroll.Offset.Y/height)), b.table.length()
	b.count = n
	for row := first; row < first+len(b.rows); row++ {
		w := b.rows[row%len(b.rows)]
		if row >= n {
			w.row = -1
			w.Hide()
			continue
		}
		if all || w.row != row {
			w.set(row)
		}
		w.Move(fyne.NewPos(0, float32(row)*height))
		w.Resize(fyne.NewSize(b.Size().Width, height))
		w.Show()
	}
	canvas.Refresh(b)
}

// stands reports whether the rows in sight are those that there are now, with what they say now.
func (b *tableBody) stands() bool {
	return b.count == b.table.length() && !slices.ContainsFunc(b.rows, func(w *tableRow) bool { return w.row >= 0 && !w.stands() })
}

// mark shows which row is selected.
func (b *tableBody) mark() {
	for _, w := range b.rows {
		w.mark()
	}
}

// CreateRenderer implements [fyne.Widget].
func (b *tableBody) CreateRenderer() fyne.WidgetRenderer {
	b.ExtendBaseWidget(b)
	return &tableBodyRenderer{b}
}

type tableBodyRenderer struct{ body *tableBody }

func (r *tableBodyRenderer) Destroy() {}

func (r *tableBodyRenderer) MinSize() fyne.Size {
	return fyne.NewSize(1, float32(r.body.table.length())*r.body.rowHeight())
}

func (r *tableBodyRenderer) Layout(fyne.Size) { r.body.update(false) }
func (r *tableBodyRenderer) Refresh()         { r.body.update(true) }

func (r *tableBodyRenderer) Objects() []fyne.CanvasObject {
	objects := make([]fyne.CanvasObject, len(r.body.rows))
	for i, w := range r.body.rows {
		objects[i] = w
	}
	return objects
}

// tableRow shows one row.
type tableRow struct {
	widget.BaseWidget
	table   *Table
	row     int // -1: none
	hovered bool
	pressed bool // by the mouse, which has selected the row already

	back, bar *fill
	line      fyne.CanvasObject
	cells     []*Text
	tails     []*Text // none where the table has none
}

func newTableRow(t *Table) *tableRow {
	w := &tableRow{table: t, row: -1, back: newFill("", "", 0), bar: newFill("", "", 0), line: Hairline()}
	for _, c := range t.columns {
		text := Body("").Truncated()
		if c.Number {
			text = Number("").Truncated()
		} else if c.Code {
			text = Code("").Truncated()
		}
		w.cells = append(w.cells, text)
		if t.Tail != nil {
			w.tails = append(w.tails, newTail(c))
		}
	}
	w.ExtendBaseWidget(w)
	return w
}

func (w *tableRow) set(row int) {
	w.row = row
	for i, cell := range w.cells {
		cell.Set(w.cell(i))
	}
	for i, tail := range w.tails {
		tail.SetText(w.table.Tail(row, i))
	}
	if len(w.tails) > 0 {
		w.place(w.Size())
	}
	w.mark()
}

// cell is what a cell of the row has to say, and in which colour.
func (w *tableRow) cell(column int) (string, fyne.ThemeColorName) {
	text, role := w.table.Cell(w.row, column)
	return text, cmp.Or(role, ColorInk)
}

// stands reports whether the row says what there is to say now.
func (w *tableRow) stands() bool {
	for i, cell := range w.cells {
		if text, role := w.cell(i); text != cell.text || role != cell.color {
			return false
		}
	}
	for i, tail := range w.tails {
		if w.table.Tail(w.row, i) != tail.text {
			return false
		}
	}
	return true
}

func (w *tableRow) mark() {
	selected := w.row >= 0 && w.row == w.table.selected
	switch {
	case selected:
		w.back.set(ColorSelected, "")
	case w.hovered:
		w.back.set(ColorSurface, "")
	default:
		w.back.set("", "")
	}
	switch {
	case selected && w.table.focused:
		w.bar.set(ColorAccent, "")
	default:
		w.bar.set("", "")
	}
}

// MouseIn implements [desktop.Hoverable].
func (w *tableRow) MouseIn(*desktop.MouseEvent) { w.hovered = true; w.mark() }

// MouseMoved implements [desktop.Hoverable].
func (w *tableRow) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements [desktop.Hoverable].
func (w *tableRow) MouseOut() { w.hovered = false; w.mark() }

// MouseDown implements [desktop.Mouseable]. The row is selected here, because Fyne holds Tapped back until no second
// click can come, and by then other rows may stand here.
func (w *tableRow) MouseDown(*desktop.MouseEvent) {
	w.pressed = false
	w.press()
	w.pressed = true
}

// MouseUp implements [desktop.Mouseable].
func (w *tableRow) MouseUp(*desktop.MouseEvent) {}

// Tapped implements [fyne.Tappable].
func (w *tableRow) Tapped(*fyne.PointEvent) { w.press() }

// DoubleTapped implements [fyne.DoubleTappable].
func (w *tableRow) DoubleTapped(*fyne.PointEvent) {
	w.press()
	w.table.onSelected(w.table.OnOpen)
}

// TappedSecondary implements [fyne.SecondaryTappable].
func (w *tableRow) TappedSecondary(event *fyne.PointEvent) {
	w.press()
	if w.table.OnMenu != nil && w.table.selected >= 0 {
		w.table.OnMenu(w.table.selected, event.AbsolutePosition)
	}
}

// press selects the row, unless the mouse button did so when it went down.
func (w *tableRow) press() {
	if w.pressed {
		w.pressed = false
		return
	}
	w.table.takeFocus()
	w.table.Select(w.row)
}

// CreateRenderer implements [fyne.Widget].
func (w *tableRow) CreateRenderer() fyne.WidgetRenderer {
	w.ExtendBaseWidget(w)
	return &tableRowRenderer{w}
}

type tableRowRenderer struct{ row *tableRow }

func (r *tableRowRenderer) Destroy() {}

func (r *tableRowRenderer) MinSize() fyne.Size { return fyne.NewSize(1, r.row.table.body.rowHeight()) }

func (r *tableRowRenderer) Objects() []fyne.CanvasObject {
	objects := []fyne.CanvasObject{r.row.back, r.row.line, r.row.bar}
	for _, cell := range r.row.cells {
		objects = append(objects, cell)
	}
	for _, tail := range r.row.tails {
		objects = append(objects, tail)
	}
	return objects
}

func (r *tableRowRenderer) Layout(size fyne.Size) {
	w := r.row
	height := size.Height - 1
	w.back.Resize(fyne.NewSize(size.Width, height))
	w.bar.Resize(fyne.NewSize(2, height))
	w.line.Move(fyne.NewPos(0, height))
	w.line.Resize(fyne.NewSize(size.Width, 1))
	w.place(size)
}

func (r *tableRowRenderer) Refresh() { r.Layout(r.row.Size()); canvas.Refresh(r.row) }

// place moves one text for each column to where its column lies.
func place[T fyne.CanvasObject](cells []T, spans []span, height float32) {
	for i, cell := range cells {
		show(cell, spans[i].width > 0)
		cell.Move(fyne.NewPos(spans[i].x, 0))
		cell.Resize(fyne.NewSize(spans[i].width, height))
	}
}
