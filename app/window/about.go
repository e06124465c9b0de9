package window

import (
	"context"

	"fyne.io/fyne/v2"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/app/window/look"
)

type aboutPage struct {
	w       *Window
	picture fyne.CanvasObject
}

func newAboutPage(w *Window) page {
	return &aboutPage{w: w, picture: look.Heading(w.say("page.about"))}
}

func (p *aboutPage) content() fyne.CanvasObject { return p.picture }

func (p *aboutPage) show(s app.State) {}

func (p *aboutPage) enter(ctx context.Context) {}
