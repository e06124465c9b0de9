package window

import (
	"context"

	"fyne.io/fyne/v2"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/app/window/look"
)

type connectionsPage struct {
	w       *Window
	picture fyne.CanvasObject
}

func newConnectionsPage(w *Window) page {
	return &connectionsPage{w: w, picture: look.Heading(w.say("page.connections"))}
}

func (p *connectionsPage) content() fyne.CanvasObject { return p.picture }

func (p *connectionsPage) show(s app.State) {}

func (p *connectionsPage) enter(ctx context.Context) {}
