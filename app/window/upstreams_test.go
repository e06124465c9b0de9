package window

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/settings"
)

// upstreams is the page of a window.
func upstreams(w *Window) *upstreamsPage {
	for _, t := range w.tabs {
		if p, ok := t.page.(*upstreamsPage); ok {
			return p
		}
	}
	return nil
}

func TestUpstreamsPictures(t *testing.T) {
	works := app.Check{URL: checkURL, Profile: "Office", Stages: []app.Stage{
		{Name: "dial", Ms: 0.4, Note: "127.0.0.1:1080"}, {Name: "greeting", Ms: 0.2}, {Name: "request", Ms: 48.2, Note: "example.com:443"},
		{Name: "tls", Ms: 51.7, Note: "TLS 1.3"}, {Name: "answer", Ms: 49.9, Note: "HTTP/1.1 200 OK"},
	}}
	broken := app.Check{URL: checkURL, Profile: "Home", Failed: "login", Stages: []app.Stage{
		{Name: "dial", Ms: 38.4, Note: "home.example:1080"}, {Name: "greeting", Ms: 39.1},
		{Name: "login", Ms: 40.2, Error: "socks: login as anna: refused by home.example:1080 (RFC 1929 status 1)"},
	}}
	tested := func(name string, c app.Check) func(*Window) {
		return func(w *Window) {
			p := upstreams(w)
			profile, _ := named(w.state.Settings, name)
			p.checks[profile] = check{result: c}
			p.choose(name)
		}
	}
	see(t, "upstreams", "upstreams", &owner{}, on(), nil)
	see(t, "upstreams-works", "upstreams", &owner{}, on(), tested("Office", works))
	see(t, "upstreams-broken", "upstreams", &owner{}, on(), tested("Home", broken))
	see(t, "upstreams-wrong", "upstreams", &owner{}, on(), func(w *Window) {
		p := upstreams(w)
		p.choose("Home")
		p.form.expand(true)
		p.form.address.SetText("home.example:99999")
		p.form.spares.SetText("many")
	})
	see(t, "upstreams-delete", "upstreams", &owner{}, on(), func(w *Window) { upstreams(w).ask("Office") })
	see(t, "upstreams-clash", "upstreams", &owner{}, on(), func(w *Window) {
		p := upstreams(w)
		p.choose("Home")
		p.form.user.SetText("bert")
		s := w.state
		s.Settings = s.Settings.Clone()
		s.Settings.Profiles[2].User = "carl"
		s.Upstream = app.Health{State: app.Down, Cause: "refused"}
		w.Show(s)
	})
	empty := on()
	empty.Settings.Profiles, empty.Settings.Use = nil, ""
	empty.Chosen, empty.Profile = true, settings.Profile{Name: "127.0.0.1:1080", URL: "socks5://127.0.0.1:1080"}
	see(t, "upstreams-empty", "upstreams", &owner{}, empty, nil)
}

// inUpstreams runs a test with the page of upstreams in front, in a bubble.
func inUpstreams(t *testing.T, o *owner, do func(*testing.T, *Window, *upstreamsPage)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := newWindow(t, o)
		w.Show(on())
		w.open("upstreams")
		settle(w, fyne.NewSize(960, 640))
		do(t, w, upstreams(w))
	})
}

// last is the intent that was sent last.
func last(t *testing.T, o *owner) app.Intent {
	t.Helper()
	sent := o.sent()
	if len(sent) == 0 {
		t.Fatal("nothing was sent")
	}
	return sent[len(sent)-1]
}

func TestUpstreamIsEdited(t *testing.T) {
	o := &owner{}
	inUpstreams(t, o, func(t *testing.T, w *Window, p *upstreamsPage) {
		apply := p.form.form.Apply
		if !apply.Disabled() {
			t.Error("there is something to apply before anything was typed")
		}
		p.form.name.SetText("")
		if got := p.form.fields["name"].Error(); got != "Is missing" || !apply.Disabled() {
			t.Errorf("without a name the field says %q", got)
		}
		test.Type(p.form.name, "Work")
		if got := p.form.fields["name"].Error(); got != "" || apply.Disabled() {
			t.Errorf("with a name the field says %q", got)
		}
		test.Tap(apply)
		if !apply.Disabled() {
			t.Error("what was sent can be sent again")
		}
		answers(w)
		i := last(t, o)
		if i.Verb != app.Save || i.Edit.To.Use != "Work" || i.Edit.To.Profiles[0].Name != "Work" || i.Edit.From.Profiles[0].Name != "Office" {
			t.Fatalf("sent %+v", i)
		}
		s := on()
		s.Settings = i.Edit.To
		s.Profile.Name = "Work"
		w.Show(s)
		if p.selected != "Work" || len(p.drafts) != 0 || !apply.Disabled() || p.form.name.Text != "Work" {
			t.Errorf("after it was applied %q is selected, and %d drafts are left", p.selected, len(p.drafts))
		}
	})
}

