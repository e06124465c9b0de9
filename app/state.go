package app

import (
	"time"

	"github.com/drawbridge-app/drawbridge/app/systemproxy"
	"github.com/drawbridge-app/drawbridge/bridge/upstream"
	"github.com/drawbridge-app/drawbridge/settings"
)

// State is what the faces show: all that holds now, but the live connections, which are asked for when somebody looks.
// It travels as JSON; secrets in it are "***" then. A State is a value: nobody changes one that was given away.
type State struct {
	On       bool              `json:"on"`
	Turning  bool              `json:"turning,omitempty"` // somebody wants the opposite of On, which is being done
	Since    time.Time         `json:"since,omitzero"`    // on or off since then
	Listen   []string          `json:"listen"`            // bound addresses; empty while off
	Settings settings.Settings `json:"settings"`
	File     string            `json:"file,omitempty"` // the settings file; empty: all was said on the command line
	Profile  settings.Profile  `json:"profile"`        // the upstream in use, or that would be
	// Chosen says that no profile is set, and that Profile was chosen because an endpoint answers there, or, if it is
	// direct, because none does.
	Chosen bool `json:"chosen,omitempty"`

	Upstream    Health      `json:"upstream"` // of Profile
	Traffic     Traffic     `json:"traffic"`
	SystemProxy SystemProxy `json:"system_proxy"`
	Problems    []Problem   `json:"problems,omitempty"` // newest first, the last few
	Update      Update      `json:"update,omitzero"`
	Owner       Process     `json:"owner"`
	// Raise is counted up whenever somebody wants to see the window: one that is open comes to the front.
	Raise int `json:"raise,omitempty"`
	// RaisePage and RaiseWhy belong to the last Raise: the page that is wanted, and why the window came by itself.
	RaisePage string `json:"raise_page,omitempty"`
	RaiseWhy  string `json:"raise_why,omitempty"`
}

// Direct says that traffic does not go through an endpoint of the user's.
func (s State) Direct() bool {
	e, err := upstream.Parse(s.Profile.URL)
	return err == nil && e.Scheme == "direct"
}

// SystemProxyLeft says that the settings want the system's proxy left alone.
func (s State) SystemProxyLeft() bool { return s.Settings.SystemProxy == leave }

// SystemProxyTicked is what a tick for the system's proxy shows: that it is taken, or will be as soon as the bridge is on.
// A click on it means the opposite.
func (s State) SystemProxyTicked() bool {
	return s.systemProxyHolds() != s.SystemProxy.Turning
}

// systemProxyHolds is what the tick shows while nobody has asked for something else.
func (s State) systemProxyHolds() bool {
	p := s.SystemProxy
	return p.On || p.Wanted && (!s.On || p.Taking) && p.Supported && !s.SystemProxyLeft()
}

// Problem returns the newest problem that still holds, and whether there is one.
func (s State) Problem() (Problem, bool) {
	for _, p := range s.Problems {
		if !p.Over {
			return p, true
		}
	}
	return Problem{}, false
}

// Health is what is known about an upstream.
type Health struct {
	State HealthState `json:"state"`
	At    time.Time   `json:"at,omitzero"` // of the latest sign
	// Greeting is how long the endpoint took to be reached and to greet, Target how long the last successful dial of a
	// target through it took, both in milliseconds; zero: not known.
	Greeting float64 `json:"greeting_ms,omitempty"`
	Target   float64 `json:"target_ms,omitempty"`
	// Cause is why the upstream is down: a code (refused, timeout, unreachable, name, not-socks, method, login, closed,
	// other) that faces have a sentence for. Detail is the error's own text.
	Cause  string `json:"cause,omitempty"`
	Detail string `json:"detail,omitempty"`
}

// HealthState is one word for an upstream's health.
type HealthState string

// The states of an upstream. The zero value is Unknown.
const (
	Unknown HealthState = ""     // no sign yet, or off
	Up      HealthState = "up"   // it answered
	Down    HealthState = "down" // it did not
)

// Traffic are the sums since the bridge was started, and what is open now. All zero while off.
type Traffic struct {
	Clients   int    `json:"clients"` // connections open now
	Tunnels   int    `json:"tunnels"` // of them, those that are tunnels
	Up        int64  `json:"up"`      // bytes from clients to targets
	Down      int64  `json:"down"`    // bytes from targets to clients
	Exchanges uint64 `json:"exchanges"`
	Tunnelled uint64 `json:"tunnelled"` // tunnels opened
	Failures  uint64 `json:"failures"`  // requests that were answered by the bridge itself

	UpRate   float64 `json:"up_rate"` // bytes a second, over the last second
	DownRate float64 `json:"down_rate"`
}

// A Sample is one second of traffic, in bytes.
type Sample struct {
	Up   float64 `json:"up"`
	Down float64 `json:"down"`
}

// SystemProxy is the lease on the system's proxy setting.
type SystemProxy struct {
	Supported bool   `json:"supported"`         // false: this owner cannot set it; Why says why
	On        bool   `json:"on"`                // it is taken
	Wanted    bool   `json:"wanted"`            // it is, or will be when the bridge is turned on
	Taking    bool   `json:"taking,omitempty"`  // the bridge was turned on, and it is about to be taken as wanted
	Turning   bool   `json:"turning,omitempty"` // somebody has asked for the opposite of its tick, which is being done
	Why       string `json:"why,omitempty"`
	// WhyCode is Why in a code that faces have a sentence for: unknown-desktop, no-desktop, no-gsettings, of-machine,
	// of-user; empty: there is none. WhyDesktop is the desktop that the sentence names.
	WhyCode    string `json:"why_code,omitempty"`
	WhyDesktop string `json:"why_desktop,omitempty"`
	// Changed are the keys of the system's proxy setting that somebody else has set since it was taken. Astray says that
	// they lead programs past the bridge.
	Changed []string `json:"changed,omitempty"`
	Astray  bool     `json:"astray,omitempty"`
}

// Leads says that the system's programs are led to the bridge.
func (p SystemProxy) Leads() bool { return p.On && !p.Astray }

// release notes that it is not taken any more.
func (p *SystemProxy) release() {
	p.On = false
	p.drift(nil)
}

// drift notes which keys somebody else has changed.
func (p *SystemProxy) drift(changed []string) {
	p.Changed, p.Astray = changed, systemproxy.Decides(changed)
}

// A Problem is something that broke and that the user can mend, told by a code and its parameters, so that each face
// says it in the user's language.
type Problem struct {
	At   time.Time         `json:"at"`
	Code string            `json:"code"`           // "listen", "settings", "upstream.refused", …
	With map[string]string `json:"with,omitempty"` // what the sentence names: address, holder, profile, …
	Text string            `json:"text"`           // the error's own text, in English, with no secrets
	Over bool              `json:"over,omitempty"` // it has been mended since
}

// Process is the program that owns the bridge.
type Process struct {
	Program string `json:"program"` // "drawbridge-tray", "drawbridge run", ServiceProgram
	Version string `json:"version"`
	PID     int    `json:"pid"`
}

// ServiceProgram is what an owner calls itself that the system's service manager has started.
const ServiceProgram = "drawbridge service"

// IsService says that the system's service manager has started it: it goes on when the faces are closed.
func (p Process) IsService() bool { return p.Program == ServiceProgram }
