package words

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/settings"
)

var brace = regexp.MustCompile(`\{[a-z_]+\}`)

// names are what a sentence has in braces, sorted.
func names(sentence string) []string {
	ns := brace.FindAllString(sentence, -1)
	slices.Sort(ns)
	return slices.Compact(ns)
}

// Every language says everything that English says, with the same names in it.
func TestLanguagesAreComplete(t *testing.T) {
	languages := all()
	for _, tag := range []string{"en", "zh-Hans", "ru"} {
		if languages[tag] == nil {
			t.Errorf("there are no words in %s", tag)
		}
	}
	en := English()
	for tag, l := range languages {
		for key, sentence := range en.sentences {
			got, ok := l.sentences[key]
			switch {
			case !ok || strings.TrimSpace(got) == "":
				t.Errorf("%s does not say %s (%q)", tag, key, sentence)
			case !slices.Equal(names(got), names(sentence)):
				t.Errorf("%s: %s names %v, English names %v", tag, key, names(got), names(sentence))
			case strings.ContainsAny(got, "!！"):
				t.Errorf("%s: %s shouts: %q", tag, key, got)
			}
		}
		for key := range l.sentences {
			if _, ok := en.sentences[key]; !ok {
				t.Errorf("%s says %s, which English does not", tag, key)
			}
		}
	}
	for key, sentence := range languages["zh-Hans"].sentences {
		if strings.ContainsFunc(en.sentences[key], unicode.IsLower) && sentence == en.sentences[key] && len(strings.Fields(sentence)) > 2 {
			t.Errorf("zh-Hans: %s is English: %q", key, sentence)
		}
	}
}

// What the faces ask for is there, and what is there, a face asks for.
func TestKeysAreUsed(t *testing.T) {
	asked := map[string]bool{}
	prefixes := []string{"cause.", "next.", "problem.", "reason."} // said by code
	for _, root := range []string{"..", "../../cmd/drawbridge-tray", "../../cmd/drawbridge-window"} {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
			if err != nil {
				return err
			}
			ast.Inspect(file, func(n ast.Node) bool {
				if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
					text, _ := strconv.Unquote(lit.Value)
					asked[text] = true
					if strings.HasSuffix(text, ".") && !strings.Contains(text, " ") && len(text) > 2 {
						prefixes = append(prefixes, text) // "page." + name
					}
				}
				return true
			})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	en := english().sentences
	for key := range en {
		if !asked[key] && !slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(key, p) }) {
			t.Errorf("nobody asks for %s", key)
		}
	}
	table := regexp.MustCompile(`^[a-z]+\.[a-z][a-z_]*$`)
	tables := map[string]bool{}
	for key := range en {
		before, _, _ := strings.Cut(key, ".")
		tables[before] = true
	}
	for text := range asked {
		before, _, _ := strings.Cut(text, ".")
		if _, ok := en[text]; !ok && table.MatchString(text) && tables[before] && !isSetting(text) {
			t.Errorf("%q is asked for, and English does not say it", text)
		}
	}
}

// isSetting tells the keys of the settings file, which look the same.
func isSetting(text string) bool {
	_, err := settings.Get(settings.Default(), text)
	return err == nil
}

func TestStatus(t *testing.T) {
	office := settings.Profile{Name: "Office", URL: "socks5://127.0.0.1:1080"}
	down := app.Health{State: app.Down, Cause: "refused"}
	odd := app.Health{State: app.Down, Cause: "never heard of", Detail: "odd thing"}
	for _, tt := range []struct {
		state         app.State
		status, brief string
	}{
		{app.State{Profile: office}, "Off.", "Off"},
		{app.State{On: true, Profile: office}, "On. Traffic crosses through Office.", "On, through Office"},
		{app.State{On: true, Profile: office, Upstream: app.Health{State: app.Up, Greeting: 12.4}}, "On. Traffic crosses through Office, 12 ms.", "On, through Office"},
		{app.State{On: true, Profile: office, Upstream: down}, "On, but Office does not answer: connection refused.", "Office does not answer"},
		{app.State{On: true, Profile: office, Upstream: odd}, "On, but Office does not answer: odd thing.", "Office does not answer"},
		{app.State{On: true, Profile: settings.Profile{URL: "socks5://h:1"}}, "On. Traffic crosses through socks5://h:1.", "On, through socks5://h:1"},
		{app.State{On: true, Profile: settings.Profile{Name: "x", URL: "direct://"}, Upstream: down}, "On. Traffic goes directly: the built-in endpoint is in use.", "On, direct"},
	} {
		l := In("en")
		if got := l.Status(tt.state); got != tt.status {
			t.Errorf("Status(%+v) = %q, want %q", tt.state, got, tt.status)
		}
		if got := l.Brief(tt.state); got != tt.brief {
			t.Errorf("Brief(%+v) = %q, want %q", tt.state, got, tt.brief)
		}
	}
}

