package window

import (
	"context"
	"maps"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/layout"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/app/window/look"
	"github.com/drawbridge-app/drawbridge/settings"
)

// upstreamsPage is the list of upstreams, and beside it the one that is selected: what can be done with it, how its last
// test went, and its inputs.
//
// What was typed stays until it is applied or reverted, whichever upstream is selected and whatever states arrive.
type upstreamsPage struct {
	w       *Window
	picture fyne.CanvasObject

	list   *upstreamList
	form   *upstreamForm
	panes  fyne.CanvasObject
	empty  *upstreamsEmpty
	above  fyne.CanvasObject // and below: what keeps empty in the middle
	below  fyne.CanvasObject
	detail upstreamDetail
	lift   *look.Button
	lower  *look.Button

	selected string           // key of a row: the name of a stored profile, or of a draft in drafts
	drafts   map[string]draft // what differs from the settings, by key; a new one has the key newKey
	filled   draft            // what the inputs show
	checks   map[settings.Profile]check
}

// newKey is the key of the draft of a profile that is not stored yet. No profile has an empty name.
const newKey = ""

// A check is a test of a profile that runs, or how it went.
type check struct {
	running bool
	result  app.Check
	err     error
}

func newUpstreamsPage(w *Window) page {
	p := &upstreamsPage{
		w: w, list: newUpstreamList(w), drafts: make(map[string]draft), checks: make(map[settings.Profile]check),
	}
	p.list.onSelect, p.list.onUse, p.list.onDelete = p.choose, p.use, p.ask
	p.list.onMove, p.list.onPaste = p.move, p.paste
	p.form = newUpstreamForm(w, p.typed, p.apply, p.revert)
	p.lift = look.Quiet("", func() { p.move(p.selected, -1) }).Iconed(w.icon("up"))
	p.lower = look.Quiet("", func() { p.move(p.selected, 1) }).Iconed(w.icon("down"))
	p.detail = newUpstreamDetail(p)
	p.empty = newUpstreamsEmpty(p)
	left := look.Column(look.GapSmall, p.list, look.Row(0, p.lift, p.lower))
	p.panes = &fyne.Container{Layout: panes{}, Objects: []fyne.CanvasObject{left, p.detail.picture}}
	p.above, p.below = layout.NewSpacer(), layout.NewSpacer()
	p.picture = look.NewPage(w.say("page.upstreams"),
		look.Column(look.GapLarge, p.panes, p.above, p.empty.picture, p.below),
		look.Plain(w.say("upstreams.paste"), p.paste), look.Plain(w.say("upstreams.add"), p.add))
	w.takePastes()
	return p
}

func (p *upstreamsPage) inherit(before page) {
	old := before.(*upstreamsPage)
	p.drafts, p.selected, p.checks = old.drafts, old.selected, old.checks
}

func (p *upstreamsPage) content() fyne.CanvasObject { return p.picture }

func (p *upstreamsPage) enter(context.Context) {}

func (p *upstreamsPage) onAdd()     { p.add() }
func (p *upstreamsPage) onRefresh() { p.test() }

func (p *upstreamsPage) show(s app.State) {
	for key, d := range maps.Clone(p.drafts) {
		next, left := d.meet(s.Settings)
		delete(p.drafts, key)
		name := key
		if !left {
			name = d.profile().Name
		} else {
			if next.stored != "" {
				name = next.stored
			}
			p.drafts[name] = next
		}
		if p.selected == key {
			p.selected = name
		}
	}
	p.refresh()
}

// refresh shows what holds: the rows, and the selected one.
func (p *upstreamsPage) refresh() {
	s := p.w.state
	rows := p.rows(s)
	visible(p.panes, len(rows) > 0)
	for _, o := range []fyne.CanvasObject{p.empty.picture, p.above, p.below} {
		visible(o, len(rows) == 0)
	}
	if len(rows) == 0 {
		p.empty.show(s)
	}
	if !slices.ContainsFunc(rows, func(r upstreamRow) bool { return r.key == p.selected }) && len(rows) > 0 {
		p.selected = rows[0].key
		if in, ok := s.Settings.Profile(); ok {
			p.selected = in.Name
		}
	}
	p.list.set(rows, p.selected)
	_, up := moved(p.selected, -1, s.Settings)
	_, down := moved(p.selected, 1, s.Settings)
	enable(p.lift, up)
	enable(p.lower, down)
	if d, ok := p.current(); ok {
		p.fill(d)
		p.detail.show(s, d, p.judge(d))
	}
}

