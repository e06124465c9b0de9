package window

import (
	"context"
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/app/window/look"
)

// The columns of the table of lines, from the left.
const (
	columnTime = iota
	columnLevel
	columnText
)

// logPage shows the owner's log, the newest line last, and follows its end unless somebody reads further up.
type logPage struct {
	w         *Window
	list      logList
	owner     app.Process // whose log it is
	following bool
	asked     bool // the level was chosen, at first by what is recorded

	filter   *filter
	level    *look.Choice
	pause    *look.Button
	copyAll  *look.Button
	save     *look.Button
	clear    *look.Button
	toEnd    *look.Button
	recorded *recordOffer
	table    *look.Table
	empty    *look.Empty
	strip    *logStrip
	count    *look.Text
	body     *fyne.Container
	picture  *look.Page
}

func newLogPage(w *Window) page {
	p := &logPage{w: w, following: true, count: look.Small("")}
	p.filter = w.newFilter(w.say("log.filter"), func(text string) { p.list.filterBy(text); p.refresh() })
	choices := []string{w.say("log.from_debug"), w.say("log.from_info"), w.say("log.from_warn"), w.say("log.from_error")} // as levels
	p.level = newChoice(choices, func(string) { p.list.showFrom(p.level.SelectedIndex()); p.refresh() })
	p.pause = look.Plain(w.say("log.pause"), p.togglePause)
	p.copyAll = look.Plain(w.say("log.copy_all"), func() { w.copy(p.list.text()) })
	p.save = look.Plain(w.say("log.save"), p.saveShown)
	p.clear = look.Plain(w.say("log.clear"), func() { p.list.clear(); p.refresh() })
	p.toEnd = look.Quiet(w.say("log.end"), p.goToEnd)
	p.recorded = newRecordOffer(w)
	p.empty = look.NewEmpty(w.icon("log"), "", "", nil)
	p.table = p.newTable()
	p.strip = newLogStrip(w)
	p.body = look.Above(look.GapMedium, 2,
		look.Beside(look.GapSmall, 0, p.filter, p.level),
		p.recorded.picture, p.table, p.strip.picture,
		look.Row(look.GapSmall, p.count, layout.NewSpacer(), p.toEnd))
	p.picture = look.NewFullPage(w.say("page.log"), p.body, p.pause, p.copyAll, p.save, p.clear)
	p.level.SetSelectedIndex(levelRank("info"))
	return p
}

func (p *logPage) newTable() *look.Table {
	t := look.NewTable(
		look.TableColumn{Title: p.w.say("log.time"), Width: 72, Code: true},
		look.TableColumn{Title: p.w.say("log.level"), Width: 80},
		look.TableColumn{Title: p.w.say("log.text")},
	)
	t.Len = func() int { return len(p.list.shown) }
	t.Key = func(row int) string { return p.list.shown[row].key }
	t.Cell = func(row, column int) (string, fyne.ThemeColorName) { return p.cell(p.list.shown[row], column) }
	t.Tail = func(row, column int) string {
		if column != columnText {
			return ""
		}
		return p.list.shown[row].attrs
	}
	t.Empty = p.empty
	t.OnSelect = func(row int) {
		p.following = row < 0 && p.following || row == len(p.list.shown)-1
		p.describe()
	}
	t.OnCopy = func(row int) { p.w.copy(p.list.shown[row].String()) }
	t.OnMenu = func(row int, at fyne.Position) {
		line := p.list.shown[row]
		item := fyne.NewMenuItem(p.w.say("log.copy"), func() { p.w.copy(line.String()) })
		widget.ShowPopUpMenuAtPosition(fyne.NewMenu("", item), p.w.fyne.Canvas(), at)
	}
	t.OnScroll = func() {
		p.following = t.AtEnd()
		p.offerEnd()
	}
	return t
}

// cell is what stands in a column. What went wrong has a state's colour, and the word for it.
func (p *logPage) cell(l *logLine, column int) (string, fyne.ThemeColorName) {
	role := look.ColorInk
	if l.Level == "debug" {
		role = look.ColorMuted
	}
	switch column {
	case columnTime:
		return l.Time.Local().Format("15:04:05"), look.ColorMuted
	case columnLevel:
		return levelWord(p.w, l.Level), levelRole(l.Level)
	default:
		return l.said, role
	}
}

// levelWord is a level in words, or as it is if there are none.
func levelWord(w *Window, level string) string {
	if levels[levelRank(level)] != level {
		return level
	}
	return w.say("log." + level)
}

