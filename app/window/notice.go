package window

import (
	"context"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"github.com/drawbridge-app/drawbridge/app/window/look"
)

// A notice is a strip under the pages that says how something went. There is one at a time. It takes its room from the
// page, so that it never lies over something that can be clicked.
type notice struct {
	w       *Window
	text    *look.Text
	end     *look.Button
	picture fyne.CanvasObject
	forget  context.CancelFunc // ends the wait for its end
}

// noticeTime is how long a notice stays that nobody has to act on.
const noticeTime = 5 * time.Second

func newNotice(w *Window) *notice {
	n := &notice{w: w, text: look.Body("").Wrapped(), forget: func() {}}
	n.end = look.Quiet("", n.close).Iconed(w.icon("close"))
	n.picture = look.Strip(look.Beside(look.GapMedium, 0, n.text, n.end))
	n.picture.Hide()
	return n
}

// notify says that something went well. The words go away by themselves.
func (w *Window) notify(text string) {
	n := w.notice
	n.show(text, look.ColorInk)
	ctx, cancel := context.WithCancel(w.ctx)
	n.forget = cancel
	ask(ctx, func(ctx context.Context) (struct{}, error) { return struct{}{}, wait(ctx, noticeTime) },
		func(struct{}, error) { n.hide(); w.sayWhy() })
}

// fail says that something went wrong, and why. The words stay until they are closed or others come.
func (w *Window) fail(err error) { w.notice.show(w.explain(err), look.ColorProblem) }

// Report says an error of the program around the window, as fail does.
func (w *Window) Report(err error) { w.fail(err) }

func (n *notice) show(text string, color fyne.ThemeColorName) {
	n.forget()
	n.text.Set(text, color)
	n.picture.Show()
	n.w.fyne.Content().Refresh()
}

// close hides the notice for somebody who has read it.
func (n *notice) close() {
	n.w.options.Why = ""
	n.hide()
}

func (n *notice) hide() {
	n.forget()
	if n.picture.Visible() {
		n.picture.Hide()
		n.w.fyne.Content().Refresh()
	}
}

// A banner stands over all pages while nobody owns the bridge.
type banner struct {
	w       *Window
	start   *look.Button
	picture *fyne.Container
}

func newBanner(w *Window) *banner {
	b := &banner{w: w}
	icon := widget.NewIcon(w.icon("warning"))
	line := []fyne.CanvasObject{icon, look.Body(w.say("window.gone")).Wrapped()}
	if w.options.Start != nil {
		b.start = look.Primary(w.say("window.start"), b.run)
		line = append(line, b.start)
	}
	const atIcons = 20 // where the rail's icons begin; the button ends where the page does
	margins := layout.NewCustomPaddedLayout(look.GapMedium, look.GapMedium, atIcons, look.GapWide)
	b.picture = container.NewVBox(container.New(margins, look.Beside(look.GapMedium, 1, line...)), look.Hairline())
	b.picture.Hide()
	return b
}

// show shows the banner, or not.
func (b *banner) show(gone bool) {
	if gone == b.picture.Visible() {
		return
	}
	if gone {
		if b.start != nil {
			b.start.Enable()
		}
		b.picture.Show()
	} else {
		b.picture.Hide()
	}
	b.w.fyne.Content().Refresh()
}

// run starts an owner. That it is there says the next State; until then the button waits.
func (b *banner) run() {
	b.start.Disable()
	w := b.w
	ask(w.ctx, func(ctx context.Context) (struct{}, error) { return struct{}{}, w.options.Start(ctx) },
		func(_ struct{}, err error) {
			b.start.Enable()
			if err != nil {
				w.fail(err)
			}
		})
}

// newOutline lays the window out: the banner over rail and pages, and the notice under the page in front.
func newOutline(b *banner, rail *look.Rail, pages []fyne.CanvasObject, n *notice) *fyne.Container {
	beside := look.Above(0, 0, container.NewStack(pages...), n.picture)
	all := look.Above(0, 1, b.picture, look.Frame(rail, beside))
	return &fyne.Container{Layout: outline{}, Objects: []fyne.CanvasObject{all}}
}

// outline is no smaller than the smallest window.
type outline struct{}

func (outline) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return objects[0].MinSize().Max(fyne.NewSize(leastWidth, leastHeight))
}

func (outline) Layout(objects []fyne.CanvasObject, size fyne.Size) { objects[0].Resize(size) }
