package bridgetest

import (
	"fmt"
	"net"
	"os"
	"runtime"
	"sort"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// Leaks fails the test if goroutines or, on Linux, descriptors are left at its
// end that were not there when Leaks was called. Call it first, so that what is
// cleaned up later is gone by then. It counts for the whole process, and so does
// not go together with t.Parallel.
func Leaks(t testing.TB) {
	t.Helper()
	warmUp()
	before := descriptors()
	known := goleak.IgnoreCurrent()
	t.Cleanup(func() {
		if err := goleak.Find(known); err != nil {
			t.Errorf("left behind: %v", err)
		}
		if left := newDescriptors(before); len(left) > 0 {
			t.Errorf("descriptors left open: %v", left)
		}
	})
}

// warmUp makes the runtime open what it keeps for itself.
func warmUp() {
	if l, err := net.Listen("tcp", "127.0.0.1:0"); err == nil {
		l.Close()
	}
}

// newDescriptors waits a while for those that are being closed. Package net keeps
// the pipes of finished splices in a sync.Pool, which only the garbage collector
// empties.
func newDescriptors(before map[string]string) []string {
	for deadline := time.Now().Add(2 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		var left []string
		for fd, what := range descriptors() {
			if before[fd] != what {
				left = append(left, fmt.Sprintf("%s (%s)", fd, what))
			}
		}
		if len(left) == 0 || time.Now().After(deadline) {
			sort.Strings(left)
			return left
		}
		runtime.GC()
	}
}

// descriptors returns what the process has open, by number.
func descriptors() map[string]string {
	const dir = "/proc/self/fd"
	if runtime.GOOS != "linux" {
		return nil // Wine would show those of its server, and upset it
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil
	}
	open := make(map[string]string, len(entries))
	for _, e := range entries {
		// The descriptor that read the directory is closed by now.
		if what, err := os.Readlink(dir + "/" + e.Name()); err == nil {
			open[e.Name()] = what
		}
	}
	return open
}
