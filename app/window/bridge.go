package window

import (
	"context"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/app/window/look"
	"github.com/drawbridge-app/drawbridge/app/words"
)

// bridgePage is what most people look at, and the only page that some ever see: the switch, what it does, and where the
// way is broken if it is.
type bridgePage struct {
	w       *Window
	picture *look.Page

	toggle         *look.Switch
	sentence, next *look.Text
	system         *widget.Check
	systemHelp     *look.Text
	trouble        *problemCard // what holds now
	chain          *look.Chain
	flow           *flow
	terminal       *terminal
	past           *problemCard // what has been mended since

	shown app.State // the last that was shown
}

func newBridgePage(w *Window) page {
	p := &bridgePage{
		w:        w,
		sentence: look.Heading("").Wrapped(), next: look.Muted("").Wrapped(),
		systemHelp: look.Small("").Wrapped(),
		trouble:    newProblemCard(w), past: newProblemCard(w),
		chain: look.NewChain(), flow: newFlow(w), terminal: newTerminal(w),
	}
	p.toggle = look.NewSwitch(fyne.NewSize(136, 85), func() { w.do(app.Intent{Verb: app.Toggle}, nil) })
	p.toggle.Sign.Still = w.options.Still
	p.system = widget.NewCheck(w.say("bridge.system"), p.useSystemProxy)
	top := look.Beside(look.GapWide, 1, p.toggle, look.Column(look.GapSmall,
		look.Column(4, p.sentence, p.next),
		look.Column(0, flush(p.system), p.systemHelp),
	))
	p.picture = look.NewPage(w.say("page.bridge"), look.Column(look.GapLarge,
		top, p.trouble.picture, look.Hairline(), p.chain, look.Hairline(), p.flow.picture, look.Hairline(), p.terminal.picture, p.past.picture,
	))
	return p
}

func (p *bridgePage) content() fyne.CanvasObject { return p.picture }

func (p *bridgePage) enter(ctx context.Context) { p.flow.follow(ctx) }

// onRefresh asks anew for what the chart shows.
func (p *bridgePage) onRefresh() { p.w.open("bridge") }

func (p *bridgePage) show(s app.State) {
	p.shown = s
	p.toggle.Sign.SetState(sign(s))
	p.sentence.SetText(p.sentenceOf(s))
	setText(p.next, p.nextStep(s))
	p.showSystemProxy(s.SystemProxy)
	p.showProblem(s)
	p.chain.Set(p.w.chainOf(s))
	p.flow.show(s)
	p.terminal.show(s)
}

func (p *bridgePage) sentenceOf(s app.State) string {
	if p.w.gone {
		return p.w.say("status.gone")
	}
	return p.w.words.Status(s)
}

// sign is the shape of a state.
func sign(s app.State) look.SignState {
	problem, holds := s.Problem()
	switch {
	case !s.On && holds && problem.Code == "listen":
		return look.SignProblem
	case !s.On:
		return look.SignOff
	case s.Upstream.State == app.Down && !s.Direct():
		return look.SignDown
	case s.SystemProxy.On:
		return look.SignSystem
	}
	return look.SignOn
}

// nextStep says what a person can do now, or what to know.
func (p *bridgePage) nextStep(s app.State) string {
	_, trouble := s.Problem()
	switch {
	case p.w.gone, !s.On && trouble:
		return "" // the banner or the card says it
	case !s.On:
		return p.w.say("bridge.next_off")
	case s.Direct() && s.Chosen:
		return p.w.say("bridge.next_chosen")
	case s.Upstream.State == app.Down && !s.Direct():
		_, next := p.w.words.Problem(app.Problem{
			Code: "upstream." + s.Upstream.Cause, Text: s.Upstream.Detail,
			With: map[string]string{"profile": words.ProfileName(s.Profile), "address": address(s.Profile)},
		})
		return next
	}
	return p.w.say("bridge.next_on", "address", first(s.Listen))
}

func (p *bridgePage) showSystemProxy(proxy app.SystemProxy) {
	if ticked := proxy.On != proxy.Turning; p.system.Checked != ticked {
		p.system.SetChecked(ticked)
	}
	if proxy.Supported == p.system.Disabled() {
		if proxy.Supported {
			p.system.Enable()
		} else {
			p.system.Disable()
		}
	}
	setText(p.systemHelp, p.systemHelpOf(proxy))
}

// systemHelpOf says what the tick does, or why it cannot be set.
func (p *bridgePage) systemHelpOf(proxy app.SystemProxy) string {
	switch {
	case p.w.gone:
		return "" // nobody knows
	case proxy.Supported:
		return p.w.say("bridge.system_help")
	case proxy.Why == "", proxy.Why == app.ErrNoSystemProxy.Error():
		return p.w.explain(app.ErrNoSystemProxy)
	}
	return proxy.Why
}

// useSystemProxy asks for what was ticked. The tick itself waits for the State that says so.
func (p *bridgePage) useSystemProxy(on bool) {
	if proxy := p.shown.SystemProxy; on == (proxy.On != proxy.Turning) {
		return
	}
	p.system.SetChecked(!on)
	p.w.do(app.Intent{Verb: app.UseSystemProxy, On: on}, nil)
}

// showProblem shows the newest problem: before the chain while it holds, and at the end when it is over. That the
// upstream is down the sentence says already.
func (p *bridgePage) showProblem(s app.State) {
	now, holds := s.Problem()
	p.trouble.show(now, holds && !(s.Upstream.State == app.Down && s.On && isUpstream(now)))
	if !holds && len(s.Problems) > 0 {
		p.past.show(s.Problems[0], true)
	} else {
		p.past.show(app.Problem{}, false)
	}
}

// flush moves a check to the left so that its box stands under the text above: Fyne keeps it off its edge.
func flush(check fyne.CanvasObject) fyne.CanvasObject {
	return &fyne.Container{Layout: outdent{}, Objects: []fyne.CanvasObject{check}}
}

type outdent struct{}

const outdentBy float32 = 6

func (outdent) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return objects[0].MinSize().SubtractWidthHeight(outdentBy, 0)
}

func (outdent) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	objects[0].Move(fyne.NewPos(-outdentBy, 0))
	objects[0].Resize(fyne.NewSize(size.Width+outdentBy, size.Height))
}

// setText shows a text, which takes no room when it is empty.
func setText(t *look.Text, text string) {
	t.SetText(text)
	if visible := text != ""; visible != t.Visible() {
		if visible {
			t.Show()
		} else {
			t.Hide()
		}
	}
}

// first is the first of some, or empty.
func first(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}

// clock says a time of today by its hour, and another by its day too.
func clock(at, now time.Time) string {
	at, now = at.Local(), now.Local()
	if at.YearDay() == now.YearDay() && at.Year() == now.Year() {
		return at.Format("15:04")
	}
	return at.Format("2006-01-02 15:04")
}
