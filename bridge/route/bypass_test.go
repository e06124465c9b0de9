package route_test

import (
	"errors"
	"net/netip"
	"strings"
	"testing"

	"github.com/drawbridge-app/drawbridge/bridge/route"
)

func TestMatch(t *testing.T) {
	for _, test := range []struct {
		pattern string
		hits    string // host:port, the port being 80 unless it is written
		misses  string
	}{
		{"example.org", "example.org EXAMPLE.ORG example.org. example.org:443", "www.example.org example.org.uk xample.org example.com"},
		{"Example.ORG.", "example.org", "www.example.org"},
		{"printer", "printer PRINTER.", "printer.lan"},
		{".corp", "a.corp a.b.corp A.Corp.", "corp acorp a.corp.org .corp.x"},
		{"*.corp", "a.corp a.b.corp", "corp acorp a.corp.org"},
		{"build-*.corp", "build-7.corp build-.corp build-a.b.corp", "build.corp rebuild-7.corp build-7.corp.org"},
		{"*a*b*", "ab xaxbx aab abab", "ba a b"},
		{"*", "x x.y 10.0.0.1 [::1] 10.0.0.1:9", ""},
		{"*:443", "x:443 [::1]:443 1.2.3.4:443", "x x:444"},
		{"*.*", "a.b a.b.c", "a 1.2.3.4 [::1]"},
		{"10.*", "10.0.0.1 10.255.1.2", "110.0.0.1 10.example.org 1.10.0.1 [::10]"},
		{"192.168.*.1", "192.168.7.1", "192.168.7.11 192.168.7.2"},
		{"10.1.2.3", "10.1.2.3 10.1.2.3. [::ffff:10.1.2.3]", "10.1.2.30 10.1.2.4 a10.1.2.3"},
		{"::ffff:10.1.2.3", "10.1.2.3", "10.1.2.4"},
		{"fd00::1", "[fd00::1] [FD00:0:0::1] [fd00::1%eth0]", "[fd00::2] fd00"},
		{"[fd00::1]", "[fd00::1]", "[fd00::2]"},
		{"10.0.0.0/8", "10.0.0.1 10.255.255.255 [::ffff:10.9.9.9]", "11.0.0.1 9.255.255.255 10 ten.corp [fd00::1]"},
		{"10.9.9.9/8", "10.0.0.1", "11.0.0.1"},
		{"0.0.0.0/0", "8.8.8.8", "[2001:db8::1] example.org"},
		{"fd00::/8", "[fd00::1] [fdff::]", "[fe00::1] [fc00::1] 10.0.0.1"},
		{"[fd00::]/8", "[fd12::3]", "[fe00::1]"},
		{"[fd00::/8]", "[fd12::3]", "[fe00::1]"},
		{"<local>", "localhost LOCALHOST. printer a.localhost 127.0.0.1 127.9.9.9 [::1] [::ffff:127.0.0.1]", "printer.lan 10.0.0.1 [fe80::1] [::2] localhost.org"},
		{"<LOCAL>:3000", "localhost:3000 127.0.0.1:3000", "localhost 127.0.0.1:3001"},
		{"example.org:8080", "example.org:8080", "example.org example.org:80801"},
		{".corp:22", "a.corp:22", "a.corp corp:22"},
		{"10.1.2.3:22", "10.1.2.3:22", "10.1.2.3:80"},
		{"10.*:22", "10.1.2.3:22", "10.1.2.3:80"},
		{"10.0.0.0/8:22", "10.1.2.3:22", "10.1.2.3:80 11.1.2.3:22"},
		{"[fd00::1]:22", "[fd00::1]:22", "[fd00::1] [fd00::2]:22"},
		{"fd00::/8:22", "[fd00::1]:22", "[fd00::1]"},
		{"[fd00::]/8:22", "[fd00::1]:22", "[fd00::1]"},
		{"[fd00::/8]:22", "[fd00::1]:22", "[fd00::1]"},
		{" spaced.example ", "spaced.example", "spaced"},
		{"under_score.example", "under_score.example", ""},
	} {
		b, err := route.ParseBypass([]string{test.pattern})
		if err != nil {
			t.Errorf("ParseBypass(%q): %v", test.pattern, err)
			continue
		}
		for _, side := range []struct {
			targets string
			want    bool
		}{{test.hits, true}, {test.misses, false}} {
			for target := range strings.FieldsSeq(side.targets) {
				host, port := target, uint16(80)
				if h, p, ok := cutPort(target); ok {
					host, port = h, p
				}
				got, ok := b.Match(host, port)
				if ok != side.want || ok && got != strings.TrimSpace(test.pattern) {
					t.Errorf("%q: Match(%q, %d) = %q, %v, want %v", test.pattern, host, port, got, ok, side.want)
				}
			}
		}
	}
}

func cutPort(target string) (host string, port uint16, ok bool) {
	at := strings.LastIndexByte(target, ':')
	if at < 0 || strings.HasSuffix(target, "]") {
		return "", 0, false
	}
	for _, c := range target[at+1:] {
		port = port*10 + uint16(c-'0')
	}
	return target[:at], port, true
}

