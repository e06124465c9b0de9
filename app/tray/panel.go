package tray

import "strings"

// A panel is what the icon stands on. The zero value is dark, as most are.
type panel bool

// The panels.
const (
	panelDark  panel = false
	panelLight panel = true
)

// panelOf guesses the panel of a free desktop, which has no way to tell: from its name, as XDG_CURRENT_DESKTOP has it,
// and the colour scheme that its user prefers (0: none, 1: dark, 2: light). Some panels are dark with either.
func panelOf(desktop string, scheme uint32) panel {
	const light = 2
	for name := range strings.SplitSeq(desktop, ":") {
		switch strings.ToUpper(name) {
		case "GNOME", "UNITY", "XFCE", "X-CINNAMON", "CINNAMON":
			return panelDark
		}
	}
	return scheme == light
}
