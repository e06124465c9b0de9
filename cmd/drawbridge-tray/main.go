// Drawbridge-tray is the desktop application that stays: an icon that is the switch, and the bridge in its process.
package main

import (
	"fyne.io/systray"
	_ "github.com/godbus/dbus/v5"
	_ "github.com/gofrs/flock"
	_ "github.com/jeandeaual/go-locale"
	_ "golang.org/x/text/language"
	_ "fyne.io/fyne/v2/test"
)

func main() { systray.Run(nil, nil) }
