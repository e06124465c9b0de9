package systemproxy

import (
	"fmt"
	"runtime"
	"unsafe"

	"golang.org/x/sys/windows"
)

// Windows tells the end of a session to windows alone: consoles are told nothing of it in a program that has loaded
// user32, as WinINet does. So this is a window that nobody sees, on a thread of its own.
type session struct {
	ended  func()
	proc   uintptr // calls message; there is one for all windows, because it is never freed
	window uintptr // 0: none
	gone   chan struct{}
}

// sessionClass is the window's class. A window that only takes messages would not be told.
const sessionClass = "DrawbridgeSession"

// What a window is told; the last one is ours.
const (
	wmDestroy    = 0x0002
	wmClose      = 0x0010
	wmEndSession = 0x0016
	wmStop       = 0x8000 // WM_APP
)

func user32(name string) *windows.LazyProc {
	return windows.NewLazySystemDLL("user32.dll").NewProc(name)
}

// watch has ended called when the session ends, which waits for it. If it watches already, it does nothing.
func (s *session) watch(ended func()) error {
	if s.window != 0 {
		return nil
	}
	s.ended = ended
	if s.proc == 0 {
		s.proc = windows.NewCallback(s.message)
	}
	// Before the programs of no rank (0x280): those that hold up the end may have Windows cut it short.
	const early = 0x300
	windows.NewLazySystemDLL("kernel32.dll").NewProc("SetProcessShutdownParameters").Call(early, 0)
	opened := make(chan error)
	s.gone = make(chan struct{})
	go s.serve(opened, s.gone)
	return <-opened
}

// stop ends the watch; what was called has returned then.
func (s *session) stop() {
	if s.window == 0 {
		return
	}
	user32("PostMessageW").Call(s.window, wmStop, 0, 0)
	<-s.gone
	s.window = 0
}

// serve is the thread of the window, which ends with it.
func (s *session) serve(opened chan<- error, gone chan<- struct{}) {
	defer close(gone)
	runtime.LockOSThread() // and never unlock it: nobody else may have this thread
	leave, err := s.open()
	opened <- err
	if err != nil {
		return
	}
	defer leave()
	get, dispatch := user32("GetMessageW"), user32("DispatchMessageW")
	var message [8]uintptr // MSG, with room to spare
	for {
		if more, _, _ := get.Call(uintptr(unsafe.Pointer(&message)), 0, 0, 0); int32(more) <= 0 {
			return
		}
		dispatch.Call(uintptr(unsafe.Pointer(&message)))
	}
}

// open makes the window; leave is what is left to do when it has gone.
func (s *session) open() (leave func(), err error) {
	name, err := windows.UTF16PtrFromString(sessionClass)
	if err != nil {
		return nil, err
	}
	title, err := windows.UTF16PtrFromString("Drawbridge") // Windows shows it if we hold up the end
	if err != nil {
		return nil, err
	}
	class := struct { // WNDCLASSEXW
		size, style                        uint32
		proc                               uintptr
		classExtra, windowExtra            int32
		instance, icon, cursor, background uintptr
		menu, name                         *uint16
		smallIcon                          uintptr
	}{proc: s.proc, name: name}
	class.size = uint32(unsafe.Sizeof(class))
	if ok, _, err := user32("RegisterClassExW").Call(uintptr(unsafe.Pointer(&class))); ok == 0 {
		return nil, fmt.Errorf("wait for the end of the session: RegisterClassEx: %w", err)
	}
	leave = func() { user32("UnregisterClassW").Call(uintptr(unsafe.Pointer(name)), 0) }
	const toolWindow = 0x80 // WS_EX_TOOLWINDOW
	window, _, err := user32("CreateWindowExW").Call(toolWindow, uintptr(unsafe.Pointer(name)), uintptr(unsafe.Pointer(title)),
		0, 0, 0, 0, 0, 0, 0, 0, 0)
	if window == 0 {
		leave()
		return nil, fmt.Errorf("wait for the end of the session: CreateWindowEx: %w", err)
	}
	s.window = window
	return leave, nil
}

// message is what the window does when it is told something.
func (s *session) message(window uintptr, message uint32, w, l uintptr) uintptr {
	switch message {
	case wmEndSession:
		if w != 0 { // it is not called off
			s.ended()
		}
		return 0
	case wmClose: // by tools that end programs
		return 0
	case wmStop:
		user32("DestroyWindow").Call(window)
		return 0
	case wmDestroy:
		user32("PostQuitMessage").Call(0)
		return 0
	}
	answer, _, _ := user32("DefWindowProcW").Call(window, uintptr(message), w, l)
	return answer
}
