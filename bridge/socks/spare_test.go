package socks_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/drawbridge-app/drawbridge/bridge/bridgetest"
	"github.com/drawbridge-app/drawbridge/bridge/socks"
)

// spared returns a Dialer whose spares are full, after one dial.
func spared(t *testing.T, server *bridgetest.SOCKSServer, target string, n int) *socks.Dialer {
	t.Helper()
	d := newDialer(t, &socks.Dialer{Address: server.Addr, Spares: n, SpareAbove: -1, OneFlight: socks.FlightNo})
	dialAndUse(t, d, target)
	settle(t, server, d, n)
	return d
}

// settle waits until n spares are ready and all else is closed.
func settle(t *testing.T, server *bridgetest.SOCKSServer, d *socks.Dialer, n int) {
	t.Helper()
	bridgetest.Eventually(t, "the spares", func() bool { return d.Ready() == n && server.Open() == n })
}

func TestSparesAreUsedAndReplaced(t *testing.T) {
	bridgetest.Leaks(t)
	target := greeter(t).Addr
	server := bridgetest.StartSOCKS(t, bridgetest.SOCKS{})
	d := spared(t, server, target, 3)
	for i := range 5 {
		dialAndUse(t, d, target)
		settle(t, server, d, 3)
		if got, want := server.Accepted(), 1+3+i+1; got != want {
			t.Fatalf("after dial %d there were %d connections, want %d", i, got, want)
		}
	}
	d.FreeIdle()
	settle(t, server, d, 0)
	dialAndUse(t, d, target)
	settle(t, server, d, 3)
	d.Close()
	settle(t, server, d, 0)
	dialAndUse(t, d, target)
	settle(t, server, d, 0)
}

func TestSparesAreNotOpenedWhereDialsFail(t *testing.T) {
	bridgetest.Leaks(t)
	server := bridgetest.StartSOCKS(t, bridgetest.SOCKS{Faults: []bridgetest.Fault{bridgetest.Close(bridgetest.AtRequest)}})
	d := newDialer(t, &socks.Dialer{Address: server.Addr, Spares: 3, SpareAbove: -1})
	if _, err := d.Dial("tcp", "site.test:80"); err == nil {
		t.Fatal("the dial succeeded")
	}
	d.Close()
	if got := server.Accepted(); got != 1 {
		t.Errorf("%d connections, want 1", got)
	}
}

// A refusal is about the target; a spare has done its duty by passing it on.
func TestSpareThatIsRefused(t *testing.T) {
	bridgetest.Leaks(t)
	server := bridgetest.StartSOCKS(t, bridgetest.SOCKS{})
	d := spared(t, server, greeter(t).Addr, 1)
	_, err := d.Dial("tcp", "nowhere.test:80")
	if err == nil || !strings.HasSuffix(err.Error(), "(reply 4)") {
		t.Errorf("error = %v", err)
	}
	settle(t, server, d, 1)
	if got := len(server.Targets()); got != 2 {
		t.Errorf("%d requests, want 2", got)
	}
}

func TestDeadSparesAreReplacedSilently(t *testing.T) {
	target := greeter
	t.Run("noticed before use", func(t *testing.T) {
		bridgetest.Leaks(t)
		addr := target(t).Addr
		server := bridgetest.StartSOCKS(t, bridgetest.SOCKS{})
		d := spared(t, server, addr, 3)
		server.Cut()
		bridgetest.Eventually(t, "the cut", func() bool { return server.Open() == 0 })
		dialAndUse(t, d, addr)
		if asked := len(server.Targets()); asked != 2 {
			t.Errorf("%d requests, want 2", asked)
		}
	})
	for name, fault := range map[string]bridgetest.Fault{"closed in use": bridgetest.Close(bridgetest.AtRequest), "reset in use": bridgetest.Reset(bridgetest.AtRequest)} {
		t.Run(name, func(t *testing.T) {
			bridgetest.Leaks(t)
			addr := target(t).Addr
			server := bridgetest.StartSOCKS(t, bridgetest.SOCKS{Faults: []bridgetest.Fault{fault.On(2)}})
			d := spared(t, server, addr, 1)
			dialAndUse(t, d, addr)
			if asked := len(server.Targets()); asked != 3 {
				t.Errorf("%d requests, want 3: the spare's was made again", asked)
			}
		})
	}
}

func TestSparesWhereTheyAreNotWorthIt(t *testing.T) {
	bridgetest.Leaks(t)
	target := greeter(t).Addr
	server := bridgetest.StartSOCKS(t, bridgetest.SOCKS{})
	d := newDialer(t, &socks.Dialer{Address: server.Addr, Spares: 3, SpareAbove: time.Minute, OneFlight: socks.FlightNo})
	for range 5 {
		dialAndUse(t, d, target)
	}
	d.Close()
	if got := server.Accepted(); got != 5 {
		t.Errorf("%d connections, want 5", got)
	}
}

func TestSparesOfADistantEndpoint(t *testing.T) {
	bridgetest.Leaks(t)
	const trip = 30 * time.Millisecond
	target := greeter(t).Addr
	server := bridgetest.StartSOCKS(t, bridgetest.SOCKS{})
	far := bridgetest.StartDelay(t, server.Addr, trip)
	d := newDialer(t, &socks.Dialer{Address: far.Addr, Spares: 2})
	dialAndUse(t, d, target)
	bridgetest.Eventually(t, "spares and probe", func() bool { _, f := d.Learned(); return f == socks.FlightYes && d.Ready() == 2 })

	// On a busy machine some dials take longer; none can take less.
	quickest := func(ready int, dial func()) time.Duration {
		best := patience
		for range 8 {
			bridgetest.Eventually(t, "spares", func() bool { return d.Ready() == ready })
			begin := time.Now()
			dial()
			best = min(best, time.Since(begin))
		}
		return best
	}
	withSpare := quickest(2, func() {
		dialAndUse(t, d, target) // R to dial, R to use
	})
	if least, most := 2*trip, 3*trip-5*time.Millisecond; withSpare < least || withSpare > most {
		t.Errorf("with a spare it took %v, want %v to %v", withSpare, least, most)
	}
	d.Close()
	oneFlight := quickest(0, func() { dialAndUse(t, d, target) }) // 2 R to dial, R to use
	if least, most := 3*trip, 4*trip-5*time.Millisecond; oneFlight < least || oneFlight > most {
		t.Errorf("in one flight it took %v, want %v to %v", oneFlight, least, most)
	}
}

func TestManyDialsAtOnce(t *testing.T) {
	bridgetest.Leaks(t)
	target := greeter(t).Addr
	server := bridgetest.StartSOCKS(t, bridgetest.SOCKS{User: "u", Password: "p"})
	d := newDialer(t, &socks.Dialer{Address: server.Addr, User: "u", Password: "p", Spares: 4, SpareAbove: -1})
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			for range 20 {
				conn, err := d.Dial("tcp", target)
				if err != nil {
					t.Error(err)
					return
				}
				use(t, conn)
			}
		})
	}
	all.Wait()
	d.Close()
	settle(t, server, d, 0)
	if got := server.Accepted(); got > 16*20+64 {
		t.Errorf("%d connections for %d dials", got, 16*20)
	}
}
