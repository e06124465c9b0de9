package window

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/app/words"
	"github.com/drawbridge-app/drawbridge/settings"
)

// settingsIn opens the page Settings of a window.
func settingsIn(w *Window, s app.State) *settingsPage {
	w.Show(s)
	w.open("settings")
	return w.current().(*settingsPage)
}

// retype types a text in the place of what an entry of the page Settings holds.
func retype(w *Window, key, text string) {
	e := w.current().(*settingsPage).find(key).widget.(*inputEntry)
	w.fyne.Canvas().Focus(e)
	e.SetText("")
	test.Type(e, text)
}

// holds is what the entry of a key shows.
func (p *settingsPage) holds(key string) string { return p.find(key).widget.(*inputEntry).Text }

func TestSettingsAreAppliedByEnter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := &owner{}
		w := newWindow(t, o)
		s := on()
		p := settingsIn(w, s)
		if !p.apply.Disabled() || !p.revert.Disabled() {
			t.Error("there is something to apply before anything was typed")
		}
		press(w, fyne.KeyF)
		test.Type(w.fyne.Canvas().Focused(), "127.0.0.1:1096")
		if got := p.note.Text(); p.apply.Disabled() || got != "Running tunnels stay." {
			t.Errorf("Apply is disabled, or the note says %q", got)
		}
		w.fyne.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
		answers(w)
		sent := o.sent()
		if len(sent) != 1 || sent[0].Verb != app.Save || !sent[0].Edit.From.Equal(s.Settings) {
			t.Fatalf("sent %+v, want one edit of what was shown", sent)
		}
		if got := sent[0].Edit.To; len(got.Listen) != 1 || got.Listen[0] != "127.0.0.1:1096" || got.Timeouts != s.Settings.Timeouts {
			t.Errorf("sent %+v, want another listen address and nothing else", got)
		}
		if got := p.note.Text(); got != "Applied." || !p.apply.Disabled() {
			t.Errorf("the note says %q, want Applied., and nothing left to apply", got)
		}
		s.Settings = sent[0].Edit.To
		w.Show(s)
		if got := p.note.Text(); got != "Applied." || p.holds("listen") != "127.0.0.1:1096" {
			t.Errorf("after the next state: note %q, listen %q", got, p.holds("listen"))
		}
		w.fyne.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
		answers(w)
		if len(o.sent()) != 1 {
			t.Error("Enter applied what had not changed")
		}
	})
}

func TestSettingsErrorsStandBesideTheirFields(t *testing.T) {
	w := newWindow(t, &owner{})
	p := settingsIn(w, on())
	for _, tt := range []struct{ key, text, at, want string }{
		{"listen", "localhost:1095", "listen", "localhost"},
		{"listen", "0.0.0.0:1095", "listen", "0.0.0.0:1095"},
		{"timeouts.dial", "soon", "timeouts.dial", "soon"},
		{"pool.idle", "-4", "pool.idle", "-4"},
		{"limits.head_bytes", "12", "limits.head_bytes", "12"},
		{"login.user", "anna", "login.password", "Is missing beside a user name"},
		{"login.password", "secret", "login.user", "password"},
	} {
		retype(w, tt.key, tt.text)
		for _, i := range p.inputs {
			got := i.field.Error()
			if i.key == tt.at && !strings.Contains(got, tt.want) || i.key != tt.at && got != "" {
				t.Errorf("%s = %q: %s says %q, want %q at %s alone", tt.key, tt.text, i.key, got, tt.want, tt.at)
			}
		}
		if !p.apply.Disabled() || p.revert.Disabled() || p.note.Text() != "See the marked fields." {
			t.Errorf("%s = %q can be applied, or not reverted; %q", tt.key, tt.text, p.note.Text())
		}
		if strings.Contains(p.find("login.user").field.Error(), "secret") {
			t.Error("the password is shown")
		}
		test.Tap(p.revert)
		if p.find(tt.at).field.Error() != "" || p.holds(tt.key) != p.changes.stored(tt.key) || !p.revert.Disabled() {
			t.Errorf("%s = %q cannot be reverted", tt.key, tt.text)
		}
	}
	// Our own address in an upstream is no field's of this page.
	retype(w, "listen", "127.0.0.1:1080")
	if got := p.note.Text(); !strings.Contains(got, "Office") || !p.apply.Disabled() {
		t.Errorf("the note says %q, want what is wrong with Office", got)
	}
}

