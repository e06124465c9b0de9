package look

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// Node is a place that traffic passes.
type Node struct{ Title, Subtitle string }

// LinkState says how it is between two nodes.
type LinkState int

// The states of a link, told apart by shape as by colour.
const (
	LinkUnknown LinkState = iota // not tried yet: a thin line
	LinkOK                       // a firm line
	LinkDown                     // a line with a gap
	LinkDirect                   // a firm line that does not go through the upstream
	LinkOff                      // a thin line with a gap
)

func (s LinkState) color() fyne.ThemeColorName {
	switch s {
	case LinkOK:
		return ColorAccent
	case LinkDown:
		return ColorProblem
	case LinkDirect:
		return ColorMuted
	default:
		return colorFaint
	}
}

func (s LinkState) broken() bool { return s == LinkDown || s == LinkOff }

func (s LinkState) firm() bool { return s == LinkOK || s == LinkDown || s == LinkDirect }

// Link is what lies between two nodes.
type Link struct {
	State LinkState
	Text  string // stands over the line: "12 ms"
	Why   string // stands under the chain while the pointer is on the line, and always for the first that is down
}

// Chain shows how traffic goes, from node to node.
type Chain struct {
	widget.BaseWidget
	nodes []*chainNode
	links []*chainLink
	why   *Text

	shownNodes []Node
	shownLinks []Link
}

// NewChain returns a chain without nodes.
func NewChain() *Chain {
	c := &Chain{why: Small("").Wrapped()}
	c.ExtendBaseWidget(c)
	return c
}

// Set shows nodes and the links between them, of which there is one less.
func (c *Chain) Set(nodes []Node, links []Link) {
	if slices.Equal(nodes, c.shownNodes) && slices.Equal(links, c.shownLinks) {
		return
	}
	c.shownNodes, c.shownLinks = slices.Clone(nodes), slices.Clone(links)
	for len(c.nodes) < len(nodes) {
		c.nodes = append(c.nodes, &chainNode{title: Strong("").Centered().Truncated(), subtitle: Small("").Centered().Truncated(), dot: &canvas.Circle{}})
	}
	for len(c.links) < len(links) {
		c.links = append(c.links, newChainLink(c))
	}
	c.nodes, c.links = c.nodes[:len(nodes)], c.links[:len(links)]
	for i, n := range nodes {
		c.nodes[i].title.SetText(n.Title)
		c.nodes[i].subtitle.SetText(n.Subtitle)
	}
	for i, l := range links {
		c.links[i].set(l)
	}
	c.say()
	c.Refresh()
}

// say shows the reason of the link that is pointed at, or else of the first that is down.
func (c *Chain) say() {
	why, color := "", ColorMuted
	for _, l := range c.links {
		if l.link.State == LinkDown && why == "" {
			why, color = l.link.Why, ColorProblem
		}
	}
	for _, l := range c.links {
		if l.hovered && l.link.Why != "" {
			why, color = l.link.Why, ColorMuted
			if l.link.State == LinkDown {
				color = ColorProblem
			}
		}
	}
	c.why.Set(why, color)
}

// CreateRenderer implements [fyne.Widget].
func (c *Chain) CreateRenderer() fyne.WidgetRenderer {
	c.ExtendBaseWidget(c)
	return &chainRenderer{c}
}

type chainNode struct {
	title, subtitle *Text
	dot             *canvas.Circle
}

type chainRenderer struct{ chain *Chain }

const chainDot float32 = 12

func (r *chainRenderer) Destroy() {}

func (r *chainRenderer) Objects() []fyne.CanvasObject {
	var objects []fyne.CanvasObject
	for _, l := range r.chain.links {
		objects = append(objects, l)
	}
	for _, n := range r.chain.nodes {
		objects = append(objects, n.dot, n.title, n.subtitle)
	}
	return append(objects, r.chain.why)
}

// heights returns that of a line of small text and of a line of ordinary text.
func (r *chainRenderer) heights() (small, body float32) {
	return fyne.MeasureText("0", sizeOf(r.chain, SizeSmall), fyne.TextStyle{}).Height,
		fyne.MeasureText("0", sizeOf(r.chain, SizeBody), fyne.TextStyle{}).Height
}

func (r *chainRenderer) MinSize() fyne.Size {
	small, body := r.heights()
	height := small + 4 + chainDot + GapSmall + body + small
	if r.chain.why.Text() != "" {
		height += GapMedium + r.chain.why.MinSize().Height
	}
	return fyne.NewSize(96*float32(len(r.chain.nodes)), height)
}

