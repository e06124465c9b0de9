package window

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/app/shell"
	"github.com/drawbridge-app/drawbridge/app/window/look"
	"github.com/drawbridge-app/drawbridge/settings"
)

// assist opens the assistant for the first start, over whatever page is in front.
func (w *Window) assist() {
	listen := w.state.Settings.Listen
	newAssistant(w, func(ctx context.Context) []app.Endpoint { return w.discover(ctx, listen...) }).open()
}

// The assistant leads from no upstream to a bridge that is on, in two steps: where traffic shall cross, and what that is
// called. Then it says what to try. It changes nothing before its last button, and Escape leaves it.
type assistant struct {
	w    *Window
	find func(context.Context) []app.Endpoint

	popup *widget.PopUp
	ctx   context.Context // ends when the assistant is closed
	close context.CancelFunc
	keys  func(*fyne.KeyEvent) // the window's own

	found   []app.Endpoint
	looking bool
	choice  string // an address of found, or one of the two below
	draft   draft
	step    int

	list        *upstreamList
	url, name   *entry
	urlField    *look.Field
	nameField   *look.Field
	honest      *look.Text
	title, text *look.Text
	trouble     *look.Text
	command     *look.Text
	way         *look.Text
	first       fyne.CanvasObject
	second      fyne.CanvasObject
	third       fyne.CanvasObject
	again, skip *answer
	back, next  *answer
}

// What can be chosen besides an endpoint that was found. No address is like these.
const (
	otherEndpoint   = "other"
	builtInEndpoint = "direct"
)

func newAssistant(w *Window, find func(context.Context) []app.Endpoint) *assistant {
	a := &assistant{
		w: w, find: find, list: newUpstreamList(w), url: w.newEntry(), name: w.newEntry(),
		title: look.Heading("").Wrapped(), text: look.Muted("").Wrapped(), honest: look.Small(w.say("upstreams.direct_help")).Wrapped(),
		trouble: look.Small("").Wrapped().Colored(look.ColorProblem), way: look.Body("").Wrapped(), command: look.Code("").Truncated(),
	}
	a.list.onSelect, a.list.onUse = a.choose, func(string) { a.forward() }
	a.list.onDelete, a.list.onMove = func(string) {}, func(string, int) {}
	a.list.onPaste = a.paste
	a.url.SetPlaceHolder("socks5://user:password@host:1080")
	a.url.OnChanged, a.name.OnChanged = func(string) { a.show() }, func(string) { a.show() }
	a.url.OnSubmitted, a.name.OnSubmitted = func(string) { a.forward() }, func(string) { a.forward() }
	a.urlField = look.NewField(w.say("assistant.url"), a.url, w.say("assistant.url_help"))
	a.nameField = look.NewField(w.say("upstreams.name"), a.name, w.say("assistant.name_help"))
	a.again = newAnswer(look.Quiet(w.say("assistant.again"), a.look), a.end)
	a.skip = newAnswer(look.Quiet(w.say("assistant.skip"), a.end), a.end)
	a.back = newAnswer(look.Plain(w.say("assistant.back"), func() { a.step = 0; a.show() }), a.end)
	a.next = newAnswer(look.Primary("", a.forward), a.end)
	copying := look.Plain(w.say("window.copy"), func() { w.copy(a.command.Text()) }).Iconed(w.icon("copy"))
	a.first = look.NewScroll(look.Inset(2, look.Column(look.GapMedium, a.list, a.urlField, a.honest)))
	a.second = look.Column(look.GapLarge, a.way, a.nameField)
	a.third = look.Column(look.GapSmall, look.Strong(w.say("assistant.try")), look.Beside(look.GapSmall, 0, a.command, copying))
	return a
}

// The size of the assistant. It fits the smallest window, and is the same for every step, so that nothing jumps.
const assistantWidth, assistantHeight = 560, 420