func TestSettingsRefusedByTheOwner(t *testing.T) {
	for _, tt := range []struct {
		err      error
		at, want string // where it is said, empty: in the note
	}{
		{errors.New("listen 127.0.0.1:1096: address already in use (by node); 127.0.0.1:1097 is free"), "listen", "127.0.0.1:1096: address already in use"},
		{settings.Problems{{Field: "timeouts.dial", Text: "9s", Reason: "is odd"}}, "timeouts.dial", `"9s": is odd`},
		{app.ErrNoFile, "", "command line"},
		{errors.New("the disk is full"), "", "the disk is full"},
	} {
		synctest.Test(t, func(t *testing.T) {
			o := &owner{err: tt.err}
			w := newWindow(t, o)
			p := settingsIn(w, on())
			retype(w, "timeouts.dial", "9s")
			test.Tap(p.apply)
			answers(w)
			got := p.note.Text()
			if tt.at != "" {
				got = p.find(tt.at).field.Error()
			}
			if !strings.Contains(got, tt.want) || p.holds("timeouts.dial") != "9s" {
				t.Errorf("%v: the page says %q, want %q", tt.err, got, tt.want)
			}
			retype(w, "timeouts.dial", "8s")
			if tt.at != "" && p.find(tt.at).field.Error() != "" || p.apply.Disabled() {
				t.Errorf("%v: it still stands there after something else was typed", tt.err)
			}
		})
	}
}

func TestSettingsFollowTheOwner(t *testing.T) {
	w := newWindow(t, &owner{})
	s := on()
	p := settingsIn(w, s)
	elsewhere := func(key, value string) {
		t.Helper()
		var err error
		if s.Settings, err = s.Settings.With(settings.Change{Key: key, Value: value}); err != nil {
			t.Fatal(err)
		}
		w.Show(s)
	}
	elsewhere("listen", "127.0.0.1:2000")
	if p.holds("listen") != "127.0.0.1:2000" || p.note.Text() != "" {
		t.Errorf("a clean form: listen = %q, note %q", p.holds("listen"), p.note.Text())
	}
	retype(w, "timeouts.dial", "7s")
	elsewhere("listen", "127.0.0.1:3000")
	if p.holds("listen") != "127.0.0.1:3000" || p.holds("timeouts.dial") != "7s" || !strings.Contains(p.note.Text(), "changed elsewhere") {
		t.Errorf("listen = %q, dial = %q, note %q", p.holds("listen"), p.holds("timeouts.dial"), p.note.Text())
	}
	elsewhere("timeouts.dial", "6s")
	if edit, _ := p.changes.edit(); p.holds("timeouts.dial") != "7s" || settings.Text(edit.From, "timeouts.dial") != "6s" {
		t.Errorf("what was typed went away: dial = %q", p.holds("timeouts.dial"))
	}
	elsewhere("timeouts.dial", "7s")
	if !p.apply.Disabled() || p.note.Text() != "" {
		t.Errorf("there is something to apply although all is as it was typed; note %q", p.note.Text())
	}
	elsewhere("desktop.accent", "plum")
	if got := p.find("desktop.accent").widget.(*inputSelect).Selected; got != "Plum" {
		t.Errorf("accent = %q", got)
	}
}

