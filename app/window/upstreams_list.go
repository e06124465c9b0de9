package window

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/drawbridge-app/drawbridge/app/window/look"
)

// An upstreamRow is what the list shows of one upstream.
type upstreamRow struct {
	key   string // tells rows apart: the name of a stored profile, empty for a new one
	name  string
	url   string
	inUse bool
	state string // few words; empty: nothing is known
	live  bool   // state is of now, not of a test
	role  fyne.ThemeColorName
}

// upstreamList shows the upstreams, one of which is in use and one of which is selected. It is one stop of the Tab key.
//
// Keys: up, down, home and end select, Enter and space use, Delete removes, Alt+Up and Alt+Down move.
type upstreamList struct {
	widget.BaseWidget
	w        *Window
	rows     []upstreamRow
	selected string
	focused  bool
	items    *fyne.Container

	onSelect, onUse, onDelete func(key string)
	onMove                    func(key string, by int)
	onPaste                   func()
}

func newUpstreamList(w *Window) *upstreamList {
	l := &upstreamList{w: w, items: look.Column(0)}
	l.ExtendBaseWidget(l)
	return l
}

// set shows these rows, and the one with that key as selected.
func (l *upstreamList) set(rows []upstreamRow, selected string) {
	if slices.Equal(rows, l.rows) && selected == l.selected {
		return
	}
	l.rows, l.selected = rows, selected
	for len(l.items.Objects) < len(rows) {
		l.items.Add(newUpstreamItem(l))
	}
	l.items.Objects = l.items.Objects[:len(rows)]
	for i, o := range l.items.Objects {
		o.(*upstreamItem).set(rows[i])
	}
	l.items.Refresh()
	l.Refresh()
}

// index is that of the selected row, or -1.
func (l *upstreamList) index() int {
	return slices.IndexFunc(l.rows, func(r upstreamRow) bool { return r.key == l.selected })
}

// choose selects the row at an index, if there is one.
func (l *upstreamList) choose(i int) {
	if i >= 0 && i < len(l.rows) {
		l.onSelect(l.rows[i].key)
	}
}

// FocusGained implements [fyne.Focusable].
func (l *upstreamList) FocusGained() { l.focused = true; l.items.Refresh() }

// FocusLost implements [fyne.Focusable].
func (l *upstreamList) FocusLost() { l.focused = false; l.items.Refresh() }

// TypedRune implements [fyne.Focusable].
func (l *upstreamList) TypedRune(rune) {}

// TypedKey implements [fyne.Focusable].
func (l *upstreamList) TypedKey(e *fyne.KeyEvent) {
	i := l.index()
	switch e.Name {
	case fyne.KeyUp:
		l.choose(i - 1)
	case fyne.KeyDown:
		l.choose(i + 1)
	case fyne.KeyHome:
		l.choose(0)
	case fyne.KeyEnd:
		l.choose(len(l.rows) - 1)
	case fyne.KeyReturn, fyne.KeyEnter, fyne.KeySpace:
		if i >= 0 {
			l.onUse(l.selected)
		}
	case fyne.KeyDelete:
		if i >= 0 {
			l.onDelete(l.selected)
		}
	default:
		l.w.fyne.Canvas().OnTypedKey()(e)
	}
}

// TypedShortcut implements [fyne.Shortcutable].
func (l *upstreamList) TypedShortcut(s fyne.Shortcut) {
	switch s := s.(type) {
	case *fyne.ShortcutPaste:
		l.onPaste()
	case *desktop.CustomShortcut:
		alt := s.Modifier == fyne.KeyModifierAlt
		switch {
		case alt && s.KeyName == fyne.KeyUp:
			l.onMove(l.selected, -1)
		case alt && s.KeyName == fyne.KeyDown:
			l.onMove(l.selected, 1)
		default:
			l.w.keys.TypedShortcut(s)
		}
	}
}

// CreateRenderer implements [fyne.Widget].
func (l *upstreamList) CreateRenderer() fyne.WidgetRenderer {
	l.ExtendBaseWidget(l)
	return widget.NewSimpleRenderer(l.items)
}

// upstreamItem is one row of the list. A tap selects it; one on its radio button uses it.
type upstreamItem struct {
	widget.BaseWidget
	list    *upstreamList
	row     upstreamRow
	hovered bool
}

func newUpstreamItem(l *upstreamList) *upstreamItem {
	i := &upstreamItem{list: l}
	i.ExtendBaseWidget(i)
	return i
}

func (i *upstreamItem) set(row upstreamRow) { i.row = row; i.Refresh() }

// radioWidth is how much of a row, from the left, is its radio button.
const radioWidth float32 = 36

