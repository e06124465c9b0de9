package window

import (
	"testing"

	"fyne.io/fyne/v2"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/settings"
)

// upstreams is the page of a window.
func upstreams(w *Window) *upstreamsPage {
	for _, t := range w.tabs {
		if p, ok := t.page.(*upstreamsPage); ok {
			return p
		}
	}
	return nil
}

// pictured is see after a layout that takes notice of what prepare has shown and hidden, as a window does by itself.
func pictured(t *testing.T, name, page string, o *owner, s app.State, prepare func(*Window)) {
	t.Helper()
	see(t, name, page, o, s, func(w *Window) {
		if prepare != nil {
			prepare(w)
		}
		w.fyne.Resize(fyne.NewSize(900, 600))
	})
}

func TestUpstreamsPictures(t *testing.T) {
	works := app.Check{URL: checkURL, Profile: "Office", Stages: []app.Stage{
		{Name: "dial", Ms: 0.4, Note: "127.0.0.1:1080"}, {Name: "greeting", Ms: 0.2}, {Name: "request", Ms: 48.2, Note: "example.com:443"},
		{Name: "tls", Ms: 51.7, Note: "TLS 1.3"}, {Name: "answer", Ms: 49.9, Note: "HTTP/1.1 200 OK"},
	}}
	broken := app.Check{URL: checkURL, Profile: "Home", Failed: "login", Stages: []app.Stage{
		{Name: "dial", Ms: 38.4, Note: "home.example:1080"}, {Name: "greeting", Ms: 39.1},
		{Name: "login", Ms: 40.2, Error: "socks: login as anna: refused by home.example:1080 (RFC 1929 status 1)"},
	}}
	test := func(name string, c app.Check) func(*Window) {
		return func(w *Window) {
			p := upstreams(w)
			profile, _ := named(w.state.Settings, name)
			p.checks[profile] = check{result: c}
			p.choose(name)
		}
	}
	pictured(t, "upstreams", "upstreams", &owner{}, on(), nil)
	pictured(t, "upstreams-works", "upstreams", &owner{}, on(), test("Office", works))
	pictured(t, "upstreams-broken", "upstreams", &owner{}, on(), test("Home", broken))
	pictured(t, "upstreams-wrong", "upstreams", &owner{}, on(), func(w *Window) {
		p := upstreams(w)
		p.choose("Home")
		p.form.expand(true)
		p.form.address.SetText("home.example:99999")
		p.form.spares.SetText("many")
	})
	pictured(t, "upstreams-delete", "upstreams", &owner{}, on(), func(w *Window) { upstreams(w).ask("Office") })
	empty := on()
	empty.Settings.Profiles, empty.Settings.Use = nil, ""
	empty.Chosen, empty.Profile = true, settings.Profile{Name: "127.0.0.1:1080", URL: "socks5://127.0.0.1:1080"}
	pictured(t, "upstreams-empty", "upstreams", &owner{}, empty, nil)
}
