package systemproxy

import (
	"context"
	"errors"
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
	// A file's URL that is not used may not be in the registry.
	for _, tt := range []struct {
		set  []entry
		pac  string
		says string
	}{
		{[]entry{text("pac", "http://x"), text("flags", "5")}, "http://x", ""},
		{[]entry{text("pac", "http://x"), text("flags", "5")}, "", `pac: the registry has "", not "http://x"`},
		{[]entry{text("pac", "http://x"), text("flags", "1")}, "", ""},
		{[]entry{text("pac", "http://x")}, "", ""},
		{[]entry{text("pac", "http://x")}, "http://y", `pac: the registry has "http://y"`},
	} {
		err := registryState{pac: tt.pac}.check(tt.set)
		if (err == nil) != (tt.says == "") || err != nil && !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s with %q: %v", lines(tt.set), tt.pac, err)
		}
	}
}

// A played is a Windows that keeps what it is told of each connection, as Wine's does not.
type played struct{ now []entry }

func (w *played) name() string { return "windows" }

func (w *played) read(context.Context) ([]entry, error) { return slices.Clone(w.now), nil }

func (w *played) write(_ context.Context, entries []entry) error {
	for _, name := range winConnections(entries) {
		if _, err := winOptions(entries, name); err != nil {
			return err
		}
	}
	for _, e := range entries {
		w.now = replaced(w.now, e.Key, e.Value)
	}
	return nil
}

func (w *played) plan(p Proxy, now []entry) []entry { return winPlan(p, now) }

func (w *played) user(p Proxy, now []entry) []entry { return winUser(p, now) }

// The user's file and list, too, of every connection, in order or after a death.
func TestWindowsComesBack(t *testing.T) {
	for _, p := range []Proxy{first, second, byFile} {
		for _, dies := range []bool{false, true} {
			w, dir := &played{windowsNow()}, t.TempDir()
			open := func() *Lease { return newLease(dir, w, nil, func(string) platform { return w }) }
			l := open()
			if err := errors.Join(l.Take(t.Context(), p), l.Move(t.Context(), Proxy{Address: "127.0.0.1:3095"})); err != nil {
				t.Fatal(err)
			}
			if slices.Equal(w.now, windowsNow()) {
				t.Fatal("nothing was set")
			}
			end := l.Return
			if dies {
				l.lock.Close()
				end = func(ctx context.Context) error { _, err := open().Heal(ctx); return err }
			}
			if err := end(t.Context()); err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(w.now, windowsNow()) {
				t.Errorf("%v, dead %v: it holds\n%s", p, dies, lines(w.now))
			}
		}
	}
}