func TestSettingsPassword(t *testing.T) {
	w := newWindow(t, &owner{})
	s := on()
	s.Settings.Login = settings.Login{User: "anna", Password: "***"}
	p := settingsIn(w, s)
	e := p.find("login.password").widget.(*inputEntry)
	if e.Text != "" || !strings.HasPrefix(e.PlaceHolder, "Set.") || !e.Password {
		t.Errorf("a stored password: %q, %q", e.Text, e.PlaceHolder)
	}
	retype(w, "login.user", "berta")
	if edit, problems := p.changes.edit(); problems != nil || edit.To.Login != (settings.Login{User: "berta", Password: "***"}) {
		t.Errorf("another name: %+v %v", edit.To.Login, problems)
	}
	retype(w, "login.password", "x y")
	if edit, _ := p.changes.edit(); edit.To.Login.Password.Reveal() != "x y" {
		t.Errorf("another password: %q", edit.To.Login.Password.Reveal())
	}
	retype(w, "login.password", "")
	retype(w, "login.user", "")
	if edit, problems := p.changes.edit(); problems != nil || edit.To.Login.Set() || p.apply.Disabled() {
		t.Errorf("no name: %+v %v, want no login", edit.To.Login, problems)
	}
}

func TestSettingsChoicesHoldAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := &owner{}
		w := newWindow(t, o)
		p := settingsIn(w, on())
		accent := p.find("desktop.accent").widget.(*inputSelect)
		accent.SetSelected("Plum")
		accent.SetSelected("Graphite")
		accent.SetSelected("Moat")
		test.Tap(p.find("desktop.notifications").widget.(*inputCheck))
		answers(w)
		sent := o.sent()
		if len(sent) != 2 || sent[0].Edit.To.Desktop.Accent != "plum" ||
			sent[1].Edit.From.Desktop.Accent != "plum" || sent[1].Edit.To.Desktop.Accent != "moat" || sent[1].Edit.To.Desktop.Notifications {
			t.Fatalf("sent %+v, want the first choice, and then what all came to", sent)
		}
		if p.apply.Disabled() != true {
			t.Error("what holds already can be applied")
		}
		o.err = errors.New("the disk is full")
		accent.SetSelected("Heather")
		answers(w)
		if accent.Selected != "Moat" || w.notice.text.Text() != "the disk is full" {
			t.Errorf("after an error: accent %q, notice %q", accent.Selected, w.notice.text.Text())
		}
	})
}

// The way to be the system's proxy says what it means before it is applied, which is when it holds.
func TestSettingsOfTheSystemProxy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := &owner{}
		w := newWindow(t, o)
		s := on()
		p := settingsIn(w, s)
		mode := p.find("system_proxy")
		choice := mode.widget.(*inputSelect)
		says := func(selected, help string) {
			t.Helper()
			if choice.Selected != selected || !sees(w, help) {
				t.Errorf("%q is chosen, want %q, and the help %q", choice.Selected, selected, help)
			}
		}
		const all = "Everything goes to the bridge, except what Rules send directly and the system can say. SOCKS is set too where it is taken."
		says("All traffic", all)
		w.fyne.Canvas().Focus(choice)
		choice.TypedKey(&fyne.KeyEvent{Name: fyne.KeyRight})
		says("PAC file", "A file tells programs what goes to the bridge, and all Rules count. Programs that read no such file go directly.")
		choice.TypedKey(&fyne.KeyEvent{Name: fyne.KeyRight})
		says("Leave alone", "Drawbridge sets nothing. Each program has to be told of the bridge by itself.")
		test.Tap(p.find("mend_system_proxy").widget.(*inputCheck))
		answers(w)
		if len(o.sent()) != 0 || p.apply.Disabled() {
			t.Errorf("before Apply, %v was sent", o.sent())
		}
		test.Tap(p.revert)
		says("All traffic", all)
		choice.SetSelected("PAC file")
		test.Tap(p.find("mend_system_proxy").widget.(*inputCheck))
		test.Tap(p.apply)
		answers(w)
		if sent := o.sent(); len(sent) != 1 || sent[0].Edit.To.SystemProxy != "pac" || !sent[0].Edit.To.MendSystemProxy {
			t.Fatalf("sent %+v, want both", sent)
		}
		s.Settings = s.Settings.Clone()
		s.Settings.SystemProxy = "leave"
		w.Show(s)
		says("Leave alone", "Drawbridge sets nothing. Each program has to be told of the bridge by itself.")
	})
}

