// Package autostart has programs started when their user logs in, and tells whether they are, by the means of each
// desktop: a file in ~/.config/autostart, the registry's Run and RunOnce keys, a launch agent. The system, and tools of
// the user's, may change these as well; what counts is what stands there.
package autostart

import "errors"

// An Entry is one thing that is done at login. Its text is its name among desktop files and launch agents. Its methods
// may be called concurrently by many processes: each sees it whole or not at all.
type Entry string

const (
	// Program is the application itself, for people to see and to change.
	Program Entry = "io.github.drawbridge_app.Drawbridge"
	// Heal gives back what a power cut has left behind. Nobody needs to see it; Windows forgets it before it is done.
	Heal Entry = Program + ".Heal"
)

// name is what all entries are called where there is one for people.
const name = "Drawbridge"

// comment says in a sentence what an entry is for.
func (e Entry) comment() string {
	if e == Heal {
		return "Gives back the system's proxy that was left behind"
	}
	return "HTTP proxy that relays through a SOCKS endpoint"
}

var errNoCommand = errors.New("start at login: no command")

// Enabled reports whether e is done at the next login.
func (e Entry) Enabled() (bool, error) { return e.enabled() }

// Enable has command, an absolute path and its arguments, started at each login, by Heal only at the next one where the
// system makes that difference. It replaces what was started before, and lifts what disabled it. When it returns, e
// outlives a power cut as well as anything in its place does: Windows writes all of a user's registry a little later.
func (e Entry) Enable(command ...string) error {
	if len(command) == 0 {
		return errNoCommand
	}
	return e.enable(command)
}

// Renew has command started at each login if what is started there now is gone: on macOS, people move applications.
// Elsewhere installers put them where they stay, and it does nothing.
func (e Entry) Renew(command ...string) error {
	if len(command) == 0 {
		return errNoCommand
	}
	return e.renew(command)
}

// Disable has nothing started for e any more. Where nothing is, it does nothing.
func (e Entry) Disable() error { return e.disable() }
