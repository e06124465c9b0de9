package systemproxy

import (
	"slices"
	"strings"
	"testing"
)

// macNow is a Mac with the user's own proxies on Wi-Fi, nothing on the second service, and one that is disabled, from
// what networksetup prints.
func macNow(t *testing.T) []entry {
	t.Helper()
	now := macServices(recorded(t, "networksetup-services.txt"))
	record := strings.TrimPrefix(recorded(t, "networksetup.txt"), "$ networksetup ")
	for part := range strings.SplitSeq(record, "\n$ networksetup ") {
		command, out, _ := strings.Cut(part, "\n")
		get, service, _ := strings.Cut(command, " ")
		service = strings.Trim(service, `"`)
		kind := map[string]string{"-getproxybypassdomains": macBypass, "-getproxyautodiscovery": macDiscovery}[get]
		for _, k := range macKinds {
			if k.get == get {
				kind = k.kind
			}
		}
		read, err := macRead(kind, service, out+"\n")
		if err != nil {
			t.Fatal(err)
		}
		now = append(now, read...)
	}
	return now
}

func TestMacRead(t *testing.T) {
	const want = `enabled Wi-Fi Yes
enabled USB 10/100 LAN Yes
enabled Thunderbolt Bridge No
web Wi-Fi proxy.example 8080
web-on Wi-Fi Yes
secure Wi-Fi proxy.example 8080
secure-on Wi-Fi Yes
socks Wi-Fi 
socks-on Wi-Fi No
pac Wi-Fi http://example/x.pac
pac-on Wi-Fi No
bypass Wi-Fi *.local
169.254/16
discovery Wi-Fi Yes
web USB 10/100 LAN 
web-on USB 10/100 LAN No
secure USB 10/100 LAN 
secure-on USB 10/100 LAN No
socks USB 10/100 LAN 
socks-on USB 10/100 LAN No
pac USB 10/100 LAN 
pac-on USB 10/100 LAN No
bypass USB 10/100 LAN 
discovery USB 10/100 LAN No
`
	if got := lines(macNow(t)); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// shown are commands as one would type them.
func shown(commands [][]string) string {
	var b strings.Builder
	for _, c := range commands {
		for i, arg := range c {
			if i > 0 {
				b.WriteByte(' ')
			}
			if arg == "" || strings.Contains(arg, " ") {
				arg = `"` + arg + `"`
			}
			b.WriteString(arg)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// Whatever is set, the commands that give it back say what the user had.
func TestMacCommands(t *testing.T) {
	now := macNow(t)
	for _, tt := range []struct {
		name      string
		p         Proxy
		set, back string
	}{
		{"all traffic", second, `-setproxyautodiscovery Wi-Fi off
-setautoproxystate Wi-Fi off
-setproxybypassdomains Wi-Fi localhost 127/8 ::1
-setsocksfirewallproxy Wi-Fi 127.0.0.1 2096
-setsocksfirewallproxystate Wi-Fi on
-setwebproxy Wi-Fi 127.0.0.1 2095
-setwebproxystate Wi-Fi on
-setsecurewebproxy Wi-Fi 127.0.0.1 2095
-setsecurewebproxystate Wi-Fi on
-setproxyautodiscovery "USB 10/100 LAN" off
-setautoproxystate "USB 10/100 LAN" off
-setproxybypassdomains "USB 10/100 LAN" localhost 127/8 ::1
-setsocksfirewallproxy "USB 10/100 LAN" 127.0.0.1 2096
-setsocksfirewallproxystate "USB 10/100 LAN" on
-setwebproxy "USB 10/100 LAN" 127.0.0.1 2095
-setwebproxystate "USB 10/100 LAN" on
-setsecurewebproxy "USB 10/100 LAN" 127.0.0.1 2095
-setsecurewebproxystate "USB 10/100 LAN" on
`, `-setsecurewebproxy "USB 10/100 LAN" "" ""
-setsecurewebproxystate "USB 10/100 LAN" off
-setwebproxy "USB 10/100 LAN" "" ""
-setwebproxystate "USB 10/100 LAN" off
-setsocksfirewallproxy "USB 10/100 LAN" "" ""
-setsocksfirewallproxystate "USB 10/100 LAN" off
-setproxybypassdomains "USB 10/100 LAN" Empty
-setsecurewebproxy Wi-Fi proxy.example 8080
-setsecurewebproxystate Wi-Fi on
-setwebproxy Wi-Fi proxy.example 8080
-setwebproxystate Wi-Fi on
-setsocksfirewallproxy Wi-Fi "" ""
-setsocksfirewallproxystate Wi-Fi off
-setproxybypassdomains Wi-Fi *.local 169.254/16
-setproxyautodiscovery Wi-Fi on
`},
		{"a file", byFile, `-setproxyautodiscovery Wi-Fi off
-setautoproxyurl Wi-Fi http://127.0.0.1:1095/x/proxy.pac
-setautoproxystate Wi-Fi on
-setproxyautodiscovery "USB 10/100 LAN" off
-setautoproxyurl "USB 10/100 LAN" http://127.0.0.1:1095/x/proxy.pac
-setautoproxystate "USB 10/100 LAN" on
`, `-setautoproxyurl "USB 10/100 LAN" ""
-setautoproxystate "USB 10/100 LAN" off
-setautoproxyurl Wi-Fi http://example/x.pac
-setautoproxystate Wi-Fi off
-setproxyautodiscovery Wi-Fi on
`},
	} {
		want := macPlan(tt.p, now)
		if got := shown(macCommands(want, now)); got != tt.set {
			t.Errorf("%s:\n%s\nwant\n%s", tt.name, got, tt.set)
		}
		j := &journal{}
		if _, err := j.lead(want, now, now, true); err != nil {
			t.Fatal(err)
		}
		taken := slices.Clone(now)
		for _, e := range want {
			taken = replaced(taken, e.Key, e.Value)
		}
		if got := shown(macCommands(j.back(taken), taken)); got != tt.back {
			t.Errorf("%s, back:\n%s\nwant\n%s", tt.name, got, tt.back)
		}
		if got := macUser(tt.p, taken); slices.ContainsFunc(got, func(e entry) bool { return strings.Contains(e.Value.Text, "127.0.0.1") }) {
			t.Errorf("%s: the user's own is\n%s", tt.name, lines(got))
		}
	}
}

// To set an address switches it on: what somebody has switched off meanwhile stays off.
func TestMacSwitchStays(t *testing.T) {
	now := []entry{text("web Wi-Fi", "127.0.0.1 1095"), text("web-on Wi-Fi", "No")}
	const want = "-setwebproxy Wi-Fi proxy.example 8080\n-setwebproxystate Wi-Fi off\n"
	if got := shown(macCommands([]entry{text("web Wi-Fi", "proxy.example 8080")}, now)); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	const only = "-setwebproxystate Wi-Fi on\n"
	if got := shown(macCommands([]entry{text("web-on Wi-Fi", "Yes")}, now)); got != only {
		t.Errorf("got\n%s\nwant\n%s", got, only)
	}
}

func TestMacKept(t *testing.T) {
	entries := []entry{text("web Wi-Fi", ""), text("bypass Wi-Fi", ""), text("web-on Wi-Fi", "No"), text("pac Wi-Fi", "http://x")}
	if got, want := lines(macKept(entries)), lines(entries[1:]); got != want {
		t.Errorf("checked is\n%s\nwant\n%s", got, want)
	}
}
