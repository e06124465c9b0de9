// Package look is how the window looks: the theme, and the few widgets that every page is made of. It knows colours,
// sizes and gestures and nothing of bridges; every text comes in as a string.
//
// A program makes a [Theme] from [Options] and hands it to Fyne's settings. Everything here asks the theme for its
// colours and sizes by name each time it is drawn, so a new theme repaints the window without building it again.
// Under a theme that is not ours the names below are unknown and the widgets cannot be seen.
//
// Lay pages out with [Column] and [Row] and the gaps below. Unlike Fyne's boxes they take their gaps as numbers, and
// Column gives wrapped text the height that it needs at the width that it gets.
//
// Like all of Fyne, nothing here may be called from a goroutine other than Fyne's own.
package look

import "fyne.io/fyne/v2"

// The gaps between things, in Fyne's units: inside a group, between rows, between groups, between sections.
const (
	GapSmall  float32 = 8
	GapMedium float32 = 12
	GapLarge  float32 = 16
	GapWide   float32 = 24
)

// ContentWidth is the greatest width of a page's content.
const ContentWidth float32 = 880

// Colours that Fyne has no name for. They may be used wherever Fyne takes a fyne.ThemeColorName.
const (
	ColorInk      fyne.ThemeColorName = "drawbridge.ink"
	ColorMuted    fyne.ThemeColorName = "drawbridge.muted"
	ColorHairline fyne.ThemeColorName = "drawbridge.hairline"
	ColorSurface  fyne.ThemeColorName = "drawbridge.surface"
	ColorAccent   fyne.ThemeColorName = "drawbridge.accent"
	ColorOnAccent fyne.ThemeColorName = "drawbridge.onAccent"
	ColorOK       fyne.ThemeColorName = "drawbridge.ok"
	ColorWarning  fyne.ThemeColorName = "drawbridge.warning"
	ColorProblem  fyne.ThemeColorName = "drawbridge.problem"
)

// The type scale, and the height of a table's row. They grow with Options.Scale.
const (
	SizeSmall   fyne.ThemeSizeName = "drawbridge.small"   // 12
	SizeBody    fyne.ThemeSizeName = "drawbridge.body"    // 14
	SizeLead    fyne.ThemeSizeName = "drawbridge.lead"    // 16
	SizeHeading fyne.ThemeSizeName = "drawbridge.heading" // 20
	SizeDisplay fyne.ThemeSizeName = "drawbridge.display" // 28
	SizeRow     fyne.ThemeSizeName = "drawbridge.row"     // 28
)
