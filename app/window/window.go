// Package window is Drawbridge's window: pages that show what the owner of the bridge does, and edit its settings.
//
// It is a client: a State comes in through Show, an Intent goes out through the Owner, and nothing is assumed in between.
// Each page is a type with a file of its own name; pages.go lists them. All here belongs to Fyne's goroutine; what waits
// for the owner runs elsewhere and comes back through Window.ask, the one place that enters Fyne's goroutine.
package window

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/app/window/look"
	"github.com/drawbridge-app/drawbridge/app/words"
	"github.com/drawbridge-app/drawbridge/settings"
)

// Owner is what the window asks of whoever owns the bridge. Its methods may wait, and are never called on Fyne's
// goroutine.
type Owner interface {
	Do(context.Context, app.Intent) error
	Connections(context.Context) ([]app.Connection, error)
	History(context.Context) ([]app.Sample, error)
	Log(ctx context.Context, after uint64) ([]app.Line, error)
	Check(context.Context, app.CheckRequest) (app.Check, error)
}

// A Window is the one window. Make it with New, then Show it the states as they come.
type Window struct {
	fyne  fyne.Window
	app   fyne.App
	owner Owner

	words *words.Language
	state app.State
	tabs  []tab
	page  string // the name of the one in front
	leave context.CancelFunc

	ctx context.Context // ends with the window; what is asked in its name ends with it
}

// New makes the window for an application. Nothing is shown before the first State.
func New(ctx context.Context, a fyne.App, owner Owner) *Window {
	w := &Window{app: a, owner: owner, ctx: ctx, page: "bridge", words: words.In("system")}
	w.fyne = a.NewWindow("Drawbridge")
	w.fyne.Resize(fyne.NewSize(960, 640))
	w.dress(settings.Default().Desktop)
	w.build()
	return w
}

// Show makes s what the window shows.
func (w *Window) Show(s app.State) {
	before := w.state
	w.state = s
	if s.Settings.Desktop != before.Settings.Desktop {
		w.dress(s.Settings.Desktop)
		if l := words.In(s.Settings.Desktop.Language); l != w.words {
			w.words = l
			w.build()
			return
		}
	}
	w.current().show(s)
}

// dress applies theme, accent and text size.
func (w *Window) dress(d settings.Desktop) {
	w.app.Settings().SetTheme(look.NewTheme(options(d)))
}

// build makes every page anew, in the language of now.
func (w *Window) build() {
	w.tabs = w.pages()
	rail := container.NewVBox()
	for _, t := range w.tabs {
		rail.Add(widget.NewButton(w.say("page."+t.name), func() { w.open(t.name) }))
	}
	w.open(w.page)
}

// open brings a page to the front.
func (w *Window) open(name string) {
	if w.leave != nil {
		w.leave()
	}
	w.page = name
	ctx, cancel := context.WithCancel(w.ctx)
	w.leave = cancel
	p := w.current()
	w.fyne.SetContent(p.content())
	p.show(w.state)
	p.enter(ctx)
}

// current is the page in front.
func (w *Window) current() page {
	for _, t := range w.tabs {
		if t.name == w.page {
			return t.page
		}
	}
	return w.tabs[0].page
}

// say returns a sentence in the user's language, see [words.Language.Say].
func (w *Window) say(key string, with ...string) string { return w.words.Say(key, with...) }

// options are the look that the settings ask for.
func options(d settings.Desktop) look.Options {
	variants := map[string]look.Variant{"light": look.Light, "dark": look.Dark}
	scales := map[string]float32{"small": 0.85, "large": 1.15, "larger": 1.3}
	return look.Options{Variant: variants[d.Theme], Accent: look.Accent(d.Accent), Scale: scales[d.TextSize]}
}
