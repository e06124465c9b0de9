package settings

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pelletier/go-toml/v2"

	words "github.com/drawbridge-app/drawbridge/assets/words"
)

// The faces say each code, in English with the very words of a Problem.
func TestReasonsHaveWords(t *testing.T) {
	text, err := words.Files.ReadFile("en.toml")
	if err != nil {
		t.Fatal(err)
	}
	var tables map[string]map[string]string
	if err := toml.Unmarshal(text, &tables); err != nil {
		t.Fatal(err)
	}
	said := tables["reason"]
	delete(said, "quoted") // how all of them stand behind a text
	want := make(map[string]string)
	for _, s := range sentences() {
		want[s.code] = s.text
	}
	if d := cmp.Diff(want, said); d != "" {
		t.Errorf("table [reason] of en.toml, -want +got:\n%s", d)
	}
}

// What is wrong has a code, also where the engine says it, which knows none.
func TestProblemsHaveCodes(t *testing.T) {
	url := func(text string) func(*Settings) {
		return func(s *Settings) { s.Profiles = []Profile{{Name: "a", URL: text}} }
	}
	listen := func(list ...string) func(*Settings) { return func(s *Settings) { s.Listen = list } }
	bypass := func(text string) func(*Settings) { return func(s *Settings) { s.Bypass = []string{text} } }
	for _, tt := range []struct {
		change func(*Settings)
		code   string
		with   map[string]string
	}{
		{listen(), "listen_empty", nil},
		{listen("x"), "listen_form", nil},
		{listen("127.0.0.1:x"), "listen_port", map[string]string{"port": "x"}},
		{listen("127.0.0.1:65536"), "listen_port", map[string]string{"port": "65536"}},
		{listen(":1095"), "listen_host", nil},
		{listen("localhost:1095"), "listen_name", map[string]string{"host": "localhost"}},
		{listen("0.0.0.0:1095"), "listen_exposed", nil},
		{listen("[::1]:1", "[::1]:1"), "listen_twice", nil},
		{url(""), "url_missing", nil},
		{url("direct://x"), "url_direct", nil},
		{url("1://x"), "url_scheme", nil},
		{url("ftp://h:1"), "url_unknown", map[string]string{"scheme": "ftp"}},
		{url("pac+http://h/a b\n"), "url_script_character", nil},
		{url("pac+http://a@h/x"), "url_script_user", nil},
		{url("pac+http://h/x#y"), "url_script_behind", nil},
		{url("pac+file://x.pac"), "url_script_file", nil},
		{url("pac+ftp://h/x"), "url_script_scheme", nil},
		{url("pac+http://127.0.0.1:1095/x"), "url_circle", map[string]string{"own": "127.0.0.1:1095"}},
		{url("http://127.0.0.1:1095"), "url_circle", map[string]string{"own": "127.0.0.1:1095"}},
		{func(s *Settings) {
			s.Profiles = []Profile{{Name: "a", URL: "pac+file:///x", User: "anna", Password: "b"}}
		}, "url_script_login", nil},
		{func(s *Settings) { s.Profiles = []Profile{{Name: "a", URL: "http://h:1", User: "a:b", Password: "c"}} }, "colon", nil},
		{url("h:1/x"), "url_behind", nil},
		{url("%zz@h:1"), "url_user", nil},
		{url("a:%zz@h:1"), "url_password", nil},
		{url(":x@h:1"), "url_nobody", nil},
		{url("a:b:c"), "url_form", nil},
		{url("socks5://:1"), "url_host", nil},
		{url("h:0"), "url_port", nil},
		{url("a b:1"), "url_character", nil},
		{url("[a:b]:1"), "url_address", nil},
		{url("anna@h:1"), "url_login", nil},
		{url("127.0.0.1:1095"), "url_circle", map[string]string{"own": "127.0.0.1:1095"}},
		{bypass(""), "bypass_empty", nil},
		{bypass("http://h/"), "bypass_url", nil},
		{bypass("a,b"), "bypass_several", nil},
		{bypass("a:0"), "bypass_port", nil},
		{bypass("[::1"), "bypass_bracket", nil},
		{bypass("[x]"), "bypass_brackets", nil},
		{bypass("a:b:c"), "bypass_address", nil},
		{bypass("a:"), "bypass_colon", nil},
		{bypass("fe80::1%eth0"), "bypass_zone", nil},
		{bypass("10.0.0.0/x"), "bypass_network", nil},
		{bypass("::ffff:10.0.0.0/104"), "bypass_mapped", nil},
		{bypass("ä.test"), "bypass_character", nil},
		{bypass("a..b"), "bypass_dots", nil},
		{bypass("1.2.3"), "bypass_ip", nil},
		{func(s *Settings) { s.Timeouts.Dial = -1 }, "negative", nil},
		{func(s *Settings) { s.Log.Level = "loud" }, "choice", map[string]string{"choices": "debug, info, warn, error"}},
		{func(s *Settings) { s.Limits.HeadFields = 1 }, "between", map[string]string{"low": "16", "high": "65536"}},
	} {
		s := Default()
		tt.change(&s)
		err := Validate(s)
		problems, _ := errors.AsType[Problems](err)
		if len(problems) == 0 || problems[0].Code != tt.code || !cmp.Equal(problems[0].With, tt.with) {
			t.Errorf("Validate: %v with %v (%v), want %s with %v", code(problems), problems, err, tt.code, tt.with)
			continue
		}
		if got := (sentence{tt.code, textOfCode(tt.code)}).fill(tt.with); got != problems[0].Reason {
			t.Errorf("%s says %q, and Reason is %q", tt.code, got, problems[0].Reason)
		}
	}
}

func code(ps Problems) string {
	if len(ps) == 0 {
		return "nothing"
	}
	return ps[0].Code
}

func textOfCode(code string) string {
	for _, s := range sentences() {
		if s.code == code {
			return s.text
		}
	}
	return ""
}

// A face on the other side of a socket knows as much.
func TestProblemSurvivesJSON(t *testing.T) {
	for _, want := range []Problem{
		because("listen_port", "port", "x").problem("listen", "127.0.0.1:x"),
		otherwise("is odd").problem("via", ""),
	} {
		text, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		var got Problem
		if err := json.Unmarshal(text, &got); err != nil || !cmp.Equal(got, want) {
			t.Errorf("%s: %v\n%s", text, err, cmp.Diff(want, got))
		}
	}
}
