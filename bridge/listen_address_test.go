package bridge_test

import (
	"errors"
	"fmt"
	"net"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/drawbridge-app/drawbridge/bridge"
	"github.com/drawbridge-app/drawbridge/bridge/bridgetest"
	"github.com/drawbridge-app/drawbridge/bridge/upstream"
)

var direct = upstream.Spec{URL: "direct://"}

// answers fails the test unless a bridge answers at address.
func answers(t testing.TB, address string) {
	t.Helper()
	p := dial(t, address)
	p.send("OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n")
	if head := p.head(); !strings.HasPrefix(head, "HTTP/1.1 200 ") {
		t.Fatalf("%s answers %q", address, head)
	}
	p.Close()
}

// closed fails the test unless nothing listens at address.
func closed(t testing.TB, address string) {
	t.Helper()
	conn, err := net.DialTimeout("tcp", address, patience)
	if err == nil {
		conn.Close()
	}
	if !errors.Is(err, bridgetest.ECONNREFUSED) {
		t.Errorf("dial %s = %v, want connection refused", address, err)
	}
}

// Two bridges cannot both have the default port, and another program may; so it
// is looked for in what the error says, or in where it listens.
func TestDefaultAddress(t *testing.T) {
	bridgetest.Leaks(t)
	b, err := bridge.Start(bridge.Config{Upstream: direct})
	if err != nil {
		var e *bridge.ListenError
		if !errors.As(err, &e) || e.Address != "127.0.0.1:1095" {
			t.Fatalf("Start: %v, want it to listen on 127.0.0.1:1095", err)
		}
		return
	}
	defer b.Close()
	if got := address(b); got != "127.0.0.1:1095" {
		t.Errorf("it listens on %s, want 127.0.0.1:1095", got)
	}
	answers(t, "127.0.0.1:1095")
}

func TestSeveralAddresses(t *testing.T) {
	bridgetest.Leaks(t)
	b := start(t, bridge.Config{Upstream: direct, Listen: []string{"127.0.0.1:0", "[::1]:0", "127.0.0.1:0"}})
	addrs := b.Addrs()
	if len(addrs) != 3 {
		t.Fatalf("Addrs() = %v, want three", addrs)
	}
	for i, host := range []string{"127.0.0.1", "::1", "127.0.0.1"} {
		if got := addrs[i].(*net.TCPAddr); got.IP.String() != host || got.Port == 0 {
			t.Errorf("Addrs()[%d] = %v, want a port of %s", i, got, host)
		}
		answers(t, addrs[i].String())
	}
	// The same again changes nothing, two times "any port" included.
	if err := b.Apply(bridge.Config{Upstream: direct, Listen: []string{"127.0.0.1:0", "[::1]:0", "127.0.0.1:0"}}); err != nil {
		t.Fatalf("Apply: %v", err)
	}
	if got := fmt.Sprint(b.Addrs()); got != fmt.Sprint(addrs) {
		t.Errorf("Addrs() = %v after the same again, want %v", got, addrs)
	}
	for _, a := range addrs {
		answers(t, a.String())
	}
	b.Close()
	for _, a := range addrs {
		closed(t, a.String())
	}
}

func TestBindFailureSaysAllThatHelps(t *testing.T) {
	bridgetest.Leaks(t)
	for _, test := range []struct{ held, wanted string }{
		{"127.0.0.1:0", "127.0.0.1"},
		{"0.0.0.0:0", "127.0.0.1"}, // held on all addresses
		{"127.0.0.1:0", "0.0.0.0"},
		{"[::1]:0", "::1"},
	} {
		other, err := net.Listen("tcp", test.held)
		if err != nil {
			t.Fatal(err)
		}
		defer other.Close()
		port := other.Addr().(*net.TCPAddr).Port
		wanted := net.JoinHostPort(test.wanted, strconv.Itoa(port))
		_, err = bridge.Start(bridge.Config{Upstream: direct, Listen: []string{"127.0.0.1:0", wanted}, Open: true})
		var e *bridge.ListenError
		if !errors.As(err, &e) || !errors.Is(err, bridgetest.EADDRINUSE) {
			t.Fatalf("Start on %s while %s is held: %v, want EADDRINUSE", wanted, other.Addr(), err)
		}
		if e.Address != wanted || !strings.HasPrefix(err.Error(), "listen "+wanted+": address already in use") {
			t.Errorf("error %q names %s, want %s and its cause", err, e.Address, wanted)
		}
		if runtime.GOOS == "linux" {
			comm, _ := os.ReadFile("/proc/self/comm")
			if want := fmt.Sprintf("%s, pid %d", strings.TrimSpace(string(comm)), os.Getpid()); e.Holder != want || !strings.Contains(err.Error(), " (by "+want+")") {
				t.Errorf("error %q, Holder = %q, want %q", err, e.Holder, want)
			}
		}
		host, text, _ := net.SplitHostPort(e.Free)
		if free, _ := strconv.Atoi(text); host != test.wanted || free <= port || !strings.HasSuffix(err.Error(), "; "+e.Free+" is free") {
			t.Errorf("error %q, Free = %q, want a port above %d", err, e.Free, port)
		}
	}
}

func TestBindFailureOfAnotherKindOffersNothing(t *testing.T) {
	bridgetest.Leaks(t)
	_, err := bridge.Start(bridge.Config{Upstream: direct, Listen: []string{"192.0.2.1:1095"}, Open: true})
	if want := "listen 192.0.2.1:1095: cannot assign requested address"; runtime.GOOS == "linux" && (err == nil || err.Error() != want) {
		t.Errorf("Start = %v, want %s", err, want)
	}
}

