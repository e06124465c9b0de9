package look

import (
	"math"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// SignState is what the sign says.
type SignState int

// The states of the sign, told apart by shape; colour only repeats it.
const (
	SignOff     SignState = iota // the deck raised in two leaves
	SignOn                       // the deck level
	SignSystem                   // level, with a pennant on the left tower: the system's proxy
	SignDown                     // level, with a gap before the right tower: the upstream does not answer
	SignProblem                  // raised, with a dot above: the bridge cannot be switched on
)

func (s SignState) raised() bool { return s == SignOff || s == SignProblem }

func (s SignState) color() fyne.ThemeColorName {
	switch s {
	case SignOn, SignSystem:
		return ColorAccent
	case SignDown:
		return ColorWarning
	case SignProblem:
		return ColorProblem
	default:
		return ColorMuted
	}
}

// Sign is the picture of a drawbridge, which says how ours is: two towers and a deck. See also [Switch].
type Sign struct {
	widget.BaseWidget

	Still bool // motion is reduced: the deck does not move but is there

	state  SignState
	level  float32 // how far the deck is down, from 0 to 1
	motion *fyne.Animation
	size   fyne.Size
}

// NewSign returns a sign that is off, of at least the given size. The drawing keeps its shape, 64 wide to 34 high, in the
// middle of the room it gets.
func NewSign(size fyne.Size) *Sign {
	s := &Sign{size: size}
	s.ExtendBaseWidget(s)
	return s
}

// State returns what the sign says.
func (s *Sign) State() SignState { return s.state }

// SetState changes what the sign says. The deck takes 200 ms between raised and level.
func (s *Sign) SetState(state SignState) {
	if state == s.state {
		return
	}
	moves := state.raised() != s.state.raised()
	s.state = state
	target := float32(1)
	if state.raised() {
		target = 0
	}
	if s.motion != nil {
		s.motion.Stop()
		s.motion = nil
	}
	if !moves || s.Still || !fyne.CurrentApp().Settings().ShowAnimations() {
		s.level = target
		s.Refresh()
		return
	}
	from := s.level
	s.motion = fyne.NewAnimation(200*time.Millisecond, func(part float32) {
		s.level = from + (target-from)*part
		s.Refresh()
	})
	s.motion.Start()
}

// CreateRenderer implements [fyne.Widget].
func (s *Sign) CreateRenderer() fyne.WidgetRenderer {
	s.ExtendBaseWidget(s)
	r := &signRenderer{sign: s, pennant: &canvas.ArbitraryPolygon{}, dot: &canvas.Circle{}}
	for range signLines {
		r.lines = append(r.lines, &canvas.Line{})
	}
	return r
}

// The lines of the sign, in the order in which they are drawn.
const (
	leftLeaf = iota
	rightLeaf
	leftBank
	rightBank
	leftTower
	rightTower
	signLines
)

type signRenderer struct {
	sign    *Sign
	lines   []*canvas.Line
	pennant *canvas.ArbitraryPolygon
	dot     *canvas.Circle
}

func (r *signRenderer) Destroy() {}

func (r *signRenderer) MinSize() fyne.Size { return r.sign.size }

func (r *signRenderer) Objects() []fyne.CanvasObject {
	var objects []fyne.CanvasObject
	for _, line := range r.lines {
		objects = append(objects, line)
	}
	return append(objects, r.pennant, r.dot)
}

func (r *signRenderer) Refresh() {
	r.Layout(r.sign.Size())
	canvas.Refresh(r.sign)
}

// The drawing is 64 wide and 34 high; the towers stand at 14 and 50, the deck lies at 23.
const (
	signWidth, signHeight = float32(64), float32(34)
	signDeck              = float32(23)
	signLeaf              = float32(18) // from a tower to the middle
	signRaised            = 62 * math.Pi / 180
)

// Layout draws the sign as large as its room allows.
func (r *signRenderer) Layout(size fyne.Size) {
	s := r.sign
	unit := min(size.Width/signWidth, size.Height/signHeight)
	corner := fyne.NewPos((size.Width-unit*signWidth)/2, (size.Height-unit*signHeight)/2)
	at := func(x, y float32) fyne.Position { return corner.AddXY(x*unit, y*unit) }
	stroke := max(1.5, 3*unit)

	draw := func(line int, color fyne.ThemeColorName, from, to fyne.Position) {
		l := r.lines[line]
		l.StrokeColor, l.StrokeWidth = colorOf(s, color), stroke
		l.Position1, l.Position2 = from, to
		l.Refresh()
	}
	top := float32(8)
	if s.state == SignSystem {
		top = 0 // the mast
	}
	draw(leftTower, ColorInk, at(14, top), at(14, 33))
	draw(rightTower, ColorInk, at(50, 8), at(50, 33))
	draw(leftBank, s.state.color(), at(2, signDeck), at(14, signDeck))
	draw(rightBank, s.state.color(), at(50, signDeck), at(62, signDeck))

	angle := signRaised * float64(1-s.level)
	x, y := signLeaf*float32(math.Cos(angle)), signLeaf*float32(math.Sin(angle))
	right := x
	if s.state == SignDown {
		right = 0 // the gap
	}
	draw(leftLeaf, s.state.color(), at(14, signDeck), at(14+x, signDeck-y))
	draw(rightLeaf, s.state.color(), at(50, signDeck), at(50-right, signDeck-y))
	show(r.lines[rightLeaf], s.level < 1 && s.state != SignDown)
	switch {
	case s.level < 1:
	case s.state == SignDown:
		draw(leftLeaf, s.state.color(), at(14, signDeck), at(38, signDeck))
	default: // in one piece: between two that meet, the ground shines through
		draw(leftLeaf, s.state.color(), at(14, signDeck), at(50, signDeck))
	}

	show(r.pennant, s.state == SignSystem)
	r.pennant.FillColor = colorOf(s, s.state.color())
	r.pennant.NormalizedPoints = true
	r.pennant.Points = []fyne.Position{{X: 0, Y: 0}, {X: 1, Y: 0.5}, {X: 0, Y: 1}}
	r.pennant.Move(at(15.5, 0))
	r.pennant.Resize(fyne.NewSize(11*unit, 9*unit))
	show(r.dot, s.state == SignProblem)
	r.dot.FillColor = colorOf(s, ColorProblem)
	r.dot.Move(at(32-2.5, 1))
	r.dot.Resize(fyne.NewSquareSize(5 * unit))
	r.pennant.Refresh()
	r.dot.Refresh()
}
