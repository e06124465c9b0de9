package tray

import (
	"strings"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/app/programs"
	"github.com/drawbridge-app/drawbridge/app/words"
	"github.com/drawbridge-app/drawbridge/assets"
	"github.com/drawbridge-app/drawbridge/settings"
)

// A scene is all that the tray shows something of.
type scene struct {
	state app.State
	test  string // outcome of a test, or that one runs; empty: none to tell
	words *words.Language
}

// A view is what the tray looks like.
type view struct {
	sign    assets.Sign
	tooltip string

	status      entry
	on          entry
	systemProxy entry
	again       entry // to set what another program has changed
	profiles    profiles
	copy        entry
	address     entry // in copy's menu, below the shells
	test        entry
	window      entry
	update      entry // that a newer version is there
	problems    entry
	recent      []entry // two for each problem: what broke, and what to do about it
	quit        entry
}

// profiles are shown one below the other while they are few, and else in a menu of their own.
type profiles struct {
	few    []entry
	parent entry
	many   []entry
}

// An entry is one item of the menu. The zero value is hidden.
type entry struct {
	title   string
	ticked  bool
	enabled bool
	visible bool
	profile string // the name of the one that it is for, whole; empty: it is for none
}

// indent is as wide as a time of day and two spaces: figure spaces for figures.
const indent = "\u2007\u2007\u2008\u2007\u2007  "

const (
	mostFew    = 5 // profiles without a menu of their own
	mostRecent = 5 // problems
)

// look is the whole of what a scene looks like.
func look(s scene) view {
	say := s.words.Say
	v := view{
		sign:        signOf(s),
		tooltip:     tooltip(s),
		status:      entry{title: status(s), visible: true},
		on:          entry{title: say("tray.on"), ticked: s.state.On != s.state.Turning, enabled: true, visible: true},
		systemProxy: systemProxy(s),
		again:       entry{title: say("tray.system_proxy_again"), enabled: true, visible: drifted(s.state) && !s.gone()},
		profiles:    profileEntries(s),
		copy:        entry{title: say("tray.copy"), enabled: len(s.state.Settings.Listen) > 0, visible: true},
		address:     entry{title: say("tray.copy_url"), enabled: true, visible: true},
		test:        entry{title: say("tray.test"), enabled: !s.gone(), visible: true},
		window:      entry{title: say("tray.window"), enabled: true, visible: true},
		update:      entry{title: say("update.is", "version", s.state.Update.Version), enabled: true, visible: s.state.Update.Stage != "" && !s.gone()},
		problems:    entry{title: say("tray.problems"), visible: true},
		quit:        entry{title: say("tray.quit"), enabled: true, visible: true},
	}
	switch {
	case s.state.Owner.IsService():
		v.quit.title = say("tray.quit_service")
	case !s.gone() && s.state.Owner.Program != programs.Tray:
		v.quit.title = say("tray.quit_run")
	}
	if secret(s.state) {
		v.copy = entry{title: say("tray.no_copy"), visible: true}
	}
	for _, p := range s.state.Problems[:min(len(s.state.Problems), mostRecent)] {
		v.problems.enabled = true
		what, next := s.words.Problem(p)
		v.recent = append(v.recent,
			entry{title: p.At.Format("15:04") + "  " + clip(what, mostTitle), enabled: true, visible: true},
			entry{title: indent + clip(next, mostTitle), visible: next != ""})
	}
	return v
}

// gone reports whether nobody owns the bridge.
func (s scene) gone() bool { return s.state.Owner.Program == "" }

func signOf(s scene) assets.Sign {
	switch {
	case s.gone():
		return assets.Error
	case s.state.On && s.state.Upstream.State == app.Down && !s.state.Direct():
		return assets.Down
	case s.state.On && s.state.SystemProxy.Leads():
		return assets.System
	case s.state.On:
		return assets.On
	}
	if _, broken := s.state.Problem(); broken {
		return assets.Error
	}
	return assets.Off
}

// Lengths, in characters, that menus and tooltips bear.
const (
	mostTitle = 110
	mostName  = 50
	mostBrief = 60 // Windows takes 127 UTF-16 units for the whole tooltip
)

// status is the sentence at the menu's top: what was asked for last, or what state all is in.
func status(s scene) string {
	p, broken := s.state.Problem()
	switch {
	case s.gone():
		return s.words.Say("status.gone")
	case s.test != "":
		return clip(s.test, mostTitle)
	case broken && !s.state.On:
		what, _ := s.words.Problem(p)
		return clip(what, mostTitle)
	}
	text := s.words.Status(s.state)
	if s.state.Owner.IsService() {
		text = s.words.Say("tray.service", "status", text)
	}
	return clip(text, mostTitle)
}

func tooltip(s scene) string {
	brief := s.words.Brief(s.state)
	switch _, broken := s.state.Problem(); {
	case s.gone():
		brief = s.words.Say("brief.gone")
	case broken && !s.state.On:
		brief = status(s)
	}
	text := s.words.Say("app.name") + ": " + clip(brief, mostBrief)
	if t := s.state.Traffic; s.state.On && (t.UpRate > 0 || t.DownRate > 0) {
		text += "\n" + s.words.Say("brief.rates", "down", words.Rate(t.DownRate), "up", words.Rate(t.UpRate))
	}
	return text
}

func systemProxy(s scene) entry {
	p, left := s.state.SystemProxy, s.state.SystemProxyLeft()
	switch {
	case s.gone(): // nobody knows whether it is supported
		return entry{title: s.words.Say("tray.system_proxy"), visible: true}
	case !p.Supported:
		return entry{title: s.words.UnsupportedItem(p), visible: true}
	case left && !p.On: // one that could not be given back still can
		return entry{title: s.words.Say("tray.system_proxy_left"), visible: true}
	}
	return entry{title: s.words.Say("tray.system_proxy"), ticked: s.state.SystemProxyTicked(), enabled: true, visible: true}
}

func profileEntries(s scene) profiles {
	now := s.state.Profile
	list := s.state.Settings.Profiles
	if s.state.Chosen {
		list = []settings.Profile{now}
	}
	var all []entry
	for _, p := range list {
		name := words.ProfileName(p)
		if s.state.Chosen && s.state.Direct() { // the user has given it no name
			name = s.words.Say("tray.builtin")
		}
		all = append(all, entry{
			title:   clip(name, mostName),
			profile: p.Name,
			ticked:  p.Name == now.Name,
			enabled: !s.state.Chosen && !s.gone(),
			visible: true,
		})
	}
	if len(all) <= mostFew {
		return profiles{few: all}
	}
	title := s.words.Say("tray.upstream", "profile", clip(words.ProfileName(now), mostName))
	return profiles{parent: entry{title: title, enabled: true, visible: true}, many: all}
}

// secret says that what clients need is not known here: an owner in another process keeps the password to itself.
func secret(s app.State) bool { return s.Settings.Login.Password == "***" }

// clip shortens text to so many characters, with an ellipsis for the rest, and makes one line of it.
func clip(text string, most int) string {
	letters := []rune(strings.Join(strings.Fields(text), " "))
	if len(letters) <= most {
		return string(letters)
	}
	return strings.TrimRight(string(letters[:most-1]), " ") + "…"
}
