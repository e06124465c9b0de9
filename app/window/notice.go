package window

import (
	"context"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"github.com/drawbridge-app/drawbridge/app/window/look"
)

// A notice is one line at the foot of the window that says how something went. There is one at a time.
type notice struct {
	w       *Window
	text    *look.Text
	end     *widget.Button
	picture fyne.CanvasObject
	forget  context.CancelFunc // ends the wait for its end
}

// noticeTime is how long a notice stays that nobody has to act on.
const noticeTime = 5 * time.Second

func newNotice(w *Window) *notice {
	n := &notice{w: w, text: look.Body("").Wrapped(), forget: func() {}}
	n.end = widget.NewButtonWithIcon("", w.icon("close"), n.close)
	n.end.Importance = widget.LowImportance
	n.picture = look.Card(look.Beside(look.GapMedium, 0, n.text, n.end))
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
	n.picture.Hide()
}

// width is what the notice needs to be one line.
func (n *notice) width() float32 {
	size := n.w.app.Settings().Theme().Size(look.SizeBody)
	text := fyne.MeasureText(n.text.Text(), size, fyne.TextStyle{}).Width
	return text + n.end.MinSize().Width + look.GapMedium + 2*look.GapLarge + 1 // the last for what rounding takes
}

// A banner stands over all pages while nobody owns the bridge.
type banner struct {
	w       *Window
	start   *widget.Button
	picture *fyne.Container
}

func newBanner(w *Window) *banner {
	b := &banner{w: w}
	icon := widget.NewIcon(w.icon("warning"))
	line := []fyne.CanvasObject{icon, look.Body(w.say("window.gone")).Wrapped()}
	if w.options.Start != nil {
		b.start = widget.NewButton(w.say("window.start"), b.run)
		b.start.Importance = widget.HighImportance
		line = append(line, b.start)
	}
	b.picture = container.NewVBox(look.Inset(look.GapMedium, look.Beside(look.GapMedium, 1, line...)), look.Hairline())
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

// newOutline lays the window out: the banner over the frame with rail and pages, and the notice before it at its foot.
func newOutline(b *banner, frame fyne.CanvasObject, n *notice) *fyne.Container {
	return &fyne.Container{Layout: outline{b.picture, frame, n}, Objects: []fyne.CanvasObject{b.picture, frame, n.picture}}
}

type outline struct {
	banner, frame fyne.CanvasObject
	notice        *notice
}

func (o outline) MinSize([]fyne.CanvasObject) fyne.Size {
	size := o.frame.MinSize()
	if o.banner.Visible() {
		size.Height += o.banner.MinSize().Height
	}
	return size.Max(fyne.NewSize(leastWidth, leastHeight))
}

func (o outline) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	top := float32(0)
	if o.banner.Visible() {
		o.banner.Resize(fyne.NewSize(size.Width, o.banner.MinSize().Height))
		top = o.banner.MinSize().Height
	}
	o.frame.Move(fyne.NewPos(0, top))
	o.frame.Resize(fyne.NewSize(size.Width, size.Height-top))

	const widest = 560
	width := min(widest, size.Width-2*look.GapWide, o.notice.width())
	n := o.notice.picture
	n.Resize(fyne.NewSize(width, n.MinSize().Height)) // wrapped text knows its height at a width
	height := n.MinSize().Height
	n.Resize(fyne.NewSize(width, height))
	n.Move(fyne.NewPos((size.Width-width)/2, size.Height-height-look.GapWide))
}
