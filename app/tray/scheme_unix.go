//go:build linux || freebsd || openbsd || netbsd

package tray

import (
	"context"
	"os"
	"time"

	"github.com/godbus/dbus/v5"
)

// The portal's setting for what the user prefers, light or dark.
const (
	portal          = "org.freedesktop.portal.Desktop"
	portalSettings  = "org.freedesktop.portal.Settings"
	schemeNamespace = "org.freedesktop.appearance"
	schemeKey       = "color-scheme"
)

// watchScheme returns the signals that tell of changed settings.
func watchScheme(bus *dbus.Conn) <-chan *dbus.Signal {
	signals := make(chan *dbus.Signal, 16)
	bus.Signal(signals)
	// An error means that the bus has gone, which run notices.
	_ = bus.AddMatchSignal(dbus.WithMatchInterface(portalSettings), dbus.WithMatchMember("SettingChanged"),
		dbus.WithMatchArg(0, schemeNamespace))
	return signals
}

// scheme asks a portal that runs already, for a moment: the icon waits for it. 0 is not known.
func scheme(ctx context.Context, bus *dbus.Conn) uint32 {
	const moment = 50 * time.Millisecond
	ctx, cancel := context.WithTimeout(ctx, moment)
	defer cancel()
	var value dbus.Variant
	// Read, not ReadOne, because every version has it; it wraps its answer once more.
	err := bus.Object(portal, "/org/freedesktop/portal/desktop").CallWithContext(ctx, portalSettings+".Read",
		dbus.FlagNoAutoStart, schemeNamespace, schemeKey).Store(&value)
	if err != nil {
		return 0
	}
	return number(value)
}

func number(v dbus.Variant) uint32 {
	if inner, ok := v.Value().(dbus.Variant); ok {
		v = inner
	}
	n, _ := v.Value().(uint32)
	return n
}

// followScheme changes the icon when the user's preference changes.
func (d *desk) followScheme(ctx context.Context, signals <-chan *dbus.Signal) {
	for {
		select {
		case <-ctx.Done():
			return
		case s, ok := <-signals:
			if !ok {
				return
			}
			if s.Name != portalSettings+".SettingChanged" || len(s.Body) != 3 || s.Body[1] != schemeKey {
				continue
			}
			if value, ok := s.Body[2].(dbus.Variant); ok {
				p := panelOf(os.Getenv("XDG_CURRENT_DESKTOP"), number(value))
				d.post(ctx, func() { d.panel = p })
			}
		}
	}
}