// rows are the stored profiles, and the drafts of what is not stored.
func (p *upstreamsPage) rows(s app.State) []upstreamRow {
	var rows []upstreamRow
	for _, profile := range s.Settings.Profiles {
		row := upstreamRow{key: profile.Name, name: profile.Name, url: profile.URL, inUse: profile.Name == s.Profile.Name && !s.Chosen}
		row.state, row.role = p.brief(s, profile)
		row.live = s.On && row.inUse && s.Upstream.State != app.Unknown && !s.Direct()
		if _, edited := p.drafts[profile.Name]; edited {
			row.state, row.role, row.live = p.w.say("upstreams.edited"), look.ColorMuted, false
		}
		rows = append(rows, row)
	}
	for _, key := range slices.Sorted(maps.Keys(p.drafts)) {
		if _, stored := named(s.Settings, key); stored && key != newKey {
			continue
		}
		row := upstreamRow{key: key, name: p.drafts[key].typed.name, url: p.drafts[key].profile().URL}
		row.state, row.role = p.w.say("upstreams.new"), look.ColorMuted
		if row.name == "" {
			row.name = p.w.say("upstreams.unnamed")
		}
		rows = append(rows, row)
	}
	return rows
}

// brief is what is known about a stored profile, in few words.
func (p *upstreamsPage) brief(s app.State, profile settings.Profile) (string, fyne.ThemeColorName) {
	l := p.w.words
	inUse := s.On && profile.Name == s.Profile.Name && !s.Direct()
	switch c, checked := p.checks[profile]; {
	case inUse && s.Upstream.State == app.Down:
		return l.Say("upstreams.down"), look.ColorProblem
	case inUse && s.Upstream.State == app.Up && s.Upstream.Greeting > 0:
		return l.Milliseconds(s.Upstream.Greeting), look.ColorOK
	case inUse && s.Upstream.State == app.Up:
		return l.Say("upstreams.up"), look.ColorOK
	case !checked || c.err != nil:
		return "", look.ColorMuted
	case c.running:
		return l.Say("upstreams.testing"), look.ColorMuted
	case c.result.Failed != "":
		return l.Say("upstreams.broken"), look.ColorProblem
	default:
		return l.Milliseconds(total(c.result)), look.ColorOK
	}
}

// current is the draft that belongs to the selected row: what was typed, or else the stored profile.
func (p *upstreamsPage) current() (draft, bool) {
	if d, ok := p.drafts[p.selected]; ok {
		return d, true
	}
	stored, ok := named(p.w.state.Settings, p.selected)
	return edit(stored), ok
}

// fill puts a draft into the inputs, unless they have it already.
func (p *upstreamsPage) fill(d draft) {
	if p.filled.typed != d.typed || p.filled.base != d.base {
		p.form.fill(d.typed, d.base.Password == masked)
	}
	p.filled = d
}

// choose selects a row.
func (p *upstreamsPage) choose(key string) {
	p.selected = key
	p.detail.calm()
	p.refresh()
}

// typed takes what the inputs hold now.
func (p *upstreamsPage) typed() {
	d, ok := p.current()
	if !ok {
		return
	}
	d.typed = p.form.typed()
	p.filled = d
	if d.changed() {
		p.drafts[p.selected] = d
	} else {
		delete(p.drafts, p.selected)
	}
	p.detail.say("")
	p.refresh()
}

// judge shows what is wrong with a draft, and whether it can be applied. It reports whether the upstream itself is right.
func (p *upstreamsPage) judge(d draft) bool {
	fields, elsewhere := d.problems(p.w.words, p.w.state.Settings)
	right := len(fields) == 0
	if d.stored == "" { // what was not filled in yet is no mistake
		for key, text := range map[string]string{"name": d.typed.name, "url": d.typed.address} {
			if text == "" {
				delete(fields, key)
			}
		}
	}
	p.form.blame(fields)
	p.form.form.SetChanged(d.changed(), right && len(elsewhere) == 0 && d.clash == clashNone && d.sent.Name == "")
	note := ""
	switch {
	case p.detail.error() != "":
		p.form.form.Note.Set(p.detail.error(), look.ColorProblem)
		return right
	case len(elsewhere) > 0:
		note = elsewhere[0]
	case d.changed():
		note = p.w.say("upstreams.apply_note")
	}
	p.form.form.Note.Set(note, look.ColorMuted)
	return right
}