func levelRole(level string) fyne.ThemeColorName {
	switch level {
	case "warn":
		return look.ColorWarning
	case "error":
		return look.ColorProblem
	default:
		return look.ColorMuted
	}
}

func (p *logPage) inherit(before page) {
	old := before.(*logPage)
	p.filter.SetText(old.filter.Text)
	p.level.SetSelectedIndex(old.level.SelectedIndex())
	p.asked = old.asked
}

func (p *logPage) content() fyne.CanvasObject { return p.picture }

func (p *logPage) show(s app.State) {
	if !p.asked && s.Settings.Log.Level != "" {
		p.asked = true
		p.level.SetSelectedIndex(levelRank(s.Settings.Log.Level))
	}
	p.offerToRecord()
}

// enter asks for new lines for as long as the page is in front; the first time, for all that the owner has.
func (p *logPage) enter(ctx context.Context) {
	if p.w.state.Owner != p.owner {
		p.owner = p.w.state.Owner
		p.list.restart()
	}
	after := p.list.last
	poll(ctx, func(ctx context.Context) ([]app.Line, error) { return p.w.owner.Log(ctx, after) },
		func(lines []app.Line, err error) {
			if err != nil || len(lines) == 0 {
				return
			}
			p.list.add(lines)
			after = p.list.last
			p.refresh()
		})
}

// refresh shows the list as it is now.
func (p *logPage) refresh() {
	following := p.following && !p.list.paused
	what, how := p.w.say("log.none"), p.w.say("log.none_how")
	if len(p.list.kept) > 0 {
		what, how = p.w.say("log.no_match"), p.w.say("log.no_match_how")
	}
	p.empty.SetText(what, how)
	p.table.Refresh()
	if following {
		p.table.Reveal(len(p.list.shown) - 1)
		p.following = true
	}
	p.describe()
	p.offerToRecord()
	p.offerEnd()
	p.countLines()
	for _, b := range []*look.Button{p.copyAll, p.save, p.clear} {
		enable(b, len(p.list.shown) > 0)
	}
}

func (p *logPage) countLines() {
	switch {
	case p.list.paused:
		p.count.Set(p.w.say("log.paused", "n", strconv.Itoa(p.list.waiting)), look.ColorWarning)
	case len(p.list.kept) == 0:
		p.count.Set("", look.ColorMuted)
	default:
		p.count.Set(p.w.say("log.shown", "shown", strconv.Itoa(len(p.list.shown)), "kept", strconv.Itoa(len(p.list.kept))), look.ColorMuted)
	}
}

// togglePause holds the lines that are shown, or goes on at the end.
func (p *logPage) togglePause() {
	p.list.pause(!p.list.paused)
	if p.list.paused {
		p.pause.SetText(p.w.say("log.resume"))
	} else {
		p.pause.SetText(p.w.say("log.pause"))
		p.following = true
	}
	p.refresh()
}

// goToEnd shows the newest line, and those that come.
func (p *logPage) goToEnd() {
	p.table.Reveal(len(p.list.shown) - 1)
	p.following = true
	p.offerEnd()
}

// offerEnd offers the way to the end to whom reads further up.
func (p *logPage) offerEnd() {
	if p.following || p.list.paused || len(p.list.shown) == 0 {
		p.toEnd.Hide()
	} else {
		p.toEnd.Show()
	}
}

// describe shows the selected line whole.
func (p *logPage) describe() {
	row := p.table.Selected()
	wasVisible := p.strip.picture.Visible()
	if row < 0 || row >= len(p.list.shown) {
		p.strip.picture.Hide()
	} else {
		p.strip.describe(p.list.shown[row])
	}
	if p.strip.picture.Visible() == wasVisible {
		return
	}
	p.body.Refresh()
	if row >= 0 {
		p.table.Reveal(row) // the strip took its room from the table
	}
}

// offerToRecord offers to record the lines that are asked for and that are not recorded.
func (p *logPage) offerToRecord() {
	was := p.recorded.picture.Visible()
	p.recorded.show(p.w.state, p.level.SelectedIndex())
	if p.recorded.picture.Visible() != was {
		p.body.Refresh()
	}
}

// onFind puts the cursor into the filter.
func (p *logPage) onFind() { p.w.fyne.Canvas().Focus(p.filter) }

// saveShown writes the lines that are shown to a file in the user's home, and says where that is.
func (p *logPage) saveShown() {
	text := p.list.text()
	ask(p.w.ctx, func(context.Context) (string, error) { return saveText(text) }, func(path string, err error) {
		if err != nil {
			p.w.fail(err)
			return
		}
		p.w.notify(p.w.say("log.saved", "file", path))
	})
}
