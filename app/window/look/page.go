package look

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// Page is the frame of one page: its title with the page's actions at the right, and its content.
type Page struct {
	widget.BaseWidget
	title   *Text
	actions *fyne.Container
	content fyne.CanvasObject
	foot    fyne.CanvasObject // nil: none
	scroll  *Scroll           // nil: the page was never drawn
	full    bool
}

// NewPage returns a page whose content is as high as it needs, no wider than ContentWidth, and scrolls.
func NewPage(title string, content fyne.CanvasObject, actions ...fyne.CanvasObject) *Page {
	return newPage(title, content, false, actions)
}

// NewFullPage returns a page whose content has all the room that is left, and scrolls itself: a table, a log. In a window
// that is too low for its content the page scrolls too.
func NewFullPage(title string, content fyne.CanvasObject, actions ...fyne.CanvasObject) *Page {
	return newPage(title, content, true, actions)
}

func newPage(title string, content fyne.CanvasObject, full bool, actions []fyne.CanvasObject) *Page {
	p := &Page{title: Heading(title), actions: Row(GapSmall, actions...), content: content, full: full}
	p.ExtendBaseWidget(p)
	return p
}

// WithFoot keeps an object at the page's lower edge, where it does not scroll away, and returns the page. It is for a
// page that was never drawn.
func (p *Page) WithFoot(foot fyne.CanvasObject) *Page { p.foot = foot; return p }

// Reveal scrolls as far as it takes to see an object of the content, such as the one that has the focus now.
func (p *Page) Reveal(o fyne.CanvasObject) {
	if p.scroll == nil {
		return
	}
	driver := fyne.CurrentApp().Driver()
	y := driver.AbsolutePositionForObject(o).Y - driver.AbsolutePositionForObject(p.scroll.Content).Y
	top := min(p.scroll.Offset.Y, y-GapSmall)
	bottom := max(top, y+o.Size().Height+GapSmall-p.scroll.Size().Height)
	p.scroll.ScrollToOffset(fyne.NewPos(0, bottom))
}

// SetTitle changes the title.
func (p *Page) SetTitle(title string) { p.title.SetText(title) }

// CreateRenderer implements [fyne.Widget].
func (p *Page) CreateRenderer() fyne.WidgetRenderer {
	p.ExtendBaseWidget(p)
	head := &fyne.Container{Layout: &pageHeadLayout{}, Objects: []fyne.CanvasObject{p.title, p.actions}}
	l := &pageLayout{full: p.full, head: head, body: p.content}
	l.scroll = newEdgedScroll(&fyne.Container{Layout: pageInside{p.full}, Objects: []fyne.CanvasObject{p.content}})
	p.scroll = l.scroll
	objects := []fyne.CanvasObject{head, l.scroll}
	if p.foot != nil {
		l.foot = strip(theme.ColorNameBackground, p.foot)
		objects = append(objects, l.foot)
	}
	return widget.NewSimpleRenderer(&fyne.Container{Layout: l, Objects: objects})
}

// pageHead is the height of the row with the title, equal on all pages so that nothing jumps between them.
const pageHead float32 = 36

// pageHeadLayout sets a page's title at the left and its actions at the right, or under it where that is too narrow.
type pageHeadLayout struct {
	stacked bool // at the width of the last layout, for which MinSize holds
}

func (l *pageHeadLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	title, actions := objects[0].MinSize(), objects[1].MinSize()
	height := max(title.Height, actions.Height, pageHead)
	if l.stacked {
		height = max(title.Height, pageHead) + GapSmall + actions.Height
	}
	return fyne.NewSize(max(title.Width, actions.Width), height)
}

func (l *pageHeadLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	title, actions := objects[0].MinSize(), objects[1].MinSize()
	l.stacked = title.Width+GapLarge+actions.Width > size.Width
	height := max(title.Height, actions.Height, pageHead)
	at := fyne.NewPos(size.Width-actions.Width, (height-actions.Height)/2)
	if l.stacked {
		height = max(title.Height, pageHead)
		at = fyne.NewPos(0, height+GapSmall)
	}
	objects[0].Move(fyne.NewPos(0, (height-title.Height)/2))
	objects[0].Resize(fyne.NewSize(min(title.Width, size.Width), title.Height))
	objects[1].Move(at)
	objects[1].Resize(actions)
}

type pageLayout struct {
	full       bool
	head, body fyne.CanvasObject
	foot       fyne.CanvasObject // nil: none
	scroll     *Scroll           // holds the body
}

func (l *pageLayout) MinSize([]fyne.CanvasObject) fyne.Size {
	head, body := l.head.MinSize(), l.body.MinSize()
	body.Height = 0
	if l.foot != nil {
		foot := l.foot.MinSize()
		body = fyne.NewSize(max(body.Width, foot.Width-2*GapWide), body.Height+foot.Height)
	}
	return fyne.NewSize(max(head.Width, body.Width)+2*GapWide, head.Height+body.Height+GapWide+2*GapLarge)
}

func (l *pageLayout) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	width := size.Width - 2*GapWide
	if !l.full {
		width = min(width, ContentWidth)
	}
	giveWidth(l.head, width)
	top := l.head.MinSize().Height
	l.head.Move(fyne.NewPos(GapWide, GapLarge))
	l.head.Resize(fyne.NewSize(width, top))
	top += 2 * GapLarge
	if l.foot != nil {
		giveWidth(l.foot, size.Width)
		height := l.foot.MinSize().Height
		l.foot.Resize(fyne.NewSize(size.Width, height))
		size.Height -= height
		l.foot.Move(fyne.NewPos(0, size.Height))
	}
	l.scroll.Move(fyne.NewPos(0, top-pageBleed))
	l.scroll.Resize(fyne.NewSize(size.Width, max(0, size.Height-top+pageBleed)))
}

// pageBleed is the room over the content of a page in which it may draw.
const pageBleed float32 = 2

// pageInside keeps a scrolled page's content off the edges, so that the scrollbar lies in the margin.
//
// Inputs draw their edge half outside, which the scroll would cut off where one stands at the top.
type pageInside struct {
	full bool // as wide as the page
}

func (pageInside) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return objects[0].MinSize().AddWidthHeight(2*GapWide, pageBleed+GapWide)
}

func (p pageInside) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	width := size.Width - 2*GapWide
	if !p.full {
		width = min(width, ContentWidth)
	}
	objects[0].Move(fyne.NewPos(GapWide, pageBleed))
	giveWidth(objects[0], width)
	objects[0].Resize(fyne.NewSize(width, max(objects[0].MinSize().Height, size.Height-pageBleed-GapWide)))
}

// Strip returns content as a strip under a page, on a surface of its own.
func Strip(content fyne.CanvasObject) fyne.CanvasObject { return strip(ColorSurface, content) }

// strip sets content off from what is above it by a hairline, and aligns it with a page's.
func strip(color fyne.ThemeColorName, content fyne.CanvasObject) fyne.CanvasObject {
	inside := &fyne.Container{Layout: inset{GapWide, GapMedium}, Objects: []fyne.CanvasObject{content}}
	return stack(newFill(color, "", 0), Column(0, Hairline(), inside))
}
