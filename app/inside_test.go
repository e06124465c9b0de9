package app

import (
	"context"
	"errors"
	"net"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/drawbridge-app/drawbridge/app/systemproxy"
	"github.com/drawbridge-app/drawbridge/bridge/bridgetest"
)

func TestDiscover(t *testing.T) {
	bridgetest.Leaks(t)
	first := bridgetest.StartSOCKS(t, bridgetest.SOCKS{})
	second := bridgetest.StartSOCKS(t, bridgetest.SOCKS{User: "anna", Password: "secret"})
	own := bridgetest.StartSOCKS(t, bridgetest.SOCKS{})
	other := bridgetest.StartScript(t, bridgetest.Script{bridgetest.Send("SSH-2.0-x\r\n"), bridgetest.Rest()})
	silent := bridgetest.StartScript(t, bridgetest.Script{bridgetest.Rest()})
	places := []Endpoint{{silent.Addr, "a"}, {second.Addr, "b"}, {other.Addr, "c"}, {own.Addr, "d"}, {first.Addr, "e"}}
	_, port, _ := net.SplitHostPort(own.Addr)
	for _, listen := range []string{own.Addr, "0.0.0.0:" + port, "[::]:" + port} {
		got := discover(t.Context(), append([]Endpoint{}, places...), []string{listen})
		if want := []Endpoint{{second.Addr, "b"}, {first.Addr, "e"}}; !reflect.DeepEqual(got, want) {
			t.Errorf("discover = %v, want %v", got, want)
		}
	}
	if n := own.Accepted(); n > 0 {
		t.Errorf("our own address was connected to %d times", n)
	}
}

func TestHabitsAreAddresses(t *testing.T) {
	seen := map[string]bool{}
	for _, e := range habits() {
		if host, port, err := net.SplitHostPort(e.Address); err != nil || host != "127.0.0.1" || port == "0" || e.Hint == "" || seen[e.Address] {
			t.Errorf("habits() has %+v", e)
		}
		seen[e.Address] = true
	}
}

func TestMeter(t *testing.T) {
	begin := time.Unix(1000, 0)
	at := func(seconds float64) time.Time { return begin.Add(time.Duration(seconds * float64(time.Second))) }
	var m meter
	m.rest(at(0)) // nothing was ever on
	if got := m.samples(); len(got) != 0 {
		t.Errorf("samples() = %v before the start", got)
	}
	m.start(at(0))
	if got, want := m.read(100, 200, at(1)), (Sample{100, 200}); got != want {
		t.Errorf("read = %v, want %v", got, want)
	}
	if got, want := m.read(100, 400, at(3)), (Sample{0, 100}); got != want { // the machine was busy
		t.Errorf("read = %v, want %v", got, want)
	}
	m.rest(at(4.4)) // off
	m.start(at(5))
	m.read(50, 0, at(6))
	want := []Sample{{100, 200}, {0, 100}, {0, 100}, {}, {}, {50, 0}}
	if got := m.samples(); !reflect.DeepEqual(got, want) {
		t.Errorf("samples() = %v, want %v", got, want)
	}
	m.read(60, 0, at(7))
	m.rest(at(305)) // 298 seconds later
	if got := m.samples(); len(got) != mostSamples || got[0] != (Sample{50, 0}) || got[1] != (Sample{10, 0}) || got[2] != (Sample{}) {
		t.Errorf("%d samples, the first %v", len(got), got[:3])
	}
	m.rest(at(1e9)) // and years
	if got := m.samples(); len(got) != mostSamples || got[0] != (Sample{}) {
		t.Errorf("%d samples, the first %v", len(got), got[:3])
	}
}

// A drifting lease is one that somebody else changes.
type drifting struct {
	Lease
	mu      sync.Mutex
	looks   int
	changed []string

	takes    int
	stubborn bool // somebody else sets it at once again
}

func (d *drifting) Take(context.Context, systemproxy.Bridge) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.takes++
	if d.stubborn {
		return nil
	}
	d.changed = nil
	return nil
}

func (d *drifting) Changed(context.Context) ([]string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.looks++
	return d.changed, nil
}