func (r *chainRenderer) Layout(size fyne.Size) {
	c := r.chain
	small, body := r.heights()
	middle := small + 4 + chainDot/2
	width := size.Width / float32(max(len(c.nodes), 1))
	for i, n := range c.nodes {
		x := float32(i) * width
		n.dot.StrokeColor, n.dot.StrokeWidth = colorOf(c, ColorInk), 2
		n.dot.FillColor = colorOf(c, ColorSurface)
		n.dot.Move(fyne.NewPos(x+(width-chainDot)/2, middle-chainDot/2))
		n.dot.Resize(fyne.NewSquareSize(chainDot))
		top := middle + chainDot/2 + GapSmall
		n.title.Move(fyne.NewPos(x+4, top))
		n.title.Resize(fyne.NewSize(max(0, width-8), body))
		n.subtitle.Move(fyne.NewPos(x+4, top+body))
		n.subtitle.Resize(fyne.NewSize(max(0, width-8), small))
	}
	for i, l := range c.links {
		l.Move(fyne.NewPos((float32(i)+0.5)*width+chainDot/2, 0))
		l.Resize(fyne.NewSize(max(0, width-chainDot), middle+chainDot/2))
	}
	giveWidth(c.why, size.Width)
	c.why.Move(fyne.NewPos(0, middle+chainDot/2+GapSmall+body+small+GapMedium))
	c.why.Resize(fyne.NewSize(size.Width, c.why.MinSize().Height))
}

func (r *chainRenderer) Refresh() {
	r.Layout(r.chain.Size())
	for _, l := range r.chain.links {
		l.Refresh()
	}
	canvas.Refresh(r.chain)
}

// chainLink is the line between two nodes with the text over it.
type chainLink struct {
	widget.BaseWidget
	chain       *Chain
	link        Link
	text        *Text
	left, right *fill
	hovered     bool
}

func newChainLink(c *Chain) *chainLink {
	l := &chainLink{chain: c, text: Small("").Centered().Truncated(), left: newFill("", "", 0), right: newFill("", "", 0)}
	l.ExtendBaseWidget(l)
	return l
}

func (l *chainLink) set(link Link) {
	l.link = link
	color := ColorMuted
	if link.State == LinkDown {
		color = ColorProblem
	}
	l.text.Set(link.Text, color)
	l.left.set(link.State.color(), "")
	l.right.set(link.State.color(), "")
}

// MouseIn implements [desktop.Hoverable].
func (l *chainLink) MouseIn(*desktop.MouseEvent) { l.hovered = true; l.chain.say(); l.chain.Refresh() }

// MouseMoved implements [desktop.Hoverable].
func (l *chainLink) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements [desktop.Hoverable].
func (l *chainLink) MouseOut() { l.hovered = false; l.chain.say(); l.chain.Refresh() }

// CreateRenderer implements [fyne.Widget].
func (l *chainLink) CreateRenderer() fyne.WidgetRenderer {
	l.ExtendBaseWidget(l)
	return &chainLinkRenderer{l}
}

type chainLinkRenderer struct{ link *chainLink }

func (r *chainLinkRenderer) Destroy() {}

func (r *chainLinkRenderer) MinSize() fyne.Size { return fyne.NewSize(24, chainDot) }

func (r *chainLinkRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.link.left, r.link.right, r.link.text}
}

func (r *chainLinkRenderer) Layout(size fyne.Size) {
	l := r.link
	thick := float32(1)
	if l.link.State.firm() {
		thick = 2
	}
	l.text.Move(fyne.NewPos(GapSmall, 0))
	l.text.Resize(fyne.NewSize(max(0, size.Width-2*GapSmall), max(0, size.Height-chainDot-4)))
	y := size.Height - chainDot/2 - thick/2
	length, gap := (size.Width)/2, float32(0)
	if l.link.State.broken() {
		gap = min(16, size.Width/2)
		length -= gap / 2
	}
	l.left.Move(fyne.NewPos(0, y))
	l.left.Resize(fyne.NewSize(length, thick))
	l.right.Move(fyne.NewPos(length+gap, y))
	l.right.Resize(fyne.NewSize(size.Width-length-gap, thick))
}

func (r *chainLinkRenderer) Refresh() {
	r.Layout(r.link.Size())
	canvas.Refresh(r.link)
}