func TestSettingsSurviveAnotherLanguage(t *testing.T) {
	w := newWindow(t, &owner{})
	s := on()
	p := settingsIn(w, s)
	retype(w, "timeouts.dial", "7s")
	w.fyne.Canvas().Focus(p.find("desktop.language").widget)
	s.Settings.Desktop.Language = "ru"
	w.Show(s)
	next := w.current().(*settingsPage)
	if next == p || next.holds("timeouts.dial") != "7s" || next.apply.Text != "Применить" || next.apply.Disabled() {
		t.Errorf("dial = %q, %q", next.holds("timeouts.dial"), next.apply.Text)
	}
	if w.fyne.Canvas().Focused() != next.find("desktop.language").widget {
		t.Error("the choice of language lost the focus")
	}
}

// An autostarts is a system that starts programs at login.
type autostarts struct {
	mu  sync.Mutex
	on  bool
	err error // of changes
}

func (a *autostarts) Enabled() (bool, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.on, nil
}
func (a *autostarts) Enable() error  { return a.set(true) }
func (a *autostarts) Disable() error { return a.set(false) }

func (a *autostarts) set(on bool) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.err == nil {
		a.on = on
	}
	return a.err
}

func TestStartAtLogin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		system := &autostarts{on: true}
		w := newWindowWith(t, &owner{}, Options{Autostart: system})
		p := settingsIn(w, on())
		tick := p.starts.widget.(*inputCheck)
		if !tick.Disabled() {
			t.Error("it can be changed before it is known")
		}
		answers(w)
		if !tick.Checked || tick.Disabled() {
			t.Error("the tick does not say what the system says")
		}
		test.Tap(tick)
		answers(w)
		if system.on || tick.Checked {
			t.Error("a tap did not change it")
		}
		system.err = errors.New("no such folder")
		test.Tap(tick)
		answers(w)
		if tick.Checked || w.notice.text.Text() != "no such folder" {
			t.Errorf("after an error: %v, %q", tick.Checked, w.notice.text.Text())
		}
	})
	if p := settingsIn(newWindow(t, &owner{}), on()); p.starts != nil {
		t.Error("the tick is there although nobody can set it")
	}
}

// Each label, each line of help and each choice has words in each language.
func TestSettingsSpeakEachLanguage(t *testing.T) {
	s := on()
	for _, l := range words.Choices() {
		w := newWindowWith(t, &owner{}, Options{Autostart: &autostarts{}})
		s.Settings.Desktop.Language = l.Tag
		p := settingsIn(w, s)
		var said []string
		for _, o := range test.LaidOutObjects(p.page) {
			if text, ok := o.(interface{ Text() string }); ok {
				said = append(said, text.Text())
			}
		}
		for _, i := range append(p.inputs, p.starts.input) {
			switch input := i.widget.(type) {
			case *inputSelect:
				said = append(said, input.Options...)
			case *inputCheck:
				said = append(said, input.Text)
			}
		}
		if len(said) < 2*len(p.inputs) {
			t.Fatalf("%s: only %d texts were found", l.Tag, len(said))
		}
		for _, text := range said {
			if strings.HasPrefix(text, "settings.") {
				t.Errorf("%s: %q is a key", l.Tag, text)
			}
		}
	}
}

// Everything that a person can choose has its place: here, on another page, or in the headless program alone.
func TestEverySettingHasAPlace(t *testing.T) {
	elsewhere := map[string]bool{"bypass": true, "use": true, "log.format": true}
	p := settingsIn(newWindow(t, &owner{}), on())
	for _, k := range settings.Keys(settings.Default()) {
		if here := p.find(k.Name) != nil; here == elsewhere[k.Name] {
			t.Errorf("%s is on the page Settings: %v", k.Name, here)
		}
	}
}
