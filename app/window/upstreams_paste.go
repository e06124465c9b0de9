package window

import (
	"errors"

	"fyne.io/fyne/v2"
)

// A paster is a page that takes what is pasted while no input has the focus.
type paster interface{ paste() }

// takePastes hands what is pasted while nothing has the focus to the page in front, if that takes it.
func (w *Window) takePastes() {
	s := &fyne.ShortcutPaste{}
	w.keys.AddShortcut(s, func(fyne.Shortcut) {
		if w.fyne.Canvas().Overlays().Top() == nil {
			call(w, paster.paste)
		}
	})
	w.fyne.Canvas().AddShortcut(s, w.keys.TypedShortcut)
}

// paste takes the clipboard for the URL of an upstream: it begins a new profile with it, or says why that is none.
func (p *upstreamsPage) paste() {
	d, err := pasted(p.w.app.Clipboard().Content(), p.w.state.Settings)
	if err != nil {
		p.w.fail(errors.New(pasteTrouble(p.w, err)))
		return
	}
	p.w.notice.hide()
	p.begin(d)
}

// pasteTrouble says why something that was pasted is no upstream.
func pasteTrouble(w *Window, err error) string {
	var scheme schemeError
	if errors.As(err, &scheme) {
		return w.say("upstreams.paste_scheme", "scheme", string(scheme))
	}
	return w.say("upstreams.paste_wrong", "reason", err.Error())
}
