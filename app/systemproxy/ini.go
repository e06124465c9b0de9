package systemproxy

import "strings"

// KDE's files have groups of keys ("[Group]", "Key=value"). These functions change one key and keep all else to the
// letter, its order and comments too, which KDE's own tools don't.
//
// A key's value here is all that follows its name in the line, such as "=1", so that what comes back is the same line.

// iniLines takes text apart; each line has its end.
func iniLines(text string) []string {
	var lines []string
	for line := range strings.Lines(text) {
		lines = append(lines, line)
	}
	return lines
}

// iniFind returns the line of a key, -1 if there is none, and the end of its group: where a new line goes, -1 if there
// is no such group. The last one counts, as it does for KDE.
func iniFind(lines []string, group, key string) (at, end int) {
	at, end = -1, -1
	inside := false
	for i, line := range lines {
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "["):
			name, _ := strings.CutSuffix(line, "[$i]")
			if inside = name == "["+group+"]"; inside {
				end = i + 1
			}
		case inside && line != "":
			end = i + 1
			if iniRest(line, key) != "" {
				at = i
			}
		}
	}
	return at, end
}

// iniRest is what follows the key's name in a line; "" if that is another's.
func iniRest(line, key string) string {
	rest, ok := strings.CutPrefix(line, key)
	if bare := strings.TrimLeft(rest, " \t"); !ok || !strings.HasPrefix(bare, "=") && !strings.HasPrefix(bare, "[$") {
		return ""
	}
	return rest
}

// iniGet returns the value of a key.
func iniGet(text, group, key string) value {
	lines := iniLines(text)
	at, _ := iniFind(lines, group, key)
	if at < 0 {
		return value{Unset: true}
	}
	return value{Text: iniRest(strings.TrimSpace(lines[at]), key)}
}

// iniSet returns text with another value of a key, or without it. A group that is left empty goes too. What stands around
// the key in its line stays, and so does the end of a text whose last line has none.
func iniSet(text, group, key string, v value) string {
	if text != "" && !strings.HasSuffix(text, "\n") {
		return strings.TrimSuffix(iniSet(text+"\n", group, key, v), "\n")
	}
	lines := iniLines(text)
	at, end := iniFind(lines, group, key)
	line := key + v.Text + "\n"
	switch {
	case v.Unset && at < 0:
		return text
	case v.Unset:
		lines = append(lines[:at:at], lines[at+1:]...)
		return strings.Join(iniTrim(lines, at-1, group), "")
	case at >= 0:
		before, after, _ := strings.Cut(lines[at], strings.TrimSpace(lines[at]))
		lines[at] = before + key + v.Text + after
		return strings.Join(lines, "")
	case end >= 0:
		return strings.Join(lines[:end], "") + line + strings.Join(lines[end:], "")
	}
	if text != "" {
		text += "\n"
	}
	return text + "[" + group + "]\n" + line
}

// iniTrim removes the group at the end of lines whose name stands at line i, if nothing is in it, and the empty line
// before it.
func iniTrim(lines []string, i int, group string) []string {
	if i != len(lines)-1 || i < 0 || strings.TrimSpace(lines[i]) != "["+group+"]" {
		return lines
	}
	if i > 0 && strings.TrimSpace(lines[i-1]) == "" {
		i--
	}
	return lines[:i]
}

// iniLocked reports whether an administrator has locked a key: by a mark on its line, its group or the whole file.
func iniLocked(text, group, key string) bool {
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "[$i]" || line == "["+group+"][$i]" {
			return true
		}
	}
	mark, _, _ := strings.Cut(iniGet(text, group, key).Text, "=")
	return strings.HasPrefix(mark, "[$") && strings.Contains(mark, "i")
}
