//go:build linux

package cmd_test

import (
	"strings"
	"testing"

	"github.com/godbus/dbus/v5"
)

// What another program does to the system's proxy shows as soon as somebody looks, a click sets it again, and where that
// is wished nobody needs to click. The way to be the system's proxy is chosen by the keyboard.
func TestSystemProxyIsChangedByAnother(t *testing.T) {
	need(t, "gsettings")
	r := newRig(t, setup{})
	r.startTray()
	off := r.pixmap()
	r.choose("On")
	r.within("the icon says that it is on", func() bool { return r.pixmap() != off })
	on := r.pixmap()
	r.choose("Use as system proxy")
	r.within("the system's proxy is the bridge", func() bool { return r.proxyMode() == "'manual'" })
	r.within("a tick", func() bool { return r.find("Use as system proxy").ticked })
	r.within("the icon says that it is the system's proxy", func() bool { return r.pixmap() != on })
	led := r.pixmap()

	r.changeProxyMode("none")
	r.start("drawbridge-window")
	id := r.window() // which has the owner look at once
	r.within("the command line tells", func() bool {
		return strings.Contains(r.drawbridge("status"), "changed by somebody else: org.gnome.system.proxy mode")
	})
	r.within("the icon does not say that the system is led here", func() bool { return r.pixmap() != led })
	r.settled(id)
	r.picture("changed")
	r.choose("Changed by another program: set it again")
	r.within("it is set again", func() bool { return r.proxyMode() == "'manual'" })
	r.within("nothing is changed", func() bool { return !strings.Contains(r.drawbridge("status"), "changed by somebody else") })
	r.within("the icon says so", func() bool { return r.pixmap() == led })

	r.drawbridge("settings", "set", "mend_system_proxy", "true")
	r.changeProxyMode("none")
	r.opened()
	r.within("it comes back by itself", func() bool { return r.proxyMode() == "'manual'" })

	r.keys(id, "ctrl+comma")
	r.settled(id)
	r.keys(id, "ctrl+f", "Tab", "Tab", "Tab", "Tab", "Tab", "Right") // from the first field to the mode, and to the next one
	r.settled(id)
	r.picture("mode")
	r.keys(id, "ctrl+f", "Return")
	r.within("a PAC file leads here", func() bool { return r.proxyMode() == "'auto'" })
	if said := r.systemProxy(); !strings.Contains(said, "autoconfig-url 'http://127.0.0.1:"+r.port+"/") {
		t.Errorf("the system's proxy is\n%s", said)
	}
	r.within("the settings file says so", func() bool { return strings.Contains(r.content(), `system_proxy = "pac"`) })
	r.keys(id, "ctrl+1")
	r.settled(id)
	r.picture("pac")
}

func (r *rig) proxyMode() string {
	r.t.Helper()
	out, _ := r.run("gsettings", "get", "org.gnome.system.proxy", "mode")
	return strings.TrimSpace(out)
}

// changeProxyMode is another program.
func (r *rig) changeProxyMode(mode string) {
	r.t.Helper()
	if out, code := r.run("gsettings", "set", "org.gnome.system.proxy", "mode", mode); code != 0 {
		r.t.Fatalf("gsettings: %s", out)
	}
}

// opened tells the tray, as a panel does, that somebody has opened its menu.
func (r *rig) opened() {
	r.t.Helper()
	path, err := r.item().GetProperty("org.kde.StatusNotifierItem.Menu")
	r.must(err)
	menu := r.bus.Object(r.item().Destination(), path.Value().(dbus.ObjectPath))
	r.must(menu.Call("com.canonical.dbusmenu.Event", 0, int32(0), "opened", dbus.MakeVariant(0), uint32(0)).Err)
}
