package app

import (
	"net"
	"testing"

	"github.com/drawbridge-app/drawbridge/bridge/bridgetest"
	"github.com/drawbridge-app/drawbridge/settings"
)

func TestChosenUpstream(t *testing.T) {
	bridgetest.Leaks(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	taken, err := net.Dial("tcp", l.Addr().String()) // a port on which nobody listens, and nobody will
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	l.Close()
	for name, test := range map[string]struct {
		address string
		direct  bool
	}{
		"an endpoint":              {bridgetest.StartSOCKS(t, bridgetest.SOCKS{}).Addr, false},
		"one that wants a login":   {bridgetest.StartSOCKS(t, bridgetest.SOCKS{User: "anna", Password: "secret"}).Addr, false},
		"nothing":                  {taken.LocalAddr().String(), true},
		"something else":           {bridgetest.StartScript(t, bridgetest.Script{bridgetest.Send("SSH-2.0-x\r\n"), bridgetest.Rest()}).Addr, true},
		"one that does not answer": {bridgetest.StartScript(t, bridgetest.Script{bridgetest.Rest()}).Addr, true},
	} {
		p := choose(t.Context(), test.address)
		want := "socks5://" + test.address
		if test.direct {
			want = "direct://"
		}
		if p.URL != want || (State{Profile: p}).Direct() != test.direct {
			t.Errorf("%s: choose(%s) = %+v, want %s", name, test.address, p, want)
		}
		s := settings.Default()
		s.Profiles = []settings.Profile{p} // what was chosen can be used
		if err := settings.Validate(s); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestNamedProfileIsNotChosenOver(t *testing.T) {
	s := settings.Default()
	a, b := settings.DefaultProfile(), settings.DefaultProfile()
	a.Name, a.URL = "first", "socks5://192.0.2.1:1080"
	b.Name, b.URL = "second", "socks5://192.0.2.2:1080"
	s.Profiles = []settings.Profile{a, b}
	if got := Upstream(t.Context(), s); got != a {
		t.Errorf("Upstream() = %+v, want %+v", got, a)
	}
	s.Use = "second"
	if got := Upstream(t.Context(), s); got != b {
		t.Errorf("Upstream() = %+v, want %+v", got, b)
	}
}
