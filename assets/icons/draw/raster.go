package main

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"
	"strconv"
	"strings"

	"golang.org/x/image/vector"
)

// outlined is the drawing as an SVG of fills in one colour.
func outlined(d *drawing) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %g %g">`+"\n", d.side, d.side)
	for _, s := range d.shapes {
		b.WriteString(`<path fill="#000000" d="`)
		for _, l := range s.outline() {
			if len(l.segments) == 0 {
				continue
			}
			fmt.Fprintf(&b, "M%s", decimals(l.segments[0].from))
			for _, s := range l.segments {
				switch {
				case s.sweep != 0:
					writeArc(&b, s)
				case !s.from.near(s.to):
					fmt.Fprintf(&b, "L%s", decimals(s.to))
				}
			}
			b.WriteByte('Z')
		}
		b.WriteString(`"/>` + "\n")
	}
	b.WriteString("</svg>\n")
	return []byte(b.String())
}

// writeArc splits arcs of a half circle and more, which SVG could turn either
// way after rounding.
func writeArc(b *strings.Builder, s segment) {
	parts := int(math.Abs(s.sweep)/(0.75*math.Pi)) + 1
	centre := s.centre()
	from := s.from.minus(centre)
	radius := strconv.FormatFloat(round(from.length()), 'f', -1, 64)
	clockwise := 0
	if s.sweep > 0 {
		clockwise = 1
	}
	if radius == "0" {
		fmt.Fprintf(b, "L%s", decimals(s.to))
		return
	}
	for i := range parts {
		to := centre.plus(from.turned(s.sweep * float64(i+1) / float64(parts)))
		fmt.Fprintf(b, "A%s %s 0 0 %d %s", radius, radius, clockwise, decimals(to))
	}
}

func round(f float64) float64 { return math.Round(f*1000) / 1000 }

func decimals(p point) string {
	return strconv.FormatFloat(round(p.x)+0, 'f', -1, 64) + " " + strconv.FormatFloat(round(p.y)+0, 'f', -1, 64)
}

// snapped is the drawing at side pixels with strokes a whole number of pixels
// wide and their points where both edges fall between pixels. Points that
// mirror each other stay so.
func (d *drawing) snapped(side int) *drawing {
	scale := float64(side) / d.side
	s := &drawing{side: float64(side), shapes: make([]shape, len(d.shapes))}
	for i, shape := range d.shapes {
		width := math.Round(shape.width * scale)
		snap := func(v float64) float64 {
			middle := float64(side) / 2
			rest := math.Mod(middle-width/2+float64(side), 1)
			fromMiddle := math.Abs(v*scale - middle)
			return middle + math.Copysign(math.Ceil(fromMiddle+rest-0.5)-rest, v*scale-middle)
		}
		shape.width = width
		shape.lines = mapped(shape.lines, func(p point) point { return point{snap(p.x), snap(p.y)} })
		s.shapes[i] = shape
	}
	return s
}

// scaled is the drawing, times as large.
func (d *drawing) scaled(times float64) *drawing {
	s := &drawing{side: d.side * times, shapes: make([]shape, len(d.shapes))}
	for i, shape := range d.shapes {
		shape.width *= times
		shape.lines = mapped(shape.lines, func(p point) point { return p.times(times) })
		s.shapes[i] = shape
	}
	return s
}

func mapped(lines []line, to func(point) point) []line {
	moved := make([]line, len(lines))
	for i, l := range lines {
		moved[i] = line{closed: l.closed}
		for _, s := range l.segments {
			moved[i].segments = append(moved[i].segments,
				segment{from: to(s.from), to: to(s.to), sweep: s.sweep})
		}
	}
	return moved
}

// image paints the drawing, a unit to a pixel. A colour that is not nil
// replaces those of the shapes.
func (d *drawing) image(instead color.Color) *image.NRGBA {
	side := int(math.Round(d.side))
	img := image.NewRGBA(image.Rect(0, 0, side, side))
	for _, s := range d.shapes {
		r := vector.NewRasterizer(side, side)
		for _, l := range s.outline() {
			for i, s := range l.segments {
				if i == 0 {
					r.MoveTo(float32(s.from.x), float32(s.from.y))
				}
				for _, p := range s.points() {
					r.LineTo(float32(p.x), float32(p.y))
				}
			}
			r.ClosePath()
		}
		paint := instead
		if paint == nil {
			paint = s.color
		}
		r.Draw(img, img.Bounds(), image.NewUniform(paint), image.Point{})
	}
	straight := image.NewNRGBA(img.Bounds())
	draw.Draw(straight, img.Bounds(), img, image.Point{}, draw.Src)
	return straight
}

// points are those that s goes through, close enough for a picture, without
// the first.
func (s segment) points() []point {
	if s.sweep == 0 {
		return []point{s.to}
	}
	steps := int(math.Abs(s.sweep)*16) + 1
	points := make([]point, steps)
	centre := s.centre()
	from := s.from.minus(centre)
	for i := range points {
		points[i] = centre.plus(from.turned(s.sweep * float64(i+1) / float64(steps)))
	}
	return points
}

func encodePNG(img image.Image) ([]byte, error) {
	var b bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	if err := encoder.Encode(&b, img); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
