package look_test

import (
	"fmt"
	"image/color"
	"math"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"github.com/drawbridge-app/drawbridge/app/window/look"
)

var variants = map[string]fyne.ThemeVariant{"light": theme.VariantLight, "dark": theme.VariantDark}

// TestContrast keeps every text colour readable on everything that it stands on.
func TestContrast(t *testing.T) {
	const least = 4.5 // WCAG 2.2, success criterion 1.4.3
	for name, variant := range variants {
		for _, accent := range look.Accents() {
			p := look.NewPalette(variant, accent)
			texts := map[string]color.NRGBA{
				"ink": p.Ink, "muted": p.Muted, "accent": p.Accent, "ok": p.OK, "warning": p.Warning, "problem": p.Problem,
			}
			for role, c := range texts {
				for ground, on := range map[string]color.NRGBA{"background": p.Background, "surface": p.Surface} {
					if got := contrast(c, on); got < least {
						t.Errorf("%s, %s: contrast of %s on %s = %.2f, want at least %.1f", name, accent, role, ground, got, least)
					}
				}
			}
			for role, ground := range map[string]color.NRGBA{"accent": p.Accent, "ok": p.OK, "warning": p.Warning, "problem": p.Problem} {
				if got := contrast(p.OnAccent, ground); got < least {
					t.Errorf("%s, %s: contrast of text on %s = %.2f, want at least %.1f", name, accent, role, got, least)
				}
			}
		}
	}
}

func TestContrastOfKnownPairs(t *testing.T) {
	black, white := color.NRGBA{A: 0xFF}, color.NRGBA{R: 0xFF, G: 0xFF, B: 0xFF, A: 0xFF}
	grey := color.NRGBA{R: 0x76, G: 0x76, B: 0x76, A: 0xFF}
	for _, pair := range []struct {
		a, b color.NRGBA
		want string
	}{{black, white, "21.00"}, {white, white, "1.00"}, {grey, white, "4.54"}} {
		if got := fmt.Sprintf("%.2f", contrast(pair.a, pair.b)); got != pair.want {
			t.Errorf("contrast(%v, %v) = %s, want %s", pair.a, pair.b, got, pair.want)
		}
	}
}

// contrast returns the contrast ratio of two opaque colours as WCAG defines it.
func contrast(a, b color.NRGBA) float64 {
	first, second := luminance(a), luminance(b)
	return (max(first, second) + 0.05) / (min(first, second) + 0.05)
}

func luminance(c color.NRGBA) float64 {
	linear := func(channel uint8) float64 {
		v := float64(channel) / 255
		if v <= 0.04045 {
			return v / 12.92
		}
		return math.Pow((v+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(c.R) + 0.7152*linear(c.G) + 0.0722*linear(c.B)
}
