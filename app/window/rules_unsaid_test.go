package window

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/app/words"
)

// reasons are the codes of package route, by its source: one that is added there is missing here until it has words.
func reasons(t *testing.T) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "../../bridge/route/dialect.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var codes []string
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if kind, ok := spec.Type.(*ast.Ident); ok && kind.Name == "Reason" {
			code, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			codes = append(codes, code)
		}
		return true
	})
	if !slices.Contains(codes, "lookups") {
		t.Fatalf("the codes of package route are %q", codes)
	}
	return codes
}

func TestReasonsHaveWords(t *testing.T) {
	codes := reasons(t)
	for _, choice := range words.Choices() {
		l := words.In(choice.Tag)
		for _, dialect := range []string{"gnome", "kde", "wininet", "macos", "no_proxy"} {
			if l.Say("unsaid."+dialect) == "unsaid."+dialect {
				t.Errorf("%s: there is no name for %s", choice.Tag, dialect)
			}
		}
		said := make(map[string]string)
		for _, code := range codes {
			for _, partly := range []bool{false, true} {
				line := unsaid(l, []app.Unsaid{{Pattern: "x", Dialect: "macos", Reason: code, Partly: partly}})
				switch {
				case strings.Contains(line, "unsaid."):
					t.Errorf("%s: there are no words for %s", choice.Tag, code)
				case said[line] != "":
					t.Errorf("%s: %s is said as %s is: %q", choice.Tag, code, said[line], line)
				case choice.Tag != "en" && strings.Contains(line, words.In("en").Say("unsaid."+code)):
					t.Errorf("%s: %s is English: %q", choice.Tag, code, line)
				}
				said[line] = code
			}
		}
	}
}

func TestUnsaidIsOneLine(t *testing.T) {
	gnome, kde, terminals := app.Unsaid{Pattern: "*.corp", Dialect: "gnome", Reason: "itself"}, app.Unsaid{Dialect: "kde", Reason: "lookups"}, app.Unsaid{Dialect: "no_proxy", Reason: "networks", Partly: true}
	for _, tt := range []struct {
		of   []app.Unsaid
		want string
	}{
		{[]app.Unsaid{kde}, "Not for KDE: every name would be looked up there."},
		{[]app.Unsaid{kde, kde}, "Not for KDE: every name would be looked up there."},
		{[]app.Unsaid{gnome, {Dialect: "no_proxy", Reason: "itself"}}, "Not for GNOME, terminals: corp itself would go directly too."},
		{[]app.Unsaid{{Pattern: "wiki.corp:22", Dialect: "gnome", Reason: "under"}}, "Not for GNOME: the names under wiki.corp:22 would go directly too."},
		{[]app.Unsaid{gnome, kde}, "Not for GNOME, KDE: it cannot be said exactly there."},
		{[]app.Unsaid{terminals}, "Partly for terminals: some programs know no networks."},
		{[]app.Unsaid{kde, terminals}, "Not for KDE: every name would be looked up there. Partly for terminals."},
	} {
		if got := unsaid(words.In("en"), tt.of); got != tt.want {
			t.Errorf("unsaid(%v) = %q, want %q", tt.of, got, tt.want)
		}
	}
}

// What others cannot be told stands under its row, and goes away with the cause.
func TestRowsTellWhatIsUnsaid(t *testing.T) {
	inRules(t, &owner{}, func(t *testing.T, w *Window, p *rulesPage) {
		itself, note := "Not for GNOME, terminals: corp itself would go directly too.", "Such requests come to the bridge instead, which sends them directly."
		onSystem(p, "linux")
		if got := seen(p.list.rows[0].field); !slices.Contains(got, itself) {
			t.Errorf("under *.corp: %q", got)
		}
		if got := seen(p.list.rows[1].field); !slices.Contains(got, "Not for KDE: every name would be looked up there. Partly for terminals.") {
			t.Errorf("under 10.0.0.0/8: %q", got)
		}
		if !sees(w, note) {
			t.Error("the page does not say that nothing breaks")
		}
		p.list.rows[1].input.SetText("10.0.0.0/99")
		if got := seen(p.list.rows[1].field); !slices.Contains(got, p.list.rows[1].field.Error()) || strings.Contains(strings.Join(got, " "), "KDE") || !sees(w, itself) {
			t.Errorf("under a wrong pattern: %q", got)
		}
		p.list.rows[1].input.SetText("corp")
		if sees(w, itself) {
			t.Error("with corp beside *.corp it is still said that corp is not in the list")
		}
		p.list.fill([]string{"127.0.0.1"})
		onSystem(p, "darwin")
		if sees(w, note) {
			t.Error("where all is said there is a note")
		}
	})
}
