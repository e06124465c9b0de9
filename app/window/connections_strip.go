package window

import (
	"strconv"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/app/window/look"
	"github.com/drawbridge-app/drawbridge/app/words"
)

// connectionStrip says under the table all that is known about the selected connection, and what can be done with it.
type connectionStrip struct {
	row          *connectionRow
	target       *look.Text
	facts, cause *look.Text
	copy, close  *look.Button
	words        *words.Language
	picture      *fyne.Container
}

func newConnectionStrip(p *connectionsPage) *connectionStrip {
	s := &connectionStrip{
		target: look.Strong("").Truncated(), facts: look.Muted("").Wrapped(), cause: look.Body("").Wrapped(), words: p.w.words,
	}
	s.copy = look.Plain(p.w.say("connections.copy"), func() { p.copy(s.row) }).Iconed(p.w.icon("copy"))
	s.close = look.Plain(p.w.say("connections.close"), func() { p.close(s.row) })
	s.picture = look.Column(0, look.Card(look.Column(look.GapSmall,
		look.Beside(look.GapSmall, 0, s.target, s.copy, s.close), s.facts, s.cause)))
	s.picture.Hide()
	return s
}

func (s *connectionStrip) hide() {
	if s.picture.Visible() {
		s.picture.Hide()
	}
}

// describe shows a row as it is at a time.
func (s *connectionStrip) describe(r *connectionRow, now time.Time) {
	s.row = r
	target := r.Target
	if target == "" {
		target = s.words.Say("connections.between")
	}
	s.target.SetText(target)
	s.facts.SetText(strings.Join(connectionFacts(s.words, r.Connection, now), " · "))
	color := look.ColorInk
	if isBadEnd(r.End) {
		color = look.ColorProblem
	}
	s.cause.Set(r.Cause, color)
	if r.Cause == "" {
		s.cause.Hide()
	} else {
		s.cause.Show()
	}
	enable(s.copy, r.Target != "")
	enable(s.close, r.Ended.IsZero())
	s.picture.Show()
	s.picture.Refresh()
}

// connectionFacts are all that is known about a connection but its target and its cause, in short phrases.
func connectionFacts(l *words.Language, c app.Connection, now time.Time) []string {
	var facts []string
	if c.Program != "" {
		facts = append(facts, l.Say("connections.process", "program", c.Program, "pid", strconv.Itoa(c.PID)))
	}
	facts = append(facts, l.Say("connections.from", "address", c.Client))
	switch {
	case c.Route == "direct":
		facts = append(facts, l.Say("connections.goes_direct"))
	case c.Via != "":
		facts = append(facts, l.Say("connections.goes_through", "upstream", c.Via))
	}
	if c.Rule != "" {
		facts = append(facts, l.Say("connections.by_rule", "rule", c.Rule))
	}
	if c.Ended.IsZero() {
		return append(facts, l.Say("connections.since", "time", clockTime(c.Since, now)))
	}
	return append(facts, l.Say("connections.lasted", "time", clockTime(c.Since, now), "age", words.Age(c.Ended.Sub(c.Since))),
		connectionState(l, c))
}

// clockTime is the time of day, with the date if that is not today.
func clockTime(t, now time.Time) string {
	t, now = t.Local(), now.Local()
	if t.YearDay() == now.YearDay() && t.Year() == now.Year() {
		return t.Format("15:04:05")
	}
	return t.Format("2006-01-02 15:04:05")
}

// closeQuestion asks in place of the strip whether really all connections are meant, or all that are shown.
type closeQuestion struct {
	p       *connectionsPage
	what    *look.Text
	yes, no *look.Button
	picture *fyne.Container
}

func newCloseQuestion(p *connectionsPage) *closeQuestion {
	q := &closeQuestion{p: p, what: look.Strong("").Wrapped()}
	q.yes = look.Danger(p.w.say("connections.close_all"), q.answer)
	q.no = look.Plain(p.w.say("connections.keep"), q.hide)
	q.picture = look.Column(0, look.Card(look.Column(look.GapSmall,
		look.Beside(look.GapSmall, 0, q.what, q.no, q.yes),
		look.Muted(p.w.say("connections.close_all_how")).Wrapped())))
	q.picture.Hide()
	return q
}

func (q *closeQuestion) ask() {
	q.picture.Show()
	q.p.refresh()
	q.p.body.Refresh()
	q.p.w.fyne.Canvas().Focus(q.no)
}

func (q *closeQuestion) hide() {
	q.picture.Hide()
	q.p.refresh()
	q.p.body.Refresh()
}

// answer closes all connections, or those that are open and shown if not all are shown.
func (q *closeQuestion) answer() {
	var ids []uint64 // none means all
	if q.p.list.isNarrowed() {
		if ids = q.p.list.openIDs(); len(ids) == 0 {
			q.hide() // they ended while the question stood
			return
		}
	}
	q.p.w.do(app.Intent{Verb: app.Close, Connections: ids}, nil)
	q.hide()
}

// refresh says which connections are meant.
func (q *closeQuestion) refresh() {
	say, list := q.p.w.say, q.p.list
	button, what := say("connections.close_all"), say("connections.close_all_what", "n", strconv.Itoa(list.open))
	count := list.open
	if list.isNarrowed() {
		count = len(list.openIDs())
		button, what = say("connections.close_shown"), say("connections.close_shown_what", "n", strconv.Itoa(count))
	}
	for _, b := range []*look.Button{q.p.closeAll, q.yes} {
		if b.Text != button {
			b.SetText(button)
		}
		enable(b, count > 0)
	}
	q.what.SetText(what)
}
