package settings

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const office = "[[profile]]\nname = \"Office\"\nurl = \"socks5://127.0.0.1:1080\"\n"

func TestSet(t *testing.T) {
	tests := []struct{ name, text, key, value, want string }{
		{"the value alone", "# a\nvia  =  false  # b\n\nopen = true\n", "via", "true", "# a\nvia  =  true  # b\n\nopen = true\n"},
		{"the same value", "via=true # b", "via", "true", "via=true # b"},
		{"a word for it", "via = false\n", "via", "on", "via = true\n"},
		{"beside its neighbours", "# a\nvia = true\n# b\n\n[log]\n", "open", "true", "# a\nvia = true\nopen = true\n# b\n\n[log]\n"},
		{"first in an empty file", "", "via", "true", "via = true\n"},
		{"first behind a comment", "# a\n", "via", "true", "# a\nvia = true\n"},
		{"first before a header", "# a\n\n# b\n[log]\nlevel = 'warn'\n", "via", "true", "# a\n\nvia = true\n\n# b\n[log]\nlevel = 'warn'\n"},
		{"the default, asked for", "via = true\n", "open", "false", "via = true\nopen = false\n"},
		{"no line end at the end", "via = true", "open", "true", "via = true\nopen = true\n"},
		{"line ends of Windows", "via = true\r\n[log]\r\nlevel = 'warn' # a\r\n", "log.format", "json", "via = true\r\n[log]\r\nlevel = 'warn' # a\r\nformat = \"json\"\r\n"},
		{"indented", "[timeouts]\n\tdial = '1s'\n\n[log]\n", "timeouts.idle", "2s", "[timeouts]\n\tdial = '1s'\n\tidle = \"2s\"\n\n[log]\n"},
		{"in an empty table", "[timeouts] # a\n[log]\n", "timeouts.idle", "2s", "[timeouts] # a\nidle = \"2s\"\n[log]\n"},
		{"in a new table", "via = true\n", "timeouts.idle", "2s", "via = true\n\n[timeouts]\nidle = \"2s\"\n"},
		{"in a new table below profiles", office, "log.level", "warn", office + "\n[log]\nlevel = \"warn\"\n"},
		{"with a dot in the root", "timeouts.dial = '1s'\nvia = true\n", "timeouts.idle", "2s", "timeouts.dial = '1s'\ntimeouts.idle = \"2s\"\nvia = true\n"},
		{"inline", "timeouts = { dial = '1s' } # a\n", "timeouts.idle", "2s", "timeouts = { dial = '1s', idle = \"2s\" } # a\n"},
		{"inline and there", "timeouts = { dial = '1s' } # a\n", "timeouts.dial", "2s", "timeouts = { dial = \"2s\" } # a\n"},
		{"inline and empty", "timeouts = {}\n", "timeouts.idle", "2s", "timeouts = { idle = \"2s\" }\n"},
		{"quoted keys", "[\"timeouts\"]\n'dial' = '1s'\n", "timeouts.dial", "2s", "[\"timeouts\"]\n'dial' = \"2s\"\n"},
		{"a list", "listen = [\n  '127.0.0.1:1', # a\n] # b\n", "listen", "127.0.0.1:2, [::1]:2", "listen = [\"127.0.0.1:2\", \"[::1]:2\"] # b\n"},
		{"a list as TOML", "", "listen", "['127.0.0.1:2', \"[::1]:2\"]", "listen = [\"127.0.0.1:2\", \"[::1]:2\"]\n"},
		{"a text that needs quotes", office, "profile.Office.name", "a \"b\" \\ c", strings.Replace(office, `"Office"`, `"a \"b\" \\ c"`, 1)},

		{"a profile by name", "# a\n" + office, "profile.Office.spares", "1", "# a\n" + office + "spares = 1\n"},
		{"a profile by number", office, "profile.1.spares", "1", office + "spares = 1\n"},
		{"a new profile", "# a\n", "profile.Office.url", "socks5://127.0.0.1:1080", "# a\n\n" + office},
		{"a new profile below others", office, "profile.a.b.url", "h:1", office + "\n[[profile]]\nname = \"a.b\"\nurl = \"h:1\"\n"},
		{"a new profile in an inline list", "profile = [ { name = 'a', url = 'h:1' } ]\n", "profile.b.url", "h:2", "profile = [ { name = 'a', url = 'h:1' }, { name = \"b\", url = \"h:2\" } ]\n"},
		{"a new profile in an empty list", "profile = [] # a\n", "profile.b.url", "h:2", "profile = [{ name = \"b\", url = \"h:2\" }] # a\n"},
		{"a profile in an inline list", "profile = [{ name = 'a', url = 'h:1' }]\n", "profile.a.spares", "3", "profile = [{ name = 'a', url = 'h:1', spares = 3 }]\n"},
		{"a new name for the profile in use", "use = 'Office' # a\n" + office, "profile.Office.name", "Home", "use = \"Home\" # a\n" + strings.Replace(office, "Office", "Home", 1)},

		{"what was wrong", "listen = ['localhost:1']\n", "listen", "127.0.0.1:1", "listen = [\"127.0.0.1:1\"]\n"},
	}
	for _, tt := range tests {
		file := write(t, tt.text)
		if err := Set(file, Change{tt.key, tt.value}); err != nil {
			t.Errorf("%s: Set(%q, %q): %v", tt.name, tt.key, tt.value, err)
			continue
		}
		if d := cmp.Diff(tt.want, content(t, file)); d != "" {
			t.Errorf("%s: Set(%q, %q), -want +got:\n%s", tt.name, tt.key, tt.value, d)
		}
	}
}