func TestUpstreamIsNotSaved(t *testing.T) {
	o := &owner{err: app.ErrNoFile}
	inUpstreams(t, o, func(t *testing.T, w *Window, p *upstreamsPage) {
		p.form.address.SetText("127.0.0.1:1081")
		test.Tap(p.form.form.Apply)
		answers(w)
		if got, want := p.form.form.Note.Text(), w.say("window.no_file"); got != want {
			t.Errorf("the form says %q, want %q", got, want)
		}
		if p.form.form.Apply.Disabled() || p.form.address.Text != "127.0.0.1:1081" {
			t.Error("what was typed is lost, or cannot be sent again")
		}
		test.Tap(p.form.form.Revert)
		if p.form.address.Text != "127.0.0.1:1080" || p.form.form.Note.Text() != "" {
			t.Errorf("after reverting the address is %q, the note %q", p.form.address.Text, p.form.form.Note.Text())
		}
	})
}

func TestTypingOnWhileItIsSaved(t *testing.T) {
	o := &owner{}
	inUpstreams(t, o, func(t *testing.T, w *Window, p *upstreamsPage) {
		p.choose("Home")
		p.form.name.SetText("House")
		test.Tap(p.form.form.Apply)
		p.form.user.SetText("bert")
		answers(w)
		s := on()
		s.Settings = last(t, o).Edit.To
		w.Show(s)
		if p.selected != "House" || p.form.user.Text != "bert" || p.detail.clash.picture.Visible() || p.form.form.Apply.Disabled() {
			t.Errorf("%q is selected, the user is %q", p.selected, p.form.user.Text)
		}
		test.Tap(p.form.form.Apply)
		answers(w)
		if e := last(t, o).Edit; e.To.Profiles[2].User != "bert" || e.To.Profiles[2].Name != "House" || len(e.To.Profiles) != 3 || len(e.Secrets) != 0 {
			t.Errorf("sent %+v", e)
		}
	})
}

func TestTypingSurvivesStates(t *testing.T) {
	o := &owner{}
	inUpstreams(t, o, func(t *testing.T, w *Window, p *upstreamsPage) {
		p.choose("Home")
		p.form.user.SetText("bert")
		p.choose("Tor")
		s := on()
		s.Upstream.State = app.Down
		w.Show(s)
		p.choose("Home")
		if p.form.user.Text != "bert" || p.detail.clash.picture.Visible() {
			t.Errorf("after another row and a state the user is %q", p.form.user.Text)
		}

		s.Settings = s.Settings.Clone()
		s.Settings.Profiles[2].Spares = 9
		w.Show(s)
		if !p.detail.clash.picture.Visible() || !p.form.form.Apply.Disabled() || p.form.user.Text != "bert" {
			t.Error("a change elsewhere is not told, or took what was typed")
		}
		test.Tap(p.detail.clash.buttons[0])
		if p.detail.clash.picture.Visible() || p.form.form.Apply.Disabled() {
			t.Error("the clash is not settled")
		}
		test.Tap(p.form.form.Apply)
		answers(w)
		e := last(t, o).Edit
		if e.From.Profiles[2].Spares != 9 || e.To.Profiles[2].User != "bert" || len(e.Secrets) != 0 {
			t.Errorf("sent %+v", e)
		}
	})
}

func TestTheirsIsTaken(t *testing.T) {
	inUpstreams(t, &owner{}, func(t *testing.T, w *Window, p *upstreamsPage) {
		p.choose("Home")
		p.form.user.SetText("bert")
		s := on()
		s.Settings = s.Settings.Clone()
		s.Settings.Profiles[2].User = "carl"
		w.Show(s)
		test.Tap(p.detail.clash.buttons[1])
		if p.form.user.Text != "carl" || p.form.form.Apply.Disabled() != true {
			t.Errorf("the user is %q, want theirs", p.form.user.Text)
		}
	})
}

