package systemproxy

import "strings"

// Unsupported says why the system's proxy can't be set here. Its text is for a terminal; faces have sentences for its code.
type Unsupported struct {
	Code    string // UnknownDesktop, NoDesktop, NoGSettings, OfMachine, OfUser
	Desktop string // as it calls itself; empty: there is none
}

// The codes.
const (
	UnknownDesktop = "unknown-desktop"
	NoDesktop      = "no-desktop"
	NoGSettings    = "no-gsettings" // the program that sets this desktop's proxy
	OfMachine      = "of-machine"   // this process is a service of the whole machine, which has no desktop
	OfUser         = "of-user"      // this process is a service of the user that knows of no desktop, though there may be one
)

// Error implements error: a sentence with what to do instead.
func (u *Unsupported) Error() string {
	why := "the desktop " + u.Desktop + " has no proxy setting that drawbridge knows"
	switch u.Code {
	case NoDesktop:
		why = "no desktop runs here whose proxy could be set"
	case NoGSettings:
		why = "the program gsettings, which sets this desktop's proxy, is not installed"
	case OfMachine:
		why = "a service of the whole machine has no desktop whose proxy it could set"
	case OfUser:
		why = "this service was started without a desktop, since XDG_CURRENT_DESKTOP was not set for it; " +
			"once you are logged in to one: systemctl --user import-environment XDG_CURRENT_DESKTOP && drawbridge service restart --user"
	}
	return why + `; programs started from a terminal use the bridge after: eval "$(drawbridge env)"`
}

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

// unsupported is the error for another desktop.
func unsupported(desktop string) error {
	if desktop == "" {
		return &Unsupported{Code: NoDesktop}
	}
	return &Unsupported{Code: UnknownDesktop, Desktop: desktop}
}