// apply saves the selected draft.
func (p *upstreamsPage) apply() {
	d, ok := p.current()
	if !ok || d.sent.Name != "" {
		return
	}
	key := p.selected
	d.sent = d.profile()
	p.drafts[key] = d
	p.detail.say("")
	p.refresh()
	p.save(d.apply(p.w.state.Settings), func(err error) {
		if d, ok := p.drafts[key]; ok && err != nil {
			d.sent = settings.Profile{}
			p.drafts[key] = d
		}
		p.detail.say("")
		if err != nil {
			p.detail.say(p.w.explain(err))
		}
		p.show(p.w.state)
	})
}

// revert forgets what was typed.
func (p *upstreamsPage) revert() {
	delete(p.drafts, p.selected)
	p.detail.say("")
	p.refresh()
}

// save sends an edit.
func (p *upstreamsPage) save(e app.Edit, then func(error)) {
	p.w.do(app.Intent{Verb: app.Save, Edit: &e}, then)
}

// use makes a stored profile the one in use.
func (p *upstreamsPage) use(key string) {
	if stored, ok := named(p.w.state.Settings, key); ok {
		p.w.do(app.Intent{Verb: app.Use, Profile: stored.Name}, nil)
	}
}

// move puts a profile one place up or down.
func (p *upstreamsPage) move(key string, by int) {
	if e, ok := moved(key, by, p.w.state.Settings); ok {
		p.save(e, nil)
	}
}

// begin selects the draft of a new profile.
func (p *upstreamsPage) begin(d draft) {
	p.drafts[newKey] = d
	p.choose(newKey)
	p.w.fyne.Canvas().Focus(p.form.name)
}

// add begins a new profile.
func (p *upstreamsPage) add() {
	if d, ok := p.drafts[newKey]; ok {
		p.begin(d)
		return
	}
	base := settings.DefaultProfile()
	p.begin(draft{base: base, typed: typedFrom(base)})
}

// duplicate begins a copy of the selected profile.
func (p *upstreamsPage) duplicate() {
	if stored, ok := named(p.w.state.Settings, p.selected); ok {
		p.begin(duplicate(stored, p.w.state.Settings))
	}
}

// ask asks whether to delete a profile. A new one is forgotten at once.
func (p *upstreamsPage) ask(key string) {
	p.choose(key)
	if _, stored := named(p.w.state.Settings, key); stored {
		p.detail.confirm()
		return
	}
	p.revert()
}

// remove deletes the selected profile.
func (p *upstreamsPage) remove() {
	key := p.selected
	p.detail.calm()
	p.save(without(key, p.w.state.Settings), func(err error) {
		if err != nil {
			p.w.fail(err)
			return
		}
		delete(p.drafts, key)
		p.refresh()
	})
}

// test checks the way through the selected profile, as it stands in the inputs.
func (p *upstreamsPage) test() {
	d, ok := p.current()
	if !ok {
		return
	}
	profile := d.profile()
	request := app.CheckRequest{URL: checkURL, Profile: &profile}
	if profile.Password == masked && d.secret != profile.Name {
		request.Stored = d.secret
	}
	p.checks[profile] = check{running: true}
	p.refresh()
	ask(p.w.ctx, func(ctx context.Context) (app.Check, error) { return p.w.owner.Check(ctx, request) },
		func(result app.Check, err error) {
			p.checks[profile] = check{result: result, err: err}
			p.refresh()
		})
}

// forget takes the selected profile's test away.
func (p *upstreamsPage) forget() {
	if d, ok := p.current(); ok {
		delete(p.checks, d.profile())
	}
	p.refresh()
}

// enable lets a button be pressed, or not.
func enable(b *look.Button, yes bool) {
	if yes {
		b.Enable()
	} else {
		b.Disable()
	}
}
