package window

import (
	"errors"
	"testing"
	"testing/synctest"

	"fyne.io/fyne/v2/test"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/app/window/look"
	"github.com/drawbridge-app/drawbridge/settings"
)

// byPAC is a bridge with a login to which a PAC file leads the system.
func byPAC() app.State {
	s := on()
	s.SystemProxy = app.SystemProxy{Supported: true, On: true, Wanted: true}
	s.Settings.SystemProxy, s.Settings.Login = "pac", settings.Login{User: "anna", Password: "***"}
	return s
}

// drifted is a bridge past which another program has led the system.
func drifted() app.State {
	s := on()
	s.SystemProxy = app.SystemProxy{
		Supported: true, On: true, Wanted: true, Astray: true,
		Changed: []string{"org.gnome.system.proxy mode", "org.gnome.system.proxy ignore-hosts"},
	}
	return s
}

// leftAlone is a bridge that is not to be the system's proxy.
func leftAlone() app.State {
	s := on()
	s.SystemProxy = app.SystemProxy{Supported: true, Wanted: true}
	s.Settings.SystemProxy = "leave"
	return s
}

func TestSystemProxyTick(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := &owner{}
		s := on()
		w, p := bridgeOf(t, o, s)
		test.Tap(p.system)
		answers(w)
		if len(o.sent()) != 0 || !p.system.Disabled() {
			t.Errorf("where it is not supported a tick sent %v", o.sent())
		}
		s.SystemProxy.Supported = true
		w.Show(s)
		test.Tap(p.system)
		answers(w)
		if sent := o.sent(); len(sent) != 1 || sent[0].Verb != app.UseSystemProxy || !sent[0].On {
			t.Fatalf("the tick sent %v, want the system's proxy on", sent)
		}
		if p.system.Checked {
			t.Error("it is ticked before the state says so")
		}
		s.SystemProxy.On = true
		w.Show(s)
		if !p.system.Checked || len(o.sent()) != 1 {
			t.Errorf("the state ticked it %v and sent %v", p.system.Checked, o.sent()[1:])
		}
		o.err = errors.New("give back the system's proxy: it is stuck")
		test.Tap(p.system)
		answers(w)
		if sent := o.sent(); len(sent) != 2 || sent[1].Verb != app.UseSystemProxy || sent[1].On {
			t.Fatalf("the tick sent %v, want the system's proxy off", sent)
		}
		if !p.system.Checked || !w.notice.picture.Visible() || w.notice.text.Text() != o.err.Error() {
			t.Errorf("what failed is told as %q, and it is ticked: %v", w.notice.text.Text(), p.system.Checked)
		}
		s.SystemProxy = app.SystemProxy{Why: "no gsettings here"}
		w.Show(s)
		if !sees(w, "no gsettings here") || sees(w, "All traffic goes to the bridge. Your own setting comes back when it is off.") || p.system.Checked {
			t.Error("the owner's own reason is not shown")
		}
	})
}

