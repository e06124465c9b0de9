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
			f.samples = append(f.samples, f.now())
			f.draw()
			f.tick(ctx)
		})
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
