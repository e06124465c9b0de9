package bridge

import (
	"fmt"
	"strings"
)

// holderFromLsof reads what lsof tells programs (-F): a line for each field, which begins with the
// field's letter.
func holderFromLsof(out string) string {
	var pid, command string
	for line := range strings.Lines(out) {
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "p") && pid == "":
			pid = line[1:]
		case strings.HasPrefix(line, "c") && command == "":
			command = line[1:]
		}
	}
	return named(command, pid)
}

// holderFromSockstat reads what sockstat tells: USER COMMAND PID FD PROTO LOCAL FOREIGN.
func holderFromSockstat(out string) string {
	for line := range strings.Lines(out) {
		if f := strings.Fields(line); len(f) >= 6 {
			return named(f[1], f[2])
		}
	}
	return ""
}

// named is how an error names a program.
func named(program, pid string) string {
	if program == "" || pid == "" {
		return ""
	}
	return fmt.Sprintf("%s, pid %s", program, pid)
}