func TestSetSeveralAtOnce(t *testing.T) {
	file := write(t, "# a\n")
	if err := Set(file, Change{"login.user", "ann"}, Change{"login.password", "x"}); err != nil {
		t.Fatal(err)
	}
	if got, want := content(t, file), "# a\n\n[login]\nuser = \"ann\"\npassword = \"x\"\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	err := Set(file, Change{"via", "true"}, Change{"opne", "true"}, Change{"timeouts.dial", "x"})
	if err == nil || !strings.Contains(err.Error(), "opne") || !strings.Contains(err.Error(), "timeouts.dial") {
		t.Errorf("got %v, want both problems", err)
	}
	if strings.Contains(content(t, file), "via") {
		t.Error("some of a wrong lot was set")
	}
}

func TestSetRefuses(t *testing.T) {
	tests := []struct{ text, key, value, want string }{
		{"", "version", "1", "is kept by the program"},
		{"", "vai", "true", `did you mean "via"?`},
		{"", "via", "maybe", `via: "maybe": has to be true or false`},
		{"", "pool.idle", "many", `pool.idle: "many": has to be a whole number`},
		{"", "timeouts.dial", "5", `timeouts.dial: "5": is no duration`},
		{"", "listen", "", "listen: is empty"},
		{"", "listen", "[1, 2]", "is no list"},
		{"", "log.level", "loud", "has to be one of"},
		{"", "profile.1.url", "h:1", "there is no profile 1"},
		{"", "profile.new.spares", "1", "profile.new.url: is missing"},
		{"", "use", "\xff", "is not UTF-8"},
		{office, "profile.Office.password", "hunter2", "profile.Office.user: is missing"},
		{office + "\n[[profile]]\nname = \"b\"\nurl = \"h:1\"\n", "profile.b.name", "Office", "profile 1 has that name already"},
		{"vai = true\n", "via", "true", `settings.toml:1:1: vai: unknown key`},
		{"version = 9\n", "via", "true", "of a newer Drawbridge"},
		{"via = \n", "via", "true", "settings.toml:1:"},
	}
	for _, tt := range tests {
		file := write(t, tt.text)
		err := Set(file, Change{tt.key, tt.value})
		if err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("Set(%q, %q) on %q: got %v, want %s", tt.key, tt.value, tt.text, err, tt.want)
		}
		if got := content(t, file); got != tt.text {
			t.Errorf("Set(%q, %q): the file is now %q", tt.key, tt.value, got)
		}
		if err := Set(file+".none", Change{"vai", "true"}); err == nil {
			t.Error("a wrong key in a missing file: no error")
		}
		if got := entries(t, filepath.Dir(file)); len(got) != 1 {
			t.Errorf("left behind %q", got)
		}
	}
}

