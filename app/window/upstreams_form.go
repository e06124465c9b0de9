package window

import (
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"github.com/drawbridge-app/drawbridge/app/window/look"
	"github.com/drawbridge-app/drawbridge/settings"
)

// upstreamForm is the inputs for one upstream.
type upstreamForm struct {
	w *Window

	name, address, user, password, spares *entry
	kind, method, oneFlight               *look.Choice
	kinds                                 []string // what kind's options stand for

	fields   map[string]*look.Field // by key of the profile
	endpoint *look.Text             // what the built-in endpoint is
	script   *look.Text             // what a PAC script does
	login    fyne.CanvasObject
	more     *look.Button
	advanced *fyne.Container
	form     *look.Form

	filling bool
	changed func()
}

func newUpstreamForm(w *Window, changed, apply, revert func()) *upstreamForm {
	f := &upstreamForm{w: w, changed: changed, fields: make(map[string]*look.Field)}
	f.inputs()
	field := func(key, label, help string, input fyne.CanvasObject) *look.Field {
		f.fields[key] = look.NewField(label, input, help)
		return f.fields[key]
	}
	kind := look.NewField(w.say("upstreams.kind"), f.kind, "")
	where := split(0.4, kind, field("url", w.say("upstreams.address"), w.say("upstreams.address_help"), f.address))
	f.endpoint = look.Small(w.say("upstreams.direct_help")).Wrapped()
	f.script = look.Small(w.say("upstreams.script_help")).Wrapped()
	f.login = split(0.5, field("user", w.say("upstreams.user"), "", f.user),
		field("password", w.say("upstreams.password"), "", f.password))
	f.advanced = look.Column(look.GapLarge,
		split(0.5, field("method", w.say("upstreams.method"), w.say("upstreams.method_help"), f.method),
			field("one_flight", w.say("upstreams.flight"), w.say("upstreams.flight_help"), f.oneFlight)),
		field("spares", w.say("upstreams.spares"), w.say("upstreams.spares_help"), f.spares))
	f.advanced.Hide()
	f.more = look.Quiet(w.say("upstreams.advanced"), func() { f.expand(!f.advanced.Visible()) })
	f.expand(false)
	f.form = look.NewForm(look.Primary(w.say("upstreams.apply"), apply), look.Plain(w.say("upstreams.revert"), revert),
		field("name", w.say("upstreams.name"), "", f.name), where, f.endpoint, f.script, f.login,
		look.Column(look.GapSmall, indented(-look.GapSmall, look.Row(0, f.more)), f.advanced))
	return f
}

// inputs makes them, empty.
func (f *upstreamForm) inputs() {
	input := func(placeholder string) *entry {
		e := f.w.newEntry()
		e.SetPlaceHolder(placeholder)
		e.OnChanged = func(string) { f.typing() }
		return e
	}
	choice := func(labels ...string) *look.Choice {
		return newChoice(labels, func(string) { f.typing() })
	}
	say := f.w.say
	f.name, f.user, f.spares = input(""), input(""), input("")
	f.address = input("127.0.0.1:1080")
	f.address.OnChanged = func(text string) {
		if !f.takeURL(text) {
			f.typing()
		}
	}
	f.password = input("")
	f.password.Password = true
	f.kind = choice()
	f.method = choice(say("upstreams.auto"), say("upstreams.method_none"), say("upstreams.method_password"))
	f.oneFlight = choice(say("upstreams.auto"), say("upstreams.yes"), say("upstreams.no"))
}

func (f *upstreamForm) typing() {
	if !f.filling {
		f.arrange()
		f.changed()
	}
}

// takeURL takes a whole URL that was put into the address apart. It reports false for anything else.
func (f *upstreamForm) takeURL(text string) bool {
	if f.filling || !strings.Contains(text, "://") || strings.HasSuffix(text, "://") {
		return false
	}
	d, err := pasted(text, settings.Settings{})
	if err != nil || d.typed.kind == "direct" {
		return false
	}
	t := f.typed()
	t.kind, t.address = d.typed.kind, d.typed.address
	if d.typed.user != "" {
		t.user, t.password = d.typed.user, d.typed.password
	}
	f.fill(t, f.password.PlaceHolder != "")
	f.changed()
	return true
}

// fill shows t. kept says that an empty password means the stored one.
func (f *upstreamForm) fill(t typed, kept bool) {
	f.filling = true
	defer func() { f.filling = false }()
	f.kinds = kinds()
	if !slices.Contains(f.kinds, t.kind) {
		f.kinds = append(f.kinds, t.kind)
	}
	labels := make([]string, len(f.kinds))
	for i, k := range f.kinds {
		labels[i] = kindName(f.w, k)
	}
	f.kind.SetOptions(labels)
	f.kind.SetSelectedIndex(slices.Index(f.kinds, t.kind))
	f.method.SetSelectedIndex(slices.Index(methods(), t.method))
	f.oneFlight.SetSelectedIndex(slices.Index(flights(), t.oneFlight))
	placeholder := ""
	if kept {
		placeholder = f.w.say("upstreams.password_kept")
	}
	f.password.SetPlaceHolder(placeholder)
	for _, e := range []struct {
		entry *entry
		text  string
	}{{f.name, t.name}, {f.address, t.address}, {f.user, t.user}, {f.password, t.password}, {f.spares, t.spares}} {
		if e.entry.Text != e.text {
			e.entry.SetText(e.text)
		}
	}
	f.arrange()
}

