// Drawbridge-tray is the desktop application that stays: an icon that is the switch, and the bridge in its process.
package main

import "fyne.io/systray"

func main() { systray.Run(nil, nil) }
