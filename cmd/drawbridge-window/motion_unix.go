//go:build !windows && !darwin

package main

import (
	"context"
	"time"

	"github.com/godbus/dbus/v5"
)

// still reports whether the desktop's user wants nothing to move. A desktop that does not tell within a moment is one where
// things may.
func still(ctx context.Context) bool {
	const patience = 100 * time.Millisecond
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	bus, err := dbus.SessionBusPrivateNoAutoStartup(dbus.WithContext(ctx))
	if err != nil {
		return false
	}
	defer bus.Close()
	if bus.Auth(nil) != nil || bus.Hello() != nil {
		return false
	}
	portal := bus.Object("org.freedesktop.portal.Desktop", "/org/freedesktop/portal/desktop")
	moves := true
	call := portal.CallWithContext(ctx, "org.freedesktop.portal.Settings.ReadOne", dbus.FlagNoAutoStart,
		"org.gnome.desktop.interface", "enable-animations")
	if err := call.Store(&moves); err != nil {
		return false
	}
	return !moves
}
