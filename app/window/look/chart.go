package look

import (
	"image"
	"image/color"
	"math"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// ChartSamples is how many samples a Chart shows: five minutes at one a second.
const ChartSamples = 300

// Sample is how much passed in one moment, in any unit, both ways.
type Sample struct{ Up, Down float64 }

// Chart shows the last samples: down above a zero line, up below it, in one scale. At its right edge stand the newest
// rates, and at the top the greatest. Where nothing has passed it says so.
type Chart struct {
	widget.BaseWidget
	format         func(float64) string
	samples        []Sample
	peak, down, up *Text
	idle           string
	hint           *Text // says it while there is nothing to draw
}

// NewChart returns a chart without samples. The function writes a rate in words, with its unit; idle says that nothing has
// passed.
func NewChart(format func(rate float64) string, idle string) *Chart {
	c := &Chart{
		format: format, idle: idle, hint: Small("").Centered().Truncated(),
		peak: Small("").Trailing(), down: Small("").Trailing().Colored(ColorAccent), up: Small("").Trailing(),
	}
	c.ExtendBaseWidget(c)
	return c
}

// SetSamples shows the last ChartSamples of the samples, the newest last. The slice is copied.
func (c *Chart) SetSamples(samples []Sample) {
	samples = samples[max(0, len(samples)-ChartSamples):]
	c.samples = append(c.samples[:0], samples...)
	c.Refresh()
}

// greatest returns the greatest down and up.
func (c *Chart) greatest() (down, up float64) {
	for _, s := range c.samples {
		down, up = max(down, s.Down), max(up, s.Up)
	}
	return down, up
}

// CreateRenderer implements [fyne.Widget].
func (c *Chart) CreateRenderer() fyne.WidgetRenderer {
	c.ExtendBaseWidget(c)
	r := &chartRenderer{chart: c, zero: newFill(ColorHairline, "", 0)}
	r.raster = canvas.NewRaster(r.draw)
	r.say()
	return r
}

type chartRenderer struct {
	chart  *Chart
	raster *canvas.Raster
	zero   *fill
}

// chartAbove is the part of the height that lies above the zero line: people mostly receive.
const chartAbove = 0.7

func (r *chartRenderer) Destroy() {}

func (r *chartRenderer) MinSize() fyne.Size { return fyne.NewSize(240, 96) }

func (r *chartRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.zero, r.raster, r.chart.peak, r.chart.down, r.chart.up, r.chart.hint}
}

func (r *chartRenderer) say() {
	c := r.chart
	var last Sample
	if len(c.samples) > 0 {
		last = c.samples[len(c.samples)-1]
	}
	down, up := c.greatest()
	c.down.SetText(c.format(last.Down) + " ↓")
	c.up.SetText(c.format(last.Up) + " ↑")
	c.peak.SetText(c.format(max(down, up)))
	show(c.peak, max(down, up) > 0)
	hint := ""
	if down+up == 0 {
		hint = c.idle
	}
	c.hint.SetText(hint)
}

// gutter is the width of the labels; it keeps its size while rates change by a digit.
func (r *chartRenderer) gutter() float32 { return sizeOf(r.chart, SizeSmall) * 7 }

func (r *chartRenderer) Layout(size fyne.Size) {
	c := r.chart
	gutter := r.gutter()
	zero := float32(math.Round(float64(size.Height * chartAbove)))
	r.raster.Resize(fyne.NewSize(max(0, size.Width-gutter), size.Height))
	r.zero.Move(fyne.NewPos(0, zero))
	r.zero.Resize(fyne.NewSize(size.Width, 1))
	line := c.peak.MinSize().Height
	for label, y := range map[*Text]float32{c.peak: 0, c.down: zero - line - 4, c.up: zero + 5} {
		label.Move(fyne.NewPos(size.Width-gutter, y))
		label.Resize(fyne.NewSize(gutter, line))
	}
	c.hint.Move(fyne.NewPos(gutter, (zero-line)/2)) // in the middle of the page, not of what the labels leave
	c.hint.Resize(fyne.NewSize(max(0, size.Width-2*gutter), line))
}

func (r *chartRenderer) Refresh() {
	r.say()
	r.Layout(r.chart.Size())
	r.raster.Refresh()
	canvas.Refresh(r.chart)
}

// draw paints the two areas; Fyne keeps the picture until the next Refresh.
func (r *chartRenderer) draw(width, height int) image.Image {
	c := r.chart
	picture := image.NewNRGBA(image.Rect(0, 0, width, height))
	down, up := c.greatest()
	if width == 0 || height == 0 || down+up == 0 {
		return picture
	}
	zero := float64(height) * chartAbove
	scale := math.Inf(1) // pixels for one unit, the same above and below
	if down > 0 {
		scale = (zero - 1) / down
	}
	if up > 0 {
		scale = min(scale, (float64(height)-zero-1)/up)
	}
	accent := color.NRGBAModel.Convert(colorOf(c, ColorAccent)).(color.NRGBA)
	muted := color.NRGBAModel.Convert(colorOf(c, ColorMuted)).(color.NRGBA)
	for x := range width {
		s := c.between(float64(x)/float64(width), float64(x+1)/float64(width))
		drawArea(picture, x, zero-s.Down*scale, zero, accent)
		drawArea(picture, x, zero+1, zero+1+s.Up*scale, muted)
	}
	return picture
}

// between returns what to show for a part of the time that the chart shows, which goes from 0 to 1: the greatest of many
// samples, or a value on the line from one sample to the next.
func (c *Chart) between(from, to float64) Sample {
	missing := float64(ChartSamples - len(c.samples)) // at the left, where nothing is known yet
	from, to = from*ChartSamples-missing, to*ChartSamples-missing
	if to <= 0 {
		return Sample{}
	}
	if to-from < 1 {
		middle := max(0, (from+to-1)/2) // a sample stands in the middle of its time
		i := min(int(middle), len(c.samples)-1)
		next := c.samples[min(i+1, len(c.samples)-1)]
		part := middle - float64(i)
		return Sample{
			Up:   c.samples[i].Up + (next.Up-c.samples[i].Up)*part,
			Down: c.samples[i].Down + (next.Down-c.samples[i].Down)*part,
		}
	}
	var greatest Sample
	for i := max(0, int(from)); i < min(len(c.samples), int(math.Ceil(to))); i++ {
		greatest = Sample{Up: max(greatest.Up, c.samples[i].Up), Down: max(greatest.Down, c.samples[i].Down)}
	}
	return greatest
}

// drawArea fills one column of pixels between two heights, and lets the pixels at its ends fade.
func drawArea(picture *image.NRGBA, x int, top, bottom float64, c color.NRGBA) {
	const opacity = 0.4
	for y := max(0, int(top)); y < min(picture.Rect.Dy(), int(math.Ceil(bottom))); y++ {
		covered := min(float64(y+1), bottom) - max(float64(y), top)
		picture.SetNRGBA(x, y, fade(c, float32(covered*opacity)))
	}
}
