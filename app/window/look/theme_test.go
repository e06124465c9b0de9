package look_test

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"github.com/drawbridge-app/drawbridge/app/window/look"
	"github.com/drawbridge-app/drawbridge/app/window/look/looktest"
)

func TestThemeFollowsTheSystemOnlyWhenAsked(t *testing.T) {
	light := look.NewPalette(theme.VariantLight, "").Background
	dark := look.NewPalette(theme.VariantDark, "").Background
	for _, row := range []struct {
		variant look.Variant
		system  fyne.ThemeVariant
		dark    bool
	}{
		{look.FollowSystem, theme.VariantLight, false},
		{look.FollowSystem, theme.VariantDark, true},
		{look.Light, theme.VariantDark, false},
		{look.Dark, theme.VariantLight, true},
	} {
		want := light
		if row.dark {
			want = dark
		}
		got := look.NewTheme(look.Options{Variant: row.variant}).Color(theme.ColorNameBackground, row.system)
		if got != want {
			t.Errorf("Options{Variant: %v}: background in the system's variant %v = %v, want %v", row.variant, row.system, got, want)
		}
	}
}

func TestThemeTakesAccentScaleAndFont(t *testing.T) {
	font, bold := fyne.NewStaticResource("chinese.otf", nil), fyne.NewStaticResource("chinese-bold.otf", nil)
	th := look.NewTheme(look.Options{Accent: look.AccentPlum, Scale: 1.5, Font: font, Bold: bold})
	if got, want := th.Color(theme.ColorNamePrimary, theme.VariantDark), look.NewPalette(theme.VariantDark, look.AccentPlum).Accent; got != want {
		t.Errorf("primary = %v, want %v", got, want)
	}
	if got, want := th.Size(theme.SizeNameText), float32(21); got != want {
		t.Errorf("size of text = %v, want %v", got, want)
	}
	for style, want := range map[fyne.TextStyle]fyne.Resource{
		{}:                font,
		{Italic: true}:    font,
		{Bold: true}:      bold,
		{Monospace: true}: theme.DefaultTheme().Font(fyne.TextStyle{Monospace: true}),
		{Symbol: true}:    theme.DefaultTheme().Font(fyne.TextStyle{Symbol: true}),
	} {
		if got := th.Font(style); got.Name() != want.Name() {
			t.Errorf("font for %+v = %v, want %v", style, got.Name(), want.Name())
		}
	}
	if got, want := look.NewTheme(look.Options{Accent: "no such"}).Color(look.ColorAccent, theme.VariantLight), look.NewPalette(theme.VariantLight, look.AccentMoat).Accent; got != want {
		t.Errorf("accent of an unknown name = %v, want that of moat, %v", got, want)
	}
}

// TestThemeChangeRepaints changes colours and sizes under windows that are open: each must come to look like one that
// was opened later.
func TestThemeChangeRepaints(t *testing.T) {
	after := look.NewTheme(look.Options{Variant: look.Dark, Accent: look.AccentHeather, Scale: 1.15})
	for name, sheet := range sheets {
		t.Run(name, func(t *testing.T) {
			changed := looktest.Window(t, look.NewTheme(look.Options{Variant: look.Light}), sheet.size, sheet.content)
			fresh := looktest.Window(t, after, sheet.size, sheet.content) // sets the theme of both
			got, want := looktest.Picture(changed, 1), looktest.Picture(fresh, 1)
			if difference, err := looktest.Difference(got, want); err != nil || difference > 0 {
				t.Errorf("mean difference from a new window = %v (%v), want 0", difference, err)
			}
		})
	}
}
