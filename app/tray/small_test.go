package tray

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/app/words"
	"github.com/drawbridge-app/drawbridge/settings"
)

func TestTaps(t *testing.T) {
	var c taps
	for _, tt := range []struct {
		at   time.Duration
		want bool
	}{
		{0, true}, {200 * time.Millisecond, false}, {499 * time.Millisecond, false}, {500 * time.Millisecond, true},
		{700 * time.Millisecond, false}, {5 * time.Second, true},
	} {
		if got := c.counts(noon.Add(tt.at)); got != tt.want {
			t.Errorf("a click at %v counts: %v, want %v", tt.at, got, tt.want)
		}
	}
}

func TestPanelOf(t *testing.T) {
	for _, tt := range []struct {
		hints hints
		want  panel
	}{
		{hints{}, panelDark},
		{hints{desktop: "KDE"}, panelDark},
		{hints{desktop: "KDE", scheme: 1}, panelDark},
		{hints{desktop: "KDE", scheme: 2}, panelLight},
		{hints{desktop: "LXQt", scheme: 2}, panelLight},
		{hints{desktop: "GNOME", scheme: 2}, panelDark},
		{hints{desktop: "ubuntu:GNOME", scheme: 2}, panelDark},
		{hints{desktop: "X-Cinnamon", scheme: 2}, panelDark},
		{hints{desktop: "XFCE"}, panelLight},
		{hints{desktop: "XFCE", theme: "Adwaita"}, panelLight},
		{hints{desktop: "XFCE", theme: "Adwaita-dark"}, panelDark},
		{hints{desktop: "XFCE", darkMode: true, theme: "Adwaita", scheme: 2}, panelDark},
		{hints{desktop: "XFCE", theme: "Greybird", scheme: 1}, panelDark},
	} {
		if got := panelOf(tt.hints); got != tt.want {
			t.Errorf("panelOf(%+v) = %v, want %v", tt.hints, got, tt.want)
		}
	}
}

// What the menu copies are the lines that drawbridge env prints.
func TestCopied(t *testing.T) {
	open := office(func(s *app.State) { s.Settings.Listen = []string{"0.0.0.0:1095"} })
	login := office(on, func(s *app.State) {
		s.Settings.Login = settings.Login{User: "ann", Password: "o'pen"}
		s.Settings.Listen, s.Listen = []string{"127.0.0.1:0"}, []string{"127.0.0.1:4711"}
	})
	for _, tt := range []struct {
		state app.State
		shell string
		want  string
		lines int
	}{
		{open, "", "http://127.0.0.1:1095", 1},
		{open, "sh", "export http_proxy='http://127.0.0.1:1095'", 8},
		{open, "cmd", `set "http_proxy=http://127.0.0.1:1095"`, 8},
		{login, "fish", "set -gx http_proxy 'http://ann:o%27pen@127.0.0.1:4711'", 8},
	} {
		got, err := copied(tt.state, tt.shell)
		if lines := strings.Split(got, "\n"); err != nil || lines[0] != tt.want || len(lines) != tt.lines {
			t.Errorf("copied for %q: %q, %v, want %q and %d lines", tt.shell, got, err, tt.want, tt.lines)
		}
	}
	if _, err := copied(office(func(s *app.State) { s.Settings.Listen = []string{"127.0.0.1:0"} }), "sh"); err == nil {
		t.Error("a port that is not known yet was copied")
	}
}

func TestOutcome(t *testing.T) {
	p := settings.Profile{Name: "Office"}
	for _, tt := range []struct {
		check app.Check
		err   error
		want  string
	}{
		{app.Check{Stages: []app.Stage{{Name: "dial", Ms: 4}, {Name: "answer", Ms: 20.4, Note: "HTTP/1.1 200 evil"}}}, nil,
			"Test passed: example.com answers through Office, 24 ms."},
		{app.Check{Failed: "dial", Stages: []app.Stage{{Name: "dial", Error: "evil"}}}, nil, "Test failed: Office, at this stage: reaching the endpoint."},
		{app.Check{Failed: "request"}, nil, "Test failed: Office, at this stage: its way to example.com."},
		{app.Check{}, errors.New("evil"), "The test could not be run."},
	} {
		if got := outcome(words.In("en"), p, tt.check, tt.err); got != tt.want {
			t.Errorf("outcome(%+v, %v) = %q, want %q", tt.check, tt.err, got, tt.want)
		}
	}
}
