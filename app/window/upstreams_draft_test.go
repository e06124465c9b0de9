package window

import (
	"errors"
	"maps"
	"slices"
	"testing"

	"github.com/drawbridge-app/drawbridge/app/words"
	"github.com/drawbridge-app/drawbridge/settings"
)

func TestTyped(t *testing.T) {
	home := office().Profiles[2]
	for _, tt := range []struct {
		name   string
		before func(*settings.Profile)
		typing func(*typed)
		want   func(*settings.Profile)
	}{
		{name: "nothing typed, nothing changed"},
		{name: "a URL stays as it was written",
			before: func(p *settings.Profile) { p.URL = "SOCKS5H://home.example:1080/" },
			typing: func(t *typed) { t.name = "House" },
			want:   func(p *settings.Profile) { p.Name, p.URL = "House", "SOCKS5H://home.example:1080/" }},
		{name: "another port", typing: func(t *typed) { t.address = "home.example:1081" },
			want: func(p *settings.Profile) { p.URL = "socks5://home.example:1081" }},
		{name: "no address", typing: func(t *typed) { t.address = "" }, want: func(p *settings.Profile) { p.URL = "" }},
		{name: "an empty password is the stored one", typing: func(t *typed) { t.user = "bert" }, want: func(p *settings.Profile) { p.User = "bert" }},
		{name: "a new password", typing: func(t *typed) { t.password = "s3cret" }, want: func(p *settings.Profile) { p.Password = "s3cret" }},
		{name: "without a user there is no password", typing: func(t *typed) { t.user = "" }, want: func(p *settings.Profile) { p.User, p.Password = "", "" }},
		{name: "SOCKS4a has a user alone", typing: func(t *typed) { t.kind = "socks4a" },
			want: func(p *settings.Profile) { p.URL, p.Password = "socks4a://home.example:1080", "" }},
		{name: "the built-in endpoint has no login", typing: func(t *typed) { t.kind, t.address = "direct", "" },
			want: func(p *settings.Profile) { p.URL, p.User, p.Password = "direct://", "", "" }},
		{name: "spares", typing: func(t *typed) { t.spares = " 5 " }, want: func(p *settings.Profile) { p.Spares = 5 }},
		{name: "spares that are no number", typing: func(t *typed) { t.spares = "many" }, want: func(p *settings.Profile) { p.Spares = -1 }},
		{name: "an empty method is auto, and stays empty",
			before: func(p *settings.Profile) { p.Method, p.OneFlight = "", "" },
			typing: func(t *typed) { t.oneFlight = "no" },
			want:   func(p *settings.Profile) { p.Method, p.OneFlight = "", "no" }},
	} {
		before := home
		if tt.before != nil {
			tt.before(&before)
		}
		typed, want := typedFrom(before), before
		if tt.typing != nil {
			tt.typing(&typed)
			tt.want(&want)
		}
		if got := typed.profile(before); got != want || got.Password.Reveal() != want.Password.Reveal() {
			t.Errorf("%s: %+v, want %+v", tt.name, got, want)
		}
	}
}

func TestDraftApplies(t *testing.T) {
	s := office()
	home, _ := named(s, "Home")
	fresh := settings.DefaultProfile()
	for _, tt := range []struct {
		name    string
		draft   draft
		typing  func(*typed)
		names   []string
		use     string
		secrets map[string]string
	}{
		{"another port", edit(home), func(t *typed) { t.address = "home.example:1" }, []string{"Office", "Tor", "Home"}, "Office", nil},
		{"renamed, with its password", edit(home), func(t *typed) { t.name = "House" }, []string{"Office", "Tor", "House"}, "Office", map[string]string{"House": "Home"}},
		{"renamed, with a new password", edit(home), func(t *typed) { t.name, t.password = "House", "x" }, []string{"Office", "Tor", "House"}, "Office", nil},
		{"renamed while in use", edit(s.Profiles[0]), func(t *typed) { t.name = "Work" }, []string{"Work", "Tor", "Home"}, "Work", nil},
		{"a copy, with its password", duplicate(home, s), func(*typed) {}, []string{"Office", "Tor", "Home", "Home 2"}, "Office", map[string]string{"Home 2": "Home"}},
		{"a new one", draft{base: fresh, typed: typedFrom(fresh)}, func(t *typed) { t.name, t.address = "New", "h:1" }, []string{"Office", "Tor", "Home", "New"}, "Office", nil},
	} {
		tt.typing(&tt.draft.typed)
		e := tt.draft.apply(s)
		if got := names(e.To); !slices.Equal(got, tt.names) || e.To.Use != tt.use || !maps.Equal(e.Secrets, tt.secrets) {
			t.Errorf("%s: profiles %v, use %q, secrets %v, want %v, %q, %v", tt.name, got, e.To.Use, e.Secrets, tt.names, tt.use, tt.secrets)
		}
		if err := settings.Validate(e.To); err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		if !e.From.Equal(office()) {
			t.Errorf("%s: changes what it began with", tt.name)
		}
	}
}

