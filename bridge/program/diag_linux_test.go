package program

import (
	"maps"
	"net"
	"os"
	"testing"
)

// The kernel's two ways to tell of a connection agree.
func TestDiagnoseAndSearchAgree(t *testing.T) {
	wanted := map[pair]uint64{ends("127.0.0.1:1", "127.0.0.1:2"): 1}
	want := 0
	for _, host := range []string{"127.0.0.1", "::1", "::"} {
		l, err := net.Listen("tcp", net.JoinHostPort(host, "0"))
		if err != nil {
			t.Logf("no %s here: %v", host, err)
			continue
		}
		defer l.Close()
		_, port, _ := net.SplitHostPort(l.Addr().String())
		if host == "::" {
			host = "127.0.0.1" // accepted by a socket for IPv6
		}
		conn, err := net.Dial("tcp", net.JoinHostPort(host, port))
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		accepted, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		defer accepted.Close()
		for _, c := range []net.Conn{conn, accepted} {
			wanted[ends(c.LocalAddr().String(), c.RemoteAddr().String())] = 2
			want++
		}
		// A listener is there, and a connection is not.
		wanted[ends(l.Addr().String(), "127.0.0.1:3")] = 3
	}
	diagnosed, searched := diagnose(wanted, os.Geteuid()), search(wanted)
	if len(searched) != want {
		t.Errorf("search finds %d connections, want %d: %v", len(searched), want, searched)
	}
	if len(diagnosed) == 0 {
		t.Skip("this kernel has no sock_diag")
	}
	if !maps.Equal(diagnosed, searched) {
		t.Errorf("diagnose: %v\nsearch:   %v", diagnosed, searched)
	}
}
