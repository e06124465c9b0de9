package systemproxy

import (
	"slices"
	"strings"
	"testing"
)

// A LAN with a proxy and a file, and one connection that is dialled.
func windowsNow() []entry {
	return winEntries([]connection{
		{flags: 7, server: "proxy.example:8080", bypass: "*.example;<local>", pac: "http://example/x.pac"},
		{name: "Office VPN", flags: 8},
	})
}

func TestWinPlan(t *testing.T) {
	for _, tt := range []struct {
		name string
		p    Proxy
		want string
	}{
		{"all traffic", first, `pac 
server 127.0.0.1:1095
bypass localhost;127.*;[::1]
flags 3
pac Office VPN 
server Office VPN 127.0.0.1:1095
bypass Office VPN localhost;127.*;[::1]
flags Office VPN 3
`},
		{"with SOCKS and a bypass", Proxy{Address: "[::1]:1095", SOCKS: "[::1]:1096", Bypass: past(t, "localhost", "*.corp:8080", "10.*.1")}, `pac 
server [::1]:1095
bypass localhost;127.*;[::1];*.corp:8080
flags 3
pac Office VPN 
server Office VPN [::1]:1095
bypass Office VPN localhost;127.*;[::1];*.corp:8080
flags Office VPN 3
`},
		{"past everything", Proxy{Address: "127.0.0.1:1095", Bypass: past(t, "*", "*.corp")}, `pac 
server 127.0.0.1:1095
bypass *
flags 3
pac Office VPN 
server Office VPN 127.0.0.1:1095
bypass Office VPN *
flags Office VPN 3
`},
		{"a file", byFile, `pac http://127.0.0.1:1095/x/proxy.pac
flags 5
pac Office VPN http://127.0.0.1:1095/x/proxy.pac
flags Office VPN 5
`},
	} {
		if got := lines(winPlan(tt.p, windowsNow())); got != tt.want {
			t.Errorf("%s:\n%s\nwant\n%s", tt.name, got, tt.want)
		}
	}
}

func TestWinUser(t *testing.T) {
	for _, tt := range []struct{ was, want connection }{
		{connection{flags: 3, server: "127.0.0.1:1095"}, connection{flags: 1}},
		{connection{flags: 2, server: "http=127.0.0.1:1095;https=127.0.0.1:1095;socks=127.0.0.1:1"}, connection{flags: 1}},
		{connection{flags: 13, pac: "http://127.0.0.1:1095/old.pac"}, connection{flags: 9}},
		{connection{flags: 3, server: "socks=127.0.0.1:1095"}, connection{flags: 3, server: "socks=127.0.0.1:1095"}},
		{connection{flags: 7, server: "proxy.example:1095", pac: "http://example/x"}, connection{flags: 7, server: "proxy.example:1095", pac: "http://example/x"}},
	} {
		got, want := winUser(first, winEntries([]connection{tt.was})), winEntries([]connection{tt.want})
		if !slices.Equal(got, want) {
			t.Errorf("%+v became\n%s", tt.was, lines(got))
		}
	}
}

func TestWinOptions(t *testing.T) {
	entries := []entry{text("pac", ""), text("server Office VPN", "x:1"), text("bypass", "<local>"), text("flags", "3")}
	if got, want := winConnections(entries), []string{"", "Office VPN"}; !slices.Equal(got, want) {
		t.Errorf("connections %q, want %q", got, want)
	}
	got, err := winOptions(entries, "")
	if want := []winOption{{winPAC, "", 0}, {winBypass, "<local>", 0}, {winFlags, "", 3}}; !slices.Equal(got, want) || err != nil {
		t.Errorf("of the LAN: %v, %v", got, err)
	}
	got, err = winOptions(entries, "Office VPN")
	if want := []winOption{{winServer, "x:1", 0}}; !slices.Equal(got, want) || err != nil {
		t.Errorf("of the other: %v, %v", got, err)
	}
	if _, err := winOptions([]entry{text("flags", "x")}, ""); err == nil {
		t.Error("flags that are no number are taken")
	}
	if got := lines(winKept(entries)); strings.Contains(got, "bypass") {
		t.Errorf("checked is\n%s", got)
	}
}

func TestRegistry(t *testing.T) {
	set := winPlan(first, winEntries([]connection{{}}))
	for _, tt := range []struct {
		is   registryState
		says string
	}{
		{registryState{1, "127.0.0.1:1095", ""}, ""},
		{registryState{0, "127.0.0.1:1095", ""}, "ProxyEnable"},
		{registryState{1, "", ""}, `server: the registry has ""`},
		{registryState{1, "127.0.0.1:1095", "http://x"}, `pac: the registry has "http://x"`},
	} {
		err := tt.is.check(set)
		if (err == nil) != (tt.says == "") || err != nil && !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%+v: %v", tt.is, err)
		}
	}
}
