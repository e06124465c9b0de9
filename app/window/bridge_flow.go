package window

import (
	"context"
	"strconv"
	"time"

	"fyne.io/fyne/v2"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/app/window/look"
	"github.com/drawbridge-app/drawbridge/app/words"
)

// flow shows how much passes: a chart of the last minutes, and sums.
type flow struct {
	w       *Window
	picture fyne.CanvasObject

	chart                    *look.Chart
	tunnels, down, up, since *look.Text

	samples []look.Sample
	moved   bool // some sample is not zero
	rests   int  // seconds in which nothing has moved, until now
	rate    look.Sample
}

func newFlow(w *Window) *flow {
	f := &flow{w: w, chart: look.NewChart(words.Rate, w.say("bridge.idle")), tunnels: look.Lead(""), down: look.Lead(""), up: look.Lead(""), since: look.Lead("")}
	sums := look.Columns()
	for _, sum := range []struct {
		says  string
		value *look.Text
	}{{"bridge.tunnels", f.tunnels}, {"bridge.down", f.down}, {"bridge.up", f.up}, {"bridge.since", f.since}} {
		sums.Add(look.Column(0, look.Small(w.say(sum.says)), sum.value))
	}
	f.picture = look.Column(look.GapLarge, f.chart, sums)
	return f
}

func (f *flow) show(s app.State) {
	f.rate = look.Sample{Up: s.Traffic.UpRate, Down: s.Traffic.DownRate}
	f.tunnels.SetText(strconv.Itoa(s.Traffic.Tunnels))
	f.down.SetText(words.Bytes(s.Traffic.Down))
	f.up.SetText(words.Bytes(s.Traffic.Up))
	since := "–"
	if s.On && !s.Since.IsZero() {
		since = clock(s.Since, time.Now())
	}
	f.since.SetText(since)
}

// follow fills the chart with what the owner remembers, and from then on moves it each second, until ctx ends.
func (f *flow) follow(ctx context.Context) {
	ask(ctx, f.w.owner.History, func(history []app.Sample, err error) {
		if err == nil {
			f.samples = f.samples[:0]
			for _, s := range history {
				f.samples = append(f.samples, look.Sample{Up: s.Up, Down: s.Down})
			}
			f.draw()
		}
		f.tick(ctx)
	})
}

// tick waits a second, draws, and ticks again.
func (f *flow) tick(ctx context.Context) {
	ask(ctx, func(ctx context.Context) (struct{}, error) { return struct{}{}, wait(ctx, time.Second) },
		func(struct{}, error) {
			f.add(f.now())
			f.tick(ctx)
		})
}

// chartRest is how many seconds the chart waits for while nothing moves: Fyne draws the whole window for each.
const chartRest = 5

// add moves the chart by a second. What moves is drawn at once, and also that nothing moves any more.
func (f *flow) add(s look.Sample) {
	was := look.Sample{}
	if n := len(f.samples); n > 0 {
		was = f.samples[n-1]
	}
	f.samples = append(f.samples, s)
	f.rests++
	if was != s || s != (look.Sample{}) {
		f.rests = 0
	}
	if f.rests%chartRest == 0 {
		f.draw()
	}
}

// now is the rate that holds, which is none when nobody is there to relay.
func (f *flow) now() look.Sample {
	if f.w.gone {
		return look.Sample{}
	}
	return f.rate
}

// draw shows the samples. A chart on which nothing has moved, and nothing moves, is left alone.
func (f *flow) draw() {
	f.samples = f.samples[max(0, len(f.samples)-look.ChartSamples):]
	before := f.moved
	f.moved = false
	for _, s := range f.samples {
		f.moved = f.moved || s != look.Sample{}
	}
	if f.moved || before {
		f.chart.SetSamples(f.samples)
	}
}
