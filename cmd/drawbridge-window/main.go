// Drawbridge-window is the window: it shows and edits what the owner of the bridge, most often drawbridge-tray, does.
package main

import fyneapp "fyne.io/fyne/v2/app"

// id is the application's, on every desktop.
const id = "io.github.drawbridge_app.Drawbridge"

func main() {
	a := fyneapp.NewWithID(id)
	a.NewWindow("Drawbridge").ShowAndRun()
}
