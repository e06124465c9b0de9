package window

import (
	"fmt"
	"strings"

	"fyne.io/fyne/v2"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/app/shell"
	"github.com/drawbridge-app/drawbridge/app/window/look"
)

// terminal gives the lines that make a shell's programs use the bridge.
type terminal struct {
	w       *Window
	picture fyne.CanvasObject
	choice  *look.Choice
	line    *look.Text
	copying *look.Button

	shown app.State
	lines string // what is copied
}

func newTerminal(w *Window) *terminal {
	t := &terminal{w: w, line: look.Code("").Truncated()}
	t.choice = look.NewChoice(shell.Names(), func(string) { t.show(t.shown) })
	t.copying = look.Plain(w.say("window.copy"), func() { w.copy(t.lines) }).Iconed(w.icon("copy"))
	t.choice.Selected = w.options.Shell
	if _, ok := shell.Named(w.options.Shell); !ok {
		t.choice.Selected = shell.Names()[0]
	}
	t.picture = look.Column(look.GapSmall,
		look.Strong(w.say("bridge.terminal")),
		look.Beside(look.GapSmall, 1, t.choice, look.Inset(0, t.line), t.copying),
	)
	return t
}

// show says the lines for the shell that is chosen. With a login, whose password does not come here, they are asked for
// where they are needed.
func (t *terminal) show(s app.State) {
	t.shown = s
	listen := s.Listen
	if len(listen) == 0 {
		listen = s.Settings.Listen
	}
	address, err := shell.Address(first(listen))
	sh, ok := shell.Named(t.choice.Selected)
	if err != nil || !ok {
		t.lines = ""
		t.line.SetText("")
		t.copying.Disable()
		return
	}
	t.copying.Enable()
	line := fmt.Sprintf(sh.Use, "drawbridge env --shell "+sh.Name)
	t.lines = line
	if !s.Settings.Login.Set() {
		lines := sh.Lines(address, s.Settings)
		line, t.lines = strings.Join(lines, "; "), strings.Join(lines, "\n")+"\n"
	}
	t.line.SetText(line)
}
