package look

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// TableColumn is a column of a Table.
type TableColumn struct {
	Title     string
	Width     float32 // at text scale 1; 0: a share of what the other columns leave, at least 96
	Number    bool    // monospace, at the right
	Code      bool    // monospace, at the left
	HideUnder float32 // the column is left out where the table is narrower, at text scale 1; 0: never
}

// Table shows rows of text of one height, of which only those in sight cost anything. One row can be selected, by the
// pointer or the keyboard.
//
// Keys: up, down, page up, page down, home and end move the selection, Enter opens, Delete removes, the menu key asks
// for the menu; left and right sort by the column beside, space turns the order round.
//
// Set the fields before the table is shown. Len and Cell are called while it is drawn and must be quick; call Refresh
// when what they return has changed.
type Table struct {
	widget.BaseWidget

	Len  func() int
	Cell func(row, column int) (text string, role fyne.ThemeColorName) // an empty role is ColorInk
	Tail func(row, column int) string                                  // muted text behind the cell's, a unit; may be nil

	// Key, if not nil, tells rows apart, so that the selection stays with its row when rows come, go or are sorted, and
	// the row at the upper edge stays there unless that is the first.
	Key func(row int) string

	Empty fyne.CanvasObject // what stands in place of no rows; may be nil

	// Each of these may be nil.
	OnSelect func(row int)                    // -1: none is selected any more
	OnOpen   func(row int)                    // Enter, double click
	OnRemove func(row int)                    // Delete
	OnCopy   func(row int)                    // Ctrl+C
	OnMenu   func(row int, at fyne.Position)  // secondary click, menu key; at is on the canvas
	OnSort   func(column int, ascending bool) // sort, then call SetSorted
	OnScroll func()                           // other rows have come into sight
	columns  []TableColumn

	selected    int
	selectedKey string
	anchor      int // the row at the upper edge
	anchorKey   string
	sorted      int
	ascending   bool
	focused     bool

	header *tableHeader
	body   *tableBody
	scroll *Scroll
}

// NewTable returns a table with the given columns and no rows.
func NewTable(columns ...TableColumn) *Table {
	t := &Table{columns: columns, selected: -1, sorted: -1}
	t.header = newTableHeader(t)
	t.body = newTableBody(t)
	t.scroll = NewScroll(t.body)
	t.scroll.OnScrolled = func(fyne.Position) { t.scrolled() }
	t.ExtendBaseWidget(t)
	return t
}

// SetTitles changes the columns' titles, for another language.
func (t *Table) SetTitles(titles ...string) {
	for i := range min(len(titles), len(t.columns)) {
		t.columns[i].Title = titles[i]
	}
	t.header.Refresh()
}

// SetSorted shows which column the rows are sorted by; -1 for none.
func (t *Table) SetSorted(column int, ascending bool) {
	t.sorted, t.ascending = column, ascending
	t.header.Refresh()
}

// Selected returns the selected row, or -1.
func (t *Table) Selected() int { return t.selected }

// Select selects a row and brings it into sight; -1 selects none.
func (t *Table) Select(row int) {
	if row < -1 || row >= t.length() {
		return
	}
	if row >= 0 {
		t.bringIntoSight(row)
	}
	if row == t.selected {
		return
	}
	t.selected, t.selectedKey = row, t.key(row)
	t.body.mark()
	if t.OnSelect != nil {
		t.OnSelect(row)
	}
}

func (t *Table) length() int {
	if t.Len == nil {
		return 0
	}
	return t.Len()
}

func (t *Table) key(row int) string {
	if t.Key == nil || row < 0 {
		return ""
	}
	return t.Key(row)
}

// find returns where the row with a key is now, near where it was or anywhere; -1: it has gone.
func (t *Table) find(key string, was int) int {
	n := t.length()
	if was < n && t.Key(was) == key {
		return was
	}
	for row := range n {
		if t.Key(row) == key {
			return row
		}
	}
	return -1
}

// follow finds the selected row again after the rows have changed.
func (t *Table) follow() {
	if t.selected < 0 {
		return
	}
	if t.Key == nil && t.selected < t.length() {
		return
	}
	if t.Key != nil {
		if row := t.find(t.selectedKey, t.selected); row >= 0 {
			t.selected = row
			return
		}
	}
	t.selected, t.selectedKey = -1, ""
	if t.OnSelect != nil {
		t.OnSelect(-1)
	}
}

func (t *Table) bringIntoSight(row int) {
	height := t.body.rowHeight()
	top, view := float32(row)*height, t.scroll.Size().Height
	offset := t.scroll.Offset.Y
	if top < offset {
		offset = top
	} else if top+height > offset+view {
		offset = top + height - view
	}
	if offset != t.scroll.Offset.Y {
		t.scroll.ScrollToOffset(fyne.NewPos(0, max(0, offset)))
		t.scrolled()
	}
}

// Update is Refresh for who asks again and again: where all in sight is as it was, nothing is drawn.
func (t *Table) Update() {
	selected, offset := t.selected, t.scroll.Offset
	t.follow()
	t.hold()
	if selected != t.selected || offset != t.scroll.Offset || !t.body.stands() {
		t.BaseWidget.Refresh()
	}
	t.setAnchor()
}

// Refresh shows the rows as they are now.
func (t *Table) Refresh() {
	t.follow()
	t.hold()
	t.BaseWidget.Refresh()
	t.setAnchor()
}

