package tray

import (
	"context"
	"os/exec"

	"fyne.io/systray"
)

// system needs nothing to be kept.
type system struct{}

// escape has nothing to do: menus show titles as they are.
func escape(title string) string { return title }

// scale has nothing to do.
func scale() {}

// thread is the main one; the icon is there as soon as it runs.
type thread struct{}

func mainThread() thread { return thread{} }

func (thread) end() {}

// stay has nothing to do: an end of the session that is called off is not told.
func stay() error { return nil }

// follow has nothing to do: a template image takes the menu bar's colour by itself.
func (d *desk) follow(context.Context) {}

// notify has the script language show a notification; the texts are its arguments, never a part of the script.
func (d *desk) notify(ctx context.Context, _ notice, title, body string) {
	d.background.Go(func() {
		cmd := exec.CommandContext(ctx, "/usr/bin/osascript", "-e", "on run argv",
			"-e", "display notification (item 2 of argv) with title (item 1 of argv)", "-e", "end run", title, body)
		if err := cmd.Run(); err != nil && ctx.Err() == nil {
			d.tray.log().Debug("notification not shown", "err", err)
		}
	})
}

func setTooltip(text string) { systray.SetTooltip(text) }

func quiet(*exec.Cmd) {}

func systemCopier() copier { return copier{"/usr/bin/pbcopy"} }