func TestCheckListen(t *testing.T) {
	for _, test := range []struct {
		address       string
		alone, behind bool // good without, and with, a login
	}{
		{"127.0.0.1:1095", true, true},
		{"127.0.0.1:0", true, true},
		{"127.9.9.9:65535", true, true},
		{"[::1]:1095", true, true},
		{"[::ffff:127.0.0.1]:1095", true, true},
		{"0.0.0.0:1095", false, true},
		{"[::]:1095", false, true},
		{"192.0.2.1:1095", false, true},
		{"[2001:db8::1]:1095", false, true},
		{"[fe80::1%eth0]:1095", false, true},
		{"[::ffff:192.0.2.1]:1095", false, true},
		{":1095", false, false},
		{"1095", false, false},
		{"127.0.0.1", false, false},
		{"127.0.0.1:", false, false},
		{"127.0.0.1:65536", false, false},
		{"127.0.0.1:-1", false, false},
		{"127.0.0.1:http", false, false},
		{"localhost:1095", false, false},
		{"site.test:1095", false, false},
		{"::1:1095", false, false},
		{"127.1:1095", false, false},
		{"", false, false},
	} {
		for guarded, good := range map[bool]bool{false: test.alone, true: test.behind} {
			err := bridge.CheckListen(test.address, guarded)
			if (err == nil) != good {
				t.Errorf("CheckListen(%q, %v) = %v, want good = %v", test.address, guarded, err, good)
			}
			if err != nil && !strings.Contains(err.Error(), strconv.Quote(test.address)) {
				t.Errorf("CheckListen(%q, %v) = %v, want the text in it", test.address, guarded, err)
			}
		}
	}
}

func TestOtherMachinesNeedALoginOrAChoice(t *testing.T) {
	bridgetest.Leaks(t)
	everywhere := []string{"0.0.0.0:0"}
	if b, err := bridge.Start(bridge.Config{Upstream: direct, Listen: everywhere}); err == nil {
		b.Close()
		t.Error("Start on 0.0.0.0 without a login = nil, want an error")
	} else if !strings.Contains(err.Error(), `"0.0.0.0:0"`) {
		t.Errorf("Start = %v, want the address in it", err)
	}
	start(t, bridge.Config{Upstream: direct, Listen: everywhere, Open: true})
	b := start(t, bridge.Config{Upstream: direct, Listen: everywhere, Login: bridge.Login{User: "anna", Password: "secret"}})
	if err := b.Apply(bridge.Config{Upstream: direct, Listen: everywhere}); err == nil {
		t.Error("Apply that takes the login away = nil, want an error")
	}
	_, port, _ := net.SplitHostPort(address(b))
	p := dial(t, "127.0.0.1:"+port)
	p.send("CONNECT site.test:443 HTTP/1.1\r\nHost: site.test:443\r\n\r\n")
	if head := p.head(); !strings.HasPrefix(head, "HTTP/1.1 407 ") {
		t.Errorf("after the Apply that failed: answer %q, want 407 as before", head)
	}
}

func TestConfigThatCannotBe(t *testing.T) {
	bridgetest.Leaks(t)
	for name, c := range map[string]bridge.Config{
		"no upstream":        {},
		"an unknown kind":    {Upstream: upstream.Spec{URL: "gopher://127.0.0.1:70"}},
		"a negative timeout": {Upstream: direct, Timeouts: bridge.Timeouts{Idle: -1}},
		"two bad addresses":  {Upstream: direct, Listen: []string{"one", "two"}},
	} {
		if c.Listen == nil {
			c.Listen = []string{"127.0.0.1:0"}
		}
		b, err := bridge.Start(c)
		if err == nil {
			b.Close()
			t.Errorf("%s: Start = nil, want an error", name)
		} else if name == "two bad addresses" && !(strings.Contains(err.Error(), `"one"`) && strings.Contains(err.Error(), `"two"`)) {
			t.Errorf("%s: Start = %v, want both named", name, err)
		}
	}
}

// An owner that was given its sockets hands over those: the bridge asks for each address once, also for one that comes
// later, and closes what it was given.
func TestBindOfTheOwner(t *testing.T) {
	var asked []string
	c := bridge.Config{Upstream: direct, Listen: []string{"127.0.0.1:1"}, Bind: func(address string) (*net.TCPListener, error) {
		asked = append(asked, address)
		return bridge.Listen("127.0.0.1:0") // in the place of ports that nobody else may have
	}}
	b := start(t, c)
	first := address(b)
	answers(t, first)
	c.Listen = []string{"127.0.0.1:1", "127.0.0.1:2"}
	if err := b.Apply(c); err != nil {
		t.Fatal(err)
	}
	for _, at := range b.Addrs() {
		answers(t, at.String())
	}
	if got := strings.Join(asked, " "); got != "127.0.0.1:1 127.0.0.1:2" || address(b) != first {
		t.Errorf("asked for %q, and listens on %v, first on %s", got, b.Addrs(), first)
	}
	c.Bind = func(string) (*net.TCPListener, error) { return nil, bridgetest.ECONNREFUSED }
	c.Listen = []string{"127.0.0.1:3"}
	if err := b.Apply(c); !errors.Is(err, bridgetest.ECONNREFUSED) {
		t.Errorf("Apply = %v, want the owner's error", err)
	}
	answers(t, first)
	b.Close()
	closed(t, first)
}
