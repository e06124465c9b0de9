package window

import (
	"context"

	"fyne.io/fyne/v2"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/app/window/look"
)

type bridgePage struct {
	w       *Window
	picture fyne.CanvasObject
}

func newBridgePage(w *Window) page {
	return &bridgePage{w: w, picture: look.Heading(w.say("page.bridge"))}
}

func (p *bridgePage) content() fyne.CanvasObject { return p.picture }

func (p *bridgePage) show(s app.State) {}

func (p *bridgePage) enter(ctx context.Context) {}
