// Package autostart has a program started when its user logs in, and tells whether it is, by the means of each desktop:
// a file in ~/.config/autostart, the registry's Run key, a launch agent. The system, and tools of the user's, may change
// these as well; what counts is what stands there.
package autostart

import "errors"

// name is what the entry is called in the places that want a name for people.
const name = "Drawbridge"

// id is the application's name among desktop files and launch agents.
const id = "io.github.drawbridge_app.Drawbridge"

var errNoCommand = errors.New("start at login: no command")

// Enabled reports whether the program is started at the next login.
func Enabled() (bool, error) { return enabled() }

// Enable has command, an absolute path and its arguments, started at each login. It replaces what was started before,
// and lifts what disabled it.
func Enable(command ...string) error {
	if len(command) == 0 {
		return errNoCommand
	}
	return enable(command)
}

// Disable has nothing started any more. Where nothing is, it does nothing.
func Disable() error { return disable() }
