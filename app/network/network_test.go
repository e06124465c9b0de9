package network

import (
	"context"
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/drawbridge-app/drawbridge/bridge/bridgetest"
)

// A script is a source that tells at these times, and then fails, or waits for its end if err is nil.
type script struct {
	at  []time.Duration
	err error
}

func (s script) follow(ctx context.Context, tell func()) error {
	begin := time.Now()
	for _, at := range s.at {
		time.Sleep(time.Until(begin.Add(at)))
		tell()
	}
	if s.err == nil {
		<-ctx.Done()
	}
	return s.err
}

func TestBurstsAreSettled(t *testing.T) {
	const ms = time.Millisecond
	every := func(step, end time.Duration) (at []time.Duration) {
		for d := time.Duration(0); d <= end; d += step {
			at = append(at, d)
		}
		return at
	}
	for _, tt := range []struct {
		name     string
		at, want []time.Duration
	}{
		{"nothing", nil, nil},
		{"one", []time.Duration{100 * ms}, []time.Duration{1100 * ms}},
		{"a burst", every(200*ms, 2000*ms), []time.Duration{3000 * ms}},
		{"two", []time.Duration{0, 3000 * ms}, []time.Duration{1000 * ms, 4000 * ms}},
		{"without end", every(300*ms, 12000*ms), []time.Duration{5000 * ms, 10100 * ms, 13000 * ms}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
				defer cancel()
				begin := time.Now()
				var got []time.Duration
				if err := follow(ctx, script{at: tt.at}, func() { got = append(got, time.Since(begin)) }); err != nil {
					t.Error(err)
				}
				if !slices.Equal(got, tt.want) {
					t.Errorf("called at %v, want %v", got, tt.want)
				}
			})
		})
	}
}

// What comes while the last change is still worked on is not lost, and no two calls meet.
func TestChangesWhileBusy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		var busy sync.Mutex
		calls := 0
		follow(ctx, script{at: []time.Duration{0, 2 * time.Second, 3 * time.Second}}, func() {
			if !busy.TryLock() {
				t.Error("called while it runs")
			}
			calls++
			time.Sleep(10 * time.Second)
			busy.Unlock()
		})
		if calls != 2 {
			t.Errorf("called %d times, want 2", calls)
		}
	})
}

func TestRefusal(t *testing.T) {
	refused := errors.New("refused")
	synctest.Test(t, func(t *testing.T) {
		if err := follow(t.Context(), script{err: refused}, func() { t.Error("called") }); err != refused {
			t.Errorf("follow = %v", err)
		}
	})
}

