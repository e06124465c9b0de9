package autostart

import "strings"

// commandLine joins a command for Windows, as CommandLineToArgvW takes it apart.
func commandLine(command []string) string {
	var args []string
	for _, a := range command {
		args = append(args, windowsArg(a))
	}
	return strings.Join(args, " ")
}

// windowsArg quotes one argument. Backslashes count only before a quotation mark: there, each is doubled.
func windowsArg(a string) string {
	if a != "" && !strings.ContainsAny(a, " \t\"") {
		return a
	}
	var b strings.Builder
	b.WriteByte('"')
	slashes := 0
	for _, c := range []byte(a) {
		switch c {
		case '\\':
			slashes++
		case '"':
			b.WriteString(strings.Repeat(`\`, slashes+1))
			slashes = 0
		default:
			slashes = 0
		}
		b.WriteByte(c)
	}
	b.WriteString(strings.Repeat(`\`, slashes) + `"`)
	return b.String()
}

// approved reports whether Windows starts an entry: its settings and its task manager note a veto in the low bit of the
// first byte, beside the entry.
func approved(note []byte) bool { return len(note) == 0 || note[0]&1 == 0 }
