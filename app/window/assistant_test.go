package window

import (
	"context"
	"testing"
	"testing/synctest"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/settings"
)

// fresh is a bridge on its first day: no upstream is set, and none answers.
func fresh() app.State {
	s := on()
	s.On, s.Listen = false, nil
	s.Settings.Profiles, s.Settings.Use = nil, ""
	s.Chosen, s.Profile = true, settings.Profile{Name: "built-in endpoint", URL: "direct://"}
	return s
}

// assisted opens the assistant of a machine with these endpoints, and waits until they were found.
func assisted(w *Window, found ...app.Endpoint) *assistant {
	a := newAssistant(w, func(context.Context) []app.Endpoint { return found })
	a.open()
	answers(w)
	return a
}

func TestAssistantPictures(t *testing.T) {
	tor := []app.Endpoint{{Address: "127.0.0.1:1080", Hint: "ssh -D, Shadowsocks"}, {Address: "127.0.0.1:9050", Hint: "Tor"}}
	for name, prepare := range map[string]func(*Window){
		"assistant":      func(w *Window) { assisted(w, tor...) },
		"assistant-none": func(w *Window) { assisted(w).url.SetText("ss://YWVzLTI1Ni1nY206@host:8388") },
		"assistant-name": func(w *Window) { assisted(w, tor...).forward() },
		"assistant-on": func(w *Window) {
			a := assisted(w, tor...)
			a.forward()
			a.forward()
			answers(w)
		},
	} {
		see(t, name, "upstreams", &owner{}, fresh(), prepare)
	}
}

// inAssistant runs a test with the assistant open, in a bubble.
func inAssistant(t *testing.T, o *owner, found []app.Endpoint, do func(*testing.T, *Window, *assistant)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := newWindow(t, o)
		w.Show(fresh())
		do(t, w, assisted(w, found...))
	})
}

func TestAssistantTurnsTheBridgeOn(t *testing.T) {
	o := &owner{}
	tor := []app.Endpoint{{Address: "127.0.0.1:1080", Hint: "ssh -D, Shadowsocks"}, {Address: "127.0.0.1:9050", Hint: "Tor"}}
	inAssistant(t, o, tor, func(t *testing.T, w *Window, a *assistant) {
		if a.choice != "127.0.0.1:1080" || a.next.Disabled() {
			t.Errorf("chosen is %q", a.choice)
		}
		a.list.TypedKey(&fyne.KeyEvent{Name: fyne.KeyDown})
		a.list.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
		if a.step != 1 || a.name.Text != "Tor" || w.fyne.Canvas().Focused() != fyne.Focusable(a.name) {
			t.Errorf("step %d names it %q", a.step, a.name.Text)
		}
		a.name.TypedKey(&fyne.KeyEvent{Name: fyne.KeyBackspace}) // all of it is selected
		if !a.next.Disabled() || a.nameField.Error() == "" {
			t.Error("an upstream without a name is taken")
		}
		test.Type(a.name, "Onions")
		a.name.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
		answers(w)
		sent := o.sent()
		if len(sent) != 2 || sent[0].Verb != app.Save || sent[1].Verb != app.TurnOn {
			t.Fatalf("sent %+v", sent)
		}
		if to := sent[0].Edit.To; to.Use != "Onions" || len(to.Profiles) != 1 || to.Profiles[0].URL != "socks5://127.0.0.1:9050" {
			t.Errorf("saved %+v", to.Profiles)
		}
		if a.step != 2 || a.command.Text() != "curl -x http://127.0.0.1:1095 http://example.com/" {
			t.Errorf("step %d says %q", a.step, a.command.Text())
		}
		w.fyne.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
		if w.fyne.Canvas().Overlays().Top() != nil {
			t.Error("it stays open")
		}
	})
}

func TestAssistantTakesAURL(t *testing.T) {
	o := &owner{}
	inAssistant(t, o, nil, func(t *testing.T, w *Window, a *assistant) {
		if a.choice != otherEndpoint || !a.next.Disabled() || a.urlField.Error() != "" {
			t.Errorf("where nothing answers, %q is chosen and the URL says %q", a.choice, a.urlField.Error())
		}
		for text, right := range map[string]bool{
			"socks5://h:99999": false, "vmess://x": false, "127.0.0.1:1095": false, "socks5://anna@h:1": false,
			"h": true, "socks5://anna:x@h:1": true, "socks4://anna@h": true,
		} {
			a.url.SetText(text)
			if a.next.Disabled() == right || (a.urlField.Error() == "") != right {
				t.Errorf("%q: the field says %q", text, a.urlField.Error())
			}
		}
		w.app.Clipboard().SetContent(" socks5://anna:s3cret@jump.example:1 ")
		a.list.TypedShortcut(&fyne.ShortcutPaste{})
		a.forward()
		a.forward()
		answers(w)
		if p := o.sent()[0].Edit.To.Profiles[0]; p.Name != "jump.example" || p.URL != "socks5://jump.example:1" || p.User != "anna" || p.Password.Reveal() != "s3cret" {
			t.Errorf("saved %+v", p)
		}
	})
}

func TestAssistantTakesTheBuiltInEndpoint(t *testing.T) {
	o := &owner{}
	inAssistant(t, o, nil, func(t *testing.T, w *Window, a *assistant) {
		a.choose(builtInEndpoint)
		if !a.honest.Visible() {
			t.Error("it does not say what that means")
		}
		a.forward()
		a.forward()
		answers(w)
		if p := o.sent()[0].Edit.To.Profiles[0]; p.URL != "direct://" {
			t.Errorf("saved %+v", p)
		}
	})
}

func TestAssistantIsSkipped(t *testing.T) {
	o := &owner{}
	inAssistant(t, o, nil, func(t *testing.T, w *Window, a *assistant) {
		a.url.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
		answers(w)
		if w.fyne.Canvas().Overlays().Top() != nil || len(o.sent()) != 0 {
			t.Errorf("Escape leaves it open, or sends %v", o.sent())
		}
		w.notify("something")
		w.fyne.Canvas().OnTypedKey()(&fyne.KeyEvent{Name: fyne.KeyEscape})
		if w.notice.picture.Visible() {
			t.Error("the window's own Escape does nothing any more")
		}
	})
}

func TestAssistantSaysWhatWentWrong(t *testing.T) {
	o := &owner{err: app.ErrNoFile}
	inAssistant(t, o, []app.Endpoint{{Address: "127.0.0.1:9050", Hint: "Tor"}}, func(t *testing.T, w *Window, a *assistant) {
		a.forward()
		a.forward()
		answers(w)
		if len(o.sent()) != 1 || a.step != 1 || a.trouble.Text() != w.say("window.no_file") || !a.trouble.Visible() || a.next.Disabled() {
			t.Errorf("after an error step %d says %q", a.step, a.trouble.Text())
		}
	})
}
