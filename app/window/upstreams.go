package window

import (
	"context"

	"fyne.io/fyne/v2"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/app/window/look"
)

type upstreamsPage struct {
	w       *Window
	picture fyne.CanvasObject
}

func newUpstreamsPage(w *Window) page {
	return &upstreamsPage{w: w, picture: look.Heading(w.say("page.upstreams"))}
}

func (p *upstreamsPage) content() fyne.CanvasObject { return p.picture }

func (p *upstreamsPage) show(s app.State) {}

func (p *upstreamsPage) enter(ctx context.Context) {}
