package window

import (
	"context"

	"fyne.io/fyne/v2"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/app/window/look"
)

type logPage struct {
	w       *Window
	picture fyne.CanvasObject
}

func newLogPage(w *Window) page {
	return &logPage{w: w, picture: look.Heading(w.say("page.log"))}
}

func (p *logPage) content() fyne.CanvasObject { return p.picture }

func (p *logPage) show(s app.State) {}

func (p *logPage) enter(ctx context.Context) {}
