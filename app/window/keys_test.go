package window

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/app/window/look"
)

// press types a key while Ctrl is held.
func press(w *Window, key fyne.KeyName) {
	s := &desktop.CustomShortcut{KeyName: key, Modifier: fyne.KeyModifierShortcutDefault}
	if focused, ok := w.fyne.Canvas().Focused().(fyne.Shortcutable); ok {
		focused.TypedShortcut(s)
		return
	}
	w.keys.TypedShortcut(s)
}

// A probe is a page that notes which of its methods are called.
type probe struct {
	picture fyne.CanvasObject
	called  []string
	entered context.Context // of the last enter
	field   *entry
}

func newProbe(w *Window) *probe {
	field := w.newEntry()
	return &probe{picture: look.Column(0, field), field: field}
}

func (p *probe) content() fyne.CanvasObject { return p.picture }
func (p *probe) show(app.State)             {}
func (p *probe) enter(ctx context.Context)  { p.called, p.entered = append(p.called, "enter"), ctx }
func (p *probe) onFind()                    { p.called = append(p.called, "find") }
func (p *probe) onAdd()                     { p.called = append(p.called, "add") }
func (p *probe) onRefresh()                 { p.called = append(p.called, "refresh") }

// Shortcuts work wherever the focus is, and so also in a field.
func TestShortcuts(t *testing.T) {
	for _, inField := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			o := &owner{}
			w := newWindow(t, o)
			w.Show(on())
			p := newProbe(w)
			w.tabs[0].page = p
			w.fyne.SetContent(p.picture)
			if inField {
				w.fyne.Canvas().Focus(p.field)
			}
			for _, key := range []fyne.KeyName{fyne.KeyF, fyne.KeyN, fyne.KeyR, fyne.KeyT} {
				press(w, key)
			}
			if inField {
				p.field.TypedKey(&fyne.KeyEvent{Name: fyne.KeyF5})
			} else {
				w.fyne.Canvas().OnTypedKey()(&fyne.KeyEvent{Name: fyne.KeyF5})
			}
			answers(w)
			if want := []string{"find", "add", "refresh", "refresh"}; !slices.Equal(p.called, want) {
				t.Errorf("in a field %v: the page was told %v, want %v", inField, p.called, want)
			}
			if sent := o.sent(); len(sent) != 1 || sent[0].Verb != app.Toggle {
				t.Errorf("in a field %v: Ctrl+T sent %v, want one toggle", inField, sent)
			}
			press(w, fyne.Key3)
			if w.page != "connections" {
				t.Errorf("in a field %v: Ctrl+3 opened %s", inField, w.page)
			}
			press(w, fyne.KeyComma)
			if w.page != "settings" {
				t.Errorf("in a field %v: Ctrl+, opened %s", inField, w.page)
			}
		})
	}
}

func TestListOfShortcuts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := &owner{}
		w := newWindow(t, o)
		w.Show(on())
		press(w, fyne.KeySlash)
		if !sees(w, "Shortcuts") || !sees(w, "Turn the bridge on or off") {
			t.Fatal("Ctrl+/ does not list the shortcuts")
		}
		press(w, fyne.Key2)
		press(w, fyne.KeyT)
		answers(w)
		if w.page != "bridge" || len(o.sent()) != 0 {
			t.Errorf("a shortcut reached through the list: page %s, sent %v", w.page, o.sent())
		}
		w.fyne.Canvas().OnTypedKey()(&fyne.KeyEvent{Name: fyne.KeyEscape})
		if sees(w, "Shortcuts") {
			t.Error("Escape does not close the list")
		}
		press(w, fyne.Key2)
		if w.page != "upstreams" {
			t.Errorf("Ctrl+2 opened %s after the list was closed", w.page)
		}
	})
}