// kindName is what a kind of upstream is called.
func kindName(w *Window, kind string) string {
	switch kind {
	case "socks5":
		return "SOCKS5"
	case "socks4a":
		return "SOCKS4a"
	case "socks4":
		return "SOCKS4"
	case "http":
		return w.say("upstreams.http")
	case "https":
		return w.say("upstreams.https")
	case "pac+file":
		return w.say("upstreams.script_file")
	case "pac+http":
		return w.say("upstreams.script_http")
	case "pac+https":
		return w.say("upstreams.script_https")
	case "direct":
		return w.say("upstreams.direct")
	}
	return kind
}

// typed is what the inputs hold.
func (f *upstreamForm) typed() typed {
	at := func(choices []string, s *look.Choice) string {
		if i := s.SelectedIndex(); i >= 0 && i < len(choices) {
			return choices[i]
		}
		return choices[0]
	}
	return typed{
		name: f.name.Text, kind: at(f.kinds, f.kind), address: strings.TrimSpace(f.address.Text),
		user: f.user.Text, password: f.password.Text,
		method: at(methods(), f.method), oneFlight: at(flights(), f.oneFlight), spares: f.spares.Text,
	}
}

// arrange shows the inputs that this kind of upstream has.
func (f *upstreamForm) arrange() {
	t := f.typed()
	user, password := t.login()
	f.kind.PlaceHolder = f.kind.Selected // for which Fyne makes room
	visible(f.endpoint, t.kind == "direct")
	visible(f.script, t.script())
	help := f.w.say("upstreams.address_help")
	if t.script() {
		help = ""
	}
	f.fields["url"].SetHelp(help)
	visible(f.fields["url"], t.kind != "direct")
	visible(f.login, user)
	visible(f.fields["password"], password)
	advanced := strings.HasPrefix(t.kind, "socks")
	visible(f.more, advanced)
	visible(f.fields["method"], t.kind == "socks5")
	visible(f.fields["one_flight"], t.kind == "socks5")
	if !advanced {
		f.expand(false)
	}
}

// expand shows the advanced inputs, or hides them.
func (f *upstreamForm) expand(open bool) {
	visible(f.advanced, open)
	icon := theme.MenuExpandIcon()
	if open {
		icon = theme.MenuDropDownIcon()
	}
	f.more.SetIcon(icon)
}

// blame shows what is wrong beside each input, and opens the advanced ones if it is there.
func (f *upstreamForm) blame(fields map[string]string) {
	for key, field := range f.fields {
		field.SetError(fields[key])
	}
	if fields["method"] != "" || fields["one_flight"] != "" || fields["spares"] != "" {
		f.expand(true)
	}
}

// visible shows an object, or hides it.
func visible(o fyne.CanvasObject, yes bool) {
	if yes {
		o.Show()
	} else {
		o.Hide()
	}
}

// split sets two objects side by side, the left one on the given part of the width, or one under the other where that is too
// narrow. One alone keeps its place.
func split(left float32, a, b fyne.CanvasObject) *fyne.Container {
	return &fyne.Container{Layout: &splitLayout{left: left}, Objects: []fyne.CanvasObject{a, b}}
}

type splitLayout struct {
	left    float32
	stacked bool // at the width of the last layout, for which MinSize holds
}

func (l *splitLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	a, b := leastOf(objects[0]), leastOf(objects[1])
	if l.stacked {
		return fyne.NewSize(max(a.Width, b.Width), a.Height+look.GapLarge+b.Height)
	}
	return fyne.NewSize(max(a.Width, b.Width), max(a.Height, b.Height))
}

// leastOf is what an object needs, nothing where it is hidden.
func leastOf(o fyne.CanvasObject) fyne.Size {
	if !o.Visible() {
		return fyne.Size{}
	}
	return o.MinSize()
}

func (l *splitLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	a, b := objects[0], objects[1]
	left := (size.Width - look.GapMedium) * l.left
	right := size.Width - look.GapMedium - left
	l.stacked = a.Visible() && b.Visible() && (a.MinSize().Width > left || b.MinSize().Width > right)
	if !l.stacked {
		a.Resize(fyne.NewSize(left, size.Height))
		b.Move(fyne.NewPos(left+look.GapMedium, 0))
		b.Resize(fyne.NewSize(right, size.Height))
		return
	}
	a.Resize(fyne.NewSize(size.Width, a.MinSize().Height)) // wrapped text knows its height at a width
	b.Resize(fyne.NewSize(size.Width, b.MinSize().Height))
	a.Resize(fyne.NewSize(size.Width, a.MinSize().Height))
	b.Move(fyne.NewPos(0, a.MinSize().Height+look.GapLarge))
	b.Resize(fyne.NewSize(size.Width, b.MinSize().Height))
}
