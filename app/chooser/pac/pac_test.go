package pac

import (
	"fmt"
	"net"
	"strings"
	"testing"
	"time"
)

// noon is a Wednesday, in a zone two hours east of Greenwich.
func noon() time.Time {
	return time.Date(2026, time.November, 18, 12, 30, 15, 0, time.FixedZone("east", 2*3600))
}

// evaluate returns what an expression is in a script.
func evaluate(t *testing.T, expression string, now func() time.Time) string {
	t.Helper()
	s, err := Compile("function FindProxyForURL(url, host) { return String("+expression+") }", now, nil)
	if err != nil {
		t.Fatalf("%s: %v", expression, err)
	}
	text, err := s.Find("http://site.test/", "site.test")
	if err != nil {
		return "error: " + err.Error()
	}
	return text
}

func TestFunctions(t *testing.T) {
	for expression, want := range map[string]string{
		`isPlainHostName("intranet")`:                                 "true",
		`isPlainHostName("www.site.test")`:                            "false",
		`isPlainHostName("::1")`:                                      "false",
		`dnsDomainIs("www.Site.test", ".site.test")`:                  "true",
		`dnsDomainIs("site.test", ".site.test")`:                      "false",
		`dnsDomainIs("www", "")`:                                      "false",
		`localHostOrDomainIs("www", "www.site.test")`:                 "true",
		`localHostOrDomainIs("WWW.site.test", "www.site.test")`:       "true",
		`localHostOrDomainIs("www.other.test", "www.site.test")`:      "false",
		`isResolvable("www.site.test")`:                               "false",
		`isResolvable("localhost")`:                                   "false",
		`isResolvable("192.0.2.1")`:                                   "true",
		`isResolvableEx("2001:db8::1")`:                               "true",
		`isResolvable("2001:db8::1")`:                                 "false",
		`dnsResolve("www.site.test")`:                                 "null",
		`dnsResolve("192.0.2.1")`:                                     "192.0.2.1",
		`dnsResolveEx("2001:DB8::1")`:                                 "2001:db8::1",
		`dnsResolveEx("site.test") === ""`:                            "true",
		`isInNet("10.1.2.3", "10.0.0.0", "255.0.0.0")`:                "true",
		`isInNet("11.1.2.3", "10.0.0.0", "255.0.0.0")`:                "false",
		`isInNet("site.test", "0.0.0.0", "0.0.0.0")`:                  "false",
		`isInNet("::1", "0.0.0.0", "0.0.0.0")`:                        "false",
		`isInNet(dnsResolve("site.test"), "0.0.0.0", "0.0.0.0")`:      "false",
		`isInNetEx("fd00::1", "fd00::/8")`:                            "true",
		`isInNetEx("10.1.2.3", "10.0.0.0/8")`:                         "true",
		`isInNetEx("10.1.2.3", "10.0.0.0")`:                           "false",
		`convert_addr("104.16.41.2")`:                                 "1745889538",
		`convert_addr("site.test")`:                                   "0",
		`dnsDomainLevels("www")`:                                      "0",
		`dnsDomainLevels("www.site.test")`:                            "2",
		`shExpMatch("http://site.test/a/b", "*/a/*")`:                 "true",
		`shExpMatch("site.test", "*.test")`:                           "true",
		`shExpMatch("site.test", "s?te.test")`:                        "true",
		`shExpMatch("site.test", "site")`:                             "false",
		`shExpMatch("site.test", "*test*x")`:                          "false",
		`shExpMatch("aab", "*ab")`:                                    "true",
		`shExpMatch("", "*")`:                                         "true",
		`shExpMatch("a.b", "a[.]b")`:                                  "false",
		`shExpMatch("x", new Array(5000).join("*"))`:                  "error: GoError: shExpMatch: pattern or text is too long",
		`alert("hello")`:                                              "undefined",
		`weekdayRange("WED")`:                                         "true",
		`weekdayRange("THU")`:                                         "false",
		`weekdayRange("MON", "FRI")`:                                  "true",
		`weekdayRange("FRI", "WED")`:                                  "true",
		`weekdayRange("FRI", "TUE")`:                                  "false",
		`weekdayRange("wed", "GMT")`:                                  "true",
		`weekdayRange("someday")`:                                     "false",
		`weekdayRange()`:                                              "false",
		`dateRange(18)`:                                               "true",
		`dateRange(17)`:                                               "false",
		`dateRange(1, 18)`:                                            "true",
		`dateRange(19, 31)`:                                           "false",
		`dateRange(25, 18)`:                                           "true",
		`dateRange("NOV")`:                                            "true",
		`dateRange("JAN", "MAR")`:                                     "false",
		`dateRange("OCT", "MAR")`:                                     "true",
		`dateRange(2026)`:                                             "true",
		`dateRange(2020, 2025)`:                                       "false",
		`dateRange(2027, 2026)`:                                       "false",
		`dateRange(1, "JUN", 18, "NOV")`:                              "true",
		`dateRange(19, "NOV", 17, "NOV")`:                             "false",
		`dateRange(1, "DEC", 18, "NOV")`:                              "true",
		`dateRange("OCT", 2026, "MAR", 2027)`:                         "true",
		`dateRange(1, "JUN", 1995, 15, "AUG", 2026)`:                  "false",
		`dateRange(1, "JUN", 1995, 15, "AUG", 2027)`:                  "true",
		`dateRange(18, "NOV", 2026, 18, "NOV", 2026, "GMT")`:          "true",
		`dateRange(1, "JUN", 2026)`:                                   "false",
		`dateRange(1, 2, 3, 4)`:                                       "false",
		`dateRange("soon")`:                                           "false",
		`timeRange(12)`:                                               "true",
		`timeRange(13)`:                                               "false",
		`timeRange(10, "GMT")`:                                        "true",
		`timeRange(9, 12)`:                                            "true",
		`timeRange(13, 17)`:                                           "false",
		`timeRange(22, 12)`:                                           "true",
		`timeRange(12, 0, 12, 30)`:                                    "true",
		`timeRange(12, 31, 13, 0)`:                                    "false",
		`timeRange(12, 30, 0, 12, 30, 15)`:                            "true",
		`timeRange(12, 30, 0, 12, 30, 14)`:                            "false",
		`timeRange(23, 0, 12, 30)`:                                    "true",
		`timeRange(0, 0, 24, 0)`:                                      "true",
		`timeRange(25)`:                                               "false",
		`timeRange("noon")`:                                           "false",
		`timeRange(1, 2, 3)`:                                          "false",
		`typeof XMLHttpRequest + typeof require + typeof setTimeout`:  "undefinedundefinedundefined",
		`/^s.*t$/.test(host) && url.substring(0, 5) == "http:"`:       "true",
		`[1, 2].map(x => x + 1).join()`:                               "2,3",
		`(function f(n) { return n ? f(n - 1) : "deep enough" })(99)`: "deep enough",
	} {
		if got := evaluate(t, expression, noon); got != want && !(strings.HasPrefix(want, "error: ") && strings.HasPrefix(got, want)) {
			t.Errorf("%s = %s, want %s", expression, got, want)
		}
	}
}

