package look

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// Accent names the one colour of a theme that is not grey and says no state.
type Accent string

// The accents. The empty Accent, and any other, is AccentMoat.
const (
	AccentMoat     Accent = "moat"     // teal
	AccentHarbour  Accent = "harbour"  // blue
	AccentHeather  Accent = "heather"  // violet
	AccentPlum     Accent = "plum"     // purple red
	AccentGraphite Accent = "graphite" // no colour at all
)

// Accents returns every accent, in the order in which a person should be offered them.
func Accents() []Accent {
	return []Accent{AccentMoat, AccentHarbour, AccentHeather, AccentPlum, AccentGraphite}
}

// Palette is the colours of one theme, each named for its role. Every text colour reaches a contrast of 4.5 : 1 on
// Background and on Surface, and OnAccent does on Accent (WCAG 2.2, 1.4.3).
type Palette struct {
	Background color.NRGBA // behind everything
	Surface    color.NRGBA // cards, inputs, the row under the pointer
	Hairline   color.NRGBA // lines between things
	Ink        color.NRGBA // text
	Muted      color.NRGBA // help, headers, units
	Accent     color.NRGBA // what is chosen or can be pressed
	OnAccent   color.NRGBA // text on Accent
	OK         color.NRGBA // the three state colours, on state alone
	Warning    color.NRGBA
	Problem    color.NRGBA
}

// NewPalette returns the colours of a variant, theme.VariantDark or any other for light.
func NewPalette(variant fyne.ThemeVariant, accent Accent) Palette {
	light, dark := accentColors(accent)
	if variant == theme.VariantDark {
		return Palette{
			Background: rgb(0x12171B),
			Surface:    rgb(0x1A2126),
			Hairline:   rgb(0x2E383F),
			Ink:        rgb(0xE8ECEE),
			Muted:      rgb(0x9BA8B0),
			Accent:     rgb(dark),
			OnAccent:   rgb(0x0B1214),
			OK:         rgb(0x63C08B),
			Warning:    rgb(0xF0AD4E),
			Problem:    rgb(0xF28B80),
		}
	}
	return Palette{
		Background: rgb(0xF7F7F4),
		Surface:    rgb(0xFFFFFF),
		Hairline:   rgb(0xDAD9D2),
		Ink:        rgb(0x1B2329),
		Muted:      rgb(0x566069),
		Accent:     rgb(light),
		OnAccent:   rgb(0xFFFFFF),
		OK:         rgb(0x1E7145),
		Warning:    rgb(0x8F4E00),
		Problem:    rgb(0xAD2A1F),
	}
}

func accentColors(a Accent) (light, dark uint32) {
	switch a {
	case AccentHarbour:
		return 0x1F5C9E, 0x82B6F0
	case AccentHeather:
		return 0x5A4FA3, 0xB0A6F0
	case AccentPlum:
		return 0x86386F, 0xDD9DCB
	case AccentGraphite:
		return 0x3D474E, 0xB9C4CA
	default:
		return 0x0B6E79, 0x4CC3CC
	}
}

func rgb(hex uint32) color.NRGBA {
	return color.NRGBA{R: uint8(hex >> 16), G: uint8(hex >> 8), B: uint8(hex), A: 0xFF}
}

// mix returns the colour that lies the given part of the way from a to b.
func mix(a, b color.NRGBA, part float32) color.NRGBA {
	between := func(from, to uint8) uint8 { return uint8(float32(from) + (float32(to)-float32(from))*part + 0.5) }
	return color.NRGBA{R: between(a.R, b.R), G: between(a.G, b.G), B: between(a.B, b.B), A: between(a.A, b.A)}
}

// fade returns c at the given part of its opacity.
func fade(c color.NRGBA, part float32) color.NRGBA {
	c.A = uint8(float32(c.A)*part + 0.5)
	return c
}
