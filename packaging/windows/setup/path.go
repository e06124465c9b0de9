package main

import "strings"

// with is a PATH with folder at its end, if it is not in it.
func with(list, folder string) string {
	if without(list, folder) != list {
		return list
	}
	if list != "" && !strings.HasSuffix(list, ";") {
		list += ";"
	}
	return list + folder
}

// without is a PATH without folder. The rest of it is as it was.
func without(list, folder string) string {
	var kept []string
	entries := strings.Split(list, ";")
	for _, e := range entries {
		if !sameFolder(e, folder) {
			kept = append(kept, e)
		}
	}
	return strings.Join(kept, ";")
}

// sameFolder compares as Windows does: without regard to case, quotation marks, and a backslash at the end.
func sameFolder(a, b string) bool {
	plain := func(s string) string {
		return strings.TrimRight(strings.Trim(strings.TrimSpace(s), `"`), `\`)
	}
	return strings.EqualFold(plain(a), plain(b))
}
