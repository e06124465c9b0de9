package window

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/app/update"
	"github.com/drawbridge-app/drawbridge/assets/licences"
)

// program is what the tests' window says of itself.
var program = Program{
	Version: "v0.3.0", Socket: "/run/user/1000/drawbridge/control.sock", Memory: "/home/anna/.local/state/drawbridge/window.json",
}

// measured is what a machine may come to.
var measured = app.Measurement{
	Rounds: 400, Bare: 31 * time.Microsecond, Bridged: 92 * time.Microsecond, Added: 60 * time.Microsecond,
	BareRate: 4.07e9, BridgedRate: 2.85e9,
}

// aboutIn opens the page About of a window.
func aboutIn(w *Window, s app.State) *aboutPage {
	w.Show(s)
	w.open("about")
	return w.current().(*aboutPage)
}

func TestAboutSaysWhereThingsAre(t *testing.T) {
	w := newWindowWith(t, &owner{}, Options{Program: program})
	s := on()
	p := aboutIn(w, s)
	for _, line := range []string{"drawbridge-tray v0.3.0, process 4711", "v0.3.0", s.File, program.Socket, program.Memory} {
		if !sees(w, line) {
			t.Errorf("%q is not there", line)
		}
	}
	test.Tap(p.file.copy)
	if got := w.app.Clipboard().Content(); got != s.File {
		t.Errorf("copied %q, want %q", got, s.File)
	}
	s.File = ""
	w.Show(s)
	if p.file.copy.Visible() || !sees(w, "None: all was said on the command line") {
		t.Error("there is a settings file to copy where there is none")
	}
	if sees(w, "The system runs it: it goes on when icon and window are closed.") {
		t.Error("an icon's bridge is called a service")
	}
	s.Owner.Program = app.ServiceProgram
	w.Show(s)
	for _, line := range []string{"Service v0.3.0, process 4711", "The system runs it: it goes on when icon and window are closed."} {
		if !sees(w, line) {
			t.Errorf("of a service, %q is not there", line)
		}
	}
	w.Gone()
	w.open("about")
	if !sees(w, "Not running") {
		t.Error("the owner that is gone is still there")
	}
}

func TestAboutListsLicences(t *testing.T) {
	w := newWindow(t, &owner{})
	aboutIn(w, on())
	all := licences.All()
	for _, l := range all[2:] {
		if !sees(w, l.Module) {
			t.Errorf("%s is not listed", l.Module)
		}
	}
	w.read("Drawbridge", all[0].Text())
	if w.fyne.Canvas().Overlays().Top() == nil {
		t.Fatal("the text is not shown")
	}
	w.fyne.Canvas().OnTypedKey()(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if w.fyne.Canvas().Overlays().Top() != nil {
		t.Error("Escape does not close the text")
	}
}

func TestMeasuring(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWindow(t, &owner{})
		m := aboutIn(w, on()).measure
		if m.request.number.Text() != "—" || m.share.number.Text() != "—" {
			t.Error("there are numbers before anything was measured")
		}
		var ended error
		m.run = func(ctx context.Context) (app.Measurement, error) {
			<-ctx.Done()
			ended = context.Cause(ctx)
			return app.Measurement{}, ended
		}
		for name, stop := range map[string]func(){
			"Cancel":       func() { test.Tap(m.button) },
			"another page": func() { w.open("log"); w.open("about") },
		} {
			ended = nil
			test.Tap(m.button)
			answers(w)
			if ended != nil || m.button.Text != "Cancel" || m.status.Text() != "Measuring …" {
				t.Errorf("%s: while it runs, %q, %q, %v", name, m.button.Text, m.status.Text(), ended)
			}
			stop()
			answers(w)
			if ended == nil || m.button.Text != "Measure" || m.status.Text() != "" || m.request.number.Text() != "—" {
				t.Errorf("%s: after it, %q, %q, %v", name, m.button.Text, m.status.Text(), ended)
			}
		}

		m.run = func(context.Context) (app.Measurement, error) {
			return app.Measurement{}, errors.New("no port is free")
		}
		press(w, fyne.KeyR)
		answers(w)
		if got := m.status.Text(); got != "It could not be measured: no port is free" || m.button.Text != "Measure" {
			t.Errorf("after an error: %q, %q", got, m.button.Text)
		}

		m.run = func(context.Context) (app.Measurement, error) { return measured, nil }
		test.Tap(m.button)
		answers(w)
		for _, line := range []string{
			"60 µs", "92 µs through the bridge, 31 µs without it; median of 400 rounds",
			"70 %", "2.9 GB/s through bridge and endpoint, 4.1 GB/s without them",
		} {
			if !sees(w, line) {
				t.Errorf("%q is not there", line)
			}
		}
	})
}

// newer is a state that knows of a newer version, for an installation of that source.
func newer(source update.Source) app.State {
	s := on()
	s.Update = app.Update{
		Checked: epoch.Add(-2 * time.Hour), Stage: app.UpdateAvailable, Version: "0.4.0", Date: epoch.AddDate(0, 0, -1),
		Page: "https://github.com/drawbridge-app/drawbridge/releases/tag/v0.4.0", Source: source, Size: 24_300_000,
		Notes: map[string]string{
			"en":      "Tunnels start sooner behind endpoints that are far away.\nThe list of connections keeps its place while it is sorted.",
			"zh-Hans": "隧道启动更快。",
		},
	}
	if source.Kind == update.Managed {
		s.Update.Size = 0
	}
	return s
}

