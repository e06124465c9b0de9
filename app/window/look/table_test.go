package look_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"github.com/drawbridge-app/drawbridge/app/window/look"
	"github.com/drawbridge-app/drawbridge/app/window/look/looktest"
)

// tableOf returns a table of one column with the rows in *rows, and a count of the cells that it asked for.
func tableOf(rows *[]string) (table *look.Table, cells *int) {
	cells = new(int)
	table = look.NewTable(look.TableColumn{Title: "Name"}, look.TableColumn{Title: "Row", Width: 60, Number: true})
	table.Len = func() int { return len(*rows) }
	table.Cell = func(row, column int) (string, fyne.ThemeColorName) {
		*cells++
		if column == 0 {
			return (*rows)[row], ""
		}
		return fmt.Sprint(row), look.ColorMuted
	}
	table.Key = func(row int) string { return (*rows)[row] }
	return table, cells
}

func names(n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprintf("row %d", i)
	}
	return list
}

// In a table of this height stand a header and ten rows.
var tenRows = fyne.NewSize(300, 11*29)

// TestTableAsksOnlyForCellsInSight keeps 10,000 rows as quick as ten.
func TestTableAsksOnlyForCellsInSight(t *testing.T) {
	rows := names(10_000)
	var table *look.Table
	var cells *int
	w := open(t, tenRows, func() fyne.CanvasObject { table, cells = tableOf(&rows); return table })
	const columns, inSight = 2, 12 // a row more at each end
	count := func(do func()) int {
		*cells = 0
		do()
		return *cells
	}
	if got, most := count(table.Refresh), columns*inSight; got == 0 || got > most {
		t.Errorf("cells asked for by Refresh = %d, want 1 to %d", got, most)
	}
	if got, most := count(func() { table.Select(9_000) }), columns*inSight; got == 0 || got > most {
		t.Errorf("cells asked for by a jump = %d, want 1 to %d", got, most)
	}
	if !slices.Contains(shown(table), "row 9000") {
		t.Errorf("shown = %q, want row 9000 among them", shown(table))
	}
	down := func() { test.Scroll(w.Canvas(), fyne.NewPos(100, 100), 0, -29) }
	if got, want := count(down), columns; got != want {
		t.Errorf("cells asked for by scrolling one row = %d, want %d", got, want)
	}
}

func TestTableShowsEmptyInPlaceOfNoRows(t *testing.T) {
	var rows []string
	var table *look.Table
	empty := look.Body("nothing yet")
	open(t, tenRows, func() fyne.CanvasObject {
		table, _ = tableOf(&rows)
		table.Empty = empty
		return table
	})
	if !empty.Visible() {
		t.Error("no rows: the empty state is hidden")
	}
	rows = names(1)
	table.Refresh()
	if empty.Visible() {
		t.Error("one row: the empty state is still shown")
	}
	if !slices.Contains(shown(table), "row 0") {
		t.Errorf("shown = %q, want row 0 among them", shown(table))
	}
}

func TestTableKeys(t *testing.T) {
	rows := names(100)
	var table *look.Table
	var did []string
	open(t, tenRows, func() fyne.CanvasObject {
		table, _ = tableOf(&rows)
		say := func(what string) func(int) { return func(row int) { did = append(did, fmt.Sprint(what, " ", row)) } }
		table.OnOpen, table.OnRemove = say("open"), say("remove")
		table.OnMenu = func(row int, _ fyne.Position) { say("menu")(row) }
		table.OnSort = func(column int, ascending bool) {
			did = append(did, fmt.Sprint("sort ", column, " ", ascending))
			table.SetSorted(column, ascending)
		}
		return table
	})
	press := func(keys ...fyne.KeyName) {
		for _, key := range keys {
			table.TypedKey(&fyne.KeyEvent{Name: key})
		}
	}
	press(fyne.KeyReturn, fyne.KeyDelete) // no row is selected: nothing to do
	for _, step := range []struct {
		keys []fyne.KeyName
		want int
	}{
		{[]fyne.KeyName{fyne.KeyDown}, 0},
		{[]fyne.KeyName{fyne.KeyDown, fyne.KeyDown}, 2},
		{[]fyne.KeyName{fyne.KeyUp}, 1},
		{[]fyne.KeyName{fyne.KeyPageDown}, 10},
		{[]fyne.KeyName{fyne.KeyEnd, fyne.KeyDown}, 99},
		{[]fyne.KeyName{fyne.KeyPageUp}, 90},
		{[]fyne.KeyName{fyne.KeyHome, fyne.KeyUp}, 0},
		{[]fyne.KeyName{fyne.KeyReturn, fyne.KeyDelete, desktop.KeyMenu}, 0},
		{[]fyne.KeyName{fyne.KeyRight, fyne.KeySpace, fyne.KeyRight, fyne.KeyRight, fyne.KeyLeft}, 0},
	} {
		press(step.keys...)
		if got := table.Selected(); got != step.want {
			t.Errorf("selected after %v = %d, want %d", step.keys, got, step.want)
		}
	}
	want := "open 0, remove 0, menu 0, sort 0 true, sort 0 false, sort 1 true, sort 0 true"
	if got := strings.Join(did, ", "); got != want {
		t.Errorf("did %s\nwant %s", got, want)
	}
}

