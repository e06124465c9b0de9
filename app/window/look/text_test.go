package look_test

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"

	"github.com/drawbridge-app/drawbridge/app/window/look"
	"github.com/drawbridge-app/drawbridge/app/window/look/looktest"
)

// shown returns the lines that a widget draws.
func shown(w fyne.Widget) []string {
	var lines []string
	for _, o := range test.LaidOutObjects(w) {
		if text, ok := o.(*canvas.Text); ok && text.Visible() {
			lines = append(lines, text.Text)
		}
	}
	return lines
}

func open(t *testing.T, size fyne.Size, content func() fyne.CanvasObject) fyne.Window {
	t.Helper()
	return looktest.Window(t, look.NewTheme(look.Options{Variant: look.Light}), size, content)
}

func TestTextFitsItsWidth(t *testing.T) {
	for _, row := range []struct {
		name  string
		text  func() *look.Text
		width float32
		want  string // lines joined by |
	}{
		{"as it is", func() *look.Text { return look.Body("one two three") }, 20, "one two three"},
		{"wrapped at spaces", func() *look.Text { return look.Body("one two three four").Wrapped() }, 70, "one two|three four"},
		{"wrapped at newlines", func() *look.Text { return look.Body("one\n\ntwo").Wrapped() }, 70, "one||two"},
		{"wrapped inside a long word", func() *look.Text { return look.Code("aaaaaaaaaa bb").Wrapped() }, 60, "aaaaaaa|aaa bb"},
		{"not wrapped without need", func() *look.Text { return look.Body("one").Wrapped() }, 70, "one"},
		{"cut", func() *look.Text { return look.Body("one two three").Truncated() }, 60, "one tw…"},
		{"cut behind a word", func() *look.Text { return look.Body("one two three").Truncated() }, 42, "one…"},
		{"not cut without need", func() *look.Text { return look.Body("one two").Truncated() }, 100, "one two"},
		{"no room at all", func() *look.Text { return look.Body("one two").Truncated() }, 1, "…"},
	} {
		t.Run(row.name, func(t *testing.T) {
			var text *look.Text
			open(t, fyne.NewSize(row.width, 200), func() fyne.CanvasObject { text = row.text(); return text })
			if got := strings.Join(shown(text), "|"); got != row.want {
				t.Errorf("lines = %q, want %q", got, row.want)
			}
		})
	}
}

func TestTextWrapsChineseBetweenCharacters(t *testing.T) {
	const sentence = "桥已打开，流量经过办公室。"
	var text *look.Text
	open(t, fyne.NewSize(60, 200), func() fyne.CanvasObject { text = look.Body(sentence).Wrapped(); return text })
	lines := shown(text)
	if len(lines) < 2 {
		t.Fatalf("lines = %q, want more than one", lines)
	}
	if got := strings.Join(lines, ""); got != sentence {
		t.Errorf("lines together = %q, want %q", got, sentence)
	}
	for _, line := range lines {
		if strings.HasPrefix(line, "，") || strings.HasPrefix(line, "。") {
			t.Errorf("a line begins with the mark that ends a phrase: %q", line)
		}
	}
}

func TestColumnGivesWrappedTextItsHeight(t *testing.T) {
	long := strings.Repeat("word ", 30)
	var text, below *look.Text
	open(t, fyne.NewSize(200, 400), func() fyne.CanvasObject {
		text, below = look.Body(long).Wrapped(), look.Body("below")
		return look.Column(look.GapSmall, look.Column(0, text), below)
	})
	if lines := len(shown(text)); lines < 4 {
		t.Fatalf("lines = %d, want several", lines)
	}
	if got, want := below.Position().Y, text.MinSize().Height+look.GapSmall; got != want {
		t.Errorf("what is below begins at %v, want %v", got, want)
	}
	text.SetText("short")
	if got := len(shown(text)); got != 1 {
		t.Errorf("lines after SetText = %d, want 1", got)
	}
}

func TestFieldShowsErrorInPlaceOfHelp(t *testing.T) {
	var field *look.Field
	open(t, fyne.NewSize(300, 200), func() fyne.CanvasObject {
		field = look.NewField("Port", look.Body("1095"), "Where programs connect.")
		return look.Column(0, field)
	})
	for _, step := range []struct {
		name string
		do   func()
		want string
	}{
		{"at first", func() {}, "Port|1095|Where programs connect."},
		{"wrong", func() { field.SetError("no number") }, "Port|1095|no number"},
		{"new help while wrong", func() { field.SetHelp("Between 1 and 65535.") }, "Port|1095|no number"},
		{"right again", func() { field.SetError("") }, "Port|1095|Between 1 and 65535."},
		{"no help", func() { field.SetHelp("") }, "Port|1095|"},
	} {
		step.do()
		if got := strings.Join(shown(field), "|"); got != step.want {
			t.Errorf("%s: shown = %q, want %q", step.name, got, step.want)
		}
	}
}
