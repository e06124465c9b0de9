package relay_test

import (
	"bytes"
	"io"
	"net"
	"runtime"
	"syscall"
	"testing"

	"github.com/drawbridge-app/drawbridge/bridge/relay"
)

const msgOOB = 1 // which syscall does not have everywhere

// splice(2) stops in front of an urgent byte and says nothing.
func TestUrgentByteDoesNotStallBulk(t *testing.T) {
	s := newSpan(t, newPump(t), "", "")
	before, behind := noise(4*mega), noise(mega)
	raw, err := s.a.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		s.a.Write(before)
		raw.Write(func(fd uintptr) bool {
			return syscall.Sendto(int(fd), []byte("!"), msgOOB, nil) != syscall.EAGAIN
		})
		s.a.Write(behind)
		s.a.CloseWrite()
	}()
	got, err := io.ReadAll(s.b)
	if want := append(before, behind...); err != nil || !bytes.Equal(got, want) {
		t.Errorf("read %d bytes, %v; want %d without the urgent one", len(got), err, len(want))
	}
	s.b.Close()
	if err := s.end(); err != nil {
		t.Error(err)
	}
}

func TestBulkGoesOnWithoutDescriptors(t *testing.T) {
	s := newSpan(t, newPump(t), "", "")
	var was syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &was); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &syscall.Rlimit{Cur: 3, Max: was.Max}); err != nil {
		t.Fatal(err)
	}
	defer syscall.Setrlimit(syscall.RLIMIT_NOFILE, &was)
	want := noise(8 * mega)
	go func() {
		s.a.Write(want)
		s.a.CloseWrite()
	}()
	got, err := io.ReadAll(s.b)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("read %d bytes, %v; want %d", len(got), err, len(want))
	}
	s.b.Close()
	if err := s.end(); err != nil {
		t.Error(err)
	}
	syscall.Setrlimit(syscall.RLIMIT_NOFILE, &was)
}

// Behind bulk both ways, an idle tunnel is two descriptors, two of the
// smallest stacks, and no buffer.
func TestIdleTunnelsAreSmall(t *testing.T) {
	const tunnels = 2000
	p := newPump(t)
	before := measure()
	l := newLoad(t, tunnels, func(a, b net.Conn, done func()) {
		p.Start(relay.Side{Wire: relay.NewWire(a)}, relay.Side{Wire: relay.NewWire(b)}, func(error) { done() })
	})
	l.do("both", 1<<20)
	p.Close()
	after := measure()
	if n := after.files - before.files - loadFiles; n != 2*tunnels {
		t.Errorf("%d descriptors for %d idle tunnels, want 2 each", n, tunnels)
	}
	stack, heap := (after.stack-before.stack)/tunnels, (after.heap-before.heap)/tunnels
	t.Logf("an idle tunnel: %d B of stacks, %d B of heap", stack, heap)
	if !raceEnabled && runtime.GOARCH == "amd64" && (stack > 4600 || heap > 2100) {
		t.Errorf("an idle tunnel holds %d B of stacks and %d B of heap, want at most 4,600 and 2,100", stack, heap)
	}
	l.end()
}
