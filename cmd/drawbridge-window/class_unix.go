//go:build (linux || freebsd || openbsd || netbsd) && !ci

package main

import "github.com/go-gl/glfw/v3.4/glfw"

// introduce tells desktops whose window it is that is made next: by X11's WM_CLASS and Wayland's app_id they find the
// desktop file, and with it name and icon. Fyne has no way to say so, but does not touch these hints either. Its driver has
// to be initialised, which the first window does.
func introduce() {
	for _, hint := range []glfw.Hint{glfw.WaylandAppID, glfw.X11ClassName, glfw.X11InstanceName} {
		glfw.WindowHintString(hint, id)
	}
}