func TestMyIPAddress(t *testing.T) {
	got := evaluate(t, "myIpAddress()", noon)
	if ip := net.ParseIP(got); ip == nil || ip.To4() == nil || ip.IsUnspecified() {
		t.Errorf("myIpAddress() = %s", got)
	}
	if own := myIPAddress("udp4"); own != "" && own != got || own == "" && got != "127.0.0.1" {
		t.Errorf("myIpAddress() = %s, and the system says %q", got, own)
	}
	for _, one := range strings.Split(evaluate(t, "myIpAddressEx()", noon), ";") {
		if one != "" && net.ParseIP(one) == nil {
			t.Errorf("myIpAddressEx() has %q", one)
		}
	}
}

func TestScriptsThatAreNone(t *testing.T) {
	for script, want := range map[string]string{
		"function FindProxyForURL( {":               "Unexpected end of input",
		"var x = 1":                                 "no function FindProxyForURL",
		"FindProxyForURL = 'DIRECT'":                "no function FindProxyForURL",
		"throw new Error('not today')":              "not today",
		"while (true) {}":                           "did not come to an end",
		"function f() { f() }; f()":                 "functions more than 500 deep",
		"throw '" + strings.Repeat("x", 4000) + "'": "…",
	} {
		if _, err := Compile(script, noon, nil); err == nil || !strings.Contains(err.Error(), want) || len(err.Error()) > 300 {
			t.Errorf("Compile(%.40q) = %v, want %q", script, err, want)
		}
	}
}

// What goes wrong in one evaluation does no harm to the next.
func TestEvaluationsThatFail(t *testing.T) {
	for body, want := range map[string]string{
		"while (true) {}":                               "did not come to an end",
		"try { while (true) {} } catch (e) {}":          "did not come to an end",
		"for (;;) { try { f() } finally { continue } }": "did not come to an end",
		"return FindProxyForURL('bad', host)":           "functions more than 500 deep",
		"throw new Error('no\\nway')":                   "Error: no",
		"return undefinedFunction(host)":                "undefinedFunction is not defined",
		"return":                                        "returned nothing",
		"return null":                                   "returned null",
		"return 7":                                      "returned something else",
		"return ['DIRECT']":                             "returned something else",
	} {
		s, err := Compile("function FindProxyForURL(url, host) { if (url == 'good') return 'DIRECT'; "+body+" }", noon, nil)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if text, err := s.Find("bad", "x"); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("Find, by %q, = %q, %v, want %q", body, text, err, want)
			}
			if text, err := s.Find("good", "x"); text != "DIRECT" || err != nil {
				t.Errorf("Find, by %q, = %q, %v afterwards", body, text, err)
			}
		}
	}
}

func TestAlertIsHeard(t *testing.T) {
	var heard string
	s, err := Compile("\ufefffunction FindProxyForURL(url, host) { alert(host); return 'DIRECT' }", noon, func(text string) { heard = text })
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Find("http://site.test/", "site.test"); err != nil || heard != "site.test" {
		t.Errorf("heard %q, %v", heard, err)
	}
}

func BenchmarkFind(b *testing.B) {
	var script strings.Builder
	script.WriteString("function FindProxyForURL(url, host) {\n")
	for i := range 50 {
		fmt.Fprintf(&script, "if (dnsDomainIs(host, '.site%d.test') || shExpMatch(url, '*://%d.*')) return 'DIRECT';\n", i, i)
	}
	script.WriteString("return 'SOCKS 127.0.0.1:1080' }")
	s, err := Compile(script.String(), noon, nil)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := s.Find("https://www.other.test/", "www.other.test"); err != nil {
			b.Fatal(err)
		}
	}
}
