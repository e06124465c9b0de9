package program_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/drawbridge-app/drawbridge/bridge/bridgetest"
	"github.com/drawbridge-app/drawbridge/bridge/program"
)

// childDials makes this test's binary a program that connects to each of the
// addresses, says so, and waits for the end of its input.
const childDials = "DRAWBRIDGE_TEST_CHILD_DIALS"

func TestMain(m *testing.M) {
	if addresses := os.Getenv(childDials); addresses != "" {
		for address := range strings.FieldsSeq(addresses) {
			conn, err := net.Dial("tcp", address)
			if err != nil {
				fmt.Println(err)
				os.Exit(1)
			}
			defer conn.Close()
			fmt.Println(conn.LocalAddr())
		}
		io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// listen listens on host, if this machine has it.
func listen(t testing.TB, host string) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", net.JoinHostPort(host, "0"))
	if err != nil {
		t.Skipf("no %s here: %v", host, err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

func dial(t testing.TB, address string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

// self is this process.
func self(t testing.TB) program.Program {
	t.Helper()
	bridgetest.NeedSocketOwners(t)
	if runtime.GOOS != "linux" && runtime.GOOS != "windows" {
		t.Skip("what the system's tool tells is tested without it")
	}
	file, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return program.Program{Name: filepath.Base(file), PID: os.Getpid()}
}

func TestListening(t *testing.T) {
	want := self(t)
	for _, host := range []string{"127.0.0.1", "0.0.0.0", "::1"} {
		t.Run(host, func(t *testing.T) {
			l := listen(t, host)
			if got := program.Listening(l.Addr().String()); got != want {
				t.Errorf("Listening(%v) = %v, want %v", l.Addr(), got, want)
			}
			l.Close()
			if got := program.Listening(l.Addr().String()); got != (program.Program{}) || got.String() != "" {
				t.Errorf("Listening(%v) = %v after it was closed, want nobody", l.Addr(), got)
			}
		})
	}
	for _, bad := range []string{"", "127.0.0.1", "127.0.0.1:http", "127.0.0.1:65536"} {
		if got := program.Listening(bad); got != (program.Program{}) {
			t.Errorf("Listening(%q) = %v", bad, got)
		}
	}
}

func TestFinderTellsProgramsApart(t *testing.T) {
	me := self(t)
	four := listen(t, "127.0.0.1").Addr().String()
	addresses := []string{four}
	if l, err := net.Listen("tcp", "[::1]:0"); err == nil {
		defer l.Close()
		addresses = append(addresses, l.Addr().String())
	}
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), childDials+"="+strings.Join(addresses, " "))
	stdin, _ := child.StdinPipe()
	stdout, _ := child.StdoutPipe()
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	defer child.Wait()
	defer stdin.Close()
	lines := bufio.NewScanner(stdout)

	var sockets []program.Socket
	want := make(map[uint64]program.Program)
	add := func(local, remote string, p program.Program) {
		id := uint64(len(sockets) + 1)
		sockets = append(sockets, program.Socket{ID: id, Local: local, Remote: remote})
		want[id] = p
	}
	for _, address := range addresses {
		if !lines.Scan() {
			t.Fatalf("the child ended: %v", lines.Err())
		}
		add(lines.Text(), address, program.Program{Name: me.Name, PID: child.Process.Pid})
		add(dial(t, address).LocalAddr().String(), address, me)
	}
	add("127.0.0.1:1", four, program.Program{})    // there is no such connection
	add("192.0.2.1:4711", four, program.Program{}) // from another machine
	add("nonsense", four, program.Program{})

	var f program.Finder
	got := f.Find(sockets)
	for _, s := range sockets {
		if p, ok := got[s.ID]; p != want[s.ID] || !ok {
			t.Errorf("Find: %+v belongs to %v, %v, want %v", s, p, ok, want[s.ID])
		}
	}
	if len(got) != len(want) {
		t.Errorf("Find has %d programs, want %d", len(got), len(want))
	}
}

// A socket that a program opened for IPv6 and uses for IPv4 is listed elsewhere.
func TestFinderFindsIPv4WithinIPv6(t *testing.T) {
	want := self(t)
	l, err := net.Listen("tcp", "[::]:0")
	if err != nil {
		t.Skip(err)
	}
	defer l.Close()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	conn := dial(t, "127.0.0.1:"+port)
	accepted, err := l.Accept() // the one that is for IPv6
	if err != nil {
		t.Fatal(err)
	}
	defer accepted.Close()
	var f program.Finder
	for id, s := range []program.Socket{
		{Local: conn.RemoteAddr().String(), Remote: conn.LocalAddr().String()},
		{Local: accepted.LocalAddr().String(), Remote: accepted.RemoteAddr().String()},
	} {
		s.ID = uint64(id)
		if got := f.Find([]program.Socket{s})[s.ID]; got != want {
			t.Errorf("Find: %+v belongs to %v, want %v", s, got, want)
		}
	}
}

func TestFinderAsksOnce(t *testing.T) {
	want := self(t)
	l := listen(t, "127.0.0.1")
	conn := dial(t, l.Addr().String())
	known := program.Socket{ID: 1, Local: conn.LocalAddr().String(), Remote: conn.RemoteAddr().String()}
	unknown := program.Socket{ID: 2, Local: "127.0.0.1:1", Remote: known.Remote}
	var f program.Finder
	if got := f.Find([]program.Socket{known, unknown}); got[1] != want || got[2] != (program.Program{}) {
		t.Fatalf("Find = %v, want %v for the first", got, want)
	}
	// What was not found is not looked for again, even if it could be found now.
	unknown.Local = known.Local
	if got := f.Find([]program.Socket{known, unknown})[2]; got != (program.Program{}) {
		t.Errorf("Find asks again: %v", got)
	}
	conn.Close()
	if got := f.Find([]program.Socket{known})[1]; got != want {
		t.Errorf("Find = %v for what is closed by now, want %v", got, want)
	}
	if got := f.Find(nil); len(got) != 0 {
		t.Errorf("Find(nil) = %v", got)
	}
	if got := f.Find([]program.Socket{known})[1]; got != (program.Program{}) {
		t.Errorf("Find = %v for what was forgotten and is closed", got)
	}
}

// Once a second, with ten thousand connections of which one is new.
func BenchmarkFind(b *testing.B) {
	l := listen(b, "127.0.0.1")
	address := l.Addr().String()
	var f program.Finder
	var sockets []program.Socket
	for id := range uint64(10_000) {
		sockets = append(sockets, program.Socket{ID: id + 1, Local: fmt.Sprintf("127.0.0.1:%d", 1+id), Remote: address})
	}
	f.Find(sockets)
	local := dial(b, address).LocalAddr().String()
	for _, fresh := range []bool{false, true} {
		b.Run(fmt.Sprintf("fresh=%v", fresh), func(b *testing.B) {
			for i := uint64(1 << 20); b.Loop(); i++ {
				if fresh {
					sockets[0] = program.Socket{ID: i, Local: local, Remote: address}
				}
				f.Find(sockets)
			}
		})
	}
}
