//go:build linux || freebsd || openbsd || netbsd

package tray

import (
	"context"
	"os"
	"strings"
	"time"

	"github.com/godbus/dbus/v5"
)

// Who knows of colours: the portal what the user prefers, and Xfce's settings what its panel looks like.
const (
	portal         = "org.freedesktop.portal.Desktop"
	portalPath     = "/org/freedesktop/portal/desktop"
	portalSettings = "org.freedesktop.portal.Settings"
	appearance     = "org.freedesktop.appearance"

	xfconf     = "org.xfce.Xfconf"
	xfconfPath = "/org/xfce/Xfconf"
)

// watchColours returns the signals after which the panel may look different.
func watchColours(bus *dbus.Conn) chan *dbus.Signal {
	signals := make(chan *dbus.Signal, 16)
	bus.Signal(signals)
	// Errors mean that the bus has gone, which run notices.
	_ = bus.AddMatchSignal(dbus.WithMatchInterface(portalSettings), dbus.WithMatchMember("SettingChanged"), dbus.WithMatchArg(0, appearance))
	_ = bus.AddMatchSignal(dbus.WithMatchInterface(xfconf), dbus.WithMatchArg(1, xfceDarkMode))
	_ = bus.AddMatchSignal(dbus.WithMatchInterface(xfconf), dbus.WithMatchArg(1, xfceTheme))
	return signals
}

// followColours changes the icon with the panel.
func (d *desk) followColours(ctx context.Context, signals <-chan *dbus.Signal) {
	for {
		select {
		case <-ctx.Done():
			return
		case s, ok := <-signals:
			if !ok {
				return
			}
			if strings.HasPrefix(s.Name, portalSettings) || strings.HasPrefix(s.Name, xfconf) {
				p := askPanel(ctx, d.system.bus, answer)
				d.post(ctx, func() { d.panel = p })
			}
		}
	}
}

// askPanel asks those that run already what the panel may look like, within a time.
func askPanel(ctx context.Context, bus *dbus.Conn, within time.Duration) panel {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	h := hints{desktop: os.Getenv("XDG_CURRENT_DESKTOP")}
	// Read, not ReadOne, because every version has it; it wraps its answer once more.
	h.scheme, _ = ask(ctx, bus, portal, portalPath, portalSettings+".Read", appearance, "color-scheme").(uint32)
	if h.xfce() {
		h.darkMode, _ = ask(ctx, bus, xfconf, xfconfPath, xfconf+".GetProperty", "xfce4-panel", xfceDarkMode).(bool)
		h.theme, _ = ask(ctx, bus, xfconf, xfconfPath, xfconf+".GetProperty", "xsettings", xfceTheme).(string)
	}
	return panelOf(h)
}

// ask calls a method of a program that runs, and returns the value inside the variant that it answers with; nil if it
// does not.
func ask(ctx context.Context, bus *dbus.Conn, name string, path dbus.ObjectPath, method string, args ...any) any {
	var v dbus.Variant
	if bus.Object(name, path).CallWithContext(ctx, method, dbus.FlagNoAutoStart, args...).Store(&v) != nil {
		return nil
	}
	if inner, ok := v.Value().(dbus.Variant); ok {
		v = inner
	}
	return v.Value()
}
