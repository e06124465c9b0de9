package autostart

import (
	"strings"
)

// desktopFile is a desktop entry (freedesktop.org, Desktop Entry Specification 1.5) that starts command.
func desktopFile(e Entry, command []string) string {
	var args []string
	for _, a := range command {
		args = append(args, execArg(a))
	}
	seen := "Icon=" + string(e) + "\n"
	if e == Heal {
		seen = "NoDisplay=true\n"
	}
	return "[Desktop Entry]\n" +
		"Type=Application\n" +
		"Name=" + name + "\n" +
		"Comment=" + e.comment() + "\n" +
		"Exec=" + strings.ReplaceAll(strings.Join(args, " "), `\`, `\\`) + "\n" + // escaped as a string, too
		seen +
		"Terminal=false\n" +
		"X-GNOME-Autostart-enabled=true\n"
}

// execArg quotes one argument as the Exec key wants it.
func execArg(a string) string {
	a = strings.ReplaceAll(a, "%", "%%")
	if a != "" && !strings.ContainsAny(a, " \t\n\"'\\><~|&;$*?#()`") {
		return a
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "`", "\\`", `$`, `\$`).Replace(a) + `"`
}

// desktopEnabled reports whether desktops start what a file says. They, and their tools, disable one by these keys.
func desktopEnabled(text string) bool {
	group, command := "", false
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "[") {
			group = line
			continue
		}
		key, value, _ := strings.Cut(line, "=")
		key, value = strings.TrimSpace(key), strings.TrimSpace(value)
		if group != "[Desktop Entry]" {
			continue
		}
		switch {
		case key == "Hidden" && value == "true", key == "X-GNOME-Autostart-enabled" && value == "false":
			return false
		case key == "Exec" && value != "":
			command = true
		}
	}
	return command
}