func TestDrift(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := new(drifting)
		c := &Controller{SystemProxy: d}
		c.startDrift()
		change := func(keys ...string) {
			d.mu.Lock()
			defer d.mu.Unlock()
			d.changed = keys
		}
		seen := func(looks int, changed ...string) {
			t.Helper()
			synctest.Wait()
			got := c.State().SystemProxy.Changed
			d.mu.Lock()
			defer d.mu.Unlock()
			if d.looks != looks || !slices.Equal(got, changed) {
				t.Errorf("looked %d times and saw %q, want %d and %q", d.looks, got, looks, changed)
			}
		}
		change("mode")
		time.Sleep(driftRound - time.Second)
		seen(0)
		time.Sleep(2 * time.Second)
		seen(1, "mode")
		change()
		time.Sleep(driftRound)
		seen(2)
		c.drift.stop()
		time.Sleep(time.Hour)
		seen(2)
	})
}

// Who wants to know now need not wait for the round, and looks in a row cost one.
func TestDriftIsLookedAtWhenAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &drifting{changed: []string{"org.gnome.system.proxy ignore-hosts"}}
		c := &Controller{SystemProxy: d}
		c.lookSoon() // nothing is taken yet
		c.startDrift()
		seen := func(looks int, astray bool, changed ...string) {
			t.Helper()
			synctest.Wait()
			got := c.State().SystemProxy
			d.mu.Lock()
			defer d.mu.Unlock()
			if d.looks != looks || !slices.Equal(got.Changed, changed) || got.Astray != astray {
				t.Errorf("looked %d times and saw %q, astray: %v, want %d, %q, %v", d.looks, got.Changed, got.Astray, looks, changed, astray)
			}
		}
		seen(0, false)
		if err := c.Do(t.Context(), Intent{Verb: Look}); err != nil {
			t.Error(err)
		}
		seen(1, false, "org.gnome.system.proxy ignore-hosts")
		d.mu.Lock()
		d.changed = []string{"org.gnome.system.proxy mode"}
		d.mu.Unlock()
		_ = c.Do(t.Context(), Intent{Verb: Raise})
		seen(2, true, "org.gnome.system.proxy mode")
		d.mu.Lock() // the system takes its time
		for range 100 {
			c.lookSoon()
		}
		d.mu.Unlock()
		synctest.Wait()
		if d.looks > 4 {
			t.Errorf("100 looks asked the system %d times", d.looks-2)
		}
		asked := d.looks
		watching, leave := context.WithCancel(t.Context())
		leave()
		_ = c.Watch(watching, func(State) {})
		seen(asked+1, true, "org.gnome.system.proxy mode")

		// While somebody else is at work nothing can be mended, but soon after that.
		c.update(func(now *State) { now.Settings.MendSystemProxy, now.Listen = true, []string{"127.0.0.1:1095"} })
		c.turn.Lock()
		c.lookSoon()
		seen(asked+2, true, "org.gnome.system.proxy mode")
		c.turn.Unlock()
		time.Sleep(clockRound + time.Second)
		seen(asked+3, false)
		c.drift.stop()
	})
}

// What faces say behind "could not be set" begins with what failed.
func TestCause(t *testing.T) {
	for _, tt := range [][2]string{
		{"set the system's proxy: no session bus", "no session bus"},
		{"set the system's proxy: read the system's proxy: gsettings list-recursively: exit status 1\nno such schema", "gsettings list-recursively: exit status 1 no such schema"},
		{"lead the system's proxy to 127.0.0.1:1: set the system's proxy: refused\ngive back the system's proxy: refused too", "refused"},
		{"set the system's proxy: another drawbridge that runs has set the system's proxy", "another drawbridge that runs has set the system's proxy"},
		{"odd", "odd"},
	} {
		if got := cause(tt[0]); got != tt[1] {
			t.Errorf("cause(%q) = %q, want %q", tt[0], got, tt[1])
		}
	}
}

// Only where the settings say so, what somebody else has changed is mended; who fights for it wins in the end.
func TestDriftIsMended(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &drifting{changed: []string{"mode"}}
		c := &Controller{SystemProxy: d}
		c.update(func(now *State) {
			now.Settings.MendSystemProxy, now.Listen = true, []string{"127.0.0.1:1095"}
		})
		seen := func(takes int, changed ...string) {
			t.Helper()
			synctest.Wait()
			got := c.State().SystemProxy.Changed
			d.mu.Lock()
			defer d.mu.Unlock()
			if d.takes != takes || !slices.Equal(got, changed) {
				t.Errorf("taken %d times, and %q are changed, want %d and %q", d.takes, got, takes, changed)
			}
		}
		c.startDrift()
		time.Sleep(driftRound + time.Second)
		seen(1)
		time.Sleep(mendedRound)
		seen(1) // nothing to mend
		d.mu.Lock()
		d.changed, d.stubborn = []string{"mode"}, true
		d.mu.Unlock()
		time.Sleep(mendedRound / 2)
		seen(1+mostMended, "mode")
		time.Sleep(mendedRound)
		seen(1+2*mostMended, "mode")
		c.turn.Lock() // somebody turns it off just then
		time.Sleep(driftRound)
		c.drift.stop()
		c.turn.Unlock()
	})
}

