package window

import (
	"runtime"
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/app/window/look"
)

// A shortcut is a key that does something wherever the window's focus is. With it the Ctrl key is held, or Command on
// macOS.
type shortcut struct {
	key  fyne.KeyName
	also fyne.KeyName // the same without Ctrl, a function key; may be empty
	says string       // what it does, a key of words; empty: it is not listed
	run  func()

	always bool // also while something lies over the window
}

// shortcuts lists all of them, in the order in which they are shown.
func (w *Window) shortcuts() []shortcut {
	list := []shortcut{
		{key: fyne.KeyT, says: "keys.toggle", run: func() { w.do(app.Intent{Verb: app.Toggle}, nil) }},
		{key: fyne.KeyF, says: "keys.find", run: func() { call(w, finder.onFind) }},
		{key: fyne.KeyN, says: "keys.add", run: func() { call(w, adder.onAdd) }},
		{key: fyne.KeyR, also: fyne.KeyF5, says: "keys.refresh", run: func() { call(w, refresher.onRefresh) }},
		{key: fyne.KeyComma, says: "keys.settings", run: func() { w.open("settings") }},
		{key: fyne.KeySlash, also: fyne.KeyF1, says: "keys.list", run: w.listShortcuts},
		{key: fyne.KeyW, says: "keys.close", run: w.fyne.Close, always: true},
		{key: fyne.KeyQ, run: w.fyne.Close, always: true},
	}
	for i, key := range []fyne.KeyName{fyne.Key1, fyne.Key2, fyne.Key3, fyne.Key4, fyne.Key5, fyne.Key6, fyne.Key7} {
		list = append(list, shortcut{key: key, run: func() { w.open(w.tabs[i].name) }})
	}
	return list
}

// call calls a method of the page in front, if it has that.
func call[P any](w *Window, method func(P)) {
	if p, ok := w.current().(P); ok {
		method(p)
	}
}

// listenToKeys makes the window hear its shortcuts. Whatever lies over the window, such as a dialog, keeps all but Escape
// and closing to itself.
func (w *Window) listenToKeys() {
	canvas := w.fyne.Canvas()
	functions := map[fyne.KeyName]func(){fyne.KeyEscape: w.escape}
	hear := func(key fyne.KeyName, run func()) {
		s := &desktop.CustomShortcut{KeyName: key, Modifier: fyne.KeyModifierShortcutDefault}
		w.keys.AddShortcut(s, func(fyne.Shortcut) { run() })
		canvas.AddShortcut(s, w.keys.TypedShortcut)
	}
	for _, s := range w.shortcuts() {
		run := func() {
			if s.always || canvas.Overlays().Top() == nil {
				s.run()
			}
		}
		hear(s.key, run)
		if s.also != "" {
			functions[s.also] = run
		}
	}
	canvas.SetOnTypedKey(func(event *fyne.KeyEvent) {
		if run, ok := functions[event.Name]; ok {
			run()
		}
	})
}

// escape closes what lies before the pages.
func (w *Window) escape() {
	w.closeList()
	w.notice.close()
}

// listShortcuts shows all shortcuts, before everything else, until it is closed.
func (w *Window) listShortcuts() {
	const gap = 4 // with large text all of it has to fit the smallest window
	keys, what := look.Column(gap), look.Column(gap)
	add := func(key, says string) {
		keys.Add(look.Strong(key))
		what.Add(look.Body(says))
	}
	add(held("1")+" … "+held(strconv.Itoa(len(w.tabs))), w.say("keys.page"))
	for _, s := range w.shortcuts() {
		if s.says == "" {
			continue
		}
		key := held(string(s.key))
		if s.also != "" {
			key += ", " + string(s.also)
		}
		add(key, w.say(s.says))
	}
	add("Tab", w.say("keys.tab"))
	add("Esc", w.say("keys.escape"))
	end := look.Plain(w.say("keys.end"), w.closeList)
	w.list = widget.NewModalPopUp(look.Inset(look.GapLarge, look.Column(look.GapWide,
		look.Heading(w.say("keys.title")),
		look.Row(look.GapWide, keys, what),
		look.Row(0, look.Spacer(), end),
	)), w.fyne.Canvas())
	w.list.Show()
}

// closeList closes the list of shortcuts.
func (w *Window) closeList() {
	if w.list != nil {
		w.list.Hide()
		w.list = nil
	}
}

// held says a key together with the one that is held.
func held(key string) string {
	if runtime.GOOS == "darwin" {
		return "⌘" + key
	}
	return "Ctrl+" + key
}

// An entry is a field for text in which the window's shortcuts go on working: Fyne gives all that is typed with Ctrl to
// the field alone. Pages make theirs with newEntry.
type entry struct {
	widget.Entry
	w *Window
}

func (w *Window) newEntry() *entry {
	e := &entry{w: w}
	e.ExtendBaseWidget(e)
	return e
}

// TypedShortcut implements [fyne.Shortcutable].
func (e *entry) TypedShortcut(s fyne.Shortcut) {
	e.Entry.TypedShortcut(s)
	e.w.keys.TypedShortcut(s)
}

// TypedKey implements [fyne.Focusable].
func (e *entry) TypedKey(event *fyne.KeyEvent) {
	switch event.Name {
	case fyne.KeyF1, fyne.KeyF5, fyne.KeyEscape:
		e.w.fyne.Canvas().OnTypedKey()(event)
	}
	e.Entry.TypedKey(event)
}
