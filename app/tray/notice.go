package tray

import (
	"time"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/app/words"
)

// A notice is one kind of notification. A newer one replaces an older one of its kind.
type notice string

// The notices.
const (
	noticeDown     notice = "down"     // the upstream stopped answering while on
	noticeUp       notice = "up"       // and answers again, after a while
	noticeListen   notice = "listen"   // an address could not be listened on
	noticeSettings notice = "settings" // the file is wrong
	noticeWindow   notice = "window"   // it could not be shown

	noticeSystemProxy notice = "system-proxy" // the system's proxy could not be set
	noticeDrift       notice = "drift"        // another program has changed it

	noticeUpdate notice = "update" // a newer version is there, which no run before this one knew of

	// These answer somebody's click, so they are never held back.
	noticeTest      notice = "test"
	noticeClipboard notice = "clipboard"
)

const (
	briefOutage = 30 * time.Second // one that was no longer need not be told to be over
	sameKind    = time.Minute      // at least, between two notices of a kind
	mostAnHour  = 5
)

// notices decides what is worth a notification. The zero value is ready.
type notices struct {
	down time.Time            // the upstream is, since then
	told bool                 // that it is
	last map[notice]time.Time // when each kind was told
	hour []time.Time          // when any was told, in the last hour
}

// next returns what to tell about the change from before to after, which happens now, and whether there is anything.
// Where quiet is set somebody is looking anyway, or wants none.
func (n *notices) next(before, after app.State, now time.Time, quiet bool) (notice, bool) {
	kind, ok := n.change(before, after, now)
	if !ok || quiet || !n.allowed(kind, now) {
		return "", false
	}
	if kind == noticeDown {
		n.told = true
	}
	return kind, true
}

// change names what happened, and keeps track of the upstream.
func (n *notices) change(before, after app.State, now time.Time) (notice, bool) {
	down := after.On && after.Upstream.State == app.Down && !after.Direct()
	was, told := n.down, n.told
	switch {
	case down && (was.IsZero() || after.Profile.Name != before.Profile.Name):
		n.down, n.told = now, false
		return noticeDown, true
	case !down && (!after.On || after.Upstream.State == app.Up || after.Profile.Name != before.Profile.Name):
		n.down, n.told = time.Time{}, false
		if told && after.On && after.Upstream.State == app.Up && after.Profile.Name == before.Profile.Name && now.Sub(was) > briefOutage {
			return noticeUp, true
		}
	}
	if drifted(after) && !drifted(before) {
		return noticeDrift, true
	}
	if after.Update.News && !(before.Update.News && before.Update.Version == after.Update.Version) {
		return noticeUpdate, true
	}
	for _, kind := range []notice{noticeListen, noticeSettings, noticeWindow, noticeSystemProxy} {
		if p, ok := holding(after, string(kind)); ok {
			if old, had := holding(before, string(kind)); !had || p.At.After(old.At) {
				return kind, true
			}
		}
	}
	return "", false
}

// drifted reports whether another program has changed what leads the system to us.
func drifted(s app.State) bool { return s.SystemProxy.On && len(s.SystemProxy.Changed) > 0 }

// holding returns the newest problem of that code, if it is not over.
func holding(s app.State, code string) (app.Problem, bool) {
	for _, p := range s.Problems {
		if p.Code == code {
			return p, !p.Over
		}
	}
	return app.Problem{}, false
}

// allowed reports whether one more of this kind is few enough, and counts it.
func (n *notices) allowed(kind notice, now time.Time) bool {
	for len(n.hour) > 0 && now.Sub(n.hour[0]) >= time.Hour {
		n.hour = n.hour[1:]
	}
	last, ever := n.last[kind]
	if ever && now.Sub(last) < sameKind || len(n.hour) >= mostAnHour {
		return false
	}
	if n.last == nil {
		n.last = make(map[notice]time.Time)
	}
	n.last[kind] = now
	n.hour = append(n.hour, now)
	return true
}

// text is what a notice says: fixed sentences, with nothing in them but the user's own names.
func (n notice) text(l *words.Language, s app.State) (title, body string) {
	with := []string{"profile", clip(words.ProfileName(s.Profile), mostName)}
	switch n {
	case noticeDown:
		return l.Say("notify.down", with...), l.Say("notify.down_next")
	case noticeUp:
		return l.Say("notify.up", with...), l.Say("notify.up_next")
	case noticeListen:
		p, _ := holding(s, "listen")
		return l.Say("notify.listen", "address", p.With["address"]), l.Say("notify.listen_next")
	case noticeSettings:
		return l.Say("notify.settings"), l.Say("notify.settings_next")
	case noticeWindow:
		return l.Say("notify.window"), l.Say("notify.window_next")
	case noticeSystemProxy:
		return l.Say("notify.system_proxy"), l.Say("notify.system_proxy_next")
	case noticeDrift:
		return l.Say("notify.drift"), l.Say("notify.drift_next")
	case noticeUpdate:
		return l.Say("notify.update"), l.Say("notify.update_next")
	case noticeClipboard:
		return l.Say("notify.clipboard"), l.Say("notify.clipboard_next")
	}
	return l.Say("app.name"), ""
}
