package control

import (
	"net"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/drawbridge-app/drawbridge/bridge/bridgetest"
)

func TestMayTalk(t *testing.T) {
	for _, test := range []struct {
		peer, self int
		want       bool
	}{
		{1000, 1000, true}, {0, 1000, true}, {0, 0, true}, {1001, 1000, false}, {1000, 0, false}, {-1, 1000, false},
	} {
		if got := mayTalk(test.peer, test.self); got != test.want {
			t.Errorf("mayTalk(%d, %d) = %v, want %v", test.peer, test.self, got, test.want)
		}
	}
}

// Only the socket of the machine's service may be another user's, and only where nobody but root can have made its folder.
func TestCertain(t *testing.T) {
	if got, want := certain(SystemPath()), runtime.GOOS == "linux"; got != want {
		t.Errorf("certain(%q) = %t, want %t", SystemPath(), got, want)
	}
	for _, path := range []string{"", "/tmp/drawbridge-0/control.sock", "/run/user/0/drawbridge/control.sock", "/run/drawbridge/../../tmp/control.sock"} {
		if certain(path) {
			t.Errorf("certain(%q) = true", path)
		}
	}
}

// Both ends know each other.
func TestPeerOf(t *testing.T) {
	bridgetest.NeedUnixSockets(t)
	path := filepath.Join(t.TempDir(), "s")
	if runtime.GOOS == "darwin" {
		path = filepath.Join("/tmp", filepath.Base(t.TempDir())+"-peer")
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	here, err := net.Dial("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer here.Close()
	there, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer there.Close()
	for _, conn := range []net.Conn{here, there} {
		raw, err := conn.(*net.UnixConn).SyscallConn()
		if err != nil {
			t.Fatal(err)
		}
		raw.Control(func(fd uintptr) {
			if uid, err := peerOf(int(fd)); err != nil || uid != os.Getuid() {
				t.Errorf("peerOf = %d, %v, want %d", uid, err, os.Getuid())
			}
		})
		if err := checkPeer(conn.(*net.UnixConn)); err != nil {
			t.Errorf("checkPeer = %v", err)
		}
	}
}
