package tray

import (
	"runtime"
	"slices"
	"testing"
	"unsafe"

	"golang.org/x/sys/windows"
)

// An end of the session that is called off is none; all else the icon's window hears as before.
func TestCalledOffEndLeavesTheIcon(t *testing.T) {
	runtime.LockOSThread() // a window is its thread's
	defer runtime.UnlockOSThread()
	user := windows.NewLazySystemDLL("user32.dll")
	name, err := windows.UTF16PtrFromString("SystrayClass")
	if err != nil {
		t.Fatal(err)
	}
	const ours = 0x8001
	var heard []uintptr
	pass := user.NewProc("DefWindowProcW")
	class := struct { // WNDCLASSEXW
		size, style                        uint32
		proc                               uintptr
		classExtra, windowExtra            int32
		instance, icon, cursor, background uintptr
		menu, name                         *uint16
		smallIcon                          uintptr
	}{name: name, proc: windows.NewCallback(func(window uintptr, message uint32, w, l uintptr) uintptr {
		if message == wmEndSession || message == ours {
			heard = append(heard, uintptr(message), w, l)
			return 7
		}
		answer, _, _ := pass.Call(window, uintptr(message), w, l)
		return answer
	})}
	class.size = uint32(unsafe.Sizeof(class))
	if ok, _, err := user.NewProc("RegisterClassExW").Call(uintptr(unsafe.Pointer(&class))); ok == 0 {
		t.Fatal(err)
	}
	defer user.NewProc("UnregisterClassW").Call(uintptr(unsafe.Pointer(name)), 0)
	window, _, err := user.NewProc("CreateWindowExW").Call(0, uintptr(unsafe.Pointer(name)), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
	if window == 0 {
		t.Fatal(err)
	}
	defer user.NewProc("DestroyWindow").Call(window)
	if err := stay(); err != nil {
		t.Fatal(err)
	}
	send := func(message, w, l uintptr) uintptr {
		answer, _, _ := user.NewProc("SendMessageW").Call(window, message, w, l)
		return answer
	}
	send(wmEndSession, 0, 0)
	if len(heard) > 0 {
		t.Errorf("the end was called off, and the icon heard %v", heard)
	}
	if answer := send(ours, 2, 3); answer != 7 {
		t.Errorf("the answer is %d", answer)
	}
	send(wmEndSession, 1, 0)
	if want := []uintptr{ours, 2, 3, wmEndSession, 1, 0}; !slices.Equal(heard, want) {
		t.Errorf("the icon heard %v, want %v", heard, want)
	}
}
