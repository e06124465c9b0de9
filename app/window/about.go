package window

import (
	"context"
	"runtime/debug"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/app/window/look"
	"github.com/drawbridge-app/drawbridge/assets"
	"github.com/drawbridge-app/drawbridge/assets/licences"
)

// A Program is what the page About says of the window's own program. What is empty is not shown.
type Program struct {
	Version string
	Socket  string // path of the control socket
	Memory  string // path of the file with what the window remembers
}

// The page About: what this is, where its files are, what it costs, and whose work it stands on.
type aboutPage struct {
	w       *Window
	picture *look.Page
	owner   *look.Text
	service *look.Text // what it means that the owner is one
	file    *path
	updates *updateCard
	measure *measureCard

	licences *fyne.Container // filled when the page first comes to the front
}

func newAboutPage(w *Window) page {
	p := &aboutPage{
		w: w, owner: look.Body("").Truncated(), service: look.Small(w.say("about.service_help")).Wrapped(),
		updates: newUpdateCard(w), measure: newMeasureCard(w), licences: look.Column(0),
	}
	program := w.options.Program
	paths := look.Column(look.GapMedium, look.Lead(w.say("about.paths")))
	p.file = newPath(w, w.say("about.file"))
	paths.Add(p.file.picture)
	for _, at := range [...]struct{ label, path string }{{"about.socket", program.Socket}, {"about.memory", program.Memory}} {
		if at.path != "" {
			other := newPath(w, w.say(at.label))
			other.show(at.path)
			paths.Add(other.picture)
		}
	}
	p.picture = look.NewPage(w.say("page.about"), look.Column(look.GapWide+look.GapLarge,
		p.head(program), p.updates.picture, p.measure.picture, paths, look.Column(look.GapMedium,
			look.Column(4, look.Lead(w.say("about.licences")), look.Muted(w.say("about.licences_help")).Wrapped()),
			p.licences,
		),
	))
	return p
}

// head is the name with its icon, and the versions.
func (p *aboutPage) head(program Program) fyne.CanvasObject {
	w := p.w
	icon := canvas.NewImageFromResource(fyne.NewStaticResource("drawbridge.svg", assets.App()))
	icon.FillMode = canvas.ImageFillContain
	icon.SetMinSize(fyne.NewSquareSize(64))
	name := look.Column(4, look.Heading(w.say("app.name")), look.Muted(w.say("app.summary")).Wrapped())
	versions := look.Grid(300, look.Column(4, look.Small(w.say("about.owner")), p.owner, p.service))
	if program.Version != "" {
		versions.Add(look.Column(4, look.Small(w.say("about.window")), look.Body(program.Version).Truncated()))
	}
	return look.Column(look.GapWide, look.Beside(look.GapLarge, 1, indented(-4, icon), name), versions) // the icon has a margin
}

func (p *aboutPage) content() fyne.CanvasObject { return p.picture }

func (p *aboutPage) show(s app.State) {
	p.file.show(s.File)
	owner := p.w.say("about.nobody")
	if s.Owner.Program != "" && !p.w.gone {
		key := "about.owner_is"
		if s.Owner.IsService() {
			key = "about.service_is"
		}
		owner = p.w.say(key, "program", s.Owner.Program, "version", s.Owner.Version, "pid", strconv.Itoa(s.Owner.PID))
	}
	p.owner.SetText(owner)
	if s.Owner.IsService() && !p.w.gone {
		p.service.Show()
	} else {
		p.service.Hide()
	}
	if p.updates.show(s) {
		p.picture.Refresh() // it is higher, or lower, now
	}
}

func (p *aboutPage) enter(ctx context.Context) {
	p.measure.enter(ctx)
	if len(p.licences.Objects) == 0 {
		p.listLicences()
	}
}

// onRefresh measures again.
func (p *aboutPage) onRefresh() { p.measure.start() }

// listLicences fills the list. Versions are of what this program links; the other two link some more.
func (p *aboutPage) listLicences() {
	versions := make(map[string]string)
	if build, ok := debug.ReadBuildInfo(); ok {
		versions["go"] = build.GoVersion
		for _, m := range build.Deps {
			versions[m.Path] = m.Version
		}
	}
	add := func(name, version, names string, text func() string) {
		open := look.Quiet(names, func() { p.w.read(name, text()) })
		p.licences.Add(look.Beside(look.GapMedium, 0, look.Body(name).Truncated(), look.Small(release(version)), open))
		p.licences.Add(look.Hairline())
	}
	for i, l := range licences.All() {
		if i == 0 {
			add(p.w.say("app.name"), p.w.options.Program.Version, l.Names, l.Text)
			add(p.w.say("about.font"), "", "OFL-1.1", assets.FontLicense)
			continue
		}
		name := l.Module
		if name == "go" {
			name = "Go"
		}
		add(name, versions[l.Module], l.Names, l.Text)
	}
}

// release is a module's version as there is room for it: one that was made from a commit is called by that.
func release(version string) string {
	parts := strings.Split(version, "-")
	if commit := parts[len(parts)-1]; len(parts) >= 3 && len(commit) == 12 {
		return commit
	}
	return version
}

// read shows a long text before everything else, until it is closed.
func (w *Window) read(title, text string) {
	label := widget.NewLabel(text)
	label.Wrapping = fyne.TextWrapWord
	end := look.Row(0, look.Spacer(), look.Plain(w.say("about.close"), w.closeList))
	head := look.Column(look.GapMedium, look.Lead(title).Truncated(), look.Hairline())
	foot := look.Column(look.GapMedium, look.Hairline(), end)
	content := container.NewBorder(head, foot, nil, nil, look.NewScroll(label))
	w.closeList()
	w.list = widget.NewModalPopUp(look.Inset(look.GapLarge, content), w.fyne.Canvas())
	size := w.fyne.Canvas().Size()
	const widest = 720
	w.list.Resize(fyne.NewSize(min(widest, size.Width-2*look.GapWide), size.Height-2*look.GapWide))
	w.list.Show()
}

// A path is the place of a file, with a button that copies it.
type path struct {
	w       *Window
	text    *look.Text
	copy    *look.Button
	picture fyne.CanvasObject
	at      string
}

func newPath(w *Window, label string) *path {
	p := &path{w: w, text: look.Code("").Truncated()}
	p.copy = look.Quiet(w.say("about.copy"), func() { w.copy(p.at) }).Iconed(w.icon("copy"))
	p.picture = look.Beside(look.GapMedium, 0, look.Column(4, look.Small(label), p.text), p.copy)
	return p
}

// show shows where the file is; an empty path says that there is none.
func (p *path) show(at string) {
	p.at = at
	if at == "" {
		p.text.Set(p.w.say("about.no_file"), look.ColorMuted)
		p.copy.Hide()
		return
	}
	p.text.Set(at, look.ColorInk)
	p.copy.Show()
}