// Each step of a newer version is one click, and nothing happens without one.
func TestAboutNewerVersion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := &owner{}
		w := newWindow(t, o)
		u := aboutIn(w, on()).updates
		if u.act.Visible() || u.page.Visible() || !sees(w, "Nobody has looked yet.") {
			t.Error("there is something to install before anybody has looked")
		}
		test.Tap(u.look)
		s := newer(update.Source{Kind: update.Installed})
		w.Show(s)
		for _, line := range []string{"Version 0.4.0 is there", "Release page"} {
			if !sees(w, line) {
				t.Errorf("%q is not there", line)
			}
		}
		if u.act.Text != "Download, 24.3 MB" || u.command.picture.Visible() {
			t.Errorf("the button says %q", u.act.Text)
		}
		test.Tap(u.act)
		s.Update.Doing, s.Update.Done = app.DownloadUpdate, 12_000_000
		w.Show(s)
		if u.act.Visible() || u.look.Text != "Cancel" || u.progress.Text() != "12.0 MB of 24.3 MB" {
			t.Errorf("while it is downloaded: %v, %q, %q", u.act.Visible(), u.look.Text, u.progress.Text())
		}
		test.Tap(u.look)
		s.Update.Doing, s.Update.Done, s.Update.Failed = "", 0, update.Tampered
		w.Show(s)
		if !sees(w, "The file is not the one that was announced. It was removed, and nothing was opened.") {
			t.Error("nobody is told of a file that is another one")
		}
		s.Update.Stage, s.Update.Failed = app.UpdateReady, ""
		w.Show(s)
		if u.act.Text != "Open installer" || u.failed.Visible() {
			t.Errorf("when it is ready: %q, %v", u.act.Text, u.failed.Visible())
		}
		test.Tap(u.act)
		var opened string
		u.openAddress = func(at *url.URL) error { opened = at.String(); return nil }
		test.Tap(u.page)
		if opened != s.Update.Page {
			t.Errorf("opened %q", opened)
		}
		test.Tap(u.automatic.widget.(*inputCheck))
		answers(w)
		var verbs []app.Verb
		sent := o.sent()
		for _, i := range sent {
			verbs = append(verbs, i.Verb)
		}
		want := []app.Verb{app.CheckUpdate, app.DownloadUpdate, app.StopUpdate, app.OpenUpdate, app.Save}
		if !slices.Equal(verbs, want) {
			t.Fatalf("sent %q, want %q", verbs, want)
		}
		if edit := sent[len(sent)-1].Edit; !edit.From.Desktop.Updates || edit.To.Desktop.Updates {
			t.Error("the switch does not turn it off")
		}
		s.Settings.Desktop.Updates = false
		w.Show(s)
		if !sees(w, "Looking by itself is turned off. A click looks once, through the bridge and so through your upstream.") {
			t.Error("nobody is told that it is off")
		}

		s = newer(update.Source{Kind: update.Managed, Command: "apt install --only-upgrade drawbridge-desktop"})
		w.Show(s)
		if u.act.Visible() || !u.command.picture.Visible() {
			t.Error("a package is not left to its manager")
		}
		test.Tap(u.command.copy)
		if got := w.app.Clipboard().Content(); got != s.Update.Source.Command {
			t.Errorf("copied %q", got)
		}
		s.Update = app.Update{Why: "keys"}
		w.Show(s)
		if u.buttons.Visible() || u.automatic.field.Visible() || !sees(w, "This program was built without the keys of releases, so it never looks for newer versions.") {
			t.Error("who cannot look seems to be able to")
		}
	})
}

func TestAboutPictures(t *testing.T) {
	s := on()
	s.Update.Checked = epoch.Add(-2 * time.Hour)
	prepare := func(w *Window) {
		w.options.Program = program
		w.build()
		w.current().(*aboutPage).measure.show(measured)
	}
	see(t, "about", "about", &owner{}, s, prepare)
	see(t, "about-licence", "about", &owner{}, s, func(w *Window) { w.read("Drawbridge", licences.All()[0].Text()) })
	see(t, "about-newer", "about", &owner{}, newer(update.Source{Kind: update.Installed}), prepare)
	managed := newer(update.Source{Kind: update.Managed, Command: "apt install --only-upgrade drawbridge-desktop"})
	see(t, "about-package", "about", &owner{}, managed, prepare)
	managed.Settings.Desktop.Language = "zh-Hans"
	see(t, "about-chinese", "about", &owner{}, managed, prepare)
	broken := newer(update.Source{Kind: update.Portable})
	broken.Update.Failed = update.Tampered
	see(t, "about-broken", "about", &owner{}, broken, prepare)
	own := on()
	own.Update.Why = "keys"
	see(t, "about-own-build", "about", &owner{}, own, prepare)
}

func TestRelease(t *testing.T) {
	for version, want := range map[string]string{
		"":                                     "",
		"v1.12.2":                              "v1.12.2",
		"v2.0.0-rc.1":                          "v2.0.0-rc.1",
		"v2.0.0-alpha-1":                       "v2.0.0-alpha-1",
		"v0.0.0-20240506104042-037f3cc74f2a":   "037f3cc74f2a",
		"v1.2.4-0.20240506104042-037f3cc74f2a": "037f3cc74f2a",
	} {
		if got := release(version); got != want {
			t.Errorf("release(%q) = %q, want %q", version, got, want)
		}
	}
}
