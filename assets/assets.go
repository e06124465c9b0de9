// Package assets holds the pictures and fonts of the desktop programs: bytes
// only. The pictures are made from assets/icons/source by `make icons`, the
// fonts from those of Noto by `make font`.
//
// A program carries only what it asks for: the tray's pictures are those of
// its own system, and what the window alone uses is not in the tray program.
package assets

// A Sign is the shape that says how the bridge is: two towers, and a deck
// between them.
type Sign string

const (
	Off    Sign = "off"    // the deck is raised
	On     Sign = "on"     // it is level
	System Sign = "system" // level, with a pennant: the system's proxy is set too
	Down   Sign = "down"   // level, with a gap: the upstream does not answer
	Error  Sign = "error"  // half raised, with a dot above: the bridge does not come down
)

// Tray gives the sign as the system's tray wants it, with black strokes for a
// light panel or white ones for a dark panel. It panics if there is no such
// sign.
//
// On Windows it is an icon of several sizes; on macOS a PNG of 32 pixels, to be
// set as a template, which the system colours, so dark has no meaning; and
// elsewhere a PNG of 44 pixels, which is as sharp at 22.
func Tray(sign Sign, dark bool) []byte {
	panel := "light"
	if dark {
		panel = "dark"
	}
	picture, err := tray.ReadFile(trayFile(sign, panel))
	if err != nil {
		panic(err)
	}
	return picture
}
