package bridgetest

import "golang.org/x/sys/windows"

// The numbers of what connections fail with, under their Unix names, as this
// system returns them: those in package syscall are Go's own on Windows.
const (
	EACCES       = windows.WSAEACCES
	EADDRINUSE   = windows.WSAEADDRINUSE
	ECONNREFUSED = windows.WSAECONNREFUSED
	ECONNRESET   = windows.WSAECONNRESET
	EHOSTUNREACH = windows.WSAEHOSTUNREACH
	ENETUNREACH  = windows.WSAENETUNREACH
	ETIMEDOUT    = windows.WSAETIMEDOUT
)

// losesResets reports whether this is Wine. Its server asks the system for a
// socket's error on its own account, and the system tells that once: a reset
// that comes while nobody reads may look like a clean end to whoever reads next.
func losesResets() bool { return wine() }

func hidesSocketOwners() bool { return wine() }

// lacksUnixSockets reports whether this is a Wine without them.
func lacksUnixSockets() bool {
	if !wine() {
		return false
	}
	socket, err := windows.Socket(windows.AF_UNIX, windows.SOCK_STREAM, 0)
	if err == nil {
		windows.Closesocket(socket)
	}
	return err == windows.WSAEAFNOSUPPORT
}

func wine() bool {
	return windows.NewLazySystemDLL("ntdll.dll").NewProc("wine_get_version").Find() == nil
}
