package look

import (
	"strings"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// Text is words in one size and one colour of the theme, without padding of its own. A Text is one line, as wide as its
// words, unless it is told to wrap or to end in an ellipsis.
type Text struct {
	widget.BaseWidget
	text     string
	size     fyne.ThemeSizeName
	color    fyne.ThemeColorName
	style    fyne.TextStyle
	align    fyne.TextAlign
	overflow overflow
}

type overflow int

const (
	grow overflow = iota
	wrap
	cut
)

func newText(text string, size fyne.ThemeSizeName, color fyne.ThemeColorName, style fyne.TextStyle) *Text {
	t := &Text{text: text, size: size, color: color, style: style}
	t.ExtendBaseWidget(t)
	return t
}

// Display returns text in the largest size, for the one sentence that a page is about.
func Display(text string) *Text { return newText(text, SizeDisplay, ColorInk, fyne.TextStyle{}) }

// Heading returns the title of a page.
func Heading(text string) *Text {
	return newText(text, SizeHeading, ColorInk, fyne.TextStyle{Bold: true})
}

// Lead returns the title of a section.
func Lead(text string) *Text { return newText(text, SizeLead, ColorInk, fyne.TextStyle{Bold: true}) }

// Body returns ordinary text.
func Body(text string) *Text { return newText(text, SizeBody, ColorInk, fyne.TextStyle{}) }

// Strong returns ordinary text with weight.
func Strong(text string) *Text { return newText(text, SizeBody, ColorInk, fyne.TextStyle{Bold: true}) }

// Muted returns ordinary text that stands back.
func Muted(text string) *Text { return newText(text, SizeBody, ColorMuted, fyne.TextStyle{}) }

// Small returns small text that stands back: help, units, captions.
func Small(text string) *Text { return newText(text, SizeSmall, ColorMuted, fyne.TextStyle{}) }

// Code returns text whose every letter counts, in monospace: a command, a path, an address.
func Code(text string) *Text {
	return newText(text, SizeBody, ColorInk, fyne.TextStyle{Monospace: true})
}

// Number returns a number in digits of equal width, at the right end of its space.
func Number(text string) *Text { return Code(text).Trailing() }

// State returns ordinary text in a state colour: ColorOK, ColorWarning, ColorProblem.
func State(text string, role fyne.ThemeColorName) *Text { return Body(text).Colored(role) }

// Wrapped makes the text break into as many lines as its width needs, and returns it.
func (t *Text) Wrapped() *Text { t.overflow = wrap; return t }

// Truncated makes the text end in an ellipsis where it is wider than its space, and returns it. It is content with the
// width of the ellipsis, so in a row it must be the wide one (Beside).
func (t *Text) Truncated() *Text { t.overflow = cut; return t }

// Trailing puts the text at the right end of its space and returns it.
func (t *Text) Trailing() *Text { t.align = fyne.TextAlignTrailing; return t }

// Centered puts the text into the middle of its space and returns it.
func (t *Text) Centered() *Text { t.align = fyne.TextAlignCenter; return t }

// Colored gives the text a colour of the theme and returns it.
func (t *Text) Colored(name fyne.ThemeColorName) *Text { t.color = name; return t }

// Text returns the words.
func (t *Text) Text() string { return t.text }

// SetText changes the words.
func (t *Text) SetText(text string) { t.Set(text, t.color) }

// Set changes the words and the colour at once.
func (t *Text) Set(text string, color fyne.ThemeColorName) {
	if t.text == text && t.color == color {
		return
	}
	t.text, t.color = text, color
	t.Refresh()
}

// AccessibilityLabel implements [fyne.Accessible].
func (t *Text) AccessibilityLabel() string { return t.text }

// AccessibilityRole implements [fyne.Accessible].
func (t *Text) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleText }

// CreateRenderer implements [fyne.Widget].
func (t *Text) CreateRenderer() fyne.WidgetRenderer {
	t.ExtendBaseWidget(t)
	r := &textRenderer{text: t}
	r.reflow(0)
	return r
}

type textRenderer struct {
	text  *Text
	width float32 // that the lines were broken for
	lines []fyne.CanvasObject
}

func (r *textRenderer) Destroy() {}

func (r *textRenderer) Objects() []fyne.CanvasObject { return r.lines }

func (r *textRenderer) measure(s string) fyne.Size {
	return fyne.MeasureText(s, sizeOf(r.text, r.text.size), r.text.style)
}

// MinSize of wrapped text is as high as the text was at its last width, so layouts give it its width first.
func (r *textRenderer) MinSize() fyne.Size {
	line := r.measure(r.text.text)
	switch r.text.overflow {
	case wrap:
		return fyne.NewSize(r.measure("…").Width, line.Height*float32(max(len(r.lines), 1)))
	case cut:
		return fyne.NewSize(min(r.measure("…").Width, line.Width), line.Height)
	default:
		return line
	}
}

