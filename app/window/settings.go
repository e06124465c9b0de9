package window

import (
	"context"

	"fyne.io/fyne/v2"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/app/window/look"
)

type settingsPage struct {
	w       *Window
	picture fyne.CanvasObject
}

func newSettingsPage(w *Window) page {
	return &settingsPage{w: w, picture: look.Heading(w.say("page.settings"))}
}

func (p *settingsPage) content() fyne.CanvasObject { return p.picture }

func (p *settingsPage) show(s app.State) {}

func (p *settingsPage) enter(ctx context.Context) {}
