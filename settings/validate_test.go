package settings

import (
	"errors"
	"strings"
	"testing"

	"github.com/drawbridge-app/drawbridge/bridge"
)

func TestValidate(t *testing.T) {
	office := DefaultProfile()
	office.Name, office.URL = "Office", "socks5://127.0.0.1:1080"
	tor := Profile{Name: "Tor", URL: "socks5://127.0.0.1:9050"} // the zero value of its choices is auto
	login := Login{"ann", "open sesame"}

	tests := []struct {
		name   string
		change func(*Settings)
		want   []string // a part of each problem, in order; none: valid
	}{
		{"defaults", func(*Settings) {}, nil},
		{"version 0", func(s *Settings) { s.Version = 0 }, []string{"version: has to be 1, not 0"}},

		{"several addresses", func(s *Settings) { s.Listen = []string{"127.0.0.1:1095", "[::1]:1095", "127.0.0.2:1095"} }, nil},
		{"any port, twice", func(s *Settings) { s.Listen = []string{"127.0.0.1:0", "127.0.0.1:0"} }, nil},
		{"no address", func(s *Settings) { s.Listen = nil }, []string{"listen: is empty"}},
		{"twice", func(s *Settings) { s.Listen = []string{"127.0.0.1:1", "127.0.0.1:1"} }, []string{`listen: "127.0.0.1:1": is there twice`}},
		{"twice, in two forms", func(s *Settings) { s.Listen = []string{"[::1]:1", "[0:0:0:0:0:0:0:1]:1"} }, []string{"is there twice"}},
		{"part of another", func(s *Settings) { s.Open, s.Listen = true, []string{"0.0.0.0:1", "127.0.0.1:1"} }, []string{`"127.0.0.1:1": cannot be beside 0.0.0.0:1,`}},
		{"part of a later one", func(s *Settings) { s.Open, s.Listen = true, []string{"127.0.0.1:1", "[::]:1"} }, []string{`"[::]:1": cannot be beside 127.0.0.1:1,`}},
		{"a name", func(s *Settings) { s.Listen = []string{"localhost:1095"} }, []string{`"localhost" has to be an IP address`}},
		{"no host", func(s *Settings) { s.Listen = []string{":1095"} }, []string{"names no address"}},
		{"no port", func(s *Settings) { s.Listen = []string{"127.0.0.1"} }, []string{"is no address and port"}},
		{"a bare IPv6", func(s *Settings) { s.Listen = []string{"::1:1095"} }, []string{"is no address and port"}},
		{"a port out of range", func(s *Settings) { s.Listen = []string{"127.0.0.1:65536"} }, []string{`port "65536"`}},
		{"a port by name", func(s *Settings) { s.Listen = []string{"127.0.0.1:http"} }, []string{`port "http"`}},
		{"others can connect", func(s *Settings) { s.Listen = []string{"192.0.2.1:1"} }, []string{"other machines can connect"}},
		{"others can connect by IPv6", func(s *Settings) { s.Listen = []string{"[::]:1"} }, []string{"other machines can connect"}},
		{"others may connect", func(s *Settings) { s.Listen, s.Open = []string{"192.0.2.1:1"}, true }, nil},
		{"others log in", func(s *Settings) { s.Listen, s.Login = []string{"192.0.2.1:1"}, login }, nil},
		{"all of them are told", func(s *Settings) { s.Listen = []string{"a:1", "b:1"} }, []string{`"a:1"`, `"b:1"`}},

		{"targets to bypass", func(s *Settings) { s.Bypass = []string{"*.corp", "10.0.0.0/8", "<local>"} }, nil},
		{"no patterns", func(s *Settings) { s.Bypass = []string{"a", "10.0.0.0/99", ""} }, []string{`bypass: "10.0.0.0/99": `, "bypass: "}},

		{"a user without a password", func(s *Settings) { s.Login.User = "ann" }, []string{"login.password: is missing"}},
		{"a password without a user", func(s *Settings) { s.Login.Password = "x" }, []string{"login.user: is missing"}},
		{"a colon in the user", func(s *Settings) { s.Login = Login{"a:b", "x"} }, []string{`login.user: "a:b": may have no colon`}},
		{"a line end in the password", func(s *Settings) { s.Login = Login{"a", "hunter2\n"} }, []string{"login.password: may have no control"}},

		{"profiles", func(s *Settings) { s.Profiles, s.Use = []Profile{office, tor}, "Tor" }, nil},
		{"use of none", func(s *Settings) { s.Use = "Office" }, []string{`use: "Office": there is no profile of that name`}},
		{"use of another", func(s *Settings) { s.Profiles, s.Use = []Profile{office}, "office" }, []string{`did you mean "Office"?`}},
		{"one name twice", func(s *Settings) { s.Profiles = []Profile{office, office} }, []string{`profile.2.name: "Office": profile 1 has`}},
		{"an empty profile", func(s *Settings) { s.Profiles = []Profile{{}} }, []string{"profile.1.name: is missing", "profile.1.url: is missing"}},
		{"a space at the end", func(s *Settings) { s.Profiles = []Profile{{Name: "a ", URL: office.URL}} }, []string{`"a ": may not begin or end`}},
		{"direct", func(s *Settings) { s.Profiles = []Profile{{Name: "a", URL: "direct://"}} }, nil},
		{"no scheme", func(s *Settings) { s.Profiles = []Profile{{Name: "a", URL: "192.0.2.1:1080"}} }, nil},
		{"a scheme that nobody knows", func(s *Settings) { s.Profiles = []Profile{{Name: "a", URL: "gopher://192.0.2.1"}} }, []string{`profile.a.url: "gopher://192.0.2.1": scheme "gopher"`}},
		{"no port number", func(s *Settings) { s.Profiles = []Profile{{Name: "a", URL: "socks5://h:x"}} }, []string{`profile.a.url: "socks5://h:x": the port`}},
		{"a secret in the URL", func(s *Settings) { s.Profiles = []Profile{{Name: "a", URL: "socks5://u:hunter2@h"}} }, []string{`"socks5://u:***@h": has a login in it`}},
		{"ourselves", func(s *Settings) { s.Profiles = []Profile{{Name: "a", URL: "socks5://127.0.0.1:1095"}} }, []string{"is our own address 127.0.0.1:1095"}},
		{"ourselves, as localhost", func(s *Settings) { s.Profiles = []Profile{{Name: "a", URL: "socks5://LocalHost:1095"}} }, []string{"is our own address"}},
		{"ourselves, through every address", func(s *Settings) {
			s.Open, s.Listen, s.Profiles = true, []string{"0.0.0.0:1"}, []Profile{{Name: "a", URL: "socks5://127.0.0.9:1"}}
		}, []string{"is our own address 0.0.0.0:1"}},
		{"a password alone", func(s *Settings) { s.Profiles = []Profile{{Name: "a", URL: office.URL, Password: "hunter2"}} }, []string{"profile.a.user: is missing"}},
		{"a user alone", func(s *Settings) { s.Profiles = []Profile{{Name: "a", URL: office.URL, User: "u"}} }, []string{"profile.a.password: is missing"}},
		{"a user alone, for SOCKS 4", func(s *Settings) { s.Profiles = []Profile{{Name: "a", URL: "socks4://192.0.2.1", User: "u"}} }, nil},
		{"a password for SOCKS 4", func(s *Settings) {
			s.Profiles = []Profile{{Name: "a", URL: "socks4://192.0.2.1", User: "u", Password: "hunter2"}}
		}, []string{"has no password"}},
		{"method password without a user", func(s *Settings) { s.Profiles = []Profile{{Name: "a", URL: office.URL, Method: "password"}} }, []string{"profile.a.user: is missing"}},
		{"a password too long", func(s *Settings) {
			s.Profiles = []Profile{{Name: "a", URL: office.URL, User: "u", Password: Secret(strings.Repeat("hunter2", 40))}}
		}, []string{"profile.a.password: has 280 bytes"}},
		{"choices", func(s *Settings) {
			s.Profiles = []Profile{{Name: "a", URL: office.URL, Method: "x", OneFlight: "maybe"}}
			s.Log = Log{"loud", ""}
		}, []string{`log.level: "loud": has to be one of debug, info, warn, error`, "log.format: has to be", `profile.a.method: "x"`, `profile.a.one_flight: "maybe"`}},
		{"bypass", func(s *Settings) { s.Bypass = []string{"*.corp", "10.0.0.0/64", "a b"} }, []string{`bypass: "10.0.0.0/64": `, `bypass: "a b": `}},
		{"spares", func(s *Settings) { s.Profiles = []Profile{{Name: "a", URL: office.URL, Spares: 65}} }, []string{`profile.a.spares: "65"`}},

		{"below zero", func(s *Settings) { s.Timeouts.Dial, s.Pool.Total, s.Limits.HeadBytes = -1, -1, -1 }, []string{
			`timeouts.dial: "-1ns": may not be below zero`, `pool.total: "-1": may not`, `limits.head_bytes: "-1": may not`,
		}},
		{"heads too small and too large", func(s *Settings) { s.Limits.HeadBytes, s.Limits.HeadFields = 100, 1<<20 }, []string{
			"limits.head_bytes: ", "limits.head_fields: ",
		}},
	}
	for _, tt := range tests {
		s := Default()
		tt.change(&s)
		err := Validate(s)
		var problems Problems
		if errors.As(err, &problems) != (tt.want != nil) || len(problems) != len(tt.want) {
			t.Errorf("%s: got %v, want %q", tt.name, err, tt.want)
			continue
		}
		for i, want := range tt.want {
			if got := problems[i].Error(); !strings.Contains(got, want) {
				t.Errorf("%s: got %q, want %q", tt.name, got, want)
			}
		}
		if err != nil && strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: a secret shows: %v", tt.name, err)
		}
	}
}

