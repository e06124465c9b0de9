package tray

import (
	"strings"
	"testing"
	"time"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/app/words"
	"github.com/drawbridge-app/drawbridge/assets"
	"github.com/drawbridge-app/drawbridge/settings"
)

// office is a state of a bridge that relays through a profile called Office.
func office(change ...func(*app.State)) app.State {
	s := app.State{Settings: settings.Default(), Owner: app.Process{Program: "drawbridge-tray", PID: 7}}
	p := settings.DefaultProfile()
	p.Name, p.URL = "Office", "socks5://127.0.0.1:1080"
	s.Settings.Profiles = []settings.Profile{p}
	s.Profile = p
	for _, c := range change {
		c(&s)
	}
	return s
}

func on(s *app.State)     { s.On, s.Listen = true, []string{"127.0.0.1:1095"} }
func leased(s *app.State) { s.SystemProxy = app.SystemProxy{Supported: true, On: true} }
func wanted(s *app.State) { s.SystemProxy = app.SystemProxy{Supported: true, Wanted: true} }
func left(s *app.State)   { s.Settings.SystemProxy = "leave" }
func drifting(s *app.State) {
	s.SystemProxy.Changed = []string{"org.gnome.system.proxy ignore-hosts"}
}
func astray(s *app.State) {
	s.SystemProxy.Changed, s.SystemProxy.Astray = []string{"org.gnome.system.proxy mode"}, true
}
func turning(s *app.State)   { s.Turning = true }
func returning(s *app.State) { s.SystemProxy.Turning = true }
func down(s *app.State) {
	s.Upstream = app.Health{State: app.Down, Cause: "refused"}
	s.Problems = []app.Problem{{At: noon, Code: "upstream.refused", With: map[string]string{"profile": "Office", "address": "127.0.0.1:1080"}}}
}
func direct(s *app.State) {
	s.Profile.Name, s.Profile.URL, s.Chosen, s.Settings.Profiles = "built-in endpoint", "direct://", true, nil
}
func busy(s *app.State) {
	s.Problems = []app.Problem{{At: noon, Code: "listen", With: map[string]string{"address": "127.0.0.1:1095", "holder": "node, pid 7"}}}
}
func mended(s *app.State) {
	for i := range s.Problems {
		s.Problems[i].Over = true
	}
}
func rates(s *app.State) { s.Traffic.UpRate, s.Traffic.DownRate = 1200, 3_400_000 }

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.Local)

