package window

import (
	"context"
	"strconv"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/app/window/look"
	"github.com/drawbridge-app/drawbridge/app/words"
)

// connectionsPage lists the live connections, and those that ended a short while ago, while it is in front.
type connectionsPage struct {
	w    *Window
	list *listing
	now  time.Time // when the owner told them

	filter   *filter
	stages   *look.Choice
	closeAll *look.Button
	table    *look.Table
	empty    *look.Empty
	strip    *connectionStrip
	question *closeQuestion
	totals   *look.Text
	body     *fyne.Container
	picture  *look.Page
}

func newConnectionsPage(w *Window) page {
	p := &connectionsPage{w: w, list: newListing(), totals: look.Small("").Truncated()}
	p.filter = w.newFilter(w.say("connections.filter"), func(text string) { p.arrange(func() { p.list.filterBy(text) }) })
	p.stages = newChoice([]string{w.say("connections.all"), w.say("connections.open"), w.say("connections.ended")}, func(string) {
		p.arrange(func() { p.list.keep(stage(p.stages.SelectedIndex())) })
	})
	p.closeAll = look.Plain(w.say("connections.close_all"), func() { p.question.ask() })
	p.empty = look.NewEmpty(w.icon("connections"), "", "", nil)
	p.table = p.newTable()
	p.strip = newConnectionStrip(p)
	p.question = newCloseQuestion(p)
	p.body = look.Above(look.GapMedium, 1,
		look.Beside(look.GapSmall, 0, p.filter, p.stages),
		p.table, p.strip.picture, p.question.picture, p.totals)
	p.picture = look.NewFullPage(w.say("page.connections"), p.body, p.closeAll)
	p.stages.SetSelectedIndex(int(everyStage))
	return p
}

func (p *connectionsPage) newTable() *look.Table {
	t := look.NewTable(connectionColumns(p.w.say)...)
	t.Len = p.list.len
	t.Key = func(row int) string { return p.list.at(row).key }
	t.Cell = func(row, column int) (string, fyne.ThemeColorName) {
		text, _, role := p.list.at(row).cell(p.w.words, column, p.now)
		return text, role
	}
	t.Tail = func(row, column int) string {
		_, tail, _ := p.list.at(row).cell(p.w.words, column, p.now)
		return tail
	}
	t.Empty = p.empty
	t.OnSelect = func(int) { p.describe() }
	t.OnRemove = func(row int) { p.close(p.list.at(row)) }
	t.OnCopy = func(row int) { p.copy(p.list.at(row)) }
	t.OnMenu = p.menu
	t.OnSort = p.sort
	t.SetSorted(p.list.column, p.list.ascending)
	return t
}

func (p *connectionsPage) inherit(before page) {
	old := before.(*connectionsPage)
	p.filter.SetText(old.filter.Text)
	p.stages.SetSelectedIndex(old.stages.SelectedIndex())
}

func (p *connectionsPage) content() fyne.CanvasObject { return p.picture }

func (p *connectionsPage) show(s app.State) { p.explainEmpty(s) }

// enter asks for the connections for as long as the page is in front. What they look like in words is worked out beside
// Fyne's goroutine.
func (p *connectionsPage) enter(ctx context.Context) {
	language := p.w.words
	poll(ctx, func(ctx context.Context) ([]connectionRow, error) {
		cs, err := p.w.owner.Connections(ctx)
		return connectionRows(language, cs), err
	}, func(rows []connectionRow, err error) {
		if err != nil {
			return // the banner says that the owner has gone; what was last known stays
		}
		p.tell(rows, time.Now())
	})
}

// tell shows what the owner told.
func (p *connectionsPage) tell(rows []connectionRow, now time.Time) {
	p.now = now
	p.list.set(rows)
	p.refresh()
}

// arrange shows others of the connections, or in another order, from the first one on.
func (p *connectionsPage) arrange(change func()) {
	change()
	p.refresh()
	p.table.Reveal(0)
}

// sort sorts by a column. Of bytes the most come first: nobody looks for the connection that moved none.
func (p *connectionsPage) sort(column int, ascending bool) {
	if column != p.list.column && (column == columnUp || column == columnDown) {
		ascending = false
	}
	p.arrange(func() { p.list.sortBy(column, ascending) })
	p.table.SetSorted(column, ascending)
}

// refresh shows the listing as it is now.
func (p *connectionsPage) refresh() {
	p.explainEmpty(p.w.state)
	p.table.Update()
	p.describe()
	p.question.refresh()
	text := p.w.say("connections.totals", "open", strconv.Itoa(p.list.open),
		"up", words.Bytes(p.list.up), "down", words.Bytes(p.list.down))
	if p.list.isNarrowed() {
		text = p.w.say("connections.totals_shown", "open", strconv.Itoa(p.list.open), "shown", strconv.Itoa(p.list.len()),
			"up", words.Bytes(p.list.up), "down", words.Bytes(p.list.down))
	}
	if len(p.list.all) == 0 {
		text = ""
	}
	p.totals.SetText(text)
}

// explainEmpty says why there is nothing to list.
func (p *connectionsPage) explainEmpty(s app.State) {
	say := p.w.say
	switch {
	case len(p.list.all) > 0:
		p.empty.SetText(say("connections.no_match"), say("connections.no_match_how"))
	case !s.On:
		p.empty.SetText(say("connections.off"), say("connections.off_how"))
	default:
		address := ""
		if len(s.Listen) > 0 {
			address = s.Listen[0]
		}
		p.empty.SetText(say("connections.none"), say("connections.none_how", "address", address))
	}
}

// describe says more about the selected connection.
func (p *connectionsPage) describe() {
	row := p.table.Selected()
	if row < 0 || row >= p.list.len() || p.question.picture.Visible() {
		p.strip.hide()
		return
	}
	wasHidden := !p.strip.picture.Visible()
	p.strip.describe(p.list.at(row), p.now)
	if wasHidden {
		p.body.Refresh()
		p.table.Reveal(row) // the strip took its room from the table
	}
}

// onFind puts the cursor into the filter.
func (p *connectionsPage) onFind() { p.w.fyne.Canvas().Focus(p.filter) }

// close asks the owner to close one connection.
func (p *connectionsPage) close(r *connectionRow) {
	if r.Ended.IsZero() {
		p.w.do(app.Intent{Verb: app.Close, Connections: []uint64{r.ID}}, nil)
	}
}

func (p *connectionsPage) copy(r *connectionRow) {
	if r.Target != "" {
		p.w.copy(r.Target)
	}
}

// menu offers what can be done with a row.
func (p *connectionsPage) menu(row int, at fyne.Position) {
	r := p.list.at(row)
	copyTarget := fyne.NewMenuItem(p.w.say("connections.copy"), func() { p.copy(r) })
	copyTarget.Disabled = r.Target == ""
	end := fyne.NewMenuItem(p.w.say("connections.close"), func() { p.close(r) })
	end.Disabled = !r.Ended.IsZero()
	widget.ShowPopUpMenuAtPosition(fyne.NewMenu("", copyTarget, end), p.w.fyne.Canvas(), at)
}
