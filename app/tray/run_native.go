//go:build windows || darwin

package tray

import (
	"context"
	"time"

	"fyne.io/systray"
)

// Possible says why there can be no tray here. There always can.
func Possible() error { return nil }

// run has the main thread serve the icon, as these systems want it, and everything else happen beside.
func (d *desk) run(ctx context.Context) error {
	scale()
	thread := mainThread()
	ready := make(chan struct{})
	d.background.Go(func() {
		select {
		case <-ready:
			defer systray.Quit()
			if err := stay(); err != nil {
				d.tray.log().Debug("an end of the session that is called off would end the icon", "err", err)
			}
			d.follow(ctx)
			d.open(ctx)
			d.loop(ctx)
			return
		case <-time.After(d.tray.Patience):
			d.tray.log().Warn("this desktop takes no icons; the window is used instead")
			if d.tray.NoHost != nil {
				d.tray.NoHost()
			}
		case <-ctx.Done():
		}
		<-ctx.Done()
		thread.end()
	})
	systray.Run(func() { close(ready) }, d.end)
	return nil
}

// announce has nothing to do: here a click is asked about when it happens.
func (d *desk) announce() {}

// setClipboard has the system's own program take text.
func (d *desk) setClipboard(ctx context.Context, text string) error {
	return systemCopier().take(ctx, text)
}