func TestFirstPatternWins(t *testing.T) {
	b, err := route.ParseBypass([]string{"a.corp:443", "*.corp", "a.corp"})
	if err != nil {
		t.Fatal(err)
	}
	for port, want := range map[uint16]string{443: "a.corp:443", 80: "*.corp"} {
		if got, ok := b.Match("a.corp", port); got != want || !ok {
			t.Errorf("Match(a.corp, %d) = %q, %v, want %q", port, got, ok, want)
		}
	}
}

func TestEmptyBypassMatchesNothing(t *testing.T) {
	empty, err := route.ParseBypass(nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range []*route.Bypass{nil, empty} {
		if got, ok := b.Match("localhost", 80); ok {
			t.Errorf("Match(localhost) of an empty list = %q", got)
		}
	}
	all, _ := route.ParseBypass([]string{"*"})
	if got, ok := all.Match("", 80); ok {
		t.Errorf("Match of no host = %q", got)
	}
}

func TestBadPatternsAreAllToldOf(t *testing.T) {
	bad := []string{
		"", " ", "http://example.org", "example.org/path", "a b", "a,b", "a;b", "[fd00::1", "[10.0.0.1]", "[fd00::1]x", "[fd00::1]:", "[fd00::/8]/8",
		"example.org:", "example.org:0", "example.org:65536", "example.org:http", "fd00::1::2", "fe80::1%eth0", "10.0.0.0/33", "fd00::/129", "::ffff:10.0.0.0/104",
		"10.0.0", "300.1.1.1", "1234", "10.*.*.*.*", "a..b", "..", ".", "*.", "bücher.example", "a?b", "<local", "<remote>", "*/8",
	}
	patterns := make([]string, 0, 2*len(bad))
	for _, text := range bad {
		patterns = append(patterns, "good.example", text)
	}
	_, err := route.ParseBypass(patterns)
	var errs route.Errors
	if !errors.As(err, &errs) || len(errs) != len(bad) {
		t.Fatalf("ParseBypass: %d errors, want %d: %v", len(errs), len(bad), err)
	}
	for i, e := range errs {
		if e.Index != 2*i+1 || e.Text != bad[i] || e.Reason == "" || !strings.Contains(e.Error(), e.Reason) {
			t.Errorf("error %d = %+v, want one about %q", i, e, bad[i])
		}
	}
	if want := `bypass pattern 2, "": is empty`; errs[0].Error() != want {
		t.Errorf("error = %q, want %q", errs[0], want)
	}
	var first *route.PatternError
	if !errors.As(err, &first) || first != errs[0] {
		t.Errorf("errors.As finds %v", first)
	}
}

// Whatever a target looks like, its spelling does not change the answer; and a
// network holds exactly the addresses that net/netip says.
func FuzzBypass(f *testing.F) {
	for _, seed := range [][2]string{
		{"*.corp", "a.corp"}, {"10.0.0.0/8", "10.1.2.3"}, {"fd00::/8:22", "[fd00::1]"}, {"<local>", "printer"}, {"[::1]:80", "::1"}, {"10.*", "10.1.1.1"}, {"a*b*c", "abc"},
	} {
		f.Add(seed[0], seed[1], uint16(80))
	}
	f.Fuzz(func(t *testing.T, pattern, host string, port uint16) {
		b, err := route.ParseBypass([]string{pattern})
		if err != nil {
			var errs route.Errors
			if b != nil || !errors.As(err, &errs) || len(errs) != 1 || errs[0].Text != pattern {
				t.Fatalf("ParseBypass(%q) = %v, %v", pattern, b, err)
			}
			return
		}
		text, ok := b.Match(host, port)
		if ok && text != strings.TrimSpace(pattern) {
			t.Errorf("%q: Match(%q) = %q", pattern, host, text)
		}
		if ascii(host) && !strings.Contains(host, "%") {
			for _, same := range []string{strings.ToUpper(host), strings.ToLower(host)} {
				if _, again := b.Match(same, port); again != ok {
					t.Errorf("%q: Match(%q) = %v, but Match(%q) = %v", pattern, host, ok, same, again)
				}
			}
		}
		prefix, errPrefix := netip.ParsePrefix(pattern)
		addr, errAddr := netip.ParseAddr(host)
		if errPrefix == nil && errAddr == nil && addr.Zone() == "" && prefix.Contains(addr.Unmap()) != ok {
			t.Errorf("%q: Match(%q) = %v", pattern, host, ok)
		}
	})
}

func ascii(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r > 0x7f || r == 0xfffd })
}

func BenchmarkMatch(b *testing.B) {
	list, err := route.ParseBypass([]string{"<local>", "10.0.0.0/8", "192.168.0.0/16", "*.corp", ".lan", "intranet.example"})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		list.Match("www.example.org", 443)
	}
}
