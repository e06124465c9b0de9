package route_test

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/drawbridge-app/drawbridge/bridge/route"
)

// Random lists and targets come from few parts, so that they meet.

func pick[T any](r *rand.Rand, from ...T) T { return from[r.IntN(len(from))] }

func randomName(r *rand.Rand) string {
	labels := []string{pick(r, "corp", "org", "localhost", "cafe", "host1", "x")}
	for r.IntN(3) > 0 && len(labels) < 4 {
		labels = append([]string{pick(r, "a", "b", "corp", "10", "127", "build-7", "example", "localhost")}, labels...)
	}
	return strings.Join(labels, ".")
}

func randomAddress(r *rand.Rand) string {
	if r.IntN(3) > 0 {
		return fmt.Sprintf("%d.%d.%d.%d", pick(r, 10, 127, 192, 110), pick(r, 0, 1, 128), pick(r, 0, 7, 255), pick(r, 1, 2, 3))
	}
	return netip.MustParseAddr(fmt.Sprintf("%s:%s::%s", pick(r, "fd00", "fe80", "2001"), pick(r, "1", "8000", "0"), pick(r, "1", "cafe", "a"))).String()
}

func randomPattern(r *rand.Rand) string {
	port := pick(r, "", "", "", ":80", ":443", ":8080")
	switch r.IntN(10) {
	case 0:
		return "<local>" + port
	case 1:
		return pick(r, "*", "*:443", "*.*", "f*", "*a*", "10*", "10.*", "192.0.*", "*.7.1", "*:8080")
	case 2, 3:
		return bracketed(randomAddress(r)) + port
	case 4:
		addr := netip.MustParseAddr(randomAddress(r))
		prefix, _ := addr.Prefix(pick(r, 8, 9, 16, 20, 24, 31, 0))
		return prefix.String() + port
	case 5:
		name := []byte(randomName(r))
		name[r.IntN(len(name))] = '*'
		if strings.Trim(string(name), "0123456789.*") == "" {
			return "a" + port
		}
		return string(name) + port
	case 6:
		return "*" + randomName(r) + port
	case 7, 8:
		return pick(r, ".", "*.") + randomName(r) + port
	}
	return randomName(r) + port
}

func randomList(r *rand.Rand) []string {
	var list []string
	for range 1 + r.IntN(5) {
		p := randomPattern(r)
		list = append(list, p)
		if under, ok := strings.CutPrefix(p, "*."); ok && r.IntN(2) == 0 && !strings.HasPrefix(under, "*") {
			list = append(list, under) // what many dialects need beside it
		}
	}
	return slices.DeleteFunc(list, func(p string) bool {
		_, err := route.ParseBypass([]string{p})
		return err != nil
	})
}

func randomTarget(r *rand.Rand) (host string, port uint16) {
	port = pick[uint16](r, 80, 443, 8080, 1)
	switch r.IntN(6) {
	case 0, 1:
		return randomAddress(r), port
	case 2:
		return pick(r, "localhost", "127.0.0.1", "::1", "10.example.org", "10.a.b.corp", "acorp", "aexample.org", "127.1.0.corp", "cafe"), port
	}
	return randomName(r), port
}

// Whoever reads a list in some dialect lets nothing go directly that the bridge
// would not, and all that the dialect is said to say.
func TestReadersAgreeWithTheBridge(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, d := range route.Dialects() {
		for _, reads := range readersOf(d) {
			t.Run(string(d)+"/"+reads.name, func(t *testing.T) {
				direct, met := 0, 0
				for range 3000 {
					list := randomList(r)
					b := parse(t, list...)
					said := b.Say(d)
					whole := parse(t, slices.DeleteFunc(slices.Clone(list), func(p string) bool {
						return slices.ContainsFunc(said.Unsaid, func(u route.Unsaid) bool { return u.Pattern == p })
					})...)
					for range 20 {
						host, port := randomTarget(r)
						got := reads.direct(said.Text, host, port)
						_, want := b.Match(host, port)
						_, wholly := whole.Match(host, port)
						byItself := d == route.Go || d == route.NoProxy && reads.name == "httpproxy"
						if got && !want && !(byItself && toItself(host)) {
							t.Fatalf("%q, which is %s, lets %s go directly; the list does not", list, said.Text, written(host, port))
						}
						if wholly && !got && !reads.frugal {
							t.Fatalf("%q, which is %s, does not let %s go directly; the list does; unsaid: %v", list, said.Text, written(host, port), said.Unsaid)
						}
						if got {
							direct++
						}
						if wholly {
							met++
						}
					}
				}
				if direct < 100 || met < 100 {
					t.Errorf("only %d targets went directly, and %d should: this test proves little", direct, met)
				}
			})
		}
	}
}

// toItself are the targets that Go never sends to a proxy.
func toItself(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.IsLoopback()
}
