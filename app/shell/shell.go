// Package shell says how a shell's programs are told of the bridge: the environment variables, and the lines that set
// them in each shell's language. It runs nothing.
package shell

import (
	"errors"
	"path"
	"slices"
	"strings"

	"github.com/drawbridge-app/drawbridge/settings"
)

// A Shell is how one shell's language sets and unsets variables.
type Shell struct {
	Name    string
	Comment string // begins one
	Use     string // how its users evaluate what %s prints

	set   func(name, value string) string
	unset func(name string) string
}

// Set is the line that sets a variable for this shell and what it starts, whatever the value holds.
func (s Shell) Set(name, value string) string { return s.set(name, value) }

// Unset is the line that takes a variable away.
func (s Shell) Unset(name string) string { return s.unset(name) }

// Lines are those that make the shell's programs use the bridge at address, as [Environment] takes it.
func (s Shell) Lines(address string, of settings.Settings) []string {
	var lines []string
	for _, v := range Environment(address, of) {
		lines = append(lines, s.Set(v.Name, v.Value))
	}
	return lines
}

// Names lists the shells, the most common first.
func Names() []string {
	return []string{"sh", "bash", "zsh", "fish", "powershell", "cmd", "nu"}
}

// Named returns the shell of that name, and whether there is one.
func Named(name string) (Shell, bool) {
	s, ok := shells()[name]
	s.Name = name
	return s, ok
}

func shells() map[string]Shell {
	posix := Shell{
		set:     func(n, v string) string { return "export " + n + "='" + strings.ReplaceAll(v, "'", `'\''`) + "'" },
		unset:   func(n string) string { return "unset " + n },
		Comment: "#",
		Use:     `eval "$(%s)"`,
	}
	return map[string]Shell{
		"sh":   posix,
		"bash": posix,
		"zsh":  posix,
		"fish": {
			set: func(n, v string) string {
				return "set -gx " + n + " '" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(v) + "'"
			},
			unset:   func(n string) string { return "set -e " + n },
			Comment: "#",
			Use:     "%s | source",
		},
		"powershell": {
			set:     func(n, v string) string { return "$env:" + n + " = '" + strings.ReplaceAll(v, "'", "''") + "'" },
			unset:   func(n string) string { return "Remove-Item -ErrorAction SilentlyContinue Env:" + n },
			Comment: "#",
			Use:     "%s | Out-String | Invoke-Expression",
		},
		// Percent signs stay single: the loop below reads lines, and cmd looks for variables in none of them.
		"cmd": {
			set:     func(n, v string) string { return `set "` + n + "=" + v + `"` },
			unset:   func(n string) string { return `set "` + n + `="` },
			Comment: "rem",
			Use:     `for /f "delims=" %%i in ('%s') do @%%i`,
		},
		// Nushell evaluates no text; its users load the same as JSON, or a file that holds these lines.
		"nu": {
			set: func(n, v string) string {
				return "$env." + n + ` = "` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(v) + `"`
			},
			unset:   func(n string) string { return "hide-env --ignore-errors " + n },
			Comment: "#",
			Use:     "%s | save -f bridge.nu; source bridge.nu",
		},
	}
}

// Guess takes the user's login shell, $SHELL, or what the system is known for.
func Guess(login, goos string) string {
	name := strings.TrimSuffix(path.Base(strings.ReplaceAll(login, `\`, "/")), ".exe")
	switch {
	case slices.Contains(Names(), name):
		return name
	case name == "pwsh":
		return "powershell"
	case login == "" && goos == "windows":
		return "powershell"
	default:
		return "sh"
	}
}

// Program is the shell to start for a user: $SHELL, or /bin/sh. On Windows, where $SHELL may be meant for programs of
// another world, it is the first that is there of $SHELL, PowerShell and $ComSpec. It asks the environment by getenv, and
// by look, which is [os/exec.LookPath], what is there.
func Program(goos string, getenv func(string) string, look func(string) (string, error)) (string, error) {
	own := getenv("SHELL")
	if goos != "windows" {
		if own == "" {
			own = "/bin/sh"
		}
		return own, nil
	}
	for _, name := range []string{own, "pwsh.exe", "powershell.exe", getenv("ComSpec"), "cmd.exe"} {
		if name == "" {
			continue
		}
		if found, err := look(name); err == nil {
			return found, nil
		}
	}
	return "", errors.New("there is neither PowerShell nor cmd.exe in the path")
}
