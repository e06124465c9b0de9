package main

import (
	"fmt"

	"github.com/drawbridge-app/drawbridge/app/autostart"
	"github.com/drawbridge-app/drawbridge/app/programs"
)

// atLogin has drawbridge-tray started when its user logs in, see [window.Autostart].
type atLogin struct{}

func (atLogin) Enabled() (bool, error) { return autostart.Program.Enabled() }

func (atLogin) Disable() error { return autostart.Program.Disable() }

func (atLogin) Enable() error {
	program, err := programs.Find(programs.Tray)
	if err != nil {
		return fmt.Errorf("start drawbridge-tray at login: %w", err)
	}
	return autostart.Program.Enable(program, "--at-login")
}
