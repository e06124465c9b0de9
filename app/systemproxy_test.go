package app_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"reflect"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/app/systemproxy"
	"github.com/drawbridge-app/drawbridge/bridge/bridgetest"
	"github.com/drawbridge-app/drawbridge/settings"
)

// told is a bridge in words.
func told(b systemproxy.Bridge) string {
	text := b.Listen
	if !b.SOCKS {
		text += " without SOCKS"
	}
	if len(b.Bypass) > 0 {
		text += " but for " + strings.Join(b.Bypass, " ")
	}
	return text + b.PAC
}

// A lease that is written down.
type lease struct {
	calls []string
	stuck error // of Take and Move
	kept  error // of Return

	during func() // what happens meanwhile; may be nil
}

func (l *lease) Take(_ context.Context, b systemproxy.Bridge) error {
	l.calls = append(l.calls, told(b))
	if l.during != nil {
		l.during()
	}
	return l.stuck
}

func (l *lease) Move(_ context.Context, b systemproxy.Bridge) error {
	l.calls = append(l.calls, "to "+told(b))
	return l.stuck
}

func (l *lease) Changed(context.Context) ([]string, error) { return nil, nil }

func (l *lease) Return(context.Context) error {
	l.calls = append(l.calls, "returned")
	if l.during != nil {
		l.during()
	}
	return l.kept
}

func TestSystemProxy(t *testing.T) {
	bridgetest.Leaks(t)
	c, _ := owner(t)
	on := app.Intent{Verb: app.UseSystemProxy, On: true}
	if err := c.Do(t.Context(), on); err != app.ErrNoSystemProxy || c.State().SystemProxy.Supported || c.State().SystemProxy.Why == "" {
		t.Errorf("Do = %v, State().SystemProxy = %+v, want it not supported", err, c.State().SystemProxy)
	}
	c.NoSystemProxy = errors.New("no desktop runs here")
	if err := c.Do(t.Context(), on); !errors.Is(err, app.ErrNoSystemProxy) || !errors.Is(err, c.NoSystemProxy) || c.State().SystemProxy.Why != "no desktop runs here" {
		t.Errorf("Do = %v, Why = %q, want the reason", err, c.State().SystemProxy.Why)
	}
	c.NoSystemProxy = &systemproxy.Unsupported{Code: systemproxy.UnknownDesktop, Desktop: "LXQt"}
	if p := c.State().SystemProxy; p.WhyCode != "unknown-desktop" || p.WhyDesktop != "LXQt" || !strings.HasPrefix(p.Why, "the desktop LXQt has no proxy setting") {
		t.Errorf("State().SystemProxy = %+v, want the reason and its code", p)
	}
	l := new(lease)
	c.SystemProxy = l
	do(t, c, on)
	s := c.State()
	if !s.On || !reflect.DeepEqual(s.SystemProxy, app.SystemProxy{Supported: true, On: true, Wanted: true}) {
		t.Errorf("State() = %+v, want on, and the system's proxy", s)
	}
	do(t, c, app.Intent{Verb: app.TurnOff})
	if want := []string{s.Listen[0], "returned"}; !reflect.DeepEqual(l.calls, want) || c.State().SystemProxy.On {
		t.Errorf("the lease was asked for %q, want %q", l.calls, want)
	}
}

