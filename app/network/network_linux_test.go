package network

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/drawbridge-app/drawbridge/bridge/bridgetest"
)

// namespace is set where a test runs in a network of its own.
const namespace = "DRAWBRIDGE_TEST_NETWORK"

// alone runs the test that calls it anew in a network namespace, where it returns true.
func alone(t *testing.T) bool {
	t.Helper()
	if os.Getenv(namespace) != "" {
		bridgetest.Leaks(t)
		return true
	}
	missing := t.Skipf
	if os.Getenv("CI") == "true" {
		missing = t.Fatalf
	}
	for _, program := range []string{"unshare", "ip"} {
		if _, err := exec.LookPath(program); err != nil {
			missing("%v", err)
		}
	}
	if out, err := exec.Command("unshare", "-rn", "true").CombinedOutput(); err != nil {
		missing("no network namespaces here: %v: %s", err, out)
	}
	cmd := exec.Command("unshare", "-rn", os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
	cmd.Env = append(os.Environ(), namespace+"=1")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	t.Logf("%s", out)
	return false
}

func ip(t *testing.T, args ...string) {
	t.Helper()
	if out, err := exec.Command("ip", args...).CombinedOutput(); err != nil {
		t.Fatalf("ip %v: %v: %s", args, err, out)
	}
}

// watch follows s until the test ends, without settling, into a channel with room for much.
func watch(t *testing.T, s source) <-chan struct{} {
	ctx, cancel := context.WithCancel(context.Background())
	changes, end := make(chan struct{}, 1000), make(chan error, 1)
	go func() { end <- s.follow(ctx, func() { changes <- struct{}{} }) }()
	t.Cleanup(func() {
		cancel()
		if err := <-end; err != nil {
			t.Error(err)
		}
	})
	return changes
}

func noticed(t *testing.T, changes <-chan struct{}, what string) {
	t.Helper()
	select {
	case <-changes:
	case <-time.After(30 * time.Second):
		t.Errorf("not noticed: %s", what)
	}
	for { // a change may be several messages
		select {
		case <-changes:
		case <-time.After(calm / 4):
			return
		}
	}
}

// Each kind of change is noticed, and nothing where there is none.
func TestRealChanges(t *testing.T) {
	if !alone(t) {
		return
	}
	s, err := open() // from here on, all is told
	if err != nil {
		t.Fatal(err)
	}
	changes := watch(t, s)
	ip(t, "link", "add", "one", "type", "veth", "peer", "name", "two")
	noticed(t, changes, "two links")
	for _, link := range []string{"one", "two"} { // or addresses come by themselves, some time after
		ip(t, "link", "set", link, "addrgenmode", "none")
	}
	for _, change := range []string{
		"link set one up",
		"link set two up",
		"address add 192.0.2.1/24 dev one",
		"route add 198.51.100.0/24 dev one",
		"route del 198.51.100.0/24 dev one",
		"address add 2001:db8::1/64 dev one nodad",
		"link set two down",
		"link del one",
	} {
		ip(t, strings.Fields(change)...)
		noticed(t, changes, change)
	}
	var before, after unix.Rusage
	unix.Getrusage(unix.RUSAGE_SELF, &before)
	select {
	case <-changes:
		t.Error("a change was told of, and there was none")
	case <-time.After(2 * calm):
	}
	unix.Getrusage(unix.RUSAGE_SELF, &after)
	spent := func(u unix.Rusage) int64 { return u.Utime.Nano() + u.Stime.Nano() }
	t.Logf("%v of nothing: %v of processor", 2*calm, time.Duration(spent(after)-spent(before)))
}

// More than the system keeps for us is a change, and not the end.
func TestOverrun(t *testing.T) {
	if !alone(t) {
		return
	}
	s, err := open()
	if err != nil {
		t.Fatal(err)
	}
	raw, err := s.(*socket).file.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	raw.Control(func(fd uintptr) { err = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVBUF, 1) })
	if err != nil {
		t.Fatal(err)
	}
	s.(*socket).tells = func([]byte) bool { return false } // what is left to be told is the overrun
	ip(t, "link", "set", "lo", "up")
	var routes strings.Builder
	for i := range 200 {
		fmt.Fprintf(&routes, "route add 198.51.100.%d/32 dev lo\n", i)
	}
	batch := exec.Command("ip", "-batch", "-")
	batch.Stdin = strings.NewReader(routes.String())
	if out, err := batch.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	changes := watch(t, s)
	noticed(t, changes, "the overrun")
}
