package main

import (
	"github.com/drawbridge-app/drawbridge/app/autostart"
	"github.com/drawbridge-app/drawbridge/app/programs"
)

// renewLogin has the next login start this program where it is now, if logins start it and it was moved.
func (p *program) renewLogin() {
	path, err := programs.Find(programs.Tray)
	if err == nil {
		err = autostart.Program.Renew(path, "--at-login")
	}
	if err != nil {
		p.journal.Logger().Warn("the next login may not start this program", "err", err)
	}
}