func TestTableClicks(t *testing.T) {
	rows := names(3)
	var table *look.Table
	var did []string
	w := open(t, tenRows, func() fyne.CanvasObject {
		table, _ = tableOf(&rows)
		table.OnSelect = func(row int) { did = append(did, fmt.Sprint("select ", row)) }
		table.OnSort = func(column int, ascending bool) { did = append(did, fmt.Sprint("sort ", column, " ", ascending)) }
		return table
	})
	test.TapCanvas(w.Canvas(), fyne.NewPos(20, 29+29+10))
	test.TapCanvas(w.Canvas(), fyne.NewPos(20, 29+29+10)) // again: selected already
	test.TapCanvas(w.Canvas(), fyne.NewPos(20, 10))
	if got, want := strings.Join(did, ", "), "select 1, sort 0 true"; got != want {
		t.Errorf("did %s, want %s", got, want)
	}
	if w.Canvas().Focused() != table {
		t.Error("the table has no focus after a click: its keys would go elsewhere")
	}
}

// TestTableDelayedTapDoesNotSelectAnotherRow: Fyne tells of a tap some 300 ms after the button went down.
func TestTableDelayedTapDoesNotSelectAnotherRow(t *testing.T) {
	rows := names(5)
	var table *look.Table
	open(t, tenRows, func() fyne.CanvasObject { table, _ = tableOf(&rows); return table })
	type pressable interface {
		desktop.Mouseable
		fyne.Tappable
	}
	var row pressable
	for _, o := range test.LaidOutObjects(table) {
		if w, ok := o.(fyne.Widget); ok && slices.Contains(shown(w), "row 2") && len(shown(w)) == 2 {
			row = w.(pressable)
		}
	}
	row.MouseDown(&desktop.MouseEvent{})
	if got := table.Selected(); got != 2 {
		t.Fatalf("selected when the button went down = %d, want 2", got)
	}
	slices.Reverse(rows)
	rows = append([]string{"new"}, rows...)
	table.Refresh() // the row is now in another place
	row.Tapped(&fyne.PointEvent{})
	if got := rows[table.Selected()]; got != "row 2" {
		t.Errorf("selected after the tap = %q, want row 2", got)
	}
}

func TestTableSelectionStaysWithItsRow(t *testing.T) {
	rows := names(5)
	var table *look.Table
	last := -2
	open(t, tenRows, func() fyne.CanvasObject {
		table, _ = tableOf(&rows)
		table.OnSelect = func(row int) { last = row }
		return table
	})
	table.Select(3)
	slices.Reverse(rows)
	table.Refresh()
	if got := table.Selected(); got != 1 {
		t.Errorf("selected after the rows were turned round = %d, want 1", got)
	}
	rows = rows[2:]
	table.Refresh()
	if table.Selected() != -1 || last != -1 {
		t.Errorf("selected after the row has gone = %d, told %d, want -1 both", table.Selected(), last)
	}
}

func TestTableLeavesOutColumnsWhereItIsNarrow(t *testing.T) {
	rows := names(1)
	var table *look.Table
	w := open(t, tenRows, func() fyne.CanvasObject {
		table = look.NewTable(look.TableColumn{Title: "Name"}, look.TableColumn{Title: "Route", Width: 60, HideUnder: 250})
		table.Len = func() int { return len(rows) }
		table.Cell = func(row, column int) (string, fyne.ThemeColorName) { return rows[row], "" }
		return table
	})
	both := looksOf(w)
	w.Resize(fyne.NewSize(245, 300))
	narrow := looksOf(w)
	w.Resize(tenRows)
	if again := looksOf(w); both == narrow || both != again {
		t.Error("the columns in sight do not follow the table's width")
	}
}

// looksOf returns which texts a window shows, and where.
func looksOf(w fyne.Window) string { return test.RenderToMarkup(w.Canvas()) }

// Update draws what Refresh would, whatever differs: a cell, a row more, one less, where the selected row is.
func TestTableUpdates(t *testing.T) {
	rows := names(100)
	var table *look.Table
	w := open(t, tenRows, func() fyne.CanvasObject {
		table, _ = tableOf(&rows)
		table.Key = func(row int) string { return rows[row] }
		table.Empty = look.Body("nothing")
		return table
	})
	table.Select(2)
	last := w.Canvas().Capture()
	for _, tt := range []struct {
		name   string
		change func()
	}{
		{"a cell", func() { rows[1] = "another" }},
		{"a row less", func() { rows = rows[:3] }},
		{"a row more", func() { rows = append(rows, "fourth") }},
		{"a row before the selected one", func() { rows = append([]string{"first"}, rows...) }},
		{"the selected one less", func() { rows = append(rows[:3:3], rows[4:]...) }},
		{"none", func() { rows = nil }},
	} {
		tt.change()
		table.Update()
		now := w.Canvas().Capture()
		table.Refresh()
		if d, err := looktest.Difference(now, w.Canvas().Capture()); d != 0 || err != nil {
			t.Errorf("%s: Update and Refresh draw different pictures: %v, %v", tt.name, d, err)
		}
		if d, err := looktest.Difference(now, last); d == 0 || err != nil {
			t.Errorf("%s: the picture is the same: %v", tt.name, err)
		}
		last = now
	}
}
