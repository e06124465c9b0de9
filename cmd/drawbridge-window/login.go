package main

import (
	"fmt"

	"github.com/drawbridge-app/drawbridge/app/autostart"
	"github.com/drawbridge-app/drawbridge/app/programs"
)

// atLogin has drawbridge-tray started when its user logs in, see [window.Autostart].
type atLogin struct{}

func (atLogin) Enabled() (bool, error) { return autostart.Enabled() }

func (atLogin) Disable() error { return autostart.Disable() }

func (atLogin) Enable() error {
	program, err := programs.Find(programs.Tray)
	if err != nil {
		return fmt.Errorf("start drawbridge-tray at login: %w", err)
	}
	return autostart.Enable(program, "--at-login")
}
