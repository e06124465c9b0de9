package main

import (
	"bytes"
	"errors"
	"fmt"
	"log"
	"os"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver"
)

// Why a window cannot be seen, and what does the same without one.
var (
	errNoDisplay = errors.New("there is no display to open a window on; without one, `drawbridge status` shows the bridge and `drawbridge settings` changes it")
	errNoOpenGL  = errors.New("this display has no OpenGL 2, which the window needs; the tray's menu works without, `drawbridge status` shows the bridge and `drawbridge settings` changes it")
)

// appear makes a window and shows it, or says why that cannot be. Fyne panics where there is no display, and where there is
// no OpenGL it logs a line and waits forever for a window that does not come.
func appear(make func() fyne.Window) (err error) {
	var said bytes.Buffer
	log.SetOutput(&said)
	defer func() {
		log.SetOutput(os.Stderr)
		if trouble := recover(); trouble != nil {
			err = unseen(said.String(), fmt.Sprint(trouble))
		}
	}()
	w := make()
	introduce()
	w.Show()
	if native, ok := w.(driver.NativeWindow); ok && !exists(native) {
		return unseen(said.String(), "")
	}
	return nil
}

// unseen is the error for what Fyne logged before it gave up, and what it panicked with.
func unseen(said, trouble string) error {
	why := errNoOpenGL
	if strings.Contains(said, "failed to initialise GLFW") {
		why = errNoDisplay
	}
	cause := trouble
	for line := range strings.Lines(said) {
		if _, after, ok := strings.Cut(line, "Cause: "); ok {
			cause = strings.TrimSpace(after) // the last is what ended it
		}
	}
	if cause == "" {
		return why
	}
	return fmt.Errorf("%w (%s)", why, cause)
}

// exists asks the system for the window itself.
func exists(w driver.NativeWindow) bool {
	there := true
	w.RunNative(func(context any) {
		switch c := context.(type) {
		case driver.X11WindowContext:
			there = c.WindowHandle != 0
		case driver.WaylandWindowContext:
			there = c.WaylandSurface != 0
		case driver.WindowsWindowContext:
			there = c.HWND != 0
		case driver.MacWindowContext:
			there = c.NSWindow != 0
		}
	})
	return there
}