// open shows it and looks for endpoints.
func (a *assistant) open() {
	canvas := a.w.fyne.Canvas()
	a.ctx, a.close = context.WithCancel(a.w.ctx)
	head := look.Column(4, a.title, a.text)
	foot := look.Column(look.GapSmall, a.trouble, indented(-look.GapSmall, look.Row(look.GapSmall, a.skip, a.again, layout.NewSpacer(), a.back, a.next)))
	body := container.NewBorder(nil, look.Column(look.GapMedium, look.Hairline(), foot), nil, nil, container.NewStack(a.first, a.second, a.third))
	inside := &fyne.Container{Layout: headed{}, Objects: []fyne.CanvasObject{head, body}}
	a.popup = widget.NewModalPopUp(look.Inset(look.GapWide, inside), canvas)
	a.keys = canvas.OnTypedKey()
	canvas.SetOnTypedKey(func(e *fyne.KeyEvent) {
		if e.Name == fyne.KeyEscape {
			a.end()
		}
	})
	a.popup.Resize(fyne.NewSize(assistantWidth, assistantHeight))
	a.popup.Show()
	a.look()
	canvas.Focus(a.list)
}

// end closes it.
func (a *assistant) end() {
	a.close()
	a.w.fyne.Canvas().SetOnTypedKey(a.keys)
	a.popup.Hide()
}

// look looks for endpoints on this machine.
func (a *assistant) look() {
	a.looking = true
	a.show()
	ask(a.ctx, func(ctx context.Context) ([]app.Endpoint, error) { return a.find(ctx), nil },
		func(found []app.Endpoint, _ error) {
			a.looking, a.found = false, found
			if a.choice == "" || a.choice != otherEndpoint && a.choice != builtInEndpoint && !a.has(a.choice) {
				a.choice = otherEndpoint
				if len(found) > 0 {
					a.choice = found[0].Address
				}
			}
			a.show()
		})
}

func (a *assistant) has(address string) bool {
	for _, e := range a.found {
		if e.Address == address {
			return true
		}
	}
	return false
}

// choose takes one of the rows.
func (a *assistant) choose(key string) {
	a.choice = key
	a.show()
	if key == otherEndpoint {
		a.w.fyne.Canvas().Focus(a.url)
	}
}

// paste takes the clipboard for the URL of another endpoint.
func (a *assistant) paste() {
	a.url.SetText(strings.TrimSpace(a.w.app.Clipboard().Content()))
	a.choose(otherEndpoint)
}

// chosen is the draft of what was chosen; false while there is none yet, or while it is wrong, which is then said.
func (a *assistant) chosen() (d draft, trouble string, ok bool) {
	text := a.choice
	switch a.choice {
	case "":
		return d, "", false
	case otherEndpoint:
		text = a.url.Text
	case builtInEndpoint:
		text = "direct://"
	}
	if strings.TrimSpace(text) == "" {
		return d, "", false
	}
	d, err := pasted(text, a.w.state.Settings)
	if err != nil {
		return d, pasteTrouble(a.w, err), false
	}
	fields, elsewhere := d.problems(a.w.words, a.w.state.Settings)
	for _, key := range []string{"url", "user", "password", "name"} {
		if fields[key] != "" {
			return d, fields[key], false
		}
	}
	if len(elsewhere) > 0 {
		return d, elsewhere[0], false
	}
	return d, "", true
}

// forward goes to the next step.
func (a *assistant) forward() {
	if a.next.Disabled() {
		return
	}
	switch a.step {
	case 0:
		d, _, ok := a.chosen()
		if !ok {
			return
		}
		a.draft, a.step = d, 1
		a.name.SetText(a.suggest(d))
		a.show()
		a.w.fyne.Canvas().Focus(a.name)
		a.name.TypedShortcut(&fyne.ShortcutSelectAll{})
	case 1:
		a.turnOn()
	default:
		a.end()
	}
}

// suggest is a name for what was chosen: the program that listens there, if only one usually does.
func (a *assistant) suggest(d draft) string {
	for _, e := range a.found {
		if e.Address == a.choice && e.Hint != "" && !strings.Contains(e.Hint, ",") && strings.ToLower(e.Hint[:1]) != e.Hint[:1] {
			return freeName(e.Hint, a.w.state.Settings)
		}
	}
	return d.typed.name
}

// turnOn saves what was chosen, uses it and turns the bridge on.
func (a *assistant) turnOn() {
	e := a.draft.apply(a.w.state.Settings)
	e.To.Use = a.draft.typed.name
	a.next.Disable()
	a.back.Disable()
	fail := func(err error) bool {
		if err != nil {
			a.show()
			a.trouble.SetText(a.w.explain(err))
			a.trouble.Show()
		}
		return err != nil
	}
	a.w.do(app.Intent{Verb: app.Save, Edit: &e}, func(err error) {
		if fail(err) {
			return
		}
		a.w.do(app.Intent{Verb: app.TurnOn}, func(err error) {
			if !fail(err) && a.ctx.Err() == nil {
				a.step = 2
				a.show()
				a.w.fyne.Canvas().Focus(a.next)
			}
		})
	})
}

