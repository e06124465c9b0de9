package window

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/app/window/look"
	"github.com/drawbridge-app/drawbridge/app/words"
)

// upstreamDetail is the selected upstream: its name and state, what can be done with it, a question or a clash, how its
// test went, and its inputs.
type upstreamDetail struct {
	page        *upstreamsPage
	picture     fyne.CanvasObject
	name, state *look.Text

	actions                       fyne.CanvasObject
	use, test, duplicate, discard *look.Button

	question  *question
	asking    bool
	clash     *question
	check     *fyne.Container
	shown     check // that is in check
	complaint string
}

func newUpstreamDetail(p *upstreamsPage) upstreamDetail {
	d := upstreamDetail{
		page: p, name: look.Lead("").Truncated(), state: look.Muted("").Wrapped(),
		use:       look.Plain(p.w.say("upstreams.use"), func() { p.use(p.selected) }),
		test:      look.Plain(p.w.say("upstreams.test"), p.test),
		duplicate: look.Quiet(p.w.say("upstreams.duplicate"), p.duplicate),
		discard:   look.Quiet(p.w.say("upstreams.delete"), func() { p.ask(p.selected) }),
		check:     container.NewStack(),
	}
	d.actions = &fyne.Container{Layout: &buttonLines{}, Objects: []fyne.CanvasObject{d.use, d.test, d.duplicate, d.discard}}
	d.question = newQuestion(newAnswer(look.Danger(p.w.say("upstreams.delete"), p.remove), p.keep),
		newAnswer(look.Plain(p.w.say("upstreams.keep"), p.keep), p.keep))
	d.clash = newClash(p.w, p.insist, p.revert)
	d.picture = look.Column(look.GapLarge, look.Column(2, d.name, d.state), d.actions, d.question.picture, d.clash.picture,
		d.check, p.form.form)
	return d
}

// show brings it up to date with the draft of the selected upstream, which is right or not.
func (d *upstreamDetail) show(s app.State, of draft, right bool) {
	p := d.page
	stored := of.stored != ""
	inUse := stored && of.stored == s.Profile.Name && !s.Chosen
	name := of.typed.name
	if stored {
		name = of.stored
	}
	if name == "" {
		name = p.w.say("upstreams.unnamed")
	}
	d.name.SetText(name)
	text, role := p.w.say("upstreams.not_in_use"), look.ColorMuted
	switch {
	case inUse:
		text, role = health(p.w.words, s)
	case !stored:
		text = p.w.say("upstreams.not_saved")
	}
	d.state.Set(text, role)
	enable(d.use, stored && !inUse)
	enable(d.duplicate, stored)
	enable(d.test, right && !p.checks[of.profile()].running)
	d.doubt(s, of)
	d.showCheck(p.checks[of.profile()])
}

// doubt shows the question or the clash that there is.
func (d *upstreamDetail) doubt(s app.State, of draft) {
	p := d.page
	visible(d.actions, !d.asking)
	visible(d.question.picture, d.asking)
	d.question.text.SetText(deletion(p.w, s, of.stored))
	visible(d.clash.picture, of.clash != clashNone && of.sent.Name == "")
	switch of.clash {
	case clashChanged:
		d.clash.text.SetText(p.w.say("upstreams.clash_changed", "name", of.stored))
	case clashDeleted:
		d.clash.text.SetText(p.w.say("upstreams.clash_deleted", "name", of.stored))
	}
}

// deletion says what deleting a profile means.
func deletion(w *Window, s app.State, name string) string {
	if in, ok := s.Settings.Profile(); !ok || in.Name != name {
		return w.say("upstreams.delete_ask", "name", name)
	}
	if next, ok := without(name, s.Settings).To.Profile(); ok {
		return w.say("upstreams.delete_ask_used", "name", name, "next", next.Name)
	}
	return w.say("upstreams.delete_ask_last", "name", name)
}

func (d *upstreamDetail) showCheck(c check) {
	visible(d.check, c.running || c.err != nil || c.result.URL != "")
	if sameCheck(c, d.shown) {
		return
	}
	d.shown = c
	l := d.page.w.words
	switch {
	case c.running:
		d.check.Objects = []fyne.CanvasObject{look.Card(look.Muted(l.Say("upstreams.testing_long", "url", checkURL)).Wrapped())}
	case c.err != nil:
		d.check.Objects = []fyne.CanvasObject{look.Card(look.State(d.page.w.explain(c.err), look.ColorProblem).Wrapped())}
	default:
		d.check.Objects = []fyne.CanvasObject{checkPicture(d.page.w, c.result, d.page.forget)}
	}
	d.check.Refresh()
}

func sameCheck(a, b check) bool {
	return a.running == b.running && a.err == b.err && a.result.URL == b.result.URL &&
		len(a.result.Stages) == len(b.result.Stages) && total(a.result) == total(b.result)
}

// confirm asks whether the selected profile shall be deleted.
func (d *upstreamDetail) confirm() {
	d.asking = true
	d.page.refresh()
	d.page.w.fyne.Canvas().Focus(d.question.buttons[1])
}

// calm takes question and complaint away.
func (d *upstreamDetail) calm() { d.asking, d.complaint = false, "" }

// say shows what went wrong beside the buttons of the form.
func (d *upstreamDetail) say(complaint string) { d.complaint = complaint }

func (d *upstreamDetail) error() string { return d.complaint }

// insist settles a clash: what was typed stays.
func (p *upstreamsPage) insist() {
	if d, ok := p.drafts[p.selected]; ok {
		p.drafts[p.selected] = d.insist()
	}
	p.refresh()
}

