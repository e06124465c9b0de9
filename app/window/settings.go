package window

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/app/window/look"
	"github.com/drawbridge-app/drawbridge/app/words"
	"github.com/drawbridge-app/drawbridge/settings"
)

// A section of the page: its heading among the words, and groups of keys, each in rows of its own.
type section struct {
	name   string
	groups []group
}

type group struct {
	least float32 // the narrowest column for a field
	keys  []string
}

// sections are those of the page. The values that are not here have a page of their own, or are for the headless
// program.
func sections() []section {
	return []section{
		{"section_listen", []group{
			{300, []string{"listen"}},
			{300, []string{"login.user", "login.password"}},
			{300, []string{"socks_clients", "open"}},
		}},
		{"section_proxy", []group{
			{300, []string{"system_proxy"}},
			{300, []string{"mend_system_proxy"}},
		}},
		{"section_time", []group{
			{220, []string{"timeouts.dial", "timeouts.handshake", "timeouts.header", "timeouts.idle", "timeouts.tunnel_idle"}},
			{220, []string{"pool.per_host", "pool.total", "pool.wait", "pool.idle", "pool.idle_timeout"}},
		}},
		{"section_more", []group{
			{220, []string{"limits.clients", "limits.head_bytes", "limits.head_fields"}},
			{220, []string{"log.level"}},
			{300, []string{"via", "forwarded_for"}},
		}},
		{"section_tray", []group{
			{300, []string{"desktop.start", "desktop.left_click"}},
			{300, []string{autostart, "desktop.start_hidden", "desktop.notifications", "desktop.updates"}},
		}},
		{"section_window", []group{
			{300, []string{"desktop.theme", "desktop.accent", "desktop.text_size", "desktop.language"}},
		}},
	}
}

// isAtOnce reports whether a value holds as soon as it is chosen, and not from Apply on.
func isAtOnce(key string) bool { return strings.HasPrefix(key, "desktop.") }

// The page Settings: everything that a person can choose and that has no page of its own.
type settingsPage struct {
	w      *Window
	page   *look.Page
	inputs []*input
	starts *autostartInput // nil where that is nobody's to choose

	apply, revert *look.Button
	note          *look.Text // beside them

	changes changes
	refused map[string]string // by key: what the owner said of the last edit, until something else is typed
	asked   bool              // Apply was pressed and has not been answered
	done    bool              // it was, well, and nothing was typed since

	chosen   map[string]string // by key: choices that hold at once, to be sent
	choosing bool              // one was sent and has not been answered

	last   string // the key of the input that has, or had, the focus
	resume bool   // the page was in front when the language changed
}

func newSettingsPage(w *Window) page {
	p := &settingsPage{w: w, changes: changes{typed: make(map[string]string)}, chosen: make(map[string]string)}
	p.apply, p.revert = look.Primary(w.say("settings.apply"), p.send), look.Plain(w.say("settings.revert"), p.undo)
	p.note = look.Small("").Wrapped()
	content := look.Column(look.GapWide + look.GapLarge)
	for _, s := range sections() {
		content.Add(p.section(s))
	}
	foot := look.Beside(look.GapSmall, 2, p.apply, p.revert, p.note)
	p.page = look.NewPage(w.say("page.settings"), content).WithFoot(foot)
	p.refill()
	return p
}

func (p *settingsPage) inherit(before page) {
	old := before.(*settingsPage)
	p.changes, p.last, p.resume = old.changes, old.last, p.w.page == "settings"
	p.refill()
}

// section makes the fields of a section under their heading.
func (p *settingsPage) section(s section) fyne.CanvasObject {
	about := look.Column(4, look.Lead(p.says(s.name)), look.Muted(p.says(s.name+"_help")).Wrapped())
	all := look.Column(look.GapLarge, about)
	for _, g := range s.groups {
		var fields []fyne.CanvasObject
		for _, key := range g.keys {
			if key != autostart {
				i := p.input(key)
				p.inputs = append(p.inputs, i)
				fields = append(fields, i.field)
			} else if p.w.options.Autostart != nil {
				p.starts = newAutostartInput(p.w, p.gained)
				fields = append(fields, p.starts.field)
			}
		}
		all.Add(look.Grid(g.least, fields...))
	}
	return all
}