func TestLook(t *testing.T) {
	for _, tt := range []struct {
		name    string
		state   app.State
		sign    assets.Sign
		status  string
		tooltip string
		ticks   string // on, system proxy
	}{
		{"off", office(), assets.Off, "Off.", "Drawbridge: Off", "--"},
		{"on", office(on), assets.On, "On. Traffic crosses through Office.", "Drawbridge: On, through Office", "x-"},
		{"with rates", office(on, rates), assets.On, "On. Traffic crosses through Office.",
			"Drawbridge: On, through Office\nDown 3.4 MB/s, up 1.2 kB/s", "x-"},
		{"off keeps its last rates to itself", office(rates), assets.Off, "Off.", "Drawbridge: Off", "--"},
		{"system proxy", office(on, leased), assets.System, "On. Traffic crosses through Office.", "Drawbridge: On, through Office", "xx"},
		{"another program has changed the bypass list", office(on, leased, drifting), assets.System, "On. Traffic crosses through Office.",
			"Drawbridge: On, through Office", "xx"},
		{"another program has led the system elsewhere", office(on, leased, astray), assets.On, "On. Traffic crosses through Office.",
			"Drawbridge: On, through Office", "xx"},
		{"it will be the system's proxy", office(wanted), assets.Off, "Off.", "Drawbridge: Off", "-x"},
		{"it could not be the system's proxy", office(on, wanted), assets.On, "On. Traffic crosses through Office.", "Drawbridge: On, through Office", "x-"},
		{"being turned on", office(turning), assets.Off, "Off.", "Drawbridge: Off", "x-"},
		{"being turned off, and the system's proxy first", office(on, leased, turning, returning), assets.System,
			"On. Traffic crosses through Office.", "Drawbridge: On, through Office", "--"},
		{"upstream down", office(on, down), assets.Down, "On, but Office does not answer: connection refused.",
			"Drawbridge: Office does not answer", "x-"},
		{"upstream down outranks the system proxy", office(on, leased, down), assets.Down, "On, but Office does not answer: connection refused.",
			"Drawbridge: Office does not answer", "xx"},
		{"direct", office(on, direct), assets.On, "On. Traffic goes directly: the built-in endpoint is in use.", "Drawbridge: On, direct", "x-"},
		{"a direct upstream is never down", office(on, direct, down), assets.On, "On. Traffic goes directly: the built-in endpoint is in use.",
			"Drawbridge: On, direct", "x-"},
		{"port taken", office(busy), assets.Error, "127.0.0.1:1095 cannot be listened on: node, pid 7 holds it.",
			"Drawbridge: 127.0.0.1:1095 cannot be listened on: node, pid 7 holds it.", "--"},
		{"port taken while on", office(on, busy), assets.On, "On. Traffic crosses through Office.", "Drawbridge: On, through Office", "x-"},
		{"port free again", office(busy, mended), assets.Off, "Off.", "Drawbridge: Off", "--"},
	} {
		v := look(scene{state: tt.state, words: words.In("en")})
		if v.sign != tt.sign || v.status.title != tt.status || v.tooltip != tt.tooltip {
			t.Errorf("%s: %s, %q, %q, want %s, %q, %q", tt.name, v.sign, v.status.title, v.tooltip, tt.sign, tt.status, tt.tooltip)
		}
		if got := tick(v.on) + tick(v.systemProxy); got != tt.ticks {
			t.Errorf("%s: ticks %s, want %s", tt.name, got, tt.ticks)
		}
		if v.status.enabled || !v.status.visible {
			t.Errorf("%s: the status line is %+v", tt.name, v.status)
		}
		for _, e := range []entry{v.on, v.copy, v.address, v.test, v.window, v.quit} {
			if !e.enabled || !e.visible {
				t.Errorf("%s: %+v", tt.name, e)
			}
		}
		if v.systemProxy.enabled != tt.state.SystemProxy.Supported {
			t.Errorf("%s: %+v", tt.name, v.systemProxy)
		}
	}
}

func tick(e entry) string {
	if e.ticked {
		return "x"
	}
	return "-"
}

// While a test runs, and for a while after it, the status line is about it.
func TestLookOfTest(t *testing.T) {
	v := look(scene{state: office(on, down), test: "Testing the connection.", words: words.In("en")})
	if v.status.title != "Testing the connection." || v.sign != assets.Down {
		t.Errorf("%q, %s", v.status.title, v.sign)
	}
}

// While nobody has the bridge, it can be turned on, which makes us the owner, and not much else.
func TestLookOfNobody(t *testing.T) {
	v := look(scene{state: office(leased, func(s *app.State) { s.Owner = app.Process{} }), words: words.In("en")})
	if v.sign != assets.Error || v.status.title != "Drawbridge is not running." || v.tooltip != "Drawbridge: not running" {
		t.Errorf("%s, %q, %q", v.sign, v.status.title, v.tooltip)
	}
	if !v.on.enabled || !v.window.enabled || !v.quit.enabled || v.systemProxy.enabled || v.test.enabled || v.profiles.few[0].enabled {
		t.Errorf("%+v", v)
	}
	v = look(scene{words: words.In("en")}) // not even the last is known
	if e := v.systemProxy; e.title != "Use as system proxy" || e.enabled || e.ticked {
		t.Errorf("the system's proxy: %+v", e)
	}
}

// A bridge that runs in a terminal goes on without the icon, and the menu says so.
func TestLookOfRun(t *testing.T) {
	for tag, want := range map[string]string{
		"en": "Close the icon (the bridge goes on)", "zh-Hans": "关闭图标（吊桥继续运行）", "ru": "Закрыть значок (мост продолжит работу)",
	} {
		v := look(scene{words: words.In(tag), state: office(on, func(s *app.State) { s.Owner.Program = "drawbridge run" })})
		if v.quit.title != want {
			t.Errorf("%s: %q, want %q", tag, v.quit.title, want)
		}
	}
	if v := look(scene{words: words.In("en"), state: office(on)}); v.quit.title != "Quit" {
		t.Errorf("of the icon's own bridge: %q", v.quit.title)
	}
}