// Tapped implements [fyne.Tappable].
func (i *upstreamItem) Tapped(e *fyne.PointEvent) {
	if c := fyne.CurrentApp().Driver().CanvasForObject(i); c != nil {
		c.Focus(i.list)
	}
	i.list.onSelect(i.row.key)
	if e.Position.X < radioWidth {
		i.list.onUse(i.row.key)
	}
}

// MouseIn implements [desktop.Hoverable].
func (i *upstreamItem) MouseIn(*desktop.MouseEvent) { i.hovered = true; i.Refresh() }

// MouseMoved implements [desktop.Hoverable].
func (i *upstreamItem) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements [desktop.Hoverable].
func (i *upstreamItem) MouseOut() { i.hovered = false; i.Refresh() }

// AccessibilityLabel implements [fyne.Accessible].
func (i *upstreamItem) AccessibilityLabel() string { return i.row.name }

// AccessibilityRole implements [fyne.Accessible].
func (i *upstreamItem) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleButton }

// CreateRenderer implements [fyne.Widget].
func (i *upstreamItem) CreateRenderer() fyne.WidgetRenderer {
	i.ExtendBaseWidget(i)
	r := &upstreamItemRenderer{
		item: i, back: &canvas.Rectangle{CornerRadius: 6}, radio: widget.NewIcon(theme.RadioButtonIcon()), dot: &canvas.Circle{},
		name: look.Strong("").Truncated(), url: look.Small("").Truncated(), state: look.Small(""),
	}
	r.Refresh()
	return r
}

type upstreamItemRenderer struct {
	item             *upstreamItem
	back             *canvas.Rectangle
	radio            *widget.Icon
	dot              *canvas.Circle
	name, url, state *look.Text
}

func (r *upstreamItemRenderer) Destroy() {}

func (r *upstreamItemRenderer) MinSize() fyne.Size {
	height := r.name.MinSize().Height + r.url.MinSize().Height + look.GapLarge
	return fyne.NewSize(radioWidth+r.state.MinSize().Width+3*look.GapSmall, height)
}

func (r *upstreamItemRenderer) Layout(size fyne.Size) {
	r.back.Resize(size)
	const radio = 18
	r.radio.Resize(fyne.NewSquareSize(radio))
	r.radio.Move(fyne.NewPos((radioWidth-radio)/2, (size.Height-radio)/2))
	state, name, url := r.state.MinSize(), r.name.MinSize().Height, r.url.MinSize().Height
	right := size.Width - look.GapSmall
	top := (size.Height - name - url) / 2
	r.state.Resize(state)
	r.state.Move(fyne.NewPos(right-state.Width, top+(name-state.Height)/2))
	const dot = 7
	r.dot.Resize(fyne.NewSquareSize(dot))
	r.dot.Move(fyne.NewPos(right-state.Width-dot-5, top+(name-dot)/2))
	r.name.Move(fyne.NewPos(radioWidth, top))
	r.name.Resize(fyne.NewSize(max(0, right-state.Width-2*look.GapLarge-radioWidth), name))
	r.url.Move(fyne.NewPos(radioWidth, top+name))
	r.url.Resize(fyne.NewSize(right-radioWidth, url))
}

func (r *upstreamItemRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.back, r.radio, r.name, r.url, r.dot, r.state}
}

func (r *upstreamItemRenderer) Refresh() {
	row, l := r.item.row, r.item.list
	t, variant := theme.CurrentForWidget(r.item), fyne.CurrentApp().Settings().ThemeVariant()
	r.back.FillColor, r.back.StrokeWidth = nil, 0
	switch {
	case row.key == l.selected:
		r.back.FillColor = t.Color(look.ColorSelected, variant)
	case r.item.hovered:
		r.back.FillColor = t.Color(theme.ColorNameHover, variant)
	}
	if row.key == l.selected && l.focused {
		r.back.StrokeColor, r.back.StrokeWidth = t.Color(look.ColorAccent, variant), 1
	}
	radio, role := theme.RadioButtonIcon(), look.ColorMuted
	if row.inUse {
		radio, role = theme.RadioButtonCheckedIcon(), look.ColorAccent
	}
	r.radio.SetResource(theme.NewColoredResource(radio, role))
	r.name.SetText(row.name)
	r.url.SetText(row.url)
	r.state.Set(row.state, row.role)
	r.dot.Hidden = !row.live
	r.dot.FillColor, r.dot.StrokeWidth = nil, 1.5
	if row.role != "" {
		r.dot.StrokeColor = t.Color(row.role, variant)
	}
	if row.role == look.ColorOK {
		r.dot.FillColor = r.dot.StrokeColor
	}
	r.Layout(r.item.Size())
	canvas.Refresh(r.item)
}