// What was ticked once stays ticked: off gives the system's proxy back, on takes it again.
func TestSystemProxyComesAgain(t *testing.T) {
	bridgetest.Leaks(t)
	c, _ := owner(t)
	l := new(lease)
	c.SystemProxy = l
	c.WantSystemProxy() // as it was remembered
	is := func(on, wanted bool) {
		t.Helper()
		if s := c.State(); s.SystemProxy.On != on || s.SystemProxy.Wanted != wanted || s.SystemProxyTicked() != wanted {
			t.Errorf("on %v, wanted %v, ticked %v, want %v, %v", s.SystemProxy.On, s.SystemProxy.Wanted, s.SystemProxyTicked(), on, wanted)
		}
	}
	is(false, true)
	var want []string
	l.during = func() {
		if s := c.State(); !s.On || !s.SystemProxyTicked() {
			t.Errorf("while it is being taken, the bridge is on: %v, and it is ticked: %v", s.On, s.SystemProxyTicked())
		}
	}
	for range 2 {
		do(t, c, app.Intent{Verb: app.TurnOn})
		is(true, true)
		want = append(want, c.State().Listen[0], "returned")
		do(t, c, app.Intent{Verb: app.TurnOff})
		is(false, true)
	}
	do(t, c, app.Intent{Verb: app.UseSystemProxy, On: false}) // while off
	is(false, false)
	do(t, c, app.Intent{Verb: app.TurnOn})
	is(false, false)
	l.during = nil
	l.stuck = errors.New("stuck")
	if err := c.Do(t.Context(), app.Intent{Verb: app.UseSystemProxy, On: true}); !errors.Is(err, l.stuck) {
		t.Errorf("Do = %v, want %v", err, l.stuck)
	}
	is(false, false) // a tick that cannot be is none
	if want = append(want, c.State().Listen[0]); !reflect.DeepEqual(l.calls, want) {
		t.Errorf("the lease was asked for %q, want %q", l.calls, want)
	}
	do(t, c, app.Intent{Verb: app.TurnOff})
}

// systemProxyProblem is the one with the system's proxy that holds. The upstream of these tests is a problem of its own.
func systemProxyProblem(s app.State) (app.Problem, bool) {
	for _, p := range s.Problems {
		if strings.HasPrefix(p.Code, "system-proxy") && !p.Over {
			return p, true
		}
	}
	return app.Problem{}, false
}

// The bridge is on also where the system's proxy cannot be set, and tells why; the next change tries it again.
func TestSystemProxyThatCannotBeTaken(t *testing.T) {
	bridgetest.Leaks(t)
	c, _ := owner(t)
	l := &lease{stuck: errors.New("no session bus")}
	c.SystemProxy = l
	c.WantSystemProxy()
	do(t, c, app.Intent{Verb: app.TurnOn})
	s := c.State()
	if p, holds := systemProxyProblem(s); !s.On || s.SystemProxy.On || !holds || p.Code != "system-proxy" || p.Text != "set the system's proxy: no session bus" ||
		p.With["cause"] != "no session bus" {
		t.Errorf("State() = %+v, want on, and the problem", s)
	}
	l.stuck = nil
	of := s.Settings.Clone()
	of.Via = !of.Via
	if err := c.Apply(t.Context(), of); err != nil {
		t.Fatal(err)
	}
	s = c.State()
	if p, holds := systemProxyProblem(s); !s.SystemProxy.On || holds {
		t.Errorf("On is %v, the problem %+v, want it taken", s.SystemProxy.On, p)
	}
	do(t, c, app.Intent{Verb: app.TurnOff})

	// A click on an icon has nobody to answer: what came of it is a problem too, until it is moot.
	l.stuck = errors.New("no session bus")
	do(t, c, app.Intent{Verb: app.UseSystemProxy, On: false})
	if err := c.Do(t.Context(), app.Intent{Verb: app.UseSystemProxy, On: true}); !errors.Is(err, l.stuck) {
		t.Errorf("Do = %v, want %v", err, l.stuck)
	}
	if p, holds := systemProxyProblem(c.State()); !holds || p.Code != "system-proxy" {
		t.Errorf("after a tick that failed the problem is %+v, %v", p, holds)
	}
	do(t, c, app.Intent{Verb: app.TurnOff})
	if p, holds := systemProxyProblem(c.State()); holds {
		t.Errorf("after turning off, the problem is %+v", p)
	}
}