// TypedKey implements [fyne.Focusable].
func (t *Table) TypedKey(event *fyne.KeyEvent) {
	last := t.length() - 1
	page := max(1, int(t.scroll.Size().Height/t.body.rowHeight())-1)
	switch event.Name {
	case fyne.KeyLeft:
		t.sortBeside(-1)
	case fyne.KeyRight:
		t.sortBeside(1)
	case fyne.KeySpace:
		t.sortBy(t.sorted)
	}
	if last < 0 {
		return
	}
	switch event.Name {
	case fyne.KeyDown:
		t.Select(min(t.selected+1, last))
	case fyne.KeyUp:
		t.Select(max(t.selected-1, 0))
	case fyne.KeyPageDown:
		t.Select(min(max(t.selected, 0)+page, last))
	case fyne.KeyPageUp:
		t.Select(max(t.selected-page, 0))
	case fyne.KeyHome:
		t.Select(0)
	case fyne.KeyEnd:
		t.Select(last)
	case fyne.KeyReturn, fyne.KeyEnter:
		t.onSelected(t.OnOpen)
	case fyne.KeyDelete:
		t.onSelected(t.OnRemove)
	case desktop.KeyMenu:
		t.menuAtSelected()
	}
}

func (t *Table) onSelected(act func(row int)) {
	if act != nil && t.selected >= 0 {
		act(t.selected)
	}
}

func (t *Table) menuAtSelected() {
	if t.OnMenu == nil || t.selected < 0 {
		return
	}
	t.bringIntoSight(t.selected)
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(t.body)
	height := t.body.rowHeight()
	t.OnMenu(t.selected, at.AddXY(GapWide, float32(t.selected+1)*height))
}

func (t *Table) sortBy(column int) {
	if t.OnSort != nil && column >= 0 {
		t.OnSort(column, column != t.sorted || !t.ascending)
	}
}

// sortBeside sorts by the next column in sight on the given side of the sorted one.
func (t *Table) sortBeside(step int) {
	spans := t.spans(t.Size().Width)
	for column := t.sorted + step; column >= 0 && column < len(spans); column += step {
		if spans[column].width > 0 {
			t.sortBy(column)
			return
		}
	}
}

// FocusGained implements [fyne.Focusable].
func (t *Table) FocusGained() { t.setFocused(true) }

// FocusLost implements [fyne.Focusable].
func (t *Table) FocusLost() { t.setFocused(false) }

// TypedRune implements [fyne.Focusable].
func (t *Table) TypedRune(rune) {}

func (t *Table) setFocused(focused bool) {
	t.focused = focused
	t.header.Refresh()
	t.body.mark()
}

func (t *Table) takeFocus() {
	if c := fyne.CurrentApp().Driver().CanvasForObject(t); c != nil {
		c.Focus(t)
	}
}

// span is where a column lies.
type span struct{ x, width float32 } // width 0: left out

const (
	cellGap       = GapMedium
	flexibleLeast = float32(96)
)

// spans returns where each column lies in a table of the given width.
func (t *Table) spans(width float32) []span {
	spans := make([]span, len(t.columns))
	scale := sizeOf(t, SizeBody) / 14
	left, flexible, shown := width-2*GapSmall, 0, 0
	for i, c := range t.columns {
		if width < c.HideUnder*scale {
			continue
		}
		shown++
		if c.Width == 0 {
			spans[i].width = flexibleLeast
			flexible++
		} else {
			spans[i].width = c.Width * scale
			left -= spans[i].width
		}
	}
	left -= cellGap * float32(max(shown-1, 0))
	x := GapSmall
	for i, c := range t.columns {
		if spans[i].width == 0 {
			continue
		}
		if c.Width == 0 {
			spans[i].width = max(flexibleLeast, left/float32(flexible))
		}
		spans[i].x = x
		x += spans[i].width + cellGap
	}
	return spans
}

// CreateRenderer implements [fyne.Widget].
func (t *Table) CreateRenderer() fyne.WidgetRenderer {
	t.ExtendBaseWidget(t)
	return &tableRenderer{table: t}
}

type tableRenderer struct{ table *Table }

func (r *tableRenderer) Destroy() {}

func (r *tableRenderer) Objects() []fyne.CanvasObject {
	objects := []fyne.CanvasObject{r.table.header, r.table.scroll}
	if r.table.Empty != nil {
		objects = append(objects, r.table.Empty)
	}
	return objects
}

func (r *tableRenderer) MinSize() fyne.Size {
	least := fyne.NewSize(240, r.table.header.MinSize().Height+4*r.table.body.rowHeight())
	if r.table.Empty != nil {
		least = least.Max(r.table.Empty.MinSize().AddWidthHeight(0, r.table.header.MinSize().Height))
	}
	return least
}

func (r *tableRenderer) Layout(size fyne.Size) {
	t := r.table
	top := t.header.MinSize().Height
	t.header.Resize(fyne.NewSize(size.Width, top))
	rest := fyne.NewSize(size.Width, max(0, size.Height-top))
	t.scroll.Move(fyne.NewPos(0, top))
	t.scroll.Resize(rest)
	if t.Empty != nil {
		t.Empty.Move(fyne.NewPos(0, top))
		t.Empty.Resize(rest)
		show(t.Empty, t.length() == 0)
	}
	t.body.update(false)
}

func (r *tableRenderer) Refresh() {
	t := r.table
	if t.Empty != nil {
		show(t.Empty, t.length() == 0)
	}
	t.header.Refresh()
	t.scroll.Refresh() // and with it the body
}
