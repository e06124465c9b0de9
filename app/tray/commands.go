package tray

import (
	"strings"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/app/shell"
)

// A command is a shell whose lines can be copied.
type command struct {
	shell string // its name in package shell
	title string // the shells' own names, the same in every language
}

func commands() []command {
	return []command{
		{"sh", "sh, bash, zsh"},
		{"fish", "fish"},
		{"powershell", "PowerShell"},
		{"cmd", "cmd"},
		{"nu", "Nushell"},
	}
}

// copied is what to copy for the shell of that name, or the bare address for none: the lines that drawbridge env prints.
func copied(s app.State, name string) (string, error) {
	listen := s.Settings.Listen
	if len(s.Listen) > 0 {
		listen = s.Listen // the very port, where the settings leave it open
	}
	address, err := shell.Address(listen[0])
	if err != nil {
		return "", err
	}
	if sh, ok := shell.Named(name); ok {
		return strings.Join(sh.Lines(address, s.Settings), "\n"), nil
	}
	return shell.ProxyURL(address, s.Settings.Login), nil
}
