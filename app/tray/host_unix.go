//go:build linux || freebsd || openbsd || netbsd

package tray

import (
	"context"
	"time"

	"github.com/godbus/dbus/v5"
)

// Icons are shown by whoever has this name, or by those that it knows of.
const watcher = "org.kde.StatusNotifierWatcher"

// watchHosts returns the signals after which a host may have come or gone.
func watchHosts(bus *dbus.Conn) chan *dbus.Signal {
	signals := make(chan *dbus.Signal, 16)
	bus.Signal(signals)
	// An error means that the bus has gone, which run notices.
	_ = bus.AddMatchSignal(dbus.WithMatchSender("org.freedesktop.DBus"), dbus.WithMatchInterface("org.freedesktop.DBus"),
		dbus.WithMatchMember("NameOwnerChanged"), dbus.WithMatchArg(0, watcher))
	_ = bus.AddMatchSignal(dbus.WithMatchInterface(watcher))
	return signals
}

// awaitHost has NoHost called if nothing shows icons for too long.
func (d *desk) awaitHost(ctx context.Context, signals chan *dbus.Signal) {
	defer d.system.bus.RemoveSignal(signals)
	patience := time.NewTimer(d.tray.Patience)
	defer patience.Stop()
	for ctx.Err() == nil && !hosted(ctx, d.system.bus) {
		select {
		case <-ctx.Done():
			return
		case <-signals:
		case <-patience.C:
			d.tray.log().Warn("nothing on this desktop shows icons; the window is used instead")
			if d.tray.NoHost != nil {
				d.tray.NoHost()
			}
			return
		}
	}
}

// hosted reports whether an icon would be seen.
func hosted(ctx context.Context, bus *dbus.Conn) bool {
	ctx, cancel := context.WithTimeout(ctx, answer)
	defer cancel()
	var has bool
	if err := bus.BusObject().CallWithContext(ctx, "org.freedesktop.DBus.NameHasOwner", 0, watcher).Store(&has); err != nil || !has {
		return false
	}
	var registered dbus.Variant
	err := bus.Object(watcher, "/StatusNotifierWatcher").CallWithContext(ctx, "org.freedesktop.DBus.Properties.Get",
		dbus.FlagNoAutoStart, watcher, "IsStatusNotifierHostRegistered").Store(&registered)
	there, known := registered.Value().(bool)
	return err != nil || !known || there // one that does not say is believed
}
