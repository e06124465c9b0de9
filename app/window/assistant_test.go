package window

import (
	"context"
	"testing"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/settings"
)

// fresh is a bridge on its first day: no upstream is set, and none answers.
func fresh() app.State {
	s := on()
	s.On, s.Listen = false, nil
	s.Settings.Profiles, s.Settings.Use = nil, ""
	s.Chosen, s.Profile = true, settings.Profile{Name: "built-in endpoint", URL: "direct://"}
	return s
}

// assisted opens the assistant of a machine with these endpoints, and waits until they were found.
func assisted(w *Window, found ...app.Endpoint) *assistant {
	a := newAssistant(w, func(context.Context) []app.Endpoint { return found })
	a.open()
	answers(w)
	return a
}

func TestAssistantPictures(t *testing.T) {
	tor := []app.Endpoint{{Address: "127.0.0.1:1080", Hint: "ssh -D, Shadowsocks"}, {Address: "127.0.0.1:9050", Hint: "Tor"}}
	for name, prepare := range map[string]func(*Window){
		"assistant":      func(w *Window) { assisted(w, tor...) },
		"assistant-none": func(w *Window) { assisted(w).url.SetText("ss://YWVzLTI1Ni1nY206@host:8388") },
		"assistant-name": func(w *Window) { assisted(w, tor...).forward() },
		"assistant-on": func(w *Window) {
			a := assisted(w, tor...)
			a.forward()
			a.forward()
			answers(w)
		},
	} {
		see(t, name, "bridge", &owner{}, fresh(), prepare)
	}
}