// A bridge that the system runs as a service: the menu says so, and what quitting does then.
func TestLookOfService(t *testing.T) {
	for tag, want := range map[string][3]string{
		"en":      {"On. Traffic crosses through Office. It runs as a service.", "Close the icon (the service goes on)", "Use as system proxy (the service knows of no desktop)"},
		"zh-Hans": {"已开启。流量经由 Office。作为服务运行。", "关闭图标（服务继续运行）", "设为系统代理（服务不知道桌面）"},
		"ru":      {"Включено. Трафик идёт через Office. Работает как служба.", "Закрыть значок (служба продолжит работу)", "Использовать как системный прокси (служба не знает рабочего стола)"},
	} {
		v := look(scene{words: words.In(tag), state: office(on, func(s *app.State) {
			s.Owner.Program, s.SystemProxy.WhyCode = app.ServiceProgram, "of-user"
		})})
		if got := [3]string{v.status.title, v.quit.title, v.systemProxy.title}; got != want {
			t.Errorf("%s: %q, want %q", tag, got, want)
		}
	}
}

func TestLookOfSystemProxy(t *testing.T) {
	v := look(scene{state: office(), words: words.In("en")})
	if e := v.systemProxy; e.title != "Use as system proxy (not supported here)" || e.enabled {
		t.Errorf("without support: %+v", e)
	}
	v = look(scene{state: office(leased), words: words.In("en")})
	if e := v.systemProxy; e.title != "Use as system proxy" || !e.enabled || v.again.visible {
		t.Errorf("with support: %+v, %+v", e, v.again)
	}
	lxqt := func(s *app.State) { s.SystemProxy.WhyCode, s.SystemProxy.WhyDesktop = "unknown-desktop", "LXQt" }
	v = look(scene{state: office(on, lxqt), words: words.In("en")})
	if e := v.systemProxy; e.title != "Use as system proxy (not known on LXQt)" || e.enabled {
		t.Errorf("on a desktop that is not known: %+v", e)
	}
	for _, s := range []app.State{office(on, wanted, left), office(wanted, left)} {
		v = look(scene{state: s, words: words.In("en")})
		if e := v.systemProxy; e.title != "Use as system proxy (left alone, see Settings)" || e.enabled || e.ticked || !e.visible {
			t.Errorf("left alone: %+v", e)
		}
	}
	v = look(scene{state: office(on, leased, left), words: words.In("en")}) // to give it back has failed
	if e := v.systemProxy; !e.enabled || !e.ticked {
		t.Errorf("left alone, but still taken: %+v", e)
	}
	v = look(scene{state: office(on, leased, drifting), words: words.In("en")})
	if e := v.again; e.title != "Changed by another program: set it again" || !e.enabled || !e.visible {
		t.Errorf("changed by another program: %+v", e)
	}
	for name, s := range map[string]app.State{"taken no more": office(on, wanted, drifting), "nobody": office(leased, drifting, func(s *app.State) { s.Owner = app.Process{} })} {
		if v = look(scene{state: s, words: words.In("en")}); v.again.visible {
			t.Errorf("%s: %+v", name, v.again)
		}
	}
}

// Without the password, which another process keeps for itself, there is no line that works.
func TestLookOfCopy(t *testing.T) {
	v := look(scene{state: office(func(s *app.State) { s.Settings.Login = settings.Login{User: "ann", Password: "***"} }), words: words.In("en")})
	if v.copy.enabled || v.copy.title != "Copy proxy command (the login is not known here)" {
		t.Errorf("%+v", v.copy)
	}
}

// named gives a state these profiles, the second in use.
func named(names ...string) func(*app.State) {
	return func(s *app.State) {
		s.Settings.Profiles = nil
		for _, n := range names {
			s.Settings.Profiles = append(s.Settings.Profiles, settings.Profile{Name: n, URL: "socks5://h:1"})
		}
		s.Profile = s.Settings.Profiles[1]
	}
}