// The line under the tick says what holds, and what can be done.
func TestSystemProxyHelp(t *testing.T) {
	later := off()
	later.SystemProxy = app.SystemProxy{Supported: true, Wanted: true}
	unticked := byPAC()
	unticked.SystemProxy = app.SystemProxy{Supported: true}
	unticked.Settings.Login = settings.Login{}
	lesser := drifted()
	lesser.SystemProxy.Changed, lesser.SystemProxy.Astray = []string{"kioslaverc NoProxyFor"}, false
	stuck := leftAlone()
	stuck.SystemProxy.On = true
	nowhere := on()
	nowhere.SystemProxy = app.SystemProxy{Why: "no desktop runs here …", WhyCode: "no-desktop"}
	const back = " Your own setting comes back when it is off."
	for name, tt := range map[string]struct {
		state          app.State
		help           string
		ticked, locked bool
		again, choose  bool // the buttons
		sign           look.SignState
	}{
		"not ticked":     {unticked, "This desktop's programs then use the bridge." + back, false, false, false, false, look.SignOn},
		"by a PAC file":  {byPAC(), "A PAC file says what goes to the bridge." + back + "\nPrograms will ask for the bridge's user name and password.", true, false, false, false, look.SignSystem},
		"later":          {later, "It will be when the bridge is on.", true, false, false, false, look.SignOff},
		"left alone":     {leftAlone(), "It is left alone, as Settings say.", false, true, false, true, look.SignOn},
		"led elsewhere":  {drifted(), "Another program has changed the kind of proxy, the bypass list. Programs may go past the bridge.", true, false, true, false, look.SignOn},
		"lesser changes": {lesser, "Another program has changed the bypass list.", true, false, true, false, look.SignSystem},
		"not given back": {stuck, "All traffic goes to the bridge." + back, true, false, false, false, look.SignSystem},
		"no desktop":     {nowhere, "No desktop runs here whose proxy could be set. Programs in a terminal can use the bridge all the same, see below.", false, true, false, false, look.SignOn},
	} {
		synctest.Test(t, func(t *testing.T) {
			w, p := bridgeOf(t, &owner{}, tt.state)
			if got := p.systemHelp.Text(); got != tt.help || p.system.Checked != tt.ticked || p.system.Disabled() != tt.locked {
				t.Errorf("%s: %q, ticked %v, locked %v, want %q, %v, %v", name, got, p.system.Checked, p.system.Disabled(), tt.help, tt.ticked, tt.locked)
			}
			if p.again.Visible() != tt.again || p.choose.Visible() != tt.choose {
				t.Errorf("%s: set again %v, open Settings %v, want %v, %v", name, p.again.Visible(), p.choose.Visible(), tt.again, tt.choose)
			}
			if got := p.toggle.Sign.State(); got != tt.sign {
				t.Errorf("%s: the sign is %v, want %v", name, got, tt.sign)
			}
			w.Gone()
			if p.systemHelp.Visible() || p.again.Visible() || p.choose.Visible() {
				t.Errorf("%s: something is said of it though nobody owns the bridge", name)
			}
		})
	}
}

// Who comes back to the window is to see what holds.
func TestWindowThatIsReturnedToLooks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := &owner{}
		w := newWindow(t, o)
		w.Show(on())
		w.returned()
		answers(w)
		if sent := o.sent(); len(sent) != 0 {
			t.Errorf("where nothing is taken it sent %v", sent)
		}
		o.err = errors.New("there is no such intent")
		w.Show(byPAC())
		w.returned()
		answers(w)
		if sent := o.sent(); len(sent) != 1 || sent[0].Verb != app.Look || w.notice.picture.Visible() {
			t.Errorf("sent %v, want a look, of which nobody hears", sent)
		}
	})
}

// What is wished for later is not wished for any more after a click, and what was changed is set again by one.
func TestSystemProxyClicks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := &owner{}
		s := off()
		s.SystemProxy = app.SystemProxy{Supported: true, Wanted: true}
		w, p := bridgeOf(t, o, s)
		test.Tap(p.system)
		answers(w)
		if sent := o.sent(); len(sent) != 1 || sent[0].Verb != app.UseSystemProxy || sent[0].On || !p.system.Checked {
			t.Fatalf("the tick sent %v, want the system's proxy off, and to wait for that", sent)
		}
		w.Show(drifted())
		test.Tap(p.again)
		answers(w)
		if sent := o.sent(); len(sent) != 2 || sent[1].Verb != app.UseSystemProxy || !sent[1].On {
			t.Fatalf("setting it again sent %v", sent[1:])
		}
		o.err = app.ErrLeftAlone
		test.Tap(p.again)
		answers(w)
		if got := w.notice.text.Text(); got != "Settings say to leave the system's proxy alone. Choose something else there first." {
			t.Errorf("the notice says %q", got)
		}
		w.Show(leftAlone())
		test.Tap(p.choose)
		if i := w.current().(*settingsPage).find("system_proxy"); w.fyne.Canvas().Focused() != i.widget {
			t.Error("the settings are not open at the system's proxy")
		}
	})
}