func TestProblem(t *testing.T) {
	for _, tt := range []struct {
		problem    app.Problem
		what, next string
	}{
		{app.Problem{Code: "upstream.refused", With: map[string]string{"profile": "Office", "address": "127.0.0.1:1080"}},
			"Office does not answer: connection refused.", "Check that the program behind 127.0.0.1:1080 is running: ssh, ss-local, Tor."},
		{app.Problem{Code: "listen", With: map[string]string{"address": "127.0.0.1:1095"}},
			"127.0.0.1:1095 cannot be listened on: it is in use.", "Choose another port in Settings, or end the program that holds it."},
		{app.Problem{Code: "listen", With: map[string]string{"address": "127.0.0.1:1095", "holder": "node, pid 7"}, Over: true},
			"127.0.0.1:1095 cannot be listened on: node, pid 7 holds it.", ""},
		{app.Problem{Code: "listen", With: map[string]string{"address": "127.0.0.1:1095", "holder": "node, pid 7", "free": "127.0.0.1:1096"}},
			"127.0.0.1:1095 cannot be listened on: node, pid 7 holds it.", "127.0.0.1:1096 is free. Or end that program."},
		{app.Problem{Code: "settings", With: map[string]string{"file": "s.toml"}, Text: "s.toml:1:2: odd"},
			"The settings file is wrong, so it was not applied: s.toml:1:2: odd", "Mend the line in s.toml; until then the last good settings hold."},
		{app.Problem{Code: "strange", Text: "something else"}, "something else", ""},
	} {
		if what, next := In("en").Problem(tt.problem); what != tt.what || next != tt.next {
			t.Errorf("Problem(%+v) = %q, %q, want %q, %q", tt.problem, what, next, tt.what, tt.next)
		}
	}
}

func TestReason(t *testing.T) {
	_, err := settings.Default().With(settings.Change{Key: "timeouts.dial", Value: "10"}, settings.Change{Key: "pool.idle", Value: "few"})
	var wrong settings.Problems
	if !errors.As(err, &wrong) || len(wrong) != 2 {
		t.Fatalf("With() = %v, want two problems", err)
	}
	nobody := settings.Default()
	nobody.Login.User = "anna"
	var missing settings.Problems
	errors.As(settings.Validate(nobody), &missing)
	wrong = append(wrong, append(missing, settings.Problem{Text: "x", Reason: "is odd", Code: "never heard of"}, settings.Problem{Reason: "is odd"})...)
	for tag, want := range map[string][]string{
		"en":      {`"10": is no duration such as 10s, 2m or 1h30m`, `"few": has to be a whole number`, "Is missing beside a user name", `"x": is odd`, "Is odd"},
		"zh-Hans": {"“10”：不是时间，例如 10s、2m 或 1h30m", "“few”：必须是整数", "有用户名，却缺少它", "“x”：is odd", "Is odd"},
		"ru":      {"«10»: не время, как 10s, 2m или 1h30m", "«few»: должно быть целым числом", "Не указан, хотя есть имя пользователя", "«x»: is odd", "Is odd"},
	} {
		for i, p := range wrong {
			if got := In(tag).Reason(p); got != want[i] {
				t.Errorf("%s: Reason(%+v) = %q, want %q", tag, p, got, want[i])
			}
		}
	}
}

func TestAmounts(t *testing.T) {
	for n, want := range map[int64]string{0: "0 B", 999: "999 B", 1000: "1.0 kB", 12345: "12.3 kB", 999_499: "999 kB", 999_500: "1.0 MB", 4_070_000_000: "4.1 GB"} {
		if got := Bytes(n); got != want {
			t.Errorf("Bytes(%d) = %q, want %q", n, got, want)
		}
	}
	if got := Rate(1_250_000); got != "1.2 MB/s" {
		t.Errorf("Rate(1.25e6) = %q", got)
	}
	for d, want := range map[time.Duration]string{
		-time.Second: "0:00", 7 * time.Second: "0:07", 750 * time.Second: "12:30", 3*time.Hour + 5*time.Minute: "3:05:00", 52*time.Hour + 10*time.Minute: "2 d 04:10",
	} {
		if got := Age(d); got != want {
			t.Errorf("Age(%v) = %q, want %q", d, got, want)
		}
	}
}