func TestLookOfProfiles(t *testing.T) {
	list := func(es []entry) string {
		var b strings.Builder
		for _, e := range es {
			b.WriteString(tick(e) + e.title + " ")
		}
		return strings.TrimSpace(b.String())
	}
	for _, tt := range []struct {
		name              string
		state             app.State
		few, parent, many string
	}{
		{"two", office(named("a", "b")), "-a xb", "", ""},
		{"five", office(named("a", "b", "c", "d", "e")), "-a xb -c -d -e", "", ""},
		{"six", office(named("a", "b", "c", "d", "e", "f")), "", "Upstream: b", "-a xb -c -d -e -f"},
		{"none", office(direct), "xBuilt-in endpoint", "", ""},
	} {
		p := look(scene{state: tt.state, words: words.In("en")}).profiles
		if list(p.few) != tt.few || p.parent.title != tt.parent || p.parent.visible != (tt.parent != "") || list(p.many) != tt.many {
			t.Errorf("%s: %q, %q, %q, want %q, %q, %q", tt.name, list(p.few), p.parent.title, list(p.many), tt.few, tt.parent, tt.many)
		}
		for _, e := range p.few {
			if e.enabled == tt.state.Chosen {
				t.Errorf("%s: %+v", tt.name, e)
			}
		}
	}
}

func TestLookOfProblems(t *testing.T) {
	v := look(scene{state: office(), words: words.In("en")})
	if v.problems.enabled || len(v.recent) != 0 {
		t.Errorf("without any: %+v, %v", v.problems, v.recent)
	}
	s := office(on, down)
	old := s.Problems[0]
	old.Over = true
	for range 6 {
		s.Problems = append(s.Problems, old)
	}
	v = look(scene{state: s, words: words.In("en")})
	if !v.problems.enabled || len(v.recent) != 2*mostRecent {
		t.Fatalf("%+v, %d lines", v.problems, len(v.recent))
	}
	if what := v.recent[0]; what.title != "12:00  Office does not answer: connection refused." || !what.enabled {
		t.Errorf("%+v", what)
	}
	if next := v.recent[1]; strings.TrimSpace(next.title) != "Check that the program behind 127.0.0.1:1080 is running: ssh, ss-local, Tor." || !next.visible {
		t.Errorf("%+v", next)
	}
	if v.recent[3].visible {
		t.Error("what is mended still has a next step")
	}
}

func TestLookAtANewerVersion(t *testing.T) {
	newer := func(s *app.State) {
		s.Update = app.Update{Stage: app.UpdateAvailable, Version: "1.3.0", Doing: app.CheckUpdate}
	}
	gone := func(s *app.State) { s.Owner = app.Process{} }
	for _, tt := range []struct {
		name    string
		state   app.State
		visible bool
	}{
		{"none", office(on), false},
		{"one", office(on, newer), true},
		{"one, while off", office(newer), true},
		{"nobody owns the bridge any more", office(newer, gone), false},
	} {
		got := look(scene{state: tt.state, words: words.In("en")}).update
		if got.visible != tt.visible || tt.visible && (got.title != "Version 1.3.0 is there" || !got.enabled) {
			t.Errorf("%s: %+v", tt.name, got)
		}
	}
}

// Whatever names a user gives, lines stay short enough for menus and for Windows' tooltips.
func TestLookIsBounded(t *testing.T) {
	long := strings.Repeat("a long name ", 40)
	for _, tag := range []string{"en", "zh-Hans", "ru"} {
		s := office(on, down, rates, named(long, long+"b"))
		v := look(scene{state: s, test: long, words: words.In(tag)})
		if n := len([]rune(v.tooltip)); n > 127 {
			t.Errorf("%s: a tooltip of %d characters", tag, n)
		}
		for _, e := range append(v.profiles.few, append(v.recent, v.status)...) {
			if n := len([]rune(e.title)); n > mostTitle+10 {
				t.Errorf("%s: a line of %d characters", tag, n)
			}
		}
	}
}

func TestClip(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"short", "short"},
		{" two\nlines\t", "two lines"},
		{"0123456789", "0123456789"},
		{"01234567890", "012345678…"},
		{"01234567 90", "01234567…"},
		{"零一二三四五六七八九十", "零一二三四五六七八…"},
	} {
		if got := clip(tt.in, 10); got != tt.want {
			t.Errorf("clip(%q, 10) = %q, want %q", tt.in, got, tt.want)
		}
	}
}
