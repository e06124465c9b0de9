package look

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
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
	for i, cell := range w.cells {
		cell.Move(fyne.NewPos(spans[i].x, w.drop(cell)))
	}
	for i, tail := range w.tails {
		cell, s := w.cells[i], spans[i]
		show(tail, s.width > 0 && tail.text != "")
		if !tail.Visible() {
			continue
		}
		if w.table.columns[i].Number {
			unit := min(tail.naturalWidth(), s.width-unitGap)
			tail.Move(fyne.NewPos(s.x+s.width-unit, w.drop(tail)))
			tail.Resize(fyne.NewSize(unit, height))
			cell.Resize(fyne.NewSize(s.width-unit-unitGap, height))
			continue
		}
		before := float32(0)
		if cell.text != "" {
			before = min(s.width, cell.naturalWidth()+GapSmall)
		}
		tail.Move(fyne.NewPos(s.x+before, w.drop(tail)))
		tail.Resize(fyne.NewSize(s.width-before, height))
		show(tail, s.width-before >= GapWide)
	}
}

// drop is how far a monospaced cell must go down for its words to stand on one line with those of ordinary text.
func (w *tableRow) drop(cell *Text) float32 {
	if !cell.style.Monospace {
		return 0
	}
	size := sizeOf(w, SizeBody)
	return baseline(size, fyne.TextStyle{}, theme.DefaultTextFont()) - baseline(size, cell.style, theme.DefaultTextMonospaceFont())
}

// baseline is how far under the middle of its space Fyne draws the line on which words stand, in a font. A theme's own
// font comes before that one and is asked for the height, though the letters are drawn with their own ascent.
func baseline(size float32, style fyne.TextStyle, font fyne.Resource) float32 {
	_, ascent := fyne.CurrentApp().Driver().RenderedTextSize("0", size, style, font)
	return ascent - fyne.MeasureText("0", size, style).Height/2
}

// naturalWidth is the width of the words when nothing cuts them.
func (t *Text) naturalWidth() float32 {
	return fyne.MeasureText(t.text, sizeOf(t, t.size), t.style).Width
}
