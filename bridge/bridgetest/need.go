package bridgetest

import "testing"

// NeedSocketOwners skips the test under Wine, which knows of a process's sockets
// only those that it reads from or writes to itself; its server has the others.
func NeedSocketOwners(t testing.TB) {
	t.Helper()
	if hidesSocketOwners() {
		t.Skip("Wine does not tell whose socket each is")
	}
}

// NeedUnixSockets skips the test under a Wine that has no unix sockets, such as
// version 8. It never skips on a real system: those that we support have them.
func NeedUnixSockets(t testing.TB) {
	t.Helper()
	if lacksUnixSockets() {
		t.Skip("this Wine has no unix sockets")
	}
}
