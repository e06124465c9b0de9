// Package window is Drawbridge's window: pages that show what the owner of the bridge does, and edit its settings.
//
// It is a client: a State comes in through Show, an Intent goes out through the Owner, and nothing is assumed in between.
// Each page is a type with a file of its own name; pages.go lists them. All here belongs to Fyne's goroutine; what waits
// for the owner runs elsewhere and comes back through ask and Follow, the two places that enter Fyne's goroutine.
package window

import (
	"context"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/app/window/look"
	"github.com/drawbridge-app/drawbridge/app/words"
	"github.com/drawbridge-app/drawbridge/app/words/preferred"
	"github.com/drawbridge-app/drawbridge/assets"
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

// Options are what a program may give its window besides an owner. The zero value is a window that remembers nothing.
type Options struct {
	Place Place                       // where the window was when it was last closed
	Keep  func(Place)                 // called with the place when the window closes; may be nil
	Start func(context.Context) error // starts an owner when there is none, which may wait; nil: nobody can
	Shell string                      // the user's own, see package shell; empty: the first
	Why   string                      // why the window opened, if nobody asked for it: "no-tray", or empty
	Still bool                        // motion is reduced
	State app.State                   // what holds, if that is known already: Fyne cannot change colours before it runs

	Autostart Autostart // nil: whether the tray starts at login is not to be chosen
	Program   Program   // what the page About says of the window's own program
}

// A Place is what a window remembers from one time to the next. The zero value is that of the first time.
type Place struct {
	Page   string  `json:"page"` // the name of the one in front
	Width  float32 `json:"width"`
	Height float32 `json:"height"`

	Assisted bool `json:"assisted,omitempty"` // the assistant came by itself once, and does not any more
}

// A Window is the one window. Make it with New, then Show it the states as they come, or say that the owner is Gone.
type Window struct {
	fyne    fyne.Window
	app     fyne.App
	owner   Owner
	options Options

	words *words.Language
	look  look.Options // that it is dressed in
	state app.State
	gone  bool // nobody owns the bridge; state is the last that was known
	tabs  []tab
	page  string // the name of the one in front
	leave context.CancelFunc

	keys   fyne.ShortcutHandler
	rail   *look.Rail
	banner *banner
	notice *notice
	list   *widget.PopUp // of shortcuts, or a licence; nil while neither is shown

	discover func(ctx context.Context, own ...string) []app.Endpoint // finds what the assistant offers
	errands  []errand                                                // what the owner is to do, in order; the first was sent

	ctx    context.Context // ends with the window; what is asked in its name ends with it
	cancel context.CancelFunc
}

// The smallest window that shows everything, and the first one.
const (
	leastWidth, leastHeight = 640, 480
	firstWidth, firstHeight = 960, 640
)

// New makes the window for an application. Nothing is on the screen before Fyne is told to show it.
func New(ctx context.Context, a fyne.App, owner Owner, o Options) *Window {
	if o.State.Settings.Desktop == (settings.Desktop{}) {
		o.State.Settings.Desktop = settings.Default().Desktop
	}
	desktop := o.State.Settings.Desktop
	w := &Window{app: a, owner: owner, options: o, page: o.Place.Page, state: o.State, words: preferred.Language(desktop.Language), discover: app.Discover}
	w.ctx, w.cancel = context.WithCancel(ctx)
	w.fyne = a.NewWindow(w.say("app.name"))
	w.fyne.SetPadded(false)
	w.fyne.SetIcon(fyne.NewStaticResource("drawbridge.svg", assets.App()))
	w.fyne.SetOnClosed(w.closed)
	a.Lifecycle().SetOnStopped(w.closed) // the system ends the program
	a.Lifecycle().SetOnEnteredForeground(w.returned)
	w.dress(desktop)
	w.listenToKeys()
	w.build()
	size := fyne.NewSize(firstWidth, firstHeight)
	if o.Place.Width > 0 && o.Place.Height > 0 {
		size = fyne.NewSize(max(o.Place.Width, leastWidth), max(o.Place.Height, leastHeight))
	}
	w.fyne.Resize(size)
	return w
}

// Fyne is the window as Fyne has it, to be shown.
func (w *Window) Fyne() fyne.Window { return w.fyne }

// Show makes s what the window shows.
func (w *Window) Show(s app.State) {
	before := w.state
	w.state = s
	returned := w.gone
	w.gone = false
	if s.Settings.Desktop != before.Settings.Desktop {
		w.dress(s.Settings.Desktop)
		if l := preferred.Language(s.Settings.Desktop.Language); l != w.words {
			w.words = l
			w.build()
			returned = false
		}
	}
	w.head()
	w.current().show(s)
	if returned {
		w.open(w.page) // what the page had asked of the old owner it asks of this one
	}
	if s.Raise > before.Raise {
		w.called(s)
	}
	w.welcome()
}

// called brings the window to the front as somebody wants it.
func (w *Window) called(s app.State) {
	if s.RaisePage != "" {
		w.open(s.RaisePage)
	}
	if s.RaiseWhy != "" {
		w.options.Why = s.RaiseWhy
		w.sayWhy()
	}
	w.front()
}

// welcome opens the assistant where nobody has set an upstream yet.
func (w *Window) welcome() {
	s := w.state
	canSave := s.File != ""
	covered := w.fyne.Canvas().Overlays().Top() != nil
	if w.options.Place.Assisted || len(s.Settings.Profiles) > 0 || !canSave || covered {
		return
	}
	w.options.Place.Assisted = true
	w.assist()
}

// Gone says that nobody owns the bridge until the next Show.
func (w *Window) Gone() {
	if w.gone {
		return
	}
	w.gone = true
	s := w.state // the settings, the problems: all that can still be true
	s.On, s.Since, s.Listen = false, time.Time{}, nil
	s.Upstream, s.Traffic, s.SystemProxy = app.Health{}, app.Traffic{}, app.SystemProxy{}
	s.Raise = 0 // the next owner counts from its own beginning
	w.state = s
	w.head()
	w.current().show(s)
}

// dress applies theme, accent and text size.
//
// Fyne reads its fonts anew for each theme, so one that looks the same is not set again.
func (w *Window) dress(d settings.Desktop) {
	if o := options(d); o != w.look {
		w.look = o
		w.app.Settings().SetTheme(look.NewTheme(o))
	}
}

// build makes everything anew, in the language of now. What somebody has typed stays.
func (w *Window) build() {
	before := w.tabs
	w.tabs = w.pages()
	var items []look.RailItem
	for _, t := range w.tabs {
		items = append(items, look.RailItem{Icon: w.icon(t.name), Label: w.say("page." + t.name)})
	}
	w.rail = look.NewRail(func(item int) {
		if name := w.tabs[item].name; name != w.page { // open selects too
			w.open(name)
		}
	}, items...)
	w.banner, w.notice = newBanner(w), newNotice(w)
	for i, t := range w.tabs {
		if next, ok := t.page.(heir); ok && before != nil {
			next.inherit(before[i].page)
		}
	}
	pictures := make([]fyne.CanvasObject, len(w.tabs))
	for i, t := range w.tabs {
		pictures[i] = t.page.content()
	}
	w.fyne.SetContent(newOutline(w.banner, w.rail, pictures, w.notice))
	w.closeList()
	w.open(w.page)
	w.head()
	w.sayWhy()
}

// sayWhy says why the window came by itself, until somebody closes that.
func (w *Window) sayWhy() {
	if w.options.Why == "no-tray" {
		w.notice.show(w.say("window.no_tray"), look.ColorInk)
	}
}

// head brings what stands on every page up to date: the title and the banner.
func (w *Window) head() {
	state := w.say("brief.gone")
	if !w.gone {
		state = w.words.Brief(w.state)
	}
	if title := w.say("window.title", "state", state); title != w.fyne.Title() {
		w.fyne.SetTitle(title)
	}
	w.banner.show(w.gone)
}

// open brings a page to the front; one that there is not means the first.
func (w *Window) open(name string) {
	if w.leave != nil {
		w.leave()
	}
	front := 0
	for i, t := range w.tabs {
		if t.name == name {
			front = i
		}
	}
	w.page = w.tabs[front].name
	ctx, cancel := context.WithCancel(w.ctx)
	w.leave = cancel
	p := w.tabs[front].page
	p.show(w.state)
	for i, t := range w.tabs {
		if i == front {
			t.page.content().Show()
		} else {
			t.page.content().Hide()
		}
	}
	w.rail.Select(front)
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

// returned is called when somebody comes back to the window: what it says of the system's proxy is to be true then.
func (w *Window) returned() {
	if w.state.SystemProxy.On {
		w.do(app.Intent{Verb: app.Look}, func(error) {}) // at the latest, the owner looks by itself
	}
}

// front brings the window before all others, as far as the desktop lets us.
func (w *Window) front() {
	w.fyne.Show()
	w.fyne.RequestFocus()
}

// closed ends what runs for the window, and remembers where it was. It may be called again.
func (w *Window) closed() {
	if w.ctx.Err() != nil {
		return
	}
	w.cancel()
	if w.options.Keep != nil {
		size := w.fyne.Canvas().Size()
		w.options.Keep(Place{Page: w.page, Width: size.Width, Height: size.Height, Assisted: w.options.Place.Assisted})
	}
}

// say returns a sentence in the user's language, see [words.Language.Say].
func (w *Window) say(key string, with ...string) string { return w.words.Say(key, with...) }

// icon returns one of the window's line icons, by name, see [assets.Icon]. It takes the theme's colours.
func (w *Window) icon(name string) fyne.Resource {
	return theme.NewThemedResource(fyne.NewStaticResource(name+".svg", assets.Icon(name)))
}

// copy puts text on the clipboard and says so.
func (w *Window) copy(text string) {
	w.app.Clipboard().SetContent(text)
	w.notify(w.say("window.copied"))
}

// options are the look that the settings ask for.
func options(d settings.Desktop) look.Options {
	variants := map[string]look.Variant{"light": look.Light, "dark": look.Dark}
	scales := map[string]float32{"small": 0.85, "large": 1.15, "larger": 1.3}
	return look.Options{
		Variant: variants[d.Theme], Accent: look.Accent(d.Accent), Scale: scales[d.TextSize],
		Font: chinese,
		Bold: chineseBold,
	}
}

// The font for what Fyne's own lack: the same resource each time, so that options can be compared.
var (
	chinese     fyne.Resource = fyne.NewStaticResource("chinese.otf", assets.Chinese(false))
	chineseBold fyne.Resource = fyne.NewStaticResource("chinese-bold.otf", assets.Chinese(true))
)
