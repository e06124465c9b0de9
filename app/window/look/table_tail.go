package look

import (
	"fyne.io/fyne/v2"
)

// newTail returns the text that stands behind the cells of a column.
func newTail(c TableColumn) *Text {
	if c.Number || c.Code {
		return Code("").Colored(ColorMuted).Truncated()
	}
	return Muted("").Truncated()
}

// unitGap is the room between a number and its unit.
const unitGap float32 = 4

// place moves cells and tails to where their columns lie. A number keeps to the left of its unit at the right edge;
// other tails follow their text, in what room it leaves.
func (w *tableRow) place(size fyne.Size) {
	spans, height := w.table.spans(size.Width), size.Height-1
	place(w.cells, spans, height)
	for i, tail := range w.tails {
		cell, s := w.cells[i], spans[i]
		show(tail, s.width > 0 && tail.text != "")
		if !tail.Visible() {
			continue
		}
		if w.table.columns[i].Number {
			unit := min(tail.naturalWidth(), s.width-unitGap)
			tail.Move(fyne.NewPos(s.x+s.width-unit, 0))
			tail.Resize(fyne.NewSize(unit, height))
			cell.Resize(fyne.NewSize(s.width-unit-unitGap, height))
			continue
		}
		before := float32(0)
		if cell.text != "" {
			before = min(s.width, cell.naturalWidth()+GapSmall)
		}
		tail.Move(fyne.NewPos(s.x+before, 0))
		tail.Resize(fyne.NewSize(s.width-before, height))
		show(tail, s.width-before >= GapWide)
	}
}

// naturalWidth is the width of the words when nothing cuts them.
func (t *Text) naturalWidth() float32 {
	return fyne.MeasureText(t.text, sizeOf(t, t.size), t.style).Width
}
