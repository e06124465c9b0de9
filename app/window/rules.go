package window

import (
	"context"

	"fyne.io/fyne/v2"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/app/window/look"
)

type rulesPage struct {
	w       *Window
	picture fyne.CanvasObject
}

func newRulesPage(w *Window) page {
	return &rulesPage{w: w, picture: look.Heading(w.say("page.rules"))}
}

func (p *rulesPage) content() fyne.CanvasObject { return p.picture }

func (p *rulesPage) show(s app.State) {}

func (p *rulesPage) enter(ctx context.Context) {}