func names(s settings.Settings) []string {
	var ns []string
	for _, p := range s.Profiles {
		ns = append(ns, p.Name)
	}
	return ns
}

func TestDraftProblems(t *testing.T) {
	for _, tt := range []struct {
		name      string
		typing    func(*typed)
		fields    map[string]string
		elsewhere int
		settings  func(*settings.Settings)
	}{
		{name: "right", typing: func(t *typed) { t.name = "House" }},
		{name: "no name", typing: func(t *typed) { t.name = "" }, fields: map[string]string{"name": "Is missing"}},
		{name: "a name that is taken", typing: func(t *typed) { t.name = "Tor" }, fields: map[string]string{"name": `"Tor": profile 2 has that name already`}},
		{name: "a name with dots", typing: func(t *typed) { t.name, t.spares = "a.b", "x" }, fields: map[string]string{"spares": `"-1": may not be below zero`}},
		{name: "no port", typing: func(t *typed) { t.address = "h:0" },
			fields: map[string]string{"url": `"socks5://h:0": the port is not a number from 1 to 65535`}},
		{name: "SOCKS4 needs no password", typing: func(t *typed) { t.kind = "socks4" }},
		{name: "spares", typing: func(t *typed) { t.spares = "65" }, fields: map[string]string{"spares": `"65": more than 64 are of no use`}},
		{name: "our own address", typing: func(t *typed) { t.address = "127.0.0.1:1095" },
			fields: map[string]string{"url": `"socks5://127.0.0.1:1095": is our own address 127.0.0.1:1095: traffic would run in a circle`}},
		{name: "elsewhere", typing: func(t *typed) {}, settings: func(s *settings.Settings) { s.Listen = []string{"nowhere"} }, elsewhere: 1},
	} {
		s := office()
		if tt.settings != nil {
			tt.settings(&s)
		}
		d := edit(s.Profiles[2])
		tt.typing(&d.typed)
		fields, elsewhere := d.problems(words.In("en"), s)
		if !maps.Equal(fields, tt.fields) || len(elsewhere) != tt.elsewhere {
			t.Errorf("%s: problems are %q and elsewhere %q, want %q and %d", tt.name, fields, elsewhere, tt.fields, tt.elsewhere)
		}
	}
	if _, elsewhere := profileProblems(words.In("en"), errors.New("something else"), "Home", 2); len(elsewhere) != 1 {
		t.Errorf("an error that is no Problems is told as %q", elsewhere)
	}
}

func TestDraftMeetsSettings(t *testing.T) {
	change := func(f func(*settings.Settings)) settings.Settings {
		s := office()
		f(&s)
		return s
	}
	renamed := func(d draft) draft { d.typed.name = "House"; return d }
	sent := func(d draft) draft { d.sent = d.profile(); return d }
	since := func(d draft) draft { d.typed.user = "bert"; return d }
	home, _ := named(office(), "Home")
	for _, tt := range []struct {
		name  string
		draft draft
		now   settings.Settings
		left  bool
		clash clash
	}{
		{"nothing has happened", renamed(edit(home)), office(), true, clashNone},
		{"something else has changed", renamed(edit(home)), change(func(s *settings.Settings) { s.Use = "Tor" }), true, clashNone},
		{"it was applied", sent(renamed(edit(home))), change(func(s *settings.Settings) { s.Profiles[2].Name = "House" }), false, clashNone},
		{"it was applied, and something typed since", since(sent(renamed(edit(home)))), change(func(s *settings.Settings) { s.Profiles[2].Name = "House" }), true, clashNone},
		{"somebody else renamed it", renamed(edit(home)), change(func(s *settings.Settings) { s.Profiles[2].Name = "House" }), true, clashDeleted},
		{"it was changed", renamed(edit(home)), change(func(s *settings.Settings) { s.Profiles[2].Spares = 7 }), true, clashChanged},
		{"it was changed before anything was typed", edit(home), change(func(s *settings.Settings) { s.Profiles[2].Spares = 7 }), false, clashNone},
		{"it was deleted", renamed(edit(home)), change(func(s *settings.Settings) { s.Profiles = s.Profiles[:2] }), true, clashDeleted},
		{"it was deleted before anything was typed", edit(home), change(func(s *settings.Settings) { s.Profiles = s.Profiles[:2] }), false, clashNone},
		{"a new one stays", duplicate(home, office()), office(), true, clashNone},
		{"a new one was applied", sent(duplicate(home, office())), change(func(s *settings.Settings) {
			copied := home
			copied.Name = "Home 2"
			s.Profiles = append(s.Profiles, copied)
		}), false, clashNone},
	} {
		d, left := tt.draft.meet(tt.now)
		if left != tt.left || d.clash != tt.clash {
			t.Errorf("%s: left %v, clash %v, want %v, %v", tt.name, left, d.clash, tt.left, tt.clash)
		}
		if !left {
			continue
		}
		if d = d.insist(); d.clash != clashNone {
			t.Errorf("%s: the clash stays", tt.name)
		}
		if again, _ := d.meet(tt.now); again.clash != clashNone {
			t.Errorf("%s: the clash comes again", tt.name)
		}
	}
}

