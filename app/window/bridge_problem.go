package window

import (
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/app/window/look"
)

// problemCard says what broke, when, and what to do about it.
type problemCard struct {
	w               *Window
	picture         fyne.CanvasObject
	what, when, how *look.Text
	instead, forget *look.Button // instead listens elsewhere
	problem         app.Problem
}

func newProblemCard(w *Window) *problemCard {
	c := &problemCard{w: w, what: look.Body("").Wrapped(), when: look.Small(""), how: look.Muted("").Wrapped()}
	c.instead = look.Plain("", c.listenInstead)
	c.forget = look.Quiet(w.say("bridge.forget"), func() { w.do(app.Intent{Verb: app.Forget}, nil) })
	c.picture = look.Card(look.Column(look.GapSmall,
		look.Beside(look.GapMedium, 0, c.what, c.when),
		look.Beside(look.GapSmall, 0, c.how, c.instead, c.forget),
	))
	c.picture.Hide()
	return c
}

// show shows a problem, or hides the card.
func (c *problemCard) show(p app.Problem, visible bool) {
	if !visible {
		c.picture.Hide()
		return
	}
	c.problem = p
	what, next := c.w.words.Problem(p)
	color := look.ColorProblem
	if p.Over {
		color, next = look.ColorInk, c.w.say("problem.over")
	}
	c.what.Set(what, color)
	c.when.SetText(clock(p.At, time.Now()))
	c.how.SetText(next)
	if free := p.With["free"]; p.Code == "listen" && free != "" && !p.Over {
		c.instead.SetText(c.w.say("bridge.instead", "address", free))
		c.instead.Show()
	} else {
		c.instead.Hide()
	}
	c.picture.Show()
}

// listenInstead changes the address that cannot be listened on to the one that can.
func (c *problemCard) listenInstead() {
	from := c.w.state.Settings
	to := from.Clone()
	to.Listen = slices.Clone(from.Listen)
	for i, address := range to.Listen {
		if address == c.problem.With["address"] {
			to.Listen[i] = c.problem.With["free"]
		}
	}
	c.w.do(app.Intent{Verb: app.Save, Edit: &app.Edit{From: from, To: to}}, func(err error) {
		if err != nil {
			c.w.fail(err)
			return
		}
		c.w.do(app.Intent{Verb: app.TurnOn}, nil)
	})
}

func isUpstream(p app.Problem) bool { return strings.HasPrefix(p.Code, "upstream.") }
