package route_test

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"os"
	"strings"
	"testing"

	"github.com/dop251/goja"

	"github.com/drawbridge-app/drawbridge/bridge/route"
)

const throughBridge = "PROXY 127.0.0.1:1095"

// evaluator runs a PAC text.
func evaluator(t testing.TB, text string) func(url, host string) string {
	t.Helper()
	vm := goja.New() // with none of the functions that PAC knows: dnsResolve and the like
	if _, err := vm.RunString(text); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	find, ok := goja.AssertFunction(vm.Get("FindProxyForURL"))
	if !ok {
		t.Fatalf("there is no FindProxyForURL:\n%s", text)
	}
	return func(url, host string) string {
		got, err := find(goja.Undefined(), vm.ToValue(url), vm.ToValue(host))
		if err != nil {
			t.Fatalf("FindProxyForURL(%q, %q): %v\n%s", url, host, err, text)
		}
		return got.String()
	}
}

func bridgeAddress() netip.AddrPort { return netip.MustParseAddrPort("127.0.0.1:1095") }

func TestPACDecidesLikeTheBridge(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	odd := []string{"", ".", "a.corp.", "LOCALHOST.", "10.1.2.3.", "::ffff:10.0.0.1", "::ffff:7f00:1", "fd00:1:0:0::1", "FD00:1::CAFE", "fe80::1%eth0",
		"::", "1::", "::1:2:3:4:5:6:7", "1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8::", "1:2:3:4:5:6:7:8:9", "1::2::3", ":1", "1:", "10.0.0.1::", "::10.0.0.1:1",
		"::10.0.0.1", "64:ff9b::10.0.0.1", "12345::", "g::", "010.0.0.1", "10.0.0.256", "10.0.0", "10.0.0.0.1", "1e1.0.0.1", "+1.0.0.1", "constructor", "__proto__"}
	direct := 0
	for range 400 {
		list := randomList(r)
		b := parse(t, list...)
		find := evaluator(t, b.PAC(bridgeAddress()))
		for i := range 40 {
			host, port := randomTarget(r)
			if i < 5 {
				host = odd[r.IntN(len(odd))]
			}
			want := throughBridge
			if _, ok := b.Match(host, port); ok {
				want = "DIRECT"
				direct++
			}
			scheme := pick(r, "http", "ws")
			if port == 443 {
				scheme = pick(r, "https", "wss")
			}
			url := scheme + "://" + written(host, port) + pick(r, "/", "", "/a?b=c@d:1", "?x:8080")
			if got := find(url, host); got != want {
				t.Fatalf("%q: FindProxyForURL(%q, %q) = %q, want %q", list, url, host, got, want)
			}
			if got := find(url, bracketed(host)); got != want {
				t.Fatalf("%q: FindProxyForURL(%q, %q) = %q, want %q", list, url, bracketed(host), got, want)
			}
		}
	}
	if direct < 100 {
		t.Errorf("only %d targets go directly: this test proves little", direct)
	}
}

func TestPACPorts(t *testing.T) {
	find := evaluator(t, parse(t, "*:443", "*:8080").PAC(bridgeAddress()))
	for _, test := range []struct{ url, want string }{
		{"https://x/", "DIRECT"},
		{"wss://x", "DIRECT"},
		{"HTTPS://X/", "DIRECT"},
		{"http://x:8080/", "DIRECT"},
		{"http://u:p@x:8080/", "DIRECT"},
		{"http://[::1]:8080?q", "DIRECT"},
		{"https://x:80/", throughBridge},
		{"http://x/", throughBridge},
		{"http://x/:443", throughBridge},
		{"http://[::443]/", throughBridge},
		{"ftp://x/", throughBridge},
		{"gopher://x/", throughBridge},
		{"x:443", throughBridge},
		{"", throughBridge},
	} {
		if got := find(test.url, "x"); got != test.want {
			t.Errorf("FindProxyForURL(%q) = %q, want %q", test.url, got, test.want)
		}
	}
}

// A proxy that is dead is no reason to go directly; and what asks a name server
// tells it the names.
func TestPACFailsClosed(t *testing.T) {
	for _, b := range []*route.Bypass{nil, parse(t), parse(t, "<local>", "*.corp:443", "10.0.0.0/8", "10.*", "192.168.*.1", "fd00::/8")} {
		text := b.PAC(netip.MustParseAddrPort("[::1]:8080"))
		if strings.Contains(text, "PROXY [::1]:8080;") || !strings.Contains(text, `return "PROXY [::1]:8080";`) {
			t.Errorf("something is behind the proxy:\n%s", text)
		}
		for _, asks := range []string{"dnsResolve", "isResolvable", "isInNet", "myIpAddress", "dnsDomainLevels"} {
			if strings.Contains(text, asks) {
				t.Errorf("it calls %s:\n%s", asks, text)
			}
		}
	}
}

// A zone may hold any text; none of it becomes JavaScript.
func TestPACHasNoZone(t *testing.T) {
	find := evaluator(t, parse(t).PAC(netip.MustParseAddrPort(`[fe80::1%"; evil(); "]:80`)))
	if got, want := find("http://x/", "x"), "PROXY [fe80::1]:80"; got != want {
		t.Errorf("FindProxyForURL = %q, want %q", got, want)
	}
}

// The text is one that scripting hosts from 1999 on can read.
func TestPACIsPlainJavaScript(t *testing.T) {
	source, err := os.ReadFile("pac.js")
	if err != nil {
		t.Fatal(err)
	}
	for _, newer := range []string{"let ", "const ", "=>", "`", "startsWith", "includes(", ".trim("} {
		if strings.Contains(string(source), newer) {
			t.Errorf("pac.js has %q", newer)
		}
	}
}

func ExampleBypass_PAC() {
	b, _ := route.ParseBypass([]string{"*.corp", "10.0.0.0/8", "<local>:8080"})
	decisions, _, _ := strings.Cut(b.PAC(netip.MustParseAddrPort("127.0.0.1:1095")), "\n\n")
	fmt.Println(decisions)
	// Output:
	// function FindProxyForURL(url, host) {
	//   var name = plain(host), address = addressOf(name), port = portOf(url);
	//   if (!address && like(name, "*.corp")) return "DIRECT";
	//   if (within(address, [10, 0, 0, 0], 8)) return "DIRECT";
	//   if (port == 8080 && name != "" && local(name, address)) return "DIRECT";
	//   return "PROXY 127.0.0.1:1095";
	// }
}
