package window

import (
	"context"

	"fyne.io/fyne/v2"
)

// Autostart is whether the tray program starts when its user logs in, which the system knows, not the settings. Its
// methods may wait, and are never called on Fyne's goroutine.
type Autostart interface {
	Enabled() (bool, error)
	Enable() error
	Disable() error
}

// autostart stands among the keys of the settings for this.
const autostart = "autostart"

// An autostartInput is the tick for it. Until the system has said how it is, nobody can change it.
type autostartInput struct {
	*input
	w *Window
}

func newAutostartInput(w *Window, gainedBy func(*input)) *autostartInput {
	a := &autostartInput{w: w}
	on := inputEvents{typed: a.typed, gainedBy: gainedBy}
	a.input = newTick(autostart, w.say("settings.autostart"), w.say("settings.autostart_help"), on)
	a.tick().Disable()
	return a
}

func (a *autostartInput) tick() fyne.Disableable { return a.widget.(fyne.Disableable) }

// ask shows what the system says.
func (a *autostartInput) ask(ctx context.Context) {
	ask(ctx, func(context.Context) (bool, error) { return a.w.options.Autostart.Enabled() }, func(on bool, err error) {
		if err != nil {
			a.field.SetError(err.Error())
			a.tick().Disable()
			return
		}
		a.field.SetError("")
		a.tick().Enable()
		a.fill(yesNo(on))
	})
}

func (a *autostartInput) typed(_ *input, text string) {
	change := a.w.options.Autostart.Disable
	if text == yesNo(true) {
		change = a.w.options.Autostart.Enable
	}
	ask(a.w.ctx, func(context.Context) (struct{}, error) { return struct{}{}, change() }, func(_ struct{}, err error) {
		if err != nil {
			a.w.fail(err)
		}
		a.ask(a.w.ctx)
	})
}
