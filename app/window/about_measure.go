package window

import (
	"context"
	"math"
	"strconv"
	"time"

	"fyne.io/fyne/v2"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/app/window/look"
	"github.com/drawbridge-app/drawbridge/app/words"
)

// A measureCard measures what a bridge costs on this machine, when somebody asks for it, and says it in words.
type measureCard struct {
	w              *Window
	run            func(context.Context) (app.Measurement, error)
	request, share *figure
	button         *look.Button
	status         *look.Text
	picture        fyne.CanvasObject

	ctx    context.Context    // of the page in front
	cancel context.CancelFunc // of what runs; nil while nothing does
}

// A figure is a number with what it is about above it, and how it came about under it.
type figure struct {
	number, how *look.Text
	picture     fyne.CanvasObject
}

func newFigure(label string) *figure {
	f := &figure{number: look.Display(unmeasured), how: look.Small("").Wrapped()}
	f.picture = look.Column(4, look.Small(label), f.number, f.how)
	return f
}

func (f *figure) set(number, how string) {
	f.number.SetText(number)
	f.how.SetText(how)
}

// unmeasured stands for a number that nobody knows yet.
const unmeasured = "—"

func newMeasureCard(w *Window) *measureCard {
	m := &measureCard{
		w: w, run: app.Measure,
		request: newFigure(w.say("about.request")), share: newFigure(w.say("about.share")),
		status: look.Small("").Wrapped(),
	}
	m.button = look.Plain(w.say("about.measure_start"), m.press)
	m.picture = look.Card(look.Column(look.GapLarge,
		look.Column(4, look.Lead(w.say("about.measure")), look.Muted(w.say("about.measure_help")).Wrapped()),
		look.Grid(300, m.request.picture, m.share.picture),
		look.Beside(look.GapMedium, 1, m.button, m.status),
	))
	return m
}

// enter lets the card measure until ctx ends. What ran for an earlier one has ended with that.
func (m *measureCard) enter(ctx context.Context) {
	m.ctx = ctx
	m.rest("", look.ColorMuted)
}

// press starts, or ends what runs.
func (m *measureCard) press() {
	if m.cancel == nil {
		m.start()
		return
	}
	m.rest("", look.ColorMuted)
}

// start measures, unless it does already.
func (m *measureCard) start() {
	if m.cancel != nil {
		return
	}
	var ctx context.Context
	ctx, m.cancel = context.WithCancel(m.ctx)
	m.button.SetText(m.w.say("about.measure_stop"))
	m.status.Set(m.w.say("about.measuring"), look.ColorMuted)
	ask(ctx, m.run, func(result app.Measurement, err error) {
		if err != nil {
			m.rest(m.w.say("about.failed", "text", err.Error()), look.ColorProblem)
			return
		}
		m.rest("", look.ColorMuted)
		m.show(result)
	})
}

// rest ends what runs and says why.
func (m *measureCard) rest(why string, color fyne.ThemeColorName) {
	if m.cancel != nil {
		m.cancel()
		m.cancel = nil
	}
	m.button.SetText(m.w.say("about.measure_start"))
	m.status.Set(why, color)
}

func (m *measureCard) show(result app.Measurement) {
	w := m.w
	m.request.set(m.short(result.Added), w.say("about.request_how",
		"bridged", m.short(result.Bridged), "bare", m.short(result.Bare), "rounds", strconv.Itoa(result.Rounds)))
	percent := strconv.Itoa(int(math.Round(100 * result.Share())))
	m.share.set(w.say("about.share_is", "percent", percent), w.say("about.share_how",
		"bridged", words.Rate(result.BridgedRate), "bare", words.Rate(result.BareRate)))
	w.fyne.Content().Refresh() // the lines under the numbers are new
}

// short says a short time: in microseconds below a millisecond.
func (m *measureCard) short(d time.Duration) string {
	if d < time.Millisecond {
		return m.w.say("about.us", "n", strconv.FormatInt(d.Microseconds(), 10))
	}
	return m.w.words.Milliseconds(float64(d) / float64(time.Millisecond))
}
