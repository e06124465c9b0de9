package app_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/bridge/bridgetest"
	"github.com/drawbridge-app/drawbridge/settings"
)

// want changes whether newer versions are looked for.
func (f *shelf) want(updates bool) {
	f.t.Helper()
	s := f.c.State().Settings.Clone()
	s.Desktop.Updates = updates
	if err := f.c.Apply(f.t.Context(), s); err != nil {
		f.t.Fatal(err)
	}
}

// hang has requests answered no more, or again.
func (f *shelf) hang(hangs chan *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.hangs = hangs
}

// Who turns the weekly look off ends the one that runs: its connection is closed at once, nothing is told of it, and none
// begins until somebody turns it on again. The next one is due then.
func TestUpdateTurnedOffWhileLooking(t *testing.T) {
	for _, byHand := range []bool{false, true} {
		t.Run(map[bool]string{false: "by itself", true: "by hand"}[byHand], func(t *testing.T) {
			f := newShelf(t, "1.3.0")
			requests := make(chan *http.Request, 100)
			f.hang(requests)
			next := time.Now().Add(-time.Hour)
			if byHand {
				next = time.Now().Add(time.Hour)
			}
			remember(t, next)
			f.follow()
			if byHand {
				f.do(app.CheckUpdate)
			}
			r := within(t, "it looks", requests)
			f.want(false)
			within(t, "the server sees the connection closed", r.Context().Done())
			f.settles("the look is over", func(app.Update) bool { return true })
			f.hang(nil) // whoever asks now gets an answer
			asked := len(f.socks.Targets())
			for range 20 {
				time.Sleep(f.c.Updates.Round)
			}
			if u := f.c.State().Update; u.Version != "" || u.News || u.Failed != "" || !u.Checked.IsZero() {
				t.Errorf("it was turned off, and Update = %+v", u)
			}
			if now := f.socks.Targets(); len(now) > asked {
				t.Errorf("it was turned off, and asked again for %q", now[asked:])
			}
			f.want(true)
			if byHand {
				f.do(app.CheckUpdate)
			}
			f.settles("it looks when it is turned on again", found("1.3.0"))
		})
	}
}

// A look that somebody asks for while the weekly one is off goes on, whatever else changes in the settings.
func TestUpdateByHandWhileTurnedOff(t *testing.T) {
	f := newShelf(t, "1.3.0", func(s *settings.Settings) { s.Desktop.Updates = false })
	requests := make(chan *http.Request, 100)
	f.hang(requests)
	f.follow()
	f.do(app.CheckUpdate)
	r := within(t, "it looks", requests)
	s := f.c.State().Settings.Clone()
	s.Desktop.Notifications = !s.Desktop.Notifications
	if err := f.c.Apply(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	for range 20 { // rounds, in one of which it would be ended
		time.Sleep(f.c.Updates.Round)
	}
	if r.Context().Err() != nil || f.c.State().Update.Doing != app.CheckUpdate {
		t.Error("it was ended")
	}
	f.do(app.StopUpdate)
	f.settles("it is stopped", func(u app.Update) bool { return u.Failed == "" })
	bridgetest.Eventually(t, "the server sees the connection closed", func() bool { return r.Context().Err() != nil })
}

// within waits for what a channel brings, or for its end.
func within[T any](t *testing.T, what string, channel <-chan T) (v T) {
	t.Helper()
	select {
	case v = <-channel:
	case <-time.After(20 * time.Second):
		t.Fatal("not in time: " + what)
	}
	return v
}