func TestMoved(t *testing.T) {
	for _, tt := range []struct {
		name string
		by   int
		use  string
		want []string
	}{
		{"Tor", -1, "Office", []string{"Tor", "Office", "Home"}},
		{"Tor", 1, "", []string{"Office", "Home", "Tor"}},
		{"Office", 1, "", []string{"Tor", "Office", "Home"}}, // the first is in use, and stays so
		{"Office", -1, "Office", nil},
		{"Home", 1, "Office", nil},
		{"nobody", 1, "Office", nil},
	} {
		s := office()
		s.Use = tt.use
		e, ok := moved(tt.name, tt.by, s)
		if got := names(e.To); ok != (tt.want != nil) || !slices.Equal(got, tt.want) || ok && e.To.Use != "Office" {
			t.Errorf("moved(%q, %d) = %v, use %q, want %v", tt.name, tt.by, got, e.To.Use, tt.want)
		}
		if !slices.Equal(names(s), []string{"Office", "Tor", "Home"}) {
			t.Errorf("moved(%q, %d) changes what it began with", tt.name, tt.by)
		}
	}
}

func TestWithout(t *testing.T) {
	for name, want := range map[string]string{"Office": "Tor", "Tor": "Office", "Home": "Office"} {
		to := without(name, office()).To
		in, _ := to.Profile()
		if in.Name != want || len(to.Profiles) != 2 {
			t.Errorf("without(%q) uses %q of %v, want %q", name, in.Name, names(to), want)
		}
		if err := settings.Validate(to); err != nil {
			t.Errorf("without(%q): %v", name, err)
		}
	}
}

func TestPasted(t *testing.T) {
	for _, tt := range []struct {
		text, name, url, user, password string
	}{
		{"socks5://127.0.0.1:9050", "127.0.0.1:9050", "socks5://127.0.0.1:9050", "", ""},
		{"  socks5h://anna:s3cret@jump.example:1080\n", "jump.example", "socks5://jump.example:1080", "anna", "s3cret"},
		{"jump.example", "jump.example", "socks5://jump.example", "", ""},
		{"[fd00::1]:1080", "[fd00::1]:1080", "socks5://[fd00::1]:1080", "", ""},
		{"socks4a://tor.example", "tor.example", "socks4a://tor.example", "", ""},
		{"direct://", "Direct", "direct://", "", ""},
		{"http://anna:s3cret@proxy.example:3128/", "proxy.example", "http://proxy.example:3128", "anna", "s3cret"},
		{"pac+file:///etc/proxy.pac", "PAC", "pac+file:///etc/proxy.pac", "", ""},
		{"pac+https://wpad.example/x.pac?a=b", "PAC", "pac+https://wpad.example/x.pac?a=b", "", ""},
		{"socks5://home.example:1", "home.example", "socks5://home.example:1", "", ""},
	} {
		d, err := pasted(tt.text, office())
		p := d.profile()
		if err != nil || p.Name != tt.name || p.URL != tt.url || p.User != tt.user || p.Password.Reveal() != tt.password {
			t.Errorf("pasted(%q) = %+v, %v, want %+v", tt.text, p, err, tt)
		}
	}
	for _, text := range []string{"ss://YWVzLTI1Ni1nY206cHc@host:8388", "vmess://abc", "ftp://host:443"} {
		var scheme schemeError
		if _, err := pasted(text, office()); !errors.As(err, &scheme) {
			t.Errorf("pasted(%q): %v, want an error about its scheme", text, err)
		}
	}
	for _, text := range []string{"", "socks5://", "a b", "socks5://h:99999"} {
		if d, err := pasted(text, office()); err == nil {
			t.Errorf("pasted(%q) = %+v, want an error", text, d)
		}
	}
	taken := office()
	taken.Profiles[0].Name = "home.example"
	if d, err := pasted("socks5://home.example:1", taken); err != nil || d.typed.name != "home.example 2" {
		t.Errorf("a name that is taken: %q, %v", d.typed.name, err)
	}
}