func TestUnset(t *testing.T) {
	two := "# first\n" + office + "\n# second\n[[profile]]\nname = \"Tor\"\nurl = \"h:1\"\n"
	tests := []struct{ name, text, key, want string }{
		{"a line", "# a\nvia = true # b\nopen = true\n", "via", "# a\nopen = true\n"},
		{"one that is not there", "# a\n", "via", "# a\n"},
		{"a list over lines", "listen = [\n '127.0.0.1:1',\n]\nvia = true\n", "listen", "via = true\n"},
		{"the last in a table", "[log]\nlevel = 'warn'\n[pool]\n", "log.level", "[log]\n[pool]\n"},
		{"inline, the first", "timeouts = { dial = '1s', idle = '2s' }\n", "timeouts.dial", "timeouts = { idle = '2s' }\n"},
		{"inline, the last", "timeouts = { dial = '1s', idle = '2s' }\n", "timeouts.idle", "timeouts = { dial = '1s' }\n"},
		{"inline, the only one", "timeouts = { dial = '1s' }\n", "timeouts.dial", "timeouts = {  }\n"},
		{"in a profile", office + "spares = 7\n", "profile.Office.spares", office},
		{"the first profile", two, "profile.Office", "# second\n[[profile]]\nname = \"Tor\"\nurl = \"h:1\"\n"},
		{"the last profile", two, "profile.2", "# first\n" + office},
		{"a profile in an inline list", "profile = [{ name = 'a', url = 'h:1' }]\n", "profile.a", "profile = []\n"},
	}
	for _, tt := range tests {
		file := write(t, tt.text)
		if err := Unset(file, tt.key); err != nil {
			t.Errorf("%s: Unset(%q): %v", tt.name, tt.key, err)
			continue
		}
		if d := cmp.Diff(tt.want, content(t, file)); d != "" {
			t.Errorf("%s: Unset(%q), -want +got:\n%s", tt.name, tt.key, d)
		}
	}
	for _, tt := range []struct{ text, key, want string }{
		{office, "profile.Office.url", "profile.Office.url: is missing"},
		{"use = 'Office'\n" + office, "profile.Office", "use: \"Office\": there is no profile"},
		{office, "profile.Rot", "names no value"},
		{office, "profile.Rot.url", "there is no profile"},
		{"", "version", "is kept"},
		{"", "vai", "did you mean"},
	} {
		file := write(t, tt.text)
		if err := Unset(file, tt.key); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("Unset(%q) on %q: got %v, want %s", tt.key, tt.text, err, tt.want)
		}
		if got := content(t, file); got != tt.text {
			t.Errorf("Unset(%q): the file is now %q", tt.key, got)
		}
	}
}

func TestSaveKeepsComments(t *testing.T) {
	text := "# mine\nvia = true # b\n\n# the office\n" + office + "\n# the onion\n[[profile]]\nname = \"Tor\"\nurl = \"h:1\"\n\n# slow\n[timeouts]\ndial = \"20s\" # c\n"
	tests := []struct {
		name   string
		change func(*Settings)
		want   string
	}{
		{"nothing", func(*Settings) {}, text},
		{"a value", func(s *Settings) { s.Timeouts.Dial = Duration(time.Second) }, strings.Replace(text, "20s", "1s", 1)},
		{"a profile less", func(s *Settings) { s.Profiles = s.Profiles[1:] },
			"# mine\nvia = true # b\n\n# the onion\n[[profile]]\nname = \"Tor\"\nurl = \"h:1\"\n\n# slow\n[timeouts]\ndial = \"20s\" # c\n"},
		{"another order", func(s *Settings) { slices.Reverse(s.Profiles) },
			"# mine\nvia = true # b\n\n# the onion\n[[profile]]\nname = \"Tor\"\nurl = \"h:1\"\n\n# the office\n" + office + "\n# slow\n[timeouts]\ndial = \"20s\" # c\n"},
		{"another name", func(s *Settings) { s.Profiles[1].Name = "Onion" }, strings.Replace(text, "Tor", "Onion", 1)},
		{"a profile more, before the others", func(s *Settings) {
			p := DefaultProfile()
			p.Name, p.URL = "New", "h:2"
			s.Profiles = append([]Profile{p}, s.Profiles...)
		}, ""},
		{"everything", func(s *Settings) { *s = v1() }, ""},
		{"no profile", func(s *Settings) { s.Profiles = nil }, ""},
	}
	for _, tt := range tests {
		file := write(t, text)
		want, err := Load(file)
		if err != nil {
			t.Fatal(err)
		}
		tt.change(&want)
		if err := Save(file, want); err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		got, err := Load(file)
		if err != nil || !got.Equal(want) {
			t.Errorf("%s: %v\n%s", tt.name, err, diff(got, want))
		}
		if d := cmp.Diff(tt.want, content(t, file)); d != "" && tt.want != "" {
			t.Errorf("%s, -want +got:\n%s", tt.name, d)
		}
		for _, comment := range []string{"# mine", "# b", "# slow", "# c"} {
			if !strings.Contains(content(t, file), comment) {
				t.Errorf("%s: the comment %q is lost", tt.name, comment)
			}
		}
	}
}