// show brings it up to date.
func (a *assistant) show() {
	w := a.w
	visible(a.first, a.step == 0)
	visible(a.second, a.step == 1)
	visible(a.third, a.step == 2)
	visible(a.again, a.step == 0)
	visible(a.skip, a.step < 2)
	visible(a.back, a.step == 1)
	a.trouble.Hide()
	a.back.Enable()
	switch a.step {
	case 0:
		a.showChoice()
	case 1:
		a.showName()
	default:
		a.title.SetText(w.say("assistant.on"))
		a.text.SetText(w.say("assistant.on_text"))
		a.next.SetText(w.say("assistant.done"))
		a.next.Enable()
		a.command.SetText(tryCommand(w.state))
	}
	a.popup.Content.Refresh()
}

func (a *assistant) showChoice() {
	w := a.w
	a.title.SetText(w.say("assistant.title"))
	switch {
	case a.looking:
		a.text.SetText(w.say("assistant.looking"))
	case len(a.found) > 0:
		a.text.SetText(w.say("assistant.found"))
	default:
		a.text.SetText(w.say("assistant.none"))
	}
	enable(&a.again.Button, !a.looking)
	var rows []upstreamRow
	for _, e := range a.found {
		rows = append(rows, upstreamRow{key: e.Address, name: e.Address, url: w.say("assistant.hint", "program", e.Hint), inUse: e.Address == a.choice})
	}
	rows = append(rows,
		upstreamRow{key: otherEndpoint, name: w.say("assistant.other"), url: w.say("assistant.other_text"), inUse: a.choice == otherEndpoint},
		upstreamRow{key: builtInEndpoint, name: w.say("assistant.direct"), url: w.say("assistant.direct_text"), inUse: a.choice == builtInEndpoint})
	a.list.set(rows, a.choice)
	visible(a.urlField, a.choice == otherEndpoint)
	visible(a.honest, a.choice == builtInEndpoint)
	_, trouble, ok := a.chosen()
	a.urlField.SetError(trouble)
	a.next.SetText(w.say("assistant.next"))
	enable(&a.next.Button, ok)
}

func (a *assistant) showName() {
	w := a.w
	a.title.SetText(w.say("assistant.name"))
	a.text.SetText(w.say("assistant.name_text"))
	a.draft.typed.name = a.name.Text
	p := a.draft.profile()
	way := w.say("assistant.way", "url", p.URL)
	switch {
	case a.draft.typed.kind == "direct":
		way = w.say("upstreams.direct_help")
	case p.User != "":
		way = w.say("assistant.way_login", "url", p.URL, "user", p.User)
	}
	a.way.SetText(way)
	fields, elsewhere := a.draft.problems(w.words, w.state.Settings)
	a.nameField.SetError(fields["name"])
	a.next.SetText(w.say("assistant.turn_on"))
	enable(&a.next.Button, len(fields) == 0 && len(elsewhere) == 0)
}

// tryCommand is what a person can try in a terminal.
func tryCommand(s app.State) string {
	listen := s.Listen
	if len(listen) == 0 {
		listen = s.Settings.Listen
	}
	address, err := shell.Address(first(listen))
	if err != nil {
		address = first(settings.Default().Listen)
	}
	return "curl -x http://" + address + " http://example.com/"
}

// headed puts what has the height that it needs over what takes the rest.
type headed struct{}

func (headed) MinSize(objects []fyne.CanvasObject) fyne.Size {
	head, body := objects[0].MinSize(), objects[1].MinSize()
	return fyne.NewSize(max(head.Width, body.Width), head.Height+look.GapLarge+body.Height)
}

func (headed) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	objects[0].Resize(fyne.NewSize(size.Width, objects[0].MinSize().Height))
	top := objects[0].MinSize().Height + look.GapLarge // now that wrapped text knows its width
	objects[0].Resize(fyne.NewSize(size.Width, top-look.GapLarge))
	objects[1].Move(fyne.NewPos(0, top))
	objects[1].Resize(fyne.NewSize(size.Width, max(0, size.Height-top)))
}