// keep takes the question away, and deletes nothing.
func (p *upstreamsPage) keep() {
	p.detail.calm()
	p.refresh()
	p.w.fyne.Canvas().Focus(p.list)
}

// A question is a sentence on a card, and its answers.
type question struct {
	picture fyne.CanvasObject
	text    *look.Text
	buttons []*answer
}

func newQuestion(buttons ...*answer) *question {
	q := &question{text: look.Body("").Wrapped(), buttons: buttons}
	row := look.Row(look.GapSmall)
	for _, b := range buttons {
		row.Add(b)
	}
	q.picture = look.Card(look.Column(look.GapMedium, q.text, row))
	return q
}

// newClash asks what shall hold where two have changed the same thing.
func newClash(w *Window, mine, theirs func()) *question {
	return newQuestion(newAnswer(look.Plain(w.say("upstreams.clash_mine"), mine), func() {}),
		newAnswer(look.Plain(w.say("upstreams.clash_theirs"), theirs), func() {}))
}

// An answer is a button of a question, or of the assistant, which Escape may answer too. Like a button it is pressed with space, and with
// Enter.
type answer struct {
	look.Button
	escape func()
}

func newAnswer(b *look.Button, escape func()) *answer {
	a := &answer{escape: escape}
	a.Text, a.Importance, a.OnTapped = b.Text, b.Importance, b.OnTapped
	a.ExtendBaseWidget(a)
	return a
}

// TypedKey implements [fyne.Focusable].
func (a *answer) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeyEscape:
		a.escape()
	case fyne.KeyReturn, fyne.KeyEnter:
		a.OnTapped()
	default:
		a.Button.TypedKey(e)
	}
}

// upstreamsEmpty is the page where no upstream is set.
type upstreamsEmpty struct {
	w       *Window
	picture fyne.CanvasObject
	empty   *look.Empty
}

func newUpstreamsEmpty(p *upstreamsPage) *upstreamsEmpty {
	e := &upstreamsEmpty{w: p.w, empty: look.NewEmpty(p.w.icon("upstreams"), "", "", nil)}
	buttons := look.Row(look.GapSmall, look.Primary(p.w.say("upstreams.find"), p.w.assist), look.Plain(p.w.say("upstreams.paste"), p.paste))
	e.picture = look.Column(look.GapLarge, e.empty, container.NewCenter(buttons))
	return e
}

// show says where traffic goes without an upstream.
func (e *upstreamsEmpty) show(s app.State) {
	what := e.w.say("upstreams.empty_direct")
	if s.Chosen && !s.Direct() {
		what = e.w.say("upstreams.empty_chosen", "address", s.Profile.Name)
	}
	e.empty.SetText(what, e.w.say("upstreams.empty_how"))
}

// panes sets a list and what belongs to its selected row side by side.
type panes struct{}

// listWidth is that of the list in a page of some width.
func (panes) listWidth(width float32) float32 { return min(max(width*0.36, 196), 288) }

func (p panes) MinSize(objects []fyne.CanvasObject) fyne.Size {
	list, detail := objects[0].MinSize(), objects[1].MinSize()
	return fyne.NewSize(max(list.Width, p.listWidth(0))+look.GapWide+detail.Width, max(list.Height, detail.Height))
}

func (p panes) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	width := p.listWidth(size.Width)
	objects[0].Resize(fyne.NewSize(width, size.Height))
	objects[1].Move(fyne.NewPos(width+look.GapWide, 0))
	const widest = 560 // as a form is
	objects[1].Resize(fyne.NewSize(min(size.Width-width-look.GapWide, widest), size.Height))
}

// buttonLines sets objects side by side, and in as many lines as its width asks for.
type buttonLines struct{ width float32 }

func (l *buttonLines) MinSize(objects []fyne.CanvasObject) fyne.Size {
	height := l.each(objects, func(fyne.CanvasObject, fyne.Position) {})
	widest := float32(0)
	for _, o := range objects {
		widest = max(widest, o.MinSize().Width)
	}
	return fyne.NewSize(widest, height)
}

func (l *buttonLines) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	l.width = size.Width
	l.each(objects, func(o fyne.CanvasObject, at fyne.Position) {
		o.Resize(o.MinSize())
		o.Move(at)
	})
}

// each calls place with the place of each object, and returns the height of all.
func (l *buttonLines) each(objects []fyne.CanvasObject, place func(fyne.CanvasObject, fyne.Position)) (height float32) {
	x, y, line := float32(0), float32(0), float32(0)
	for _, o := range objects {
		least := o.MinSize()
		if x > 0 && l.width > 0 && x+least.Width > l.width {
			x, y, line = 0, y+line+look.GapSmall, 0
		}
		place(o, fyne.NewPos(x, y))
		x, line = x+least.Width+look.GapSmall, max(line, least.Height)
	}
	return y + line
}

// health says how the upstream in use does.
func health(l *words.Language, s app.State) (string, fyne.ThemeColorName) {
	switch {
	case !s.On:
		return l.Say("upstreams.in_use_off"), look.ColorMuted
	case s.Direct():
		return l.Say("upstreams.in_use_direct"), look.ColorMuted
	case s.Upstream.State == app.Down:
		return l.Say("upstreams.in_use_down", "cause", l.Cause(s.Upstream)), look.ColorProblem
	case s.Upstream.State == app.Up && s.Upstream.Greeting > 0:
		return l.Say("upstreams.in_use_ms", "ms", l.Milliseconds(s.Upstream.Greeting)), look.ColorOK
	case s.Upstream.State == app.Up:
		return l.Say("upstreams.in_use_up"), look.ColorOK
	}
	return l.Say("upstreams.in_use"), look.ColorMuted
}