// What cannot be given back is a problem until it can.
func TestSystemProxyThatCannotBeGivenBack(t *testing.T) {
	bridgetest.Leaks(t)
	c, _ := owner(t)
	l := new(lease)
	c.SystemProxy = l
	do(t, c, app.Intent{Verb: app.UseSystemProxy, On: true})
	l.kept = errors.New("no session bus")
	for _, want := range []app.Intent{{Verb: app.UseSystemProxy}, {Verb: app.TurnOff}} {
		if err := c.Do(t.Context(), want); !errors.Is(err, l.kept) {
			t.Errorf("%s: Do = %v, want %v", want.Verb, err, l.kept)
		}
		s := c.State()
		if p, holds := systemProxyProblem(s); !holds || p.Code != "system-proxy-back" || p.With["cause"] != "no session bus" || !s.SystemProxy.On || !s.SystemProxyTicked() {
			t.Errorf("%s: the problem is %+v, and the system's proxy %+v", want.Verb, p, s.SystemProxy)
		}
	}
	l.kept = nil
	do(t, c, app.Intent{Verb: app.UseSystemProxy}) // off as it is
	s := c.State()
	if p, holds := systemProxyProblem(s); holds || s.SystemProxy.On || s.SystemProxy.Wanted {
		t.Errorf("the problem is %+v, and the system's proxy %+v", p, s.SystemProxy)
	}
}

// Who remembers what is wanted knows it before it is done, in case the program dies in between.
func TestSystemProxyIsWantedAtOnce(t *testing.T) {
	bridgetest.Leaks(t)
	c, _ := owner(t)
	l := new(lease)
	c.SystemProxy = l
	wanted, asked := false, 0
	l.during = func() {
		asked++
		if got := c.State().SystemProxy.Wanted; got != wanted {
			t.Errorf("while it is done, Wanted = %t, want %t", got, wanted)
		}
	}
	stuck := errors.New("no session bus")
	for _, on := range []bool{true, false} {
		wanted = on
		l.stuck, l.kept = stuck, stuck
		if err := c.Do(t.Context(), app.Intent{Verb: app.UseSystemProxy, On: on}); !errors.Is(err, stuck) || c.State().SystemProxy.Wanted == on {
			t.Errorf("Do = %v, and then Wanted = %t, want what it was", err, c.State().SystemProxy.Wanted)
		}
		l.stuck, l.kept = nil, nil
		do(t, c, app.Intent{Verb: app.UseSystemProxy, On: on})
		if c.State().SystemProxy.Wanted != on {
			t.Errorf("Wanted = %t, want %t", !on, on)
		}
	}
	if asked != 4 {
		t.Errorf("it was done %d times, want 4", asked)
	}
}

