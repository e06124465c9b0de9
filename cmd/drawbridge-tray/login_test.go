//go:build linux

package main

import (
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/drawbridge-app/drawbridge/app/tray/traytest"
)

// While the system's proxy is the bridge, the next login gives back, and no longer than that.
func TestLoginAfterPowerCut(t *testing.T) {
	for _, tt := range []struct {
		name   string
		end    func(x *process)
		logins int // programs that are started
	}{
		{"killed with its guard", func(x *process) { traytest.PowerCut(x.t, x.cmd.Process) }, 1},
		{"told to end", func(x *process) { x.cmd.Process.Signal(syscall.SIGTERM) }, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := newDesktop(t, "GNOME")
			panel := p.bus.NewPanel(t)
			p.set(own()...)
			before, config := p.gsettings(), filepath.Join(p.dir, "xdg_config_home")
			x := p.start("--hidden")
			p.icon(panel).Click("Use as system proxy")
			traytest.Until(t, "the system's proxy is the bridge", func() bool { return p.state().SystemProxy.On })
			led := p.gsettings()
			if led == before || !strings.Contains(traytest.Entries(t, config), "--heal\n") {
				t.Fatalf("the system holds\n%sand the next login starts\n%s", led, traytest.Entries(t, config))
			}
			tt.end(x)
			x.exits()
			if now := p.gsettings(); tt.logins > 0 && now != led {
				t.Errorf("after the power cut the system holds\n%s", now)
			}
			if n := traytest.Login(t, config, x.cmd.Env); n != tt.logins {
				t.Errorf("the login starts %d", n)
			}
			traytest.Until(t, "the user's own is back", func() bool { return p.gsettings() == before })
			traytest.Until(t, "the next login starts nothing", func() bool { return traytest.Entries(t, config) == "" })
		})
	}
}
