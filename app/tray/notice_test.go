package tray

import (
	"strings"
	"testing"
	"time"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/app/words"
)

func up(s *app.State) { s.Upstream = app.Health{State: app.Up} }

func TestNotices(t *testing.T) {
	type step struct {
		after time.Duration // since the last step
		state app.State
		quiet bool
		want  notice
	}
	later := func(s *app.State) { s.Problems[0].At = s.Problems[0].At.Add(time.Hour) }
	wrong := func(s *app.State) { s.Problems = []app.Problem{{At: noon, Code: "settings", Text: "line 3"}} }
	unseen := func(s *app.State) { s.Problems = []app.Problem{{At: noon, Code: "window", Text: "no OpenGL"}} }
	unset := func(s *app.State) {
		s.Problems = []app.Problem{{At: noon, Code: "system-proxy", Text: "no session bus"}}
	}
	news := func(s *app.State) { s.Update = app.Update{Stage: app.UpdateAvailable, Version: "1.3.0", News: true} }
	known := func(s *app.State) { s.Update = app.Update{Stage: app.UpdateAvailable, Version: "1.3.0"} }
	newer := func(s *app.State) { s.Update = app.Update{Stage: app.UpdateAvailable, Version: "1.4.0", News: true} }
	for _, tt := range []struct {
		name  string
		steps []step
	}{
		{"nothing happens", []step{{0, office(), false, ""}, {time.Minute, office(on, up), false, ""}, {time.Minute, office(), false, ""}}},
		{"a long outage", []step{{0, office(on, up), false, ""}, {0, office(on, down), false, noticeDown}, {0, office(on, down, rates), false, ""},
			{31 * time.Second, office(on, up), false, noticeUp}}},
		{"a short outage", []step{{0, office(on, up), false, ""}, {0, office(on, down), false, noticeDown}, {30 * time.Second, office(on, up), false, ""}}},
		{"an outage ended by the user", []step{{0, office(on, down), false, noticeDown}, {time.Hour, office(), false, ""}, {time.Hour, office(on, up), false, ""}}},
		{"an outage nobody was told of", []step{{0, office(on, down), true, ""}, {time.Hour, office(on, up), false, ""}}},
		{"unknown is not up", []step{{0, office(on, down), false, noticeDown}, {time.Minute, office(on), false, ""}, {0, office(on, up), false, noticeUp}}},
		{"an upstream that comes and goes", []step{
			{0, office(on, down), false, noticeDown}, {10 * time.Second, office(on, up), false, ""}, {10 * time.Second, office(on, down), false, ""},
			{10 * time.Second, office(on, up), false, ""}, {40 * time.Second, office(on, down), false, noticeDown}}},
		{"another profile is down too", []step{{0, office(on, down), false, noticeDown},
			{2 * time.Minute, office(on, down, named("Office", "Tor")), false, noticeDown}}},
		{"direct is never down", []step{{0, office(on, direct, down), false, ""}}},
		{"port taken", []step{{0, office(), false, ""}, {0, office(busy), false, noticeListen}, {0, office(busy), false, ""},
			{2 * time.Minute, office(busy, later), false, noticeListen}}},
		{"port taken at the start", []step{{0, office(busy), false, noticeListen}}},
		{"port free again", []step{{0, office(busy), false, noticeListen}, {0, office(busy, mended), false, ""}}},
		{"wrong file", []step{{0, office(on), false, ""}, {0, office(on, wrong), false, noticeSettings}, {0, office(on), false, ""}, {0, office(on, wrong), false, ""}}},
		{"no window", []step{{0, office(on), false, ""}, {0, office(on, unseen), false, noticeWindow}, {0, office(on), false, ""}}},
		{"changed by another program", []step{{0, office(on, leased), false, ""}, {0, office(on, leased, drifting), false, noticeDrift},
			{2 * time.Minute, office(on, leased, astray), false, ""}, {0, office(on, leased), false, ""}, {0, office(on, leased, astray), false, noticeDrift}}},
		{"changed all the time", []step{{0, office(on, leased, drifting), false, noticeDrift}, {0, office(on, leased), false, ""},
			{30 * time.Second, office(on, leased, drifting), false, ""}}},
		{"changed, while somebody looks", []step{{0, office(on, leased, drifting), true, ""}, {time.Hour, office(on, leased, drifting), false, ""}}},
		{"changed, and then given back", []step{{0, office(on, leased, drifting), false, noticeDrift}, {time.Hour, office(on, wanted, drifting), false, ""}}},
		{"the system's proxy cannot be set", []step{{0, office(wanted), false, ""}, {0, office(on, wanted, unset), false, noticeSystemProxy}, {0, office(on, wanted, unset), false, ""}}},
		{"a newer version", []step{{0, office(on), false, ""}, {0, office(on, news), false, noticeUpdate}, {time.Hour, office(on, news, rates), false, ""},
			{time.Hour, office(on, newer), false, noticeUpdate}}},
		{"a newer version that is known", []step{{0, office(on, known), false, ""}, {time.Hour, office(on, known), false, ""}}},
		{"somebody looks", []step{{0, office(), true, ""}, {0, office(busy), true, ""}, {0, office(busy), false, ""}}},
		{"five an hour", []step{
			{0, office(busy), false, noticeListen}, {time.Minute, office(), false, ""}, {time.Minute, office(busy), false, noticeListen},
			{time.Minute, office(), false, ""}, {time.Minute, office(busy), false, noticeListen}, {time.Minute, office(), false, ""},
			{time.Minute, office(busy), false, noticeListen}, {time.Minute, office(), false, ""}, {time.Minute, office(busy), false, noticeListen},
			{time.Minute, office(), false, ""}, {time.Minute, office(busy), false, ""}, {time.Minute, office(), false, ""},
			{time.Hour, office(busy), false, noticeListen}}},
	} {
		var n notices
		var before app.State
		now := noon
		for i, s := range tt.steps {
			now = now.Add(s.after)
			got, ok := n.next(before, s.state, now, s.quiet)
			if got != s.want || ok != (s.want != "") {
				t.Errorf("%s, step %d: %q, %v, want %q", tt.name, i, got, ok, s.want)
			}
			before = s.state
		}
	}
}

// What comes from the network, or from an error, is in no notification.
func TestNoticesSayFixedSentences(t *testing.T) {
	s := office(on, down, busy)
	s.Upstream.Detail = "evil detail"
	s.Problems[0].Text = "evil text"
	s.Problems[0].With["holder"] = "evil holder"
	s.Update = app.Update{News: true, Version: "evil version", Notes: map[string]string{"en": "evil notes"}}
	for _, tag := range []string{"en", "zh-Hans", "ru"} {
		for _, n := range []notice{noticeDown, noticeUp, noticeListen, noticeSettings, noticeWindow, noticeClipboard, noticeSystemProxy, noticeDrift, noticeUpdate} {
			title, body := n.text(words.In(tag), s)
			if title == "" || body == "" || strings.Contains(title+body, "evil") || strings.Contains(title+body, "{") {
				t.Errorf("%s in %s: %q, %q", n, tag, title, body)
			}
		}
	}
}
