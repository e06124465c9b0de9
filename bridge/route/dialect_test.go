package route_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/drawbridge-app/drawbridge/bridge/route"
)

func parse(t testing.TB, patterns ...string) *route.Bypass {
	t.Helper()
	b, err := route.ParseBypass(patterns)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// unsaid writes "pattern reason", with a ~ before what is said in part.
func unsaid(s route.Saying) string {
	var all []string
	for _, u := range s.Unsaid {
		text := u.Pattern + " " + string(u.Reason)
		if u.Partly {
			text = "~" + text
		}
		all = append(all, text)
	}
	return strings.Join(all, ", ")
}

func TestSay(t *testing.T) {
	const (
		family = "example.org *.example.org"
		ranges = "10.0.0.0/8 172.16.0.0/12 192.168.7.* fd00::/8"
	)
	for _, test := range []struct {
		list   string
		in     route.Dialect
		text   string
		unsaid string
	}{
		{"", route.WinINet, "", ""},
		{"", route.GNOME, "@as []", ""},
		{"*", route.WinINet, "*", ""},
		{"a.corp * b.corp", route.NoProxy, "*", ""},
		{"* a.corp", route.MacOS, "a.corp", "* stars"},
		{"*:443", route.WinINet, "*:443", ""},
		{"*:443", route.Go, "", "*:443 stars"},

		{family, route.WinINet, "example.org;*.example.org", ""},
		{family, route.MacOS, "example.org *.example.org", ""},
		{family, route.GNOME, "['example.org', '*.example.org']", ""},
		{family, route.KDE, ".example.org", "example.org endings"},
		{family, route.Curl, "example.org,.example.org", ""},
		{family, route.Go, "example.org,.example.org", ""},
		{family, route.Python, "example.org,.example.org", ""},
		{family, route.NoProxy, "example.org,.example.org", ""},

		// A name alone, and those under one alone.
		{"example.org", route.WinINet, "example.org", ""},
		{"example.org", route.GNOME, "@as []", "example.org under"},
		{"example.org", route.NoProxy, "", "example.org under"},
		{"example.org *.org", route.NoProxy, "example.org", "*.org itself"},
		{"*.corp", route.Go, ".corp", ""},
		{"*.corp", route.KDE, ".corp", ""},
		{"*.corp", route.NoProxy, "", "*.corp itself"},
		{"<local> *.corp", route.Curl, "localhost,127.0.0.0/8,::1,.corp", "~<local> local"},
		{"*corp", route.KDE, "corp", ""},
		{"*corp", route.MacOS, "", "*corp stars"},
		{"build-*.corp", route.WinINet, "build-*.corp", ""},
		{"build-*.corp", route.GNOME, "@as []", "build-*.corp stars"},
		{"f*", route.WinINet, "", "f* addresses"},
		{"*cafe", route.KDE, "", "*cafe addresses"},

		// Ports.
		{"<local> *.corp:8080 corp:8080", route.GNOME, "['localhost', '*.localhost', '127.0.0.0/8', '::1', '*.corp:8080', 'corp:8080']", "~<local> local"},
		{"*.corp:443", route.WinINet, "*.corp:443", ""},
		{"*.corp:443", route.Go, ".corp:443", ""},
		{"*.corp:443", route.KDE, "", "*.corp:443 usual-ports"},
		{"*.corp:443", route.MacOS, "", "*.corp:443 ports"},
		{"*.corp:8080 corp:8080", route.NoProxy, ".corp:8080,corp:8080", "~*.corp:8080 ports, ~corp:8080 ports"},
		{"10.1.2.3:22 [fd00::1]:22", route.WinINet, "10.1.2.3:22;[fd00::1]:22", ""},
		{"10.1.2.3:22 10.0.0.0/8:22", route.GNOME, "['10.1.2.3:22']", "10.0.0.0/8:22 ports"},
		{"10.1.2.3:22", route.KDE, "", "10.1.2.3:22 lookups"},
		{"<local>:3000", route.WinINet, "", "<local>:3000 ports"},

		// Addresses.
		{ranges, route.WinINet, "10.0.0.0/8;172.16.0.0/12;192.168.7.0/24", "~10.0.0.0/8 networks, ~172.16.0.0/12 networks, ~192.168.7.* networks, fd00::/8 networks"},
		{ranges, route.MacOS, "10/8 172.16/12 192.168.7/24", "fd00::/8 networks"},
		{ranges, route.GNOME, "['10.0.0.0/8', '172.16.0.0/12', '192.168.7.0/24', 'fd00::/8']", ""},
		{ranges, route.KDE, "", "10.0.0.0/8 lookups, 172.16.0.0/12 lookups, 192.168.7.* lookups, fd00::/8 lookups"},
		{ranges, route.Curl, "10.0.0.0/8,172.16.0.0/12,192.168.7.0/24,fd00::/8", "~fd00::/8 networks"},
		{ranges, route.Go, "10.0.0.0/8,172.16.0.0/12,192.168.7.0/24,fd00::/8", ""},
		{"0.0.0.0/0", route.MacOS, "0/0", ""},
		{"0.0.0.0/0", route.Curl, "", "0.0.0.0/0 networks"},
		{"10.1.2.3 fd00::1", route.WinINet, "10.1.2.3;[fd00::1]", ""},
		{"10.1.2.3 fd00::1", route.NoProxy, "10.1.2.3,fd00::1,[fd00::1]", ""},
		{"192.168.*.1", route.WinINet, "", "192.168.*.1 names"},
		{"192.168.*.1", route.Go, "", "192.168.*.1 stars"},
		{"10.*.1.*", route.GNOME, "@as []", "10.*.1.* stars"},

		// What is local.
		{"<local>", route.WinINet, "<local>;*.localhost;127.0.0.1;[::1];127.0.0.0/8", "~<local> networks"},
		{"<local>", route.KDE, ".localhost", "~<local> addresses"},
		{"<local>", route.MacOS, "localhost *.localhost 127/8 ::1", "~<local> local"},
		{"<local> localhost 127.0.0.1", route.NoProxy, "localhost,127.0.0.1,127.0.0.0/8,::1,[::1]", "~<local> local"},

		// What another pattern says already is said.
		{"a.corp *corp", route.KDE, "a.corp,corp", ""},
		{"10.1.2.3:443 10.*", route.GNOME, "['10.0.0.0/8']", ""},
	} {
		s := parse(t, strings.Fields(test.list)...).Say(test.in)
		if got := unsaid(s); s.Text != test.text || got != test.unsaid {
			t.Errorf("%q in %s:\n  says %s, not %q\n  want %s, not %q", test.list, test.in, s.Text, got, test.text, test.unsaid)
		}
	}
}

func TestNilSaysNothing(t *testing.T) {
	var b *route.Bypass
	for _, d := range route.Dialects() {
		if s := b.Say(d); len(s.Entries)+len(s.Unsaid) != 0 {
			t.Errorf("nil in %s = %+v", d, s)
		}
	}
}

func ExampleBypass_Say() {
	b, _ := route.ParseBypass([]string{"corp", "*.corp", "build-*.example.org", "10.0.0.0/8"})
	s := b.Say(route.GNOME)
	fmt.Println(s.Text)
	for _, u := range s.Unsaid {
		fmt.Println(u.Pattern, "is not said:", u.Reason)
	}
	// Output:
	// ['corp', '*.corp', '10.0.0.0/8']
	// build-*.example.org is not said: stars
}
