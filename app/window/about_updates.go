package window

import (
	"net/url"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/app/update"
	"github.com/drawbridge-app/drawbridge/app/window/look"
	"github.com/drawbridge-app/drawbridge/app/words"
)

// An updateCard says whether there is a newer version, what changed in it, and how it is installed, and has the switch
// for looking by itself. It changes nothing but sends intents.
type updateCard struct {
	w     *Window
	state app.State // that is shown

	help        *look.Text
	automatic   *input
	what, when  *look.Text
	notes       *look.Text
	command     *path // by which a package manager updates
	failed      *look.Text
	progress    *look.Text
	act         *look.Button // download, open
	look        *look.Button // look now, or end what runs
	page        *look.Button // of the release
	buttons     fyne.CanvasObject
	picture     fyne.CanvasObject
	openAddress func(*url.URL) error
}

func newUpdateCard(w *Window) *updateCard {
	u := &updateCard{
		w: w, help: look.Muted("").Wrapped(),
		what: look.Strong("").Wrapped(), when: look.Small("").Wrapped(), notes: look.Body("").Wrapped(),
		command: newPath(w, w.say("update.by")), failed: look.Small("").Wrapped(), progress: look.Small(""),
		openAddress: w.app.OpenURL,
	}
	on := inputEvents{typed: u.switched, gainedBy: func(*input) {}}
	u.automatic = newTick("desktop.updates", w.say("update.automatic"), "", on)
	u.act = look.Primary("", u.forward)
	u.look = look.Plain(w.say("update.look"), u.lookOrStop)
	u.page = look.Quiet(w.say("update.page"), u.read)
	u.buttons = look.Row(look.GapMedium, u.act, u.look, u.page, u.progress)
	u.picture = look.Card(look.Column(look.GapLarge,
		look.Column(4, look.Lead(w.say("update.title")), u.help),
		u.automatic.field,
		look.Column(4, u.what, u.when),
		u.notes, u.command.picture, u.failed, u.buttons,
	))
	u.fill()
	return u
}

// show brings the card up to date, and reports whether it may be higher or lower than before.
func (u *updateCard) show(s app.State) (changed bool) {
	now, before := s.Update, u.state.Update
	same := now.Why == before.Why && now.Checked.Equal(before.Checked) && now.Doing == before.Doing && now.Stage == before.Stage &&
		now.Version == before.Version && now.Failed == before.Failed && now.Detail == before.Detail && now.Source == before.Source &&
		s.Settings.Desktop.Updates == u.state.Settings.Desktop.Updates
	u.state = s
	u.progressed()
	if same {
		return false
	}
	u.fill()
	return true
}

// fill shows all that the state says.
func (u *updateCard) fill() {
	w, now := u.w, u.state.Update
	possible := now.Why == ""
	if u.state.Settings.Desktop.Updates || !possible {
		u.help.SetText(w.say("update.help"))
	} else {
		u.help.SetText(w.say("update.help_off"))
	}
	u.automatic.fill(yesNo(u.state.Settings.Desktop.Updates))
	u.what.SetText(w.words.Update(now))
	u.when.SetText(u.dates())
	u.notes.SetText(w.words.Notes(now))
	u.failed.Set(w.words.Undone(now), look.ColorProblem)
	if command := now.Source.Command; command != "" {
		u.command.show(command)
	}
	u.act.SetText(u.actName())
	u.look.SetText(w.say("update.look"))
	if now.Doing != "" {
		u.look.SetText(w.say("update.stop"))
	}
	for o, visible := range map[fyne.CanvasObject]bool{
		u.help: possible, u.automatic.field: possible, u.buttons: possible,
		u.when: u.when.Text() != "", u.notes: u.notes.Text() != "", u.failed: u.failed.Text() != "",
		u.command.picture: now.Source.Command != "",
		u.act:             u.actName() != "" && now.Doing == "",
		u.page:            now.Page != "",
	} {
		if visible {
			o.Show()
		} else {
			o.Hide()
		}
	}
	u.progressed()
}

// dates says of when the newer version is, and when it was looked for last.
func (u *updateCard) dates() string {
	var said []string
	now := u.state.Update
	if now.Stage != "" && !now.Date.IsZero() {
		said = append(said, u.w.say("update.of", "date", now.Date.Local().Format(time.DateOnly)))
	}
	if !now.Checked.IsZero() {
		said = append(said, u.w.say("update.looked", "time", now.Checked.Local().Format("2006-01-02 15:04")))
	}
	return strings.Join(said, "   ")
}

// actName is what the first button does next; empty: there is nothing to do here.
func (u *updateCard) actName() string {
	now := u.state.Update
	switch {
	case now.Stage == app.UpdateReady && now.Source.Kind == update.Portable:
		return u.w.say("update.show")
	case now.Stage == app.UpdateReady:
		return u.w.say("update.open")
	case now.Stage == app.UpdateAvailable && now.Size > 0:
		return u.w.say("update.download", "size", words.Bytes(now.Size))
	}
	return ""
}

// progressed shows how far a download is.
func (u *updateCard) progressed() {
	text := ""
	switch now := u.state.Update; {
	case now.Doing == app.DownloadUpdate:
		text = u.w.say("update.loading", "done", words.Bytes(now.Done), "size", words.Bytes(now.Size))
	case now.Stage == app.UpdateReady && now.Doing == "":
		text = u.w.say("update.ready")
	}
	if u.progress.Text() != text {
		u.progress.SetText(text)
		u.buttons.Refresh()
	}
}

// forward takes the next step of a newer version.
func (u *updateCard) forward() {
	want := app.DownloadUpdate
	if u.state.Update.Stage == app.UpdateReady {
		want = app.OpenUpdate
	}
	u.w.do(app.Intent{Verb: want}, nil)
}

func (u *updateCard) lookOrStop() {
	want := app.CheckUpdate
	if u.state.Update.Doing != "" {
		want = app.StopUpdate
	}
	u.w.do(app.Intent{Verb: want}, nil)
}

// read opens the release's page in the browser.
func (u *updateCard) read() {
	address, err := url.Parse(u.state.Update.Page)
	if err == nil {
		err = u.openAddress(address)
	}
	if err != nil {
		u.w.fail(err)
	}
}

// switched changes the setting.
func (u *updateCard) switched(_ *input, text string) {
	from := u.state.Settings
	to := from.Clone()
	to.Desktop.Updates = text == yesNo(true)
	u.w.do(app.Intent{Verb: app.Save, Edit: &app.Edit{From: from, To: to}}, func(err error) {
		if err != nil {
			u.w.fail(err)
			u.automatic.fill(yesNo(u.state.Settings.Desktop.Updates))
		}
	})
}