// Whatever the system is, it starts, and ends with its context.
func TestWatchEnds(t *testing.T) {
	bridgetest.Leaks(t)
	for range 3 {
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- Watch(ctx, func() {}) }()
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

// messages are in this machine's byte order, as the kernel's are.
func u16(n uint16) string { return string(binary.NativeEndian.AppendUint16(nil, n)) }
func u32(n uint32) string { return string(binary.NativeEndian.AppendUint32(nil, n)) }

func message(kind uint16, body string) string {
	m := u32(uint32(netlinkHead+len(body))) + u16(kind) + u16(0) + u32(0) + u32(0) + body
	return m + strings.Repeat("\x00", -len(m)&3)
}

func attribute(kind uint16, value string) string {
	a := u16(uint16(4+len(value))) + u16(kind) + value
	return a + strings.Repeat("\x00", -len(a)&3)
}

func TestNetlink(t *testing.T) {
	link := strings.Repeat("\x00", linkHead) + attribute(3, "wlan0\x00")
	address := func(ip string, flags byte, valid uint32) string {
		return "\x02\x18" + string(flags) + "\x00" + u32(2) + attribute(1, ip) + attribute(addressCache, u32(valid))
	}
	cut := message(netlinkNewLink, link)
	type step struct {
		says string
		want bool
	}
	for _, tt := range []struct {
		name  string
		steps []step
	}{
		{"a link", []step{{message(netlinkNewLink, link), true}, {message(netlinkDelLink, link), true}}},
		{"a Wi-Fi looks for others", []step{{message(netlinkNewLink, link+attribute(linkWireless, "scan")), false}}},
		{"it looks, and a link behind", []step{{message(netlinkNewLink, link+attribute(linkWireless, "xy")) + message(netlinkNewLink, link), true}}},
		{"a route", []step{{message(netlinkNewRoute, ""), true}, {message(netlinkDelRoute, ""), true}}},
		{"an address, prolonged", []step{
			{message(netlinkNewAddress, address("\x0a\x00\x00\x01", 0, 600)), true},
			{message(netlinkNewAddress, address("\x0a\x00\x00\x01", 0, 1200)), false},
			{message(netlinkNewAddress, address("\x0a\x00\x00\x02", 0, 1200)), true},
		}},
		{"an address, settled", []step{
			{message(netlinkNewAddress, address("\x0a\x00\x00\x01", 0x40, 600)), true},
			{message(netlinkNewAddress, address("\x0a\x00\x00\x01", 0, 600)), true},
		}},
		{"an address that comes back", []step{
			{message(netlinkNewAddress, address("\x0a\x00\x00\x01", 0, 600)), true},
			{message(netlinkDelAddress, address("\x0a\x00\x00\x01", 0, 300)), true},
			{message(netlinkNewAddress, address("\x0a\x00\x00\x01", 0, 600)), true},
		}},
		{"a neighbour", []step{{message(28, "whatever"), false}}},
		{"nothing", []step{{"", false}}},
		{"cut off", []step{{cut[:8], true}, {cut[:len(cut)-4], true}, {message(netlinkNewLink, "x"), true}, {message(netlinkNewAddress, "x"), true}}},
		{"wrong lengths", []step{
			{u32(3) + cut[4:], true},
			{message(netlinkNewLink, link+u16(2)+u16(linkWireless)), true},
			{message(netlinkNewLink, link+u16(99)+u16(linkWireless)), true},
		}},
	} {
		var n netlink
		for i, step := range tt.steps {
			if got := n.tells([]byte(step.says)); got != step.want {
				t.Errorf("%s, step %d: tells = %v", tt.name, i, got)
			}
		}
	}
}

func FuzzNetlink(f *testing.F) {
	f.Add([]byte(message(netlinkNewLink, strings.Repeat("\x00", linkHead)+attribute(linkWireless, "x"))))
	f.Add([]byte(message(netlinkNewAddress, strings.Repeat("\x00", addressHead)+attribute(1, "xxxx")) + "tail"))
	f.Fuzz(func(t *testing.T, datagram []byte) {
		new(netlink).tells(datagram)
		routeTells(datagram)
	})
}

func TestRoute(t *testing.T) {
	route := func(kind byte, flags uint32) string {
		return u16(92) + "\x05" + string(kind) + u16(1) + u16(0) + u32(flags)
	}
	const up, gateway = 1, 2
	for _, tt := range []struct {
		name, says string
		want       bool
	}{
		{"a route", route(routeAdd, up|gateway), true},
		{"a route goes", route(routeDelete, up|gateway), true},
		{"a route is another", route(routeChange, up), true},
		{"a neighbour", route(routeAdd, up|routeNeighbour), false},
		{"a clone", route(routeDelete, up|routeCloned), false},
		{"somebody asked", route(4, up|gateway), false},
		{"no route", route(7, up), false},
		{"an address", route(routeNewAddress, 0), true},
		{"an address goes", route(routeDelAddress, 0)[:8], true},
		{"a link", route(routeLink, 0), true},
		{"a link comes", route(routeAnnounce, 0), true},
		{"a group is joined", route(15, 0), false},
		{"cut off", route(routeAdd, up)[:9], true},
		{"nothing", "", true},
	} {
		if got := routeTells([]byte(tt.says)); got != tt.want {
			t.Errorf("%s: routeTells = %v", tt.name, got)
		}
	}
}