// input makes the input for a key of the settings.
func (p *settingsPage) input(key string) *input {
	label, help := p.says(wordFor(key)), p.says(wordFor(key)+"_help")
	on := p.events(p.typed)
	if isAtOnce(key) {
		on = p.events(p.choose)
	}
	for _, k := range settings.Keys(settings.Settings{}) {
		switch {
		case k.Name != key:
		case len(k.Choices) > 0 && k.Choices[0] == "true":
			return newTick(key, label, help, on)
		case len(k.Choices) > 0:
			i := newSelection(key, label, help, k.Choices, p.choices(key, k.Choices), on)
			if key == "system_proxy" { // each choice has a price of its own
				i.explain = func(choice string) string { return p.says(wordFor(key) + "_" + choice + "_help") }
			}
			return i
		default:
			return p.w.newTextInput(key, label, help, k.Secret, on)
		}
	}
	panic("window: there is no setting " + key)
}

// choices are the words for the choices of a key.
func (p *settingsPage) choices(key string, choices []string) []string {
	said := make([]string, len(choices))
	for i, c := range choices {
		if key == "desktop.language" {
			said[i] = p.language(c)
		} else {
			said[i] = p.says(wordFor(key) + "_" + c)
		}
	}
	return said
}

// language is the name of a language in itself.
func (p *settingsPage) language(tag string) string {
	for _, l := range words.Choices() {
		if l.Tag == tag {
			return l.Name
		}
	}
	return p.w.say("language.system")
}

// says returns a sentence of the page.
func (p *settingsPage) says(name string) string { return p.w.say("settings." + name) }

// wordFor is the name that a key of the settings has among the words.
func wordFor(key string) string { return strings.ReplaceAll(key, ".", "_") }

// openSetting opens the page Settings at the input of a key.
func (w *Window) openSetting(key string) {
	w.open("settings")
	if p, ok := w.current().(*settingsPage); ok {
		w.fyne.Canvas().Focus(p.find(key).widget)
	}
}

// events are what an input tells the page.
func (p *settingsPage) events(typed func(*input, string)) inputEvents {
	return inputEvents{typed: typed, entered: p.enterKey, gainedBy: p.gained}
}

// gained scrolls to an input that has got the focus.
func (p *settingsPage) gained(i *input) {
	p.last = i.key
	p.page.Reveal(i.field)
}

func (p *settingsPage) content() fyne.CanvasObject { return p.page }

func (p *settingsPage) show(s app.State) {
	if s.Settings.Equal(p.changes.from) {
		return
	}
	changed := p.changes.follow(s.Settings, p.keys())
	for _, key := range changed {
		p.find(key).fill(p.changes.shown(key))
	}
	p.page.Refresh() // help may be higher now
	p.judge()
	if dirty, right := p.changes.state(); dirty && right && !p.asked && len(changed) > 0 {
		p.note.Set(p.w.say("settings.elsewhere"), look.ColorWarning)
	}
}

func (p *settingsPage) enter(ctx context.Context) {
	if p.starts != nil {
		p.starts.ask(ctx)
	}
	if i := p.find(p.last); p.resume && i != nil {
		p.resume = false
		p.w.fyne.Canvas().Focus(i.widget)
	}
}

// onFind puts the cursor into the first field.
func (p *settingsPage) onFind() {
	first := p.inputs[0]
	p.w.fyne.Canvas().Focus(first.widget)
	if e, ok := first.widget.(*inputEntry); ok {
		e.TypedShortcut(&fyne.ShortcutSelectAll{})
	}
}

func (p *settingsPage) keys() []string {
	var keys []string
	for _, i := range p.inputs {
		keys = append(keys, i.key)
	}
	return keys
}

// find returns the input of a key, nil where there is none.
func (p *settingsPage) find(key string) *input {
	for _, i := range p.inputs {
		if i.key == key {
			return i
		}
	}
	return nil
}

// A password that is stored is not shown, but that it is there.
func (p *settingsPage) hint() {
	e := p.find("login.password").widget.(*inputEntry)
	hint := ""
	if p.changes.from.Login.Password != "" {
		hint = p.w.say("settings.password_stored")
	}
	if e.PlaceHolder != hint {
		e.SetPlaceHolder(hint)
	}
}
