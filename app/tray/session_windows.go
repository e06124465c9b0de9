package tray

import (
	"fmt"

	"golang.org/x/sys/windows"
)

const wmEndSession = 0x0016

// stay keeps the icon when the end of the session is called off.
func stay() error {
	window, err := iconWindow()
	if err != nil {
		return err
	}
	return outlive(window)
}

// outlive has the icon's window take no notice of an end of the session that was called off: systray (v1.12.2) takes its
// icon away for that as well, and the program would end.
func outlive(window windows.Handle) error {
	user := windows.NewLazySystemDLL("user32.dll")
	set, call, pass := user.NewProc("SetWindowLongPtrW"), user.NewProc("CallWindowProcW"), user.NewProc("DefWindowProcW")
	if err := set.Find(); err != nil { // a Windows of 32 bits
		return err
	}
	const procedure = ^uintptr(3) // GWLP_WNDPROC, -4
	known := make(chan uintptr, 1)
	was, _, err := set.Call(uintptr(window), procedure, windows.NewCallback(func(window uintptr, message uint32, w, l uintptr) uintptr {
		if message == wmEndSession && w == 0 {
			answer, _, _ := pass.Call(window, uintptr(message), w, l)
			return answer
		}
		next := <-known // a message may come before the old one's address is known
		known <- next
		answer, _, _ := call.Call(next, window, uintptr(message), w, l)
		return answer
	}))
	if was == 0 {
		return fmt.Errorf("SetWindowLongPtr: %w", err)
	}
	known <- was
	return nil
}
