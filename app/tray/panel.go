package tray

import (
	"slices"
	"strings"
)

// A panel is what the icon stands on. The zero value is dark, as most are.
type panel bool

// The panels.
const (
	panelDark  panel = false
	panelLight panel = true
)

// hints are what can be known of the panel of a free desktop, which has no way to tell.
type hints struct {
	desktop string // its names, as XDG_CURRENT_DESKTOP has them
	scheme  uint32 // that the user prefers: 0 none, 1 dark, 2 light

	darkMode bool   // of Xfce's panel, whatever the theme
	theme    string // of Xfce
}

// Properties of Xfce's settings.
const (
	xfceDarkMode = "/panels/dark-mode"
	xfceTheme    = "/Net/ThemeName"
)

func (h hints) is(names ...string) bool {
	return slices.ContainsFunc(strings.Split(strings.ToUpper(h.desktop), ":"), func(name string) bool { return slices.Contains(names, name) })
}

func (h hints) xfce() bool { return h.is("XFCE") }

// panelOf guesses.
func panelOf(h hints) panel {
	const dark, light = 1, 2
	switch {
	case h.is("GNOME", "UNITY", "X-CINNAMON", "CINNAMON"): // with any theme
		return panelDark
	case h.xfce():
		return panel(!h.darkMode && !strings.Contains(strings.ToLower(h.theme), "dark") && h.scheme != dark)
	}
	return h.scheme == light
}