// Another way to write the same may be beyond editing, but then nothing is lost.
func TestSaveInEveryForm(t *testing.T) {
	for _, text := range []string{
		"profile = [{ name = 'a', url = 'h:1' }, { name = 'b', url = 'h:2' }]\n",
		"profile = [\n  { name = 'a', url = 'h:1' }, # first\n  { name = 'b', url = 'h:2' }, # second\n]\n",
		"login.user = 'x'\nlogin.password = 'y'\npool = { idle = 1, wait = '1s', }\n",
		"[[profile]]\nname = 'a'\nurl = 'h:1'\npassword = '''\n# no comment'''\nuser = 'u'\nmethod = 'none'\n[log]\n",
	} {
		for i, want := range []Settings{v1(), Default(), func() Settings { s := v1(); slices.Reverse(s.Profiles); return s }()} {
			got, err := saveText(text, want)
			if err != nil {
				t.Errorf("%q, %d: %v", text, i, err)
				continue
			}
			if s, err := Parse("x", []byte(got)); err != nil || !s.Equal(want) {
				t.Errorf("%q, %d: %v\n%s\n%s", text, i, err, got, diff(s, want))
			}
		}
	}
}

func TestSetOnAFileThatOthersChange(t *testing.T) {
	file := write(t, "via = true\n")
	if err := os.WriteFile(file, []byte("via = false # theirs\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := Set(file, Change{"open", "true"}); err != nil {
		t.Fatal(err)
	}
	if got, want := content(t, file), "via = false # theirs\nopen = true\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if Exposed(file) {
		t.Error("the file is readable by others still")
	}
}

func FuzzParse(f *testing.F) {
	seed(f, func(text string) { f.Add(text) })
	f.Fuzz(func(t *testing.T, text string) {
		s, err := Parse("fuzz.toml", []byte(text))
		if err != nil {
			return
		}
		if err := Validate(s); err != nil {
			t.Fatalf("Parse took what Validate refuses: %v", err)
		}
		got, err := saveText("", s)
		if err != nil {
			t.Fatalf("cannot be saved: %v", err)
		}
		back, err := Parse("again.toml", []byte(got))
		if err != nil || !back.Equal(s) {
			t.Fatalf("saved and read again: %v\n%s", err, diff(back, s))
		}
	})
}

func FuzzSet(f *testing.F) {
	for _, k := range []Change{{"via", "true"}, {"timeouts.dial", "7s"}, {"profile.Office.spares", "3"}, {"profile.New.url", "h:1"}, {"listen", "127.0.0.1:7"}, {"use", ""}} {
		seed(f, func(text string) { f.Add(text, k.Key, k.Value) })
	}
	f.Fuzz(func(t *testing.T, text, key, value string) {
		before, err := Parse("fuzz.toml", []byte(text))
		if err != nil {
			return
		}
		after, err := setText(text, []Change{{key, value}})
		if err != nil {
			return
		}
		want := before.Clone()
		if _, err := want.change(Change{key, value}); err != nil {
			t.Fatalf("Set took what is no change: %v", err)
		}
		got, err := Parse("after.toml", []byte(after))
		if err != nil || !got.Equal(want) {
			t.Fatalf("Set(%q, %q): %v\nbefore: %q\nafter: %q\n%s", key, value, err, text, after, diff(got, want))
		}
		// Every line with a comment only is there still, outside of the value that was replaced.
		kept := strings.Split(after, "\n")
		if len(before.Listen) > 0 && key == "listen" || strings.Contains(text, `"""`) || strings.Contains(text, "'''") {
			return
		}
		for line := range strings.SplitSeq(text, "\n") {
			if strings.HasPrefix(strings.TrimSpace(line), "#") && !slices.Contains(kept, line) {
				t.Fatalf("Set(%q, %q) lost %q\nbefore: %q\nafter: %q", key, value, line, text, after)
			}
		}
	})
}

func seed(f *testing.F, add func(text string)) {
	files, err := filepath.Glob("testdata/*.toml")
	wrong, _ := filepath.Glob("testdata/wrong/*.toml")
	if err != nil || len(files) == 0 {
		f.Fatal("no files", err)
	}
	for _, file := range append(files, wrong...) {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		add(string(text))
	}
	add("# a\ntimeouts = { dial = '1s' } # b\n")
	add("timeouts.dial = '1s'\r\n# c\r\n" + fmt.Sprintf("profile = [{ name = %q, url = 'h:1' }]", "Office"))
}