// Left alone is left alone: what is taken is given back, and nobody takes it until the settings say something else.
func TestSystemProxyLeftAlone(t *testing.T) {
	bridgetest.Leaks(t)
	c, _ := owner(t)
	l := new(lease)
	c.SystemProxy = l
	mode := func(mode string) {
		t.Helper()
		s := c.State().Settings.Clone()
		s.SystemProxy = mode
		if err := c.Apply(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	on := app.Intent{Verb: app.UseSystemProxy, On: true}
	do(t, c, on)
	mode("leave")
	if s := c.State(); s.SystemProxy.On || !s.SystemProxy.Wanted || !s.SystemProxyLeft() || s.SystemProxyTicked() {
		t.Errorf("State().SystemProxy = %+v, want it given back, and wanted", s.SystemProxy)
	}
	if err := c.Do(t.Context(), on); !errors.Is(err, app.ErrLeftAlone) {
		t.Errorf("Do = %v, want ErrLeftAlone", err)
	}
	do(t, c, app.Intent{Verb: app.TurnOff})
	if c.State().SystemProxyTicked() {
		t.Error("ticked while it is left alone")
	}
	do(t, c, app.Intent{Verb: app.TurnOn})
	mode("all")
	last := c.State().Listen[0]
	do(t, c, app.Intent{Verb: app.TurnOff})
	if n := len(l.calls); n != 4 || l.calls[1] != "returned" || l.calls[2] != last || l.calls[3] != "returned" {
		t.Errorf("the lease was asked for %q, want two times taken and returned", l.calls)
	}
}

// A slowLease takes and returns when it is told to go on.
type slowLease struct {
	lease
	asked, goOn chan struct{}
}

func (l *slowLease) Take(ctx context.Context, b systemproxy.Bridge) error {
	l.asked <- struct{}{}
	<-l.goOn
	return l.lease.Take(ctx, b)
}

func (l *slowLease) Return(ctx context.Context) error {
	l.asked <- struct{}{}
	<-l.goOn
	return l.lease.Return(ctx)
}

// Who clicks again while the first click is being done sees what that wants, and so can want the opposite.
func TestSecondClickWhileTheFirstIsBeingDoneGetsLost(t *testing.T) {
	bridgetest.Leaks(t)
	c, _ := owner(t)
	l := &slowLease{asked: make(chan struct{}), goOn: make(chan struct{})}
	c.SystemProxy = l
	var clicks sync.WaitGroup
	defer clicks.Wait()
	click := func(want app.Intent) { clicks.Go(func() { do(t, c, want) }) }
	shows := func(on, turning, proxy, proxyTurning bool) {
		t.Helper()
		var s app.State
		for range 1000 { // clicks are goroutines
			s = c.State()
			if s.On == on && s.Turning == turning && s.SystemProxy.On == proxy && s.SystemProxy.Turning == proxyTurning {
				return
			}
			time.Sleep(time.Millisecond)
		}
		t.Errorf("on: %v, turning: %v, system's proxy: %+v", s.On, s.Turning, s.SystemProxy)
	}
	click(app.Intent{Verb: app.UseSystemProxy, On: true})
	<-l.asked
	shows(true, false, false, true)
	click(app.Intent{Verb: app.UseSystemProxy, On: false})
	shows(true, false, false, false)
	l.goOn <- struct{}{} // is taken
	<-l.asked
	shows(true, false, true, true)
	click(app.Intent{Verb: app.UseSystemProxy, On: true})
	shows(true, false, true, false)
	l.goOn <- struct{}{} // is returned
	<-l.asked
	l.goOn <- struct{}{} // is taken
	clicks.Wait()
	shows(true, false, true, false)

	click(app.Intent{Verb: app.TurnOff})
	<-l.asked
	shows(true, true, true, false)
	click(app.Intent{Verb: app.Toggle})
	shows(true, false, true, false)
	l.goOn <- struct{}{} // is returned, and the bridge off
	<-l.asked
	l.goOn <- struct{}{} // is taken, as it was ticked
	clicks.Wait()
	shows(true, false, true, false)
	click(app.Intent{Verb: app.TurnOff})
	<-l.asked
	l.goOn <- struct{}{}
	clicks.Wait()
	if got, want := len(l.calls), 6; got != want {
		t.Errorf("the lease was asked for %q", l.calls)
	}
}

// What the system is told of the bridge changes with the settings, and with no others.
func TestSystemProxyFollowsTheSettings(t *testing.T) {
	bridgetest.Leaks(t)
	c, _ := owner(t)
	l := new(lease)
	c.SystemProxy = l
	do(t, c, app.Intent{Verb: app.UseSystemProxy, On: true})
	listen := c.State().Listen[0]
	for _, change := range []func(*settings.Settings){
		func(s *settings.Settings) { s.Bypass = []string{"*.corp", "10.0.0.0/8"} },
		func(s *settings.Settings) { s.Via = true },
		func(s *settings.Settings) { s.SOCKSClients = false },
		func(s *settings.Settings) { s.Bypass = nil },
	} {
		s := c.State().Settings.Clone()
		change(&s)
		if err := c.Apply(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	do(t, c, app.Intent{Verb: app.UseSystemProxy, On: false})
	s := c.State().Settings.Clone()
	s.SOCKSClients = true // while not taken
	if err := c.Apply(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	want := []string{
		listen, "to " + listen + " but for *.corp 10.0.0.0/8", "to " + listen + " without SOCKS but for *.corp 10.0.0.0/8",
		"to " + listen + " without SOCKS", "returned",
	}
	if !reflect.DeepEqual(l.calls, want) {
		t.Errorf("the lease was asked for %q, want %q", l.calls, want)
	}
	do(t, c, app.Intent{Verb: app.TurnOff})
}

// By a PAC file the system is led to a URL that nobody can guess, and that changes with what the file says.
func TestSystemProxyByPAC(t *testing.T) {
	bridgetest.Leaks(t)
	c, _ := owner(t)
	l := new(lease)
	c.SystemProxy = l
	change := func(change func(*settings.Settings)) {
		t.Helper()
		s := c.State().Settings.Clone()
		change(&s)
		if err := c.Apply(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	do(t, c, app.Intent{Verb: app.UseSystemProxy, On: true})
	was := c.State().Listen[0]
	for _, f := range []func(*settings.Settings){
		func(s *settings.Settings) { s.SystemProxy = "pac" },
		func(s *settings.Settings) { s.SOCKSClients = false }, // of which the file says nothing
		func(s *settings.Settings) { s.Bypass = []string{"*.corp"} },
		func(s *settings.Settings) { s.Listen = []string{freeAddress(t)} },
	} {
		change(f)
	}
	now := c.State().Listen[0]
	moved, ok := strings.CutPrefix(l.calls[len(l.calls)-1], "to "+now+" without SOCKS but for *.corp")
	path, rev, _ := strings.Cut(moved, "?")
	if !ok || !regexp.MustCompile(`^/[A-Z2-7]{26}\.pac$`).MatchString(path) || rev != "r=3" {
		t.Fatalf("the lease was asked for %q", l.calls)
	}
	answer, text := get(t, "http://"+now+moved)
	if answer.Header.Get("Content-Type") != "application/x-ns-proxy-autoconfig" || !strings.Contains(text, ".corp") || !strings.Contains(text, "PROXY "+now) {
		t.Errorf("the answer is %v\n%s", answer.Header, text)
	}
	change(func(s *settings.Settings) { s.SystemProxy = "all" })
	if answer, _ := get(t, "http://"+now+moved); answer.StatusCode == http.StatusOK {
		t.Error("the file is there still")
	}
	change(func(s *settings.Settings) { s.SystemProxy = "pac" })
	do(t, c, app.Intent{Verb: app.TurnOff})
	want := []string{
		was, "to " + was + path + "?r=1", "to " + was + " without SOCKS" + path + "?r=1", "to " + was + " without SOCKS but for *.corp" + path + "?r=2",
		"to " + now + " without SOCKS but for *.corp" + path + "?r=3", "to " + now + " without SOCKS but for *.corp",
		"to " + now + " without SOCKS but for *.corp" + path + "?r=4", "returned",
	}
	if !reflect.DeepEqual(l.calls, want) {
		t.Errorf("the lease was asked for %q, want %q", l.calls, want)
	}
}

// get asks for a URL without a proxy.
func get(t *testing.T, url string) (*http.Response, string) {
	t.Helper()
	transport := new(http.Transport)
	defer transport.CloseIdleConnections()
	answer, err := (&http.Client{Transport: transport}).Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer, string(text)
}

// A change of the address takes the system's proxy along.
func TestSystemProxyMoves(t *testing.T) {
	bridgetest.Leaks(t)
	c, _ := owner(t)
	l := new(lease)
	c.SystemProxy = l
	do(t, c, app.Intent{Verb: app.UseSystemProxy, On: true})
	want := []string{c.State().Listen[0]}
	for _, stuck := range []error{nil, errors.New("stuck")} {
		l.stuck = stuck
		s := c.State().Settings.Clone()
		s.Listen = []string{freeAddress(t)}
		if err := c.Apply(t.Context(), s); err != nil {
			t.Fatal(err)
		}
		want = append(want, "to "+s.Listen[0])
	}
	if !reflect.DeepEqual(l.calls, want) {
		t.Errorf("the lease was asked for %q, want %q", l.calls, want)
	}
	s := c.State()
	if p, _ := s.Problem(); s.SystemProxy.On || !strings.Contains(p.Text, "stuck") {
		t.Errorf("On is %v, the problem %+v", s.SystemProxy.On, p)
	}
	do(t, c, app.Intent{Verb: app.TurnOff})
}
