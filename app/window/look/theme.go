package look

import (
	"image/color"
	"math"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// Variant says whether a theme is light or dark.
type Variant int

// The zero Variant follows the system, also when that changes.
const (
	FollowSystem Variant = iota
	Light
	Dark
)

// Options are what a person may choose about the look. The zero value is the default look.
type Options struct {
	Variant Variant
	Accent  Accent  // empty: AccentMoat
	Scale   float32 // of text; 0 means 1. Useful from 0.85 to 1.3

	// Font and Bold, if any, are asked for each glyph before Fyne's own fonts are: a face that holds only what those lack
	// (Chinese) leaves Latin text, its weights and the height of lines as they are.
	Font, Bold fyne.Resource
}

// Theme is Fyne's theme in our palette and type scale. It is immutable: for another look make another.
type Theme struct {
	options     Options
	light, dark Palette
	standard    fyne.Theme
}

var _ fyne.Theme = (*Theme)(nil)

// NewTheme returns the theme for the options.
func NewTheme(o Options) *Theme {
	if o.Scale <= 0 {
		o.Scale = 1
	}
	return &Theme{
		options:  o,
		light:    NewPalette(theme.VariantLight, o.Accent),
		dark:     NewPalette(theme.VariantDark, o.Accent),
		standard: theme.DefaultTheme(),
	}
}

// Color implements [fyne.Theme]. The system's variant counts only where the options follow it.
func (t *Theme) Color(name fyne.ThemeColorName, system fyne.ThemeVariant) color.Color {
	dark := t.options.Variant == Dark || t.options.Variant == FollowSystem && system == theme.VariantDark
	p := t.light
	if dark {
		p = t.dark
	}
	if c, ok := roleColor(p, name); ok {
		return c
	}
	if c, ok := stateOfInputColor(p, name, dark); ok {
		return c
	}
	return t.standard.Color(name, system)
}

// roleColor is for names that stand for one role of the palette.
func roleColor(p Palette, name fyne.ThemeColorName) (color.Color, bool) {
	switch name {
	case theme.ColorNameBackground, theme.ColorNameInnerWindowBorderInactive:
		return p.Background, true
	case ColorSurface, theme.ColorNameHeaderBackground, theme.ColorNameInputBackground, theme.ColorNameMenuBackground,
		theme.ColorNameOverlayBackground, theme.ColorNameInnerWindowBorder:
		return p.Surface, true
	case ColorHairline, theme.ColorNameSeparator:
		return p.Hairline, true
	case ColorInk, theme.ColorNameForeground:
		return p.Ink, true
	case ColorMuted, theme.ColorNamePlaceHolder:
		return p.Muted, true
	case ColorAccent, theme.ColorNamePrimary, theme.ColorNameHyperlink:
		return p.Accent, true
	case ColorOnAccent, theme.ColorNameForegroundOnPrimary:
		return p.OnAccent, true
	case ColorOK, theme.ColorNameSuccess:
		return p.OK, true
	case ColorWarning, theme.ColorNameWarning:
		return p.Warning, true
	case ColorProblem, theme.ColorNameError:
		return p.Problem, true
	case theme.ColorNameForegroundOnError, theme.ColorNameForegroundOnSuccess, theme.ColorNameForegroundOnWarning:
		return p.OnAccent, true
	}
	return nil, false
}

// stateOfInputColor is for names that stand for what a pointer or the keyboard does to a control.
func stateOfInputColor(p Palette, name fyne.ThemeColorName, dark bool) (color.Color, bool) {
	switch name {
	case theme.ColorNameButton:
		return mix(p.Surface, p.Ink, 0.12), true
	case theme.ColorNameDisabledButton:
		return mix(p.Surface, p.Ink, 0.05), true
	case theme.ColorNameDisabled:
		return mix(p.Background, p.Muted, 0.6), true
	case theme.ColorNameInputBorder, colorFaint:
		return mix(p.Hairline, p.Muted, 0.3), true
	case theme.ColorNameHover:
		return fade(p.Ink, 0.06), true
	case theme.ColorNamePressed:
		return fade(p.Ink, 0.12), true
	case theme.ColorNameFocus:
		return fade(p.Accent, 0.3), true
	case theme.ColorNameSelection:
		return fade(p.Accent, 0.25), true
	case ColorSelected:
		return fade(p.Accent, 0.14), true
	case theme.ColorNameScrollBar:
		return fade(p.Muted, 0.5), true
	case theme.ColorNameScrollBarBackground:
		return color.Transparent, true
	case theme.ColorNameShadow:
		// Not none: Fyne dims what lies under a dialog with this colour, and nothing else sets a menu off.
		if dark {
			return color.NRGBA{A: 0x50}, true
		}
		return fade(p.Ink, 0.16), true
	}
	return nil, false
}

// Font implements [fyne.Theme]. What is in monospace, or a symbol, comes from Fyne's own fonts alone.
func (t *Theme) Font(style fyne.TextStyle) fyne.Resource {
	switch {
	case style.Symbol || style.Monospace:
	case style.Bold && t.options.Bold != nil:
		return t.options.Bold
	case !style.Bold && t.options.Font != nil:
		return t.options.Font
	}
	return t.standard.Font(style)
}

// Icon implements [fyne.Theme].
func (t *Theme) Icon(name fyne.ThemeIconName) fyne.Resource {
	return t.standard.Icon(name)
}

// Size implements [fyne.Theme].
func (t *Theme) Size(name fyne.ThemeSizeName) float32 {
	switch name {
	case SizeSmall, theme.SizeNameCaptionText:
		return t.scaled(12)
	case SizeBody, theme.SizeNameText:
		return t.scaled(14)
	case SizeLead, theme.SizeNameSubHeadingText:
		return t.scaled(16)
	case SizeHeading, theme.SizeNameHeadingText:
		return t.scaled(20)
	case SizeDisplay:
		return t.scaled(28)
	case SizeRow:
		return max(28, t.scaled(28))
	case theme.SizeNameInlineIcon:
		return max(16, t.scaled(16))
	case theme.SizeNamePadding, theme.SizeNameLineSpacing, theme.SizeNameScrollBarSmall:
		return 4
	case theme.SizeNameInnerPadding, theme.SizeNameScrollBar:
		return 8
	case theme.SizeNameInputBorder, theme.SizeNameSeparatorThickness:
		return 1
	case theme.SizeNameInputRadius, theme.SizeNameButtonRadius, theme.SizeNameCardRadius, theme.SizeNameDialogRadius,
		theme.SizeNamePopupRadius, theme.SizeNameMenuRadius:
		return radius
	case theme.SizeNameSelectionRadius, theme.SizeNameScrollBarRadius:
		return 4
	case theme.SizeNameModalBlurRadius:
		return 0 // costs much without a graphics card, and dimming is enough
	}
	return t.standard.Size(name)
}

// ColorSelected is behind what is selected.
const ColorSelected fyne.ThemeColorName = "drawbridge.selected"

// Colours that only this package needs.
const (
	colorFaint fyne.ThemeColorName = "drawbridge.faint" // lines that say that there is nothing
)

// scaled returns a size in whole units: letters of a fractional size are spaced unevenly.
func (t *Theme) scaled(size float32) float32 {
	return float32(math.Round(float64(size * t.options.Scale)))
}

// radius is that of every corner that is rounded.
const radius float32 = 6

// colorOf returns a colour of the theme that o is drawn in, for o's renderer.
func colorOf(o fyne.CanvasObject, name fyne.ThemeColorName) color.Color {
	return theme.CurrentForWidget(o).Color(name, fyne.CurrentApp().Settings().ThemeVariant())
}

// sizeOf returns a size of the theme that o is drawn in, for o's renderer.
func sizeOf(o fyne.CanvasObject, name fyne.ThemeSizeName) float32 {
	return theme.CurrentForWidget(o).Size(name)
}