func TestListByKeyboard(t *testing.T) {
	o := &owner{}
	inUpstreams(t, o, func(t *testing.T, w *Window, p *upstreamsPage) {
		key := func(k fyne.KeyName) { p.list.TypedKey(&fyne.KeyEvent{Name: k}) }
		key(fyne.KeyDown)
		if p.selected != "Tor" || p.form.address.Text != "127.0.0.1:9050" {
			t.Errorf("down selects %q with %q", p.selected, p.form.address.Text)
		}
		key(fyne.KeySpace)
		answers(w)
		if i := last(t, o); i.Verb != app.Use || i.Profile != "Tor" {
			t.Errorf("space sends %+v", i)
		}
		p.list.TypedShortcut(&desktop.CustomShortcut{KeyName: fyne.KeyUp, Modifier: fyne.KeyModifierAlt})
		answers(w)
		if got := names(last(t, o).Edit.To); !slices.Equal(got, []string{"Tor", "Office", "Home"}) {
			t.Errorf("Alt+Up sends %v", got)
		}
		key(fyne.KeyEnd)
		key(fyne.KeyDelete)
		if !p.detail.question.picture.Visible() || p.detail.question.text.Text() != "Delete Home?" {
			t.Errorf("Delete asks %q", p.detail.question.text.Text())
		}
		before := len(o.sent())
		p.detail.question.buttons[1].TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
		answers(w)
		if p.detail.question.picture.Visible() || len(o.sent()) != before {
			t.Error("keeping it deletes it, or asks on")
		}
		key(fyne.KeyDelete)
		test.Tap(p.detail.question.buttons[0])
		answers(w)
		if got := names(last(t, o).Edit.To); !slices.Equal(got, []string{"Office", "Tor"}) {
			t.Errorf("deleting sends %v", got)
		}
		w.fyne.Canvas().Focus(p.list)
		press(w, fyne.KeyT)
		answers(w)
		if i := last(t, o); i.Verb != app.Toggle {
			t.Errorf("the window's shortcut sends %+v while the list has the focus", i)
		}
	})
}

func TestRadioUses(t *testing.T) {
	o := &owner{}
	inUpstreams(t, o, func(t *testing.T, w *Window, p *upstreamsPage) {
		item := p.list.items.Objects[1].(*upstreamItem)
		test.TapAt(item, fyne.NewPos(100, 10))
		answers(w)
		if p.selected != "Tor" || len(o.sent()) != 0 {
			t.Errorf("a tap on a row selects %q and sends %v", p.selected, o.sent())
		}
		test.TapAt(item, fyne.NewPos(10, 10))
		answers(w)
		if i := last(t, o); i.Verb != app.Use || i.Profile != "Tor" {
			t.Errorf("a tap on the radio button sends %+v", i)
		}
	})
}

func TestUpstreamIsTested(t *testing.T) {
	o := &owner{check: app.Check{URL: checkURL, Stages: []app.Stage{{Name: "dial", Ms: 1}, {Name: "answer", Ms: 2}}}}
	inUpstreams(t, o, func(t *testing.T, w *Window, p *upstreamsPage) {
		p.choose("Home")
		test.Tap(p.detail.duplicate)
		p.form.address.SetText("other.example:1080")
		test.Tap(p.detail.test)
		if !p.detail.test.Disabled() {
			t.Error("two tests of one upstream run at once")
		}
		answers(w)
		r := o.asked[len(o.asked)-1]
		if r.Stored != "Home" || r.Profile.Name != "Home 2" || r.Profile.URL != "socks5://other.example:1080" || r.Profile.Password != masked {
			t.Errorf("asked for %+v with %+v", r, r.Profile)
		}
		if !p.detail.check.Visible() || p.detail.shown.result.Failed != "" || p.detail.test.Disabled() {
			t.Errorf("shown is %+v", p.detail.shown)
		}
		p.choose("Tor")
		test.Tap(p.detail.test)
		answers(w)
		if r := o.asked[len(o.asked)-1]; r.Stored != "" || r.Profile.Name != "Tor" {
			t.Errorf("asked for %+v", r)
		}
		if got := p.list.rows[1].state; got != "3.0 ms" {
			t.Errorf("the row says %q", got)
		}
	})
}

