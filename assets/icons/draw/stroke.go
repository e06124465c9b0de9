package main

import (
	"math"
	"slices"
)

// outline gives the closed lines whose inside is the shape. All that overlap
// turn the same way, so the nonzero rule fills their union.
func (s shape) outline() []line {
	if s.width == 0 {
		return s.lines
	}
	var closed []line
	for _, l := range s.lines {
		pen := pen{half: s.width / 2, square: s.square}
		if l.closed {
			pen.along(l.segments, true)
			closed = append(closed, line{closed: true, segments: pen.drawn})
			pen.drawn = nil
			pen.along(backward(l.segments), true)
		} else {
			pen.along(l.segments, false)
			pen.along(backward(l.segments), false)
		}
		closed = append(closed, line{closed: true, segments: pen.drawn})
	}
	return closed
}

// backward is the way back.
func backward(segments []segment) []segment {
	back := slices.Clone(segments)
	slices.Reverse(back)
	for i, s := range back {
		back[i] = segment{from: s.to, to: s.from, sweep: -s.sweep}
	}
	return back
}

// A pen draws what is half a stroke's width to the left of a line.
type pen struct {
	half   float64
	square bool
	drawn  []segment
}

// along follows the segments and, if they are closed, joins the last with the
// first; else it goes around the end to the other side.
func (p *pen) along(segments []segment, closed bool) {
	for i, s := range segments {
		p.drawn = append(p.drawn, p.beside(s))
		switch {
		case i+1 < len(segments):
			p.join(s, segments[i+1])
		case closed:
			p.join(s, segments[0])
		default:
			p.cap(s)
		}
	}
}

// leaving and arriving are the directions at the ends of s.
func leaving(s segment) point  { return direction(s, s.from) }
func arriving(s segment) point { return direction(s, s.to) }

func direction(s segment, at point) point {
	if s.sweep == 0 {
		d := s.to.minus(s.from)
		return d.times(1 / d.length())
	}
	d := at.minus(s.centre()).turned(math.Copysign(math.Pi/2, s.sweep))
	return d.times(1 / d.length())
}

// left is the vector from a line with the given direction to its left side.
func (p *pen) left(direction point) point {
	return point{direction.y, -direction.x}.times(p.half)
}

func (p *pen) beside(s segment) segment {
	s.from, s.to = s.from.plus(p.left(leaving(s))), s.to.plus(p.left(arriving(s)))
	return s
}

// join rounds the outside of a corner; inside it goes by the corner itself,
// so that no loop turns the wrong way.
func (p *pen) join(s, next segment) {
	a, b := arriving(s), leaving(next)
	from, to := s.to.plus(p.left(a)), s.to.plus(p.left(b))
	if from.near(to) {
		return
	}
	turn := math.Atan2(a.x*b.y-a.y*b.x, a.x*b.x+a.y*b.y)
	if turn < 0 {
		p.drawn = append(p.drawn, segment{from: from, to: s.to}, segment{from: s.to, to: to})
		return
	}
	p.drawn = append(p.drawn, segment{from: from, to: to, sweep: turn})
}

func (p *pen) cap(s segment) {
	d := arriving(s)
	from, to := s.to.plus(p.left(d)), s.to.minus(p.left(d))
	if !p.square {
		p.drawn = append(p.drawn, segment{from: from, to: to, sweep: math.Pi})
		return
	}
	out := d.times(p.half)
	p.drawn = append(p.drawn,
		segment{from: from, to: from.plus(out)},
		segment{from: from.plus(out), to: to.plus(out)},
		segment{from: to.plus(out), to: to})
}
