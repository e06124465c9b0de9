package window

import (
	"context"
	"runtime"
	"slices"
	"strings"

	"fyne.io/fyne/v2"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/app/window/look"
	"github.com/drawbridge-app/drawbridge/app/words"
	"github.com/drawbridge-app/drawbridge/settings"
)

// rulesPage edits the bypass list: patterns of targets that go directly, one a row. The last row is always an empty one,
// which becomes a pattern when something is typed into it.
type rulesPage struct {
	w       *Window
	picture fyne.CanvasObject

	intro *look.Text
	list  *patternList
	form  *look.Form
	clash *question
	try   *routeTrial

	others *hearsay
	bridge *look.Text // what happens to what others cannot be told

	stored  []string // what the settings say
	base    []string // what the rows were filled with
	clashes bool     // stored is no longer base, and rows differ from both
	sending bool
}

func newRulesPage(w *Window) page {
	p := &rulesPage{
		w: w, intro: look.Muted("").Wrapped(),
		others: &hearsay{words: w.words, system: runtime.GOOS}, bridge: look.Small("").Wrapped(),
	}
	p.list = newPatternList(w, p.refresh)
	p.clash = newClash(w, p.insist, p.revert)
	p.form = look.NewForm(look.Primary(w.say("rules.apply"), p.apply), look.Plain(w.say("rules.revert"), p.revert),
		p.clash.picture, look.Column(look.GapSmall, p.list.picture, p.bridge))
	p.try = newRouteTrial(w)
	left := look.Column(look.GapWide, p.intro, p.form, p.try.picture)
	p.picture = look.NewPage(w.say("page.rules"),
		&fyne.Container{Layout: aside{}, Objects: []fyne.CanvasObject{left, patternHelp(w)}},
		look.Plain(w.say("rules.add"), p.onAdd))
	p.list.fill(nil)
	return p
}

func (p *rulesPage) inherit(before page) {
	old := before.(*rulesPage)
	p.base = old.base
	p.list.fill(old.list.patterns())
	p.try.input.SetText(old.try.input.Text)
}

func (p *rulesPage) content() fyne.CanvasObject { return p.picture }

func (p *rulesPage) enter(context.Context) {}

func (p *rulesPage) onAdd() { p.list.focusLast() }

func (p *rulesPage) paste() { p.list.add(splitPatterns(p.w.app.Clipboard().Content())) }

func (p *rulesPage) show(s app.State) {
	p.stored = s.Settings.Bypass
	typed := p.list.patterns()
	p.clashes = false
	switch {
	case slices.Equal(p.stored, p.base):
	case slices.Equal(typed, p.base), slices.Equal(typed, p.stored):
		p.take()
	default:
		p.clashes = true
	}
	p.refresh()
}

// take fills the rows with what is stored.
func (p *rulesPage) take() {
	p.base = p.stored
	if !slices.Equal(p.list.patterns(), p.base) {
		p.list.fill(p.base)
	}
}

// refresh shows what is wrong with what was typed, and what it does.
func (p *rulesPage) refresh() {
	s, typed := p.w.state, p.list.patterns()
	intro := p.w.say("rules.intro", "profile", s.Profile.Name)
	switch {
	case s.Direct():
		intro = p.w.say("rules.intro_direct")
	case len(typed) == 0:
		intro = p.w.say("rules.intro_empty", "profile", s.Profile.Name)
	}
	p.intro.SetText(intro)
	edited := s.Settings.Clone()
	edited.Bypass = typed
	wrong, elsewhere := patternProblems(p.w.words, settings.Validate(edited))
	right := slices.DeleteFunc(slices.Clone(typed), func(pattern string) bool { return wrong[pattern] != "" })
	p.list.blame(wrong)
	p.list.remark(p.others.about(right))
	p.sayBridge()
	changed := !slices.Equal(typed, p.base)
	p.form.SetChanged(changed && !p.sending, len(wrong) == 0 && elsewhere == "" && !p.clashes)
	note := elsewhere
	if note == "" && changed {
		note = p.w.say("upstreams.apply_note")
	}
	p.form.Note.Set(note, look.ColorMuted)
	p.clash.text.SetText(p.w.say("rules.clash"))
	visible(p.clash.picture, p.clashes)
	p.try.show(s, right)
}

// sayBridge tells, where there are remarks, that nothing breaks by what they say.
func (p *rulesPage) sayBridge() {
	text := ""
	if len(p.others.lines) > 0 {
		text = p.w.say("unsaid.note")
	}
	setText(p.bridge, text)
}

// apply saves the patterns.
func (p *rulesPage) apply() {
	e := app.Edit{From: p.w.state.Settings, To: p.w.state.Settings.Clone()}
	e.To.Bypass = p.list.patterns()
	p.sending = true
	p.refresh()
	p.w.do(app.Intent{Verb: app.Save, Edit: &e}, func(err error) {
		p.sending = false
		p.refresh()
		if err != nil {
			p.form.Note.Set(p.w.explain(err), look.ColorProblem)
		}
	})
}