func TestUpstreamIsPasted(t *testing.T) {
	inUpstreams(t, &owner{}, func(t *testing.T, w *Window, p *upstreamsPage) {
		paste := func(text string) {
			w.app.Clipboard().SetContent(text)
			w.keys.TypedShortcut(&fyne.ShortcutPaste{Clipboard: w.app.Clipboard()})
		}
		paste("ss://YWVzLTI1Ni1nY206cHc@host:8388")
		if got := w.notice.text.Text(); !strings.HasPrefix(got, "ss:// is not supported. ") || len(p.drafts) != 0 {
			t.Errorf("the notice says %q", got)
		}
		paste("socks5://anna:s3cret@jump.example:1081")
		if p.selected != newKey || p.form.name.Text != "jump.example" || p.form.address.Text != "jump.example:1081" || p.form.password.Text != "s3cret" {
			t.Errorf("pasted: %+v", p.form.typed())
		}
		if p.form.form.Apply.Disabled() {
			t.Error("what was pasted cannot be applied")
		}
		p.form.address.SetText("socks4a://bert@tor.example:9")
		if got := p.form.typed(); got.kind != "socks4a" || got.address != "tor.example:9" || got.user != "bert" {
			t.Errorf("a URL in the address is taken as %+v", got)
		}
	})
}

// What a kind of upstream does not have is not asked for.
func TestUpstreamKindsHaveTheirInputs(t *testing.T) {
	inUpstreams(t, &owner{}, func(t *testing.T, w *Window, p *upstreamsPage) {
		p.onAdd()
		p.form.name.SetText("Corp")
		for _, tt := range []struct {
			kind, address, url           string
			login, script, advanced, bad bool
		}{
			{kind: "http", address: "proxy.example:3128", url: "http://proxy.example:3128", login: true},
			{kind: "https", address: "proxy.example", url: "https://proxy.example", login: true},
			{kind: "pac+file", address: "/etc/proxy.pac", url: "pac+file:///etc/proxy.pac", script: true},
			{kind: "pac+file", address: "proxy.pac", url: "pac+file://proxy.pac", script: true, bad: true},
			{kind: "pac+https", address: "wpad.example/x.pac", url: "pac+https://wpad.example/x.pac", script: true},
			{kind: "socks5", address: "jump.example:1080", url: "socks5://jump.example:1080", login: true, advanced: true},
		} {
			p.form.kind.SetSelectedIndex(slices.Index(p.form.kinds, tt.kind))
			p.form.address.SetText(tt.address)
			if d, ok := p.current(); !ok || d.profile().URL != tt.url {
				t.Errorf("%s and %s make %q, want %q", tt.kind, tt.address, d.profile().URL, tt.url)
			}
			f := p.form
			if f.login.Visible() != tt.login || f.script.Visible() != tt.script || f.more.Visible() != tt.advanced || f.form.Apply.Disabled() != tt.bad || (f.fields["url"].Error() != "") != tt.bad {
				t.Errorf("%s: login %v, script %v, advanced %v, error %q", tt.kind, f.login.Visible(), f.script.Visible(), f.more.Visible(), f.fields["url"].Error())
			}
		}
	})
}

func TestNewUpstreamIsAskedCalmly(t *testing.T) {
	inUpstreams(t, &owner{}, func(t *testing.T, w *Window, p *upstreamsPage) {
		p.onAdd()
		if p.form.fields["name"].Error() != "" || p.form.fields["url"].Error() != "" || !p.form.form.Apply.Disabled() {
			t.Error("a new upstream is wrong before anything was typed")
		}
		p.form.name.SetText("Jump")
		p.form.address.SetText("jump.example:1080")
		if p.form.form.Apply.Disabled() {
			t.Error("a new upstream that is right cannot be applied")
		}
		test.Tap(p.form.form.Revert)
		if len(p.list.rows) != 3 || p.selected != "Office" {
			t.Errorf("after reverting there are %d rows, and %q is selected", len(p.list.rows), p.selected)
		}
	})
}

func TestHealthInWords(t *testing.T) {
	w := newWindow(t, &owner{})
	w.Show(on())
	for _, tt := range []struct {
		change func(*app.State)
		want   string
	}{
		{func(s *app.State) {}, "In use. It answers in 12 ms."},
		{func(s *app.State) { s.Upstream.Greeting = 0 }, "In use. It answers."},
		{func(s *app.State) { s.Upstream = app.Health{} }, "In use. No sign of it yet."},
		{func(s *app.State) { s.Upstream = app.Health{State: app.Down, Cause: "refused"} }, "In use, but it does not answer: connection refused."},
		{func(s *app.State) { s.On = false }, "Chosen. The bridge is off."},
		{func(s *app.State) { s.Profile.URL = "direct://" }, "In use. Traffic goes directly."},
	} {
		s := on()
		tt.change(&s)
		if got, _ := health(w.words, s); got != tt.want {
			t.Errorf("health = %q, want %q", got, tt.want)
		}
	}
}
