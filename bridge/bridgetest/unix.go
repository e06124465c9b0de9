package bridgetest

import "testing"

// NeedUnixSockets skips the test under a Wine that has no unix sockets, such as
// version 8. It never skips on a real system: those that we support have them.
func NeedUnixSockets(t testing.TB) {
	t.Helper()
	if lacksUnixSockets() {
		t.Skip("this Wine has no unix sockets")
	}
}