// revert forgets what was typed.
func (p *rulesPage) revert() {
	p.clashes = false
	p.base = p.stored
	p.list.fill(p.base)
	p.refresh()
}

// insist settles a clash: what was typed stays.
func (p *rulesPage) insist() {
	p.clashes = false
	p.base = p.stored
	p.refresh()
}

// patternProblems sorts out the problems of the bypass list: by pattern, and the first one elsewhere.
func patternProblems(l *words.Language, err error) (patterns map[string]string, elsewhere string) {
	patterns = make(map[string]string)
	for _, p := range problemsOf(err) {
		switch {
		case p.Field == "bypass" && p.Text != "":
			patterns[p.Text] = l.Reason(p)
		case elsewhere == "":
			elsewhere = inFull(l, p)
		}
	}
	return patterns, elsewhere
}

// splitPatterns takes a list apart that was pasted or typed: at white space, commas and semicolons.
func splitPatterns(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" \t\r\n,;", r) })
}

// patternHelp lists what a pattern may be.
func patternHelp(w *Window) fyne.CanvasObject {
	list := look.Column(look.GapSmall, look.Strong(w.say("rules.help")))
	for _, h := range [][2]string{
		{"example.org", w.say("rules.help_name")},
		{"*.corp", w.say("rules.help_suffix")},
		{"10.1.2.3, fd00::1", w.say("rules.help_address")},
		{"10.0.0.0/8", w.say("rules.help_network")},
		{"example.org:8080", w.say("rules.help_port")},
		{"<local>", w.say("rules.help_local")},
	} {
		list.Add(look.Column(0, look.Code(h[0]).Truncated(), look.Small(h[1]).Wrapped()))
	}
	return list
}

// A routeTrial tells which way a target would go.
type routeTrial struct {
	w       *Window
	picture fyne.CanvasObject
	input   *entry
	field   *look.Field
	route   func(bypass []string, target string) (pattern string, direct bool, err error)

	state  app.State
	bypass []string
}

func newRouteTrial(w *Window) *routeTrial {
	t := &routeTrial{w: w, input: w.newEntry(), route: app.Bypassed}
	t.input.SetPlaceHolder("wiki.corp:443")
	t.input.OnChanged = func(string) { t.judge() }
	t.field = look.NewField(w.say("rules.try"), t.input, "")
	t.picture = look.Column(look.GapLarge, look.Hairline(), t.field)
	return t
}

func (t *routeTrial) show(s app.State, bypass []string) {
	t.state, t.bypass = s, bypass
	t.judge()
}

// judge says the way of the target that was typed, by the patterns as they stand.
func (t *routeTrial) judge() {
	help, trouble := t.w.say("rules.try_help"), ""
	if target := strings.TrimSpace(t.input.Text); target != "" {
		pattern, direct, err := t.route(t.bypass, target)
		switch {
		case err != nil:
			trouble = err.Error()
		case t.state.Direct():
			help = t.w.say("rules.try_all")
		case direct:
			help = t.w.say("rules.try_direct", "pattern", pattern)
		default:
			help = t.w.say("rules.try_upstream", "profile", t.state.Profile.Name)
		}
	}
	t.field.SetHelp(help)
	t.field.SetError(trouble)
}

// aside sets a narrow text beside what it is about, or under it where there is not enough width.
type aside struct{}

const asideWidth, asideLeast = 240, 640

func (aside) MinSize(objects []fyne.CanvasObject) fyne.Size {
	main, text := objects[0], objects[1]
	if main.Size().Width > 0 && text.Position().X > 0 {
		return fyne.NewSize(main.MinSize().Width, max(main.MinSize().Height, text.MinSize().Height))
	}
	return fyne.NewSize(main.MinSize().Width, main.MinSize().Height+look.GapWide+text.MinSize().Height)
}

func (aside) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	main, text := objects[0], objects[1]
	if size.Width >= asideLeast {
		width := min(size.Width-asideWidth-2*look.GapWide, 560)
		main.Resize(fyne.NewSize(width, max(main.MinSize().Height, size.Height)))
		text.Move(fyne.NewPos(width+2*look.GapWide, 0))
		text.Resize(fyne.NewSize(asideWidth, text.MinSize().Height))
		return
	}
	main.Resize(fyne.NewSize(size.Width, main.MinSize().Height))
	text.Resize(fyne.NewSize(size.Width, text.MinSize().Height))
	main.Resize(fyne.NewSize(size.Width, main.MinSize().Height)) // wrapped text knows its height only now
	text.Resize(fyne.NewSize(size.Width, text.MinSize().Height))
	text.Move(fyne.NewPos(0, main.MinSize().Height+look.GapWide))
}
