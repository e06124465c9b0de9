package systemproxy

import (
	"fmt"
	"strings"
)

// instead is what to do where the system's proxy can't be set.
const instead = `programs started from a terminal use the bridge after: eval "$(drawbridge env)"`

// desktopFamily returns the name of the platform for what XDG_CURRENT_DESKTOP says, a list with the most specific name
// first; "" if there is none.
func desktopFamily(desktop string) string {
	for name := range strings.SplitSeq(desktop, ":") {
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "kde":
			return kdeName
		case "gnome", "gnome-classic", "gnome-flashback", "unity", "cinnamon", "x-cinnamon", "mate", "xfce", "budgie", "pantheon":
			return gnomeName
		}
	}
	return ""
}

// unsupported is the sentence for another desktop.
func unsupported(desktop string) error {
	if desktop == "" {
		return fmt.Errorf("no desktop runs here whose proxy could be set; %s", instead)
	}
	return fmt.Errorf("the desktop %s has no proxy setting that drawbridge knows; %s", desktop, instead)
}