func TestProfileFromURL(t *testing.T) {
	tests := []struct{ text, url, user, password string }{
		{"socks5://192.0.2.1:1080", "socks5://192.0.2.1:1080", "", ""},
		{"192.0.2.1", "192.0.2.1", "", ""},
		{"socks5://ann:p%40ss@h.example:1", "socks5://h.example:1", "ann", "p@ss"},
		{"socks4://ann@h.example", "socks4://h.example:1080", "ann", ""},
	}
	for _, tt := range tests {
		p, err := ProfileFromURL("x", tt.text)
		if err != nil || p.URL != tt.url || p.User != tt.user || p.Password.Reveal() != tt.password {
			t.Errorf("ProfileFromURL(%q) = %+v, %v", tt.text, p, err)
			continue
		}
		s := Default()
		s.Profiles = []Profile{p}
		if err := Validate(s); err != nil {
			t.Errorf("ProfileFromURL(%q) is not valid: %v", tt.text, err)
		}
	}
	if _, err := ProfileFromURL("x", "socks5://ann:hunter2@:1"); err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("got %v, want an error without the password", err)
	}
}

// What Validate takes, the engine has to take too, or a saved change would fail only when it is applied.
func TestTheEngineTakesWhatIsValid(t *testing.T) {
	for _, address := range []string{"127.0.0.1:0", "[::1]:1095", "127.0.0.2:65535", "192.0.2.1:1", "[::]:1", "[fe80::1%eth0]:1", "[::ffff:127.0.0.1]:1"} {
		for _, open := range []bool{false, true} {
			s := Default()
			s.Listen, s.Open = []string{address}, open
			if Validate(s) != nil {
				continue
			}
			if err := bridge.CheckListen(address, open); err != nil {
				t.Errorf("%s with open = %v is valid, and the engine says: %v", address, open, err)
			}
		}
	}
}