// A stuck lease is one that is not given back.
type stuck struct{ Lease }

func (stuck) Return(ctx context.Context) error {
	<-ctx.Done()
	return ctx.Err()
}

// A system that does not answer keeps nobody from ending.
func TestGivingBackHasAnEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &Controller{SystemProxy: stuck{}}
		c.state.SystemProxy.On = true
		if err := c.giveBack(); !errors.Is(err, context.DeadlineExceeded) || !c.State().SystemProxy.On {
			t.Errorf("giveBack = %v, and the system's proxy is %+v", err, c.State().SystemProxy)
		}
	})
}

func TestJumped(t *testing.T) {
	for _, tt := range []struct {
		wall, monotonic time.Duration
		want            bool
	}{
		{5 * time.Second, 5 * time.Second, false},
		{5100 * time.Millisecond, 5 * time.Second, false},
		{time.Hour, 5 * time.Second, true},
		{-time.Hour, 5 * time.Second, true},
		{time.Minute, time.Minute, false}, // the machine was busy
	} {
		if got := jumped(tt.wall, tt.monotonic); got != tt.want {
			t.Errorf("jumped(%v, %v) = %v", tt.wall, tt.monotonic, got)
		}
	}
}

// While the machine sleeps, the wall clock goes on alone.
func TestClockTellsOfSleep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var slept, woke atomic.Int64
		begin := time.Now()
		ctx, cancel := context.WithCancel(t.Context())
		go watchClock(ctx, func() (wall, monotonic time.Duration) {
			return time.Duration(slept.Load()) + time.Since(begin), time.Since(begin)
		}, func() { woke.Add(1) })
		for round, want := range []int64{0, 0, 1, 1} {
			if round == 2 {
				slept.Store(int64(time.Hour))
			}
			time.Sleep(2 * clockRound)
			if synctest.Wait(); woke.Load() != want {
				t.Errorf("round %d: woke %d times, want %d", round, woke.Load(), want)
			}
		}
		cancel()
	})
}

func TestAWindowThatCannotBeShownIsAProblem(t *testing.T) {
	c := &Controller{}
	c.Unseen(nil)
	if s := c.State(); len(s.Problems) != 0 {
		t.Errorf("Problems = %+v, want none", s.Problems)
	}
	c.Unseen(errors.New("no OpenGL"))
	if p, ok := c.State().Problem(); !ok || p.Code != "window" || p.Text != "no OpenGL" {
		t.Errorf("Problem() = %+v, %v, want the window", p, ok)
	}
	c.Unseen(nil)
	if p, ok := c.State().Problem(); ok {
		t.Errorf("Problem() = %+v, want none: it is being opened again", p)
	}
}

func TestProblemsAreToldOnce(t *testing.T) {
	var s State
	begin := time.Unix(1000, 0)
	note := func(code string, seconds int) {
		s.note(Problem{At: begin.Add(time.Duration(seconds) * time.Second), Code: code, With: map[string]string{"address": "x"}})
	}
	note("upstream.refused", 0)
	given := s.Problems
	s.mend(ofUpstream)
	if given[0].Over {
		t.Error("a state that was given away has changed")
	}
	note("upstream.refused", 59)
	note("listen", 59)
	if len(s.Problems) != 2 || s.Problems[0].Code != "listen" || s.Problems[1].Over {
		t.Errorf("Problems = %+v, want two that hold, the newest first", s.Problems)
	}
	s.mend(ofUpstream)
	note("upstream.refused", 120)
	note("upstream.refused", 1200) // the same still
	if len(s.Problems) != 3 || s.Problems[0].Over || s.Problems[1].Over || !s.Problems[2].Over {
		t.Errorf("Problems = %+v, want the old one, over, too", s.Problems)
	}
	for i := range 30 {
		s.mend(ofUpstream)
		note("upstream.refused", 2000+100*i)
	}
	if len(s.Problems) != mostProblems {
		t.Errorf("%d problems are remembered, want %d", len(s.Problems), mostProblems)
	}
}