func (r *textRenderer) Layout(size fyne.Size) {
	if size.Width != r.width {
		r.reflow(size.Width)
	}
	height := r.measure(r.text.text).Height
	top := r.drop()
	if r.text.overflow != wrap {
		top += (size.Height - height) / 2
	}
	for i, line := range r.lines {
		line.Move(fyne.NewPos(0, top+float32(i)*height))
		line.Resize(fyne.NewSize(size.Width, height))
	}
}

// drop is how far monospaced words must go down to stand on one line with ordinary text beside them.
func (r *textRenderer) drop() float32 {
	if !r.text.style.Monospace {
		return 0
	}
	size := sizeOf(r.text, r.text.size)
	return baseline(size, fyne.TextStyle{}, theme.DefaultTextFont()) - baseline(size, r.text.style, theme.DefaultTextMonospaceFont())
}

// baseline is how far under the middle of its space Fyne draws the line on which words stand, in a font. A theme's own
// font comes before that one and is asked for the height, though the letters are drawn with their own ascent.
func baseline(size float32, style fyne.TextStyle, font fyne.Resource) float32 {
	_, ascent := fyne.CurrentApp().Driver().RenderedTextSize("0", size, style, font)
	return ascent - fyne.MeasureText("0", size, style).Height/2
}

func (r *textRenderer) Refresh() {
	r.reflow(r.text.Size().Width)
	r.Layout(r.text.Size())
	canvas.Refresh(r.text)
}

// reflow makes the lines anew for a width; 0 means not known yet.
func (r *textRenderer) reflow(width float32) {
	r.width = width
	lines := []string{r.text.text}
	switch {
	case width <= 0:
	case r.text.overflow == wrap:
		lines = wrapLines(r.text.text, width, func(s string) float32 { return r.measure(s).Width })
	case r.text.overflow == cut:
		lines[0] = ellipsis(r.text.text, width, func(s string) float32 { return r.measure(s).Width })
	}
	size, color := sizeOf(r.text, r.text.size), colorOf(r.text, r.text.color)
	for len(r.lines) < len(lines) {
		r.lines = append(r.lines, canvas.NewText("", color))
	}
	r.lines = r.lines[:len(lines)]
	for i, s := range lines {
		line := r.lines[i].(*canvas.Text)
		line.Text, line.TextSize, line.Color = s, size, color
		line.TextStyle, line.Alignment = r.text.style, r.text.align
	}
}

// ellipsis returns s, or as much of its beginning as fits the width together with an ellipsis.
func ellipsis(s string, width float32, measure func(string) float32) string {
	if measure(s) <= width {
		return s
	}
	runes := []rune(s)
	low, high := 0, len(runes)-1
	for low < high { // the greatest count that fits
		middle := (low + high + 1) / 2
		if measure(strings.TrimRight(string(runes[:middle]), " ")+"…") <= width {
			low = middle
		} else {
			high = middle - 1
		}
	}
	return strings.TrimRight(string(runes[:low]), " ") + "…"
}

// wrapLines breaks s at newlines, and so that each line fits the width: at spaces, between Chinese characters, and
// inside a word only where that alone is wider.
func wrapLines(s string, width float32, measure func(string) float32) []string {
	var lines []string
	for _, paragraph := range strings.Split(s, "\n") {
		line := ""
		for _, piece := range pieces(paragraph) {
			if line != "" && measure(strings.TrimRight(line+piece, " ")) > width {
				lines = append(lines, strings.TrimRight(line, " "))
				line = ""
			}
			for measure(strings.TrimRight(piece, " ")) > width && utf8.RuneCountInString(piece) > 1 {
				head := fitting(piece, width, measure)
				lines = append(lines, head)
				piece = piece[len(head):]
			}
			line += piece
		}
		lines = append(lines, strings.TrimRight(line, " "))
	}
	return lines
}

// fitting returns the longest beginning of s that fits the width, one rune at least.
func fitting(s string, width float32, measure func(string) float32) string {
	end := 0
	for i, c := range s {
		next := i + utf8.RuneLen(c)
		if end > 0 && measure(s[:next]) > width {
			break
		}
		end = next
	}
	return s[:end]
}

// pieces splits a paragraph behind each place where a line may end.
func pieces(s string) []string {
	var list []string
	start := 0
	runes := []rune(s)
	at := 0
	for i, c := range runes {
		at += utf8.RuneLen(c)
		if i+1 == len(runes) {
			break
		}
		next := runes[i+1]
		breaks := next != ' '
		if c != ' ' {
			breaks = breaks && !closing(next) && !opening(c) && (ideograph(c) || ideograph(next))
		}
		if breaks {
			list = append(list, s[start:at])
			start = at
		}
	}
	return append(list, s[start:])
}

func ideograph(c rune) bool { return c >= 0x2E80 && c <= 0x9FFF || c >= 0xF900 && c <= 0xFFEF }

func closing(c rune) bool {
	return strings.ContainsRune("，。、；：？！）》」』】…,.;:?!)", c)
}

func opening(c rune) bool { return strings.ContainsRune("（《「『【(", c) }
