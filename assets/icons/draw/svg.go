package main

import (
	"encoding/xml"
	"errors"
	"fmt"
	"image/color"
	"math"
	"os"
	"strconv"
	"strings"
)

// A drawing is a square picture of shapes, the first one at the bottom.
type drawing struct {
	side   float64 // of the square
	shapes []shape
}

// A shape is a path in one colour: stroked where width is above zero, else
// filled.
type shape struct {
	color  color.NRGBA
	width  float64
	square bool // square ends, else round ones
	lines  []line
}

// A line is a run of segments, each starting where the one before ends.
type line struct {
	closed   bool
	segments []segment
}

// A point is in units of the drawing, y downwards.
type point struct{ x, y float64 }

func (p point) plus(q point) point    { return point{p.x + q.x, p.y + q.y} }
func (p point) minus(q point) point   { return point{p.x - q.x, p.y - q.y} }
func (p point) times(f float64) point { return point{p.x * f, p.y * f} }
func (p point) length() float64       { return math.Hypot(p.x, p.y) }
func (p point) near(q point) bool     { return p.minus(q).length() < 1e-6 }
func (p point) turned(radians float64) point {
	s, c := math.Sincos(radians)
	return point{p.x*c - p.y*s, p.x*s + p.y*c}
}

// A segment goes straight from one point to the other, or by an arc of a
// circle if sweep is not zero: that is its angle, positive clockwise as seen
// on the screen.
type segment struct {
	from, to point
	sweep    float64
}

// centre is that of an arc.
func (s segment) centre() point {
	half := s.to.minus(s.from).times(0.5)
	return s.from.plus(half).plus(point{-half.y, half.x}.times(1 / math.Tan(s.sweep/2)))
}

type svgFile struct {
	ViewBox string `xml:"viewBox,attr"`
	svgStyle
	Paths []struct {
		svgStyle
		D string `xml:"d,attr"`
	} `xml:"path"`
}

type svgStyle struct {
	Fill   string `xml:"fill,attr"`
	Stroke string `xml:"stroke,attr"`
	Width  string `xml:"stroke-width,attr"`
	Cap    string `xml:"stroke-linecap,attr"`
}

// over is the style with what it leaves out taken from the outer one.
func (s svgStyle) over(outer svgStyle) svgStyle {
	for _, f := range []struct{ own, outer *string }{
		{&s.Fill, &outer.Fill}, {&s.Stroke, &outer.Stroke}, {&s.Width, &outer.Width}, {&s.Cap, &outer.Cap},
	} {
		if *f.own == "" {
			*f.own = *f.outer
		}
	}
	return s
}

func readDrawing(name string) (*drawing, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	var file svgFile
	if err := xml.Unmarshal(data, &file); err != nil {
		return nil, err
	}
	d := new(drawing)
	var h float64
	if _, err := fmt.Sscanf(file.ViewBox, "0 0 %g %g", &d.side, &h); err != nil || h != d.side {
		return nil, fmt.Errorf("viewBox %q is no square at 0 0", file.ViewBox)
	}
	for _, p := range file.Paths {
		s, err := readShape(p.over(file.svgStyle), p.D)
		if err != nil {
			return nil, fmt.Errorf("path %q: %w", p.D, err)
		}
		d.shapes = append(d.shapes, s)
	}
	if len(d.shapes) == 0 {
		return nil, errors.New("no path in it")
	}
	return d, nil
}

func readShape(style svgStyle, d string) (s shape, err error) {
	paint := style.Fill
	if style.Stroke != "" && style.Stroke != "none" {
		paint = style.Stroke
		if s.width, err = strconv.ParseFloat(style.Width, 64); err != nil {
			return s, fmt.Errorf("stroke-width: %w", err)
		}
	}
	if s.color, err = readColor(paint); err != nil {
		return s, err
	}
	s.square = style.Cap == "square"
	s.lines, err = readPath(d)
	return s, err
}

// readColor takes #rrggbb, and currentColor as black.
func readColor(text string) (color.NRGBA, error) {
	c := color.NRGBA{A: 255}
	if text == "currentColor" {
		return c, nil
	}
	if _, err := fmt.Sscanf(text, "#%02x%02x%02x", &c.R, &c.G, &c.B); err != nil || len(text) != 7 {
		return c, fmt.Errorf("colour %q is neither #rrggbb nor currentColor", text)
	}
	return c, nil
}

// operands says how many numbers each command takes.
var operands = map[string]int{"M": 2, "L": 2, "H": 1, "V": 1, "A": 7, "Z": 0}

func readPath(d string) ([]line, error) {
	for _, separate := range []string{"M", "L", "H", "V", "A", "Z"} {
		d = strings.ReplaceAll(d, separate, " "+separate+" ")
	}
	var lines []line
	var at point
	words := strings.Fields(strings.ReplaceAll(d, ",", " "))
	for len(words) > 0 {
		command := words[0]
		n, ok := operands[command]
		if !ok || len(words) < n+1 {
			return nil, fmt.Errorf("command %q is not known, or cut off", command)
		}
		numbers := make([]float64, n)
		for i := range numbers {
			var err error
			if numbers[i], err = strconv.ParseFloat(words[1+i], 64); err != nil {
				return nil, err
			}
		}
		words = words[n+1:]
		if command == "M" {
			at = point{numbers[0], numbers[1]}
			lines = append(lines, line{})
			continue
		}
		if len(lines) == 0 {
			return nil, errors.New("does not begin with M")
		}
		l := &lines[len(lines)-1]
		s := nextSegment(command, numbers, at, *l)
		if command == "Z" {
			l.closed = true
			if s.from.near(s.to) {
				continue
			}
		}
		l.segments = append(l.segments, s)
		at = s.to
	}
	return lines, nil
}

// nextSegment is what command adds to the line l, which has come to at.
func nextSegment(command string, numbers []float64, at point, l line) segment {
	s := segment{from: at, to: at}
	switch command {
	case "L":
		s.to = point{numbers[0], numbers[1]}
	case "H":
		s.to.x = numbers[0]
	case "V":
		s.to.y = numbers[0]
	case "Z":
		s.to = l.segments[0].from
	case "A":
		s.to = point{numbers[5], numbers[6]}
		s.sweep = sweep(s.to.minus(at).length(), numbers[0], numbers[3] != 0, numbers[4] != 0)
	}
	return s
}

// sweep is the angle of an arc between points at a distance, as SVG describes
// it.
func sweep(distance, radius float64, large, clockwise bool) float64 {
	angle := 2 * math.Asin(min(1, distance/2/radius))
	if large {
		angle = 2*math.Pi - angle
	}
	if !clockwise {
		return -angle
	}
	return angle
}
