//go:build linux || freebsd || openbsd || netbsd

package tray

import (
	"context"
	"errors"
	"os"

	"github.com/godbus/dbus/v5"

	"github.com/drawbridge-app/drawbridge/app/tray/selection"
)

// setClipboard makes text what pasting gives. Under X, this process can be the clipboard itself. Under Wayland that is
// for windows alone; there it is asked of KDE's clipboard or of wl-copy, and else of the X display that most sessions
// have beside, whose clipboard is the same.
func (d *desk) setClipboard(ctx context.Context, text string) error {
	var err error
	if os.Getenv("WAYLAND_DISPLAY") != "" {
		limited, cancel := context.WithTimeout(ctx, answer)
		defer cancel()
		if d.klipper(limited, text) {
			return nil
		}
		if err = (copier{"wl-copy", "--type", "text/plain"}).take(limited, text); err == nil {
			return nil
		}
	}
	if display := os.Getenv("DISPLAY"); display != "" {
		owner, failed := selection.Take(ctx, display, text)
		if failed == nil {
			d.background.Go(func() {
				select {
				case <-ctx.Done():
				case <-owner.Done():
				}
				owner.Close()
			})
			return nil
		}
		err = errors.Join(err, failed)
	}
	return err
}

// klipper reports whether KDE's clipboard has taken text.
func (d *desk) klipper(ctx context.Context, text string) bool {
	return d.system.bus.Object("org.kde.klipper", "/klipper").
		CallWithContext(ctx, "org.kde.klipper.klipper.setClipboardContents", dbus.FlagNoAutoStart, text).Err == nil
}
