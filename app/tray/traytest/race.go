//go:build linux || freebsd || netbsd

package traytest

import "strings"

// Race reports whether the race detector, whose reports are in what a program said, found one of ours. Systray counts the menu's revisions beside its lock, and
// godbus sets properties while it sends them; that does no harm, since panels are then told to read again.
func Race(said string) bool {
	for report := range strings.SplitSeq(said, "WARNING: DATA RACE") {
		for stack := range strings.SplitSeq(report, "\n\n") {
			access, _, _ := strings.Cut(strings.TrimSpace(stack), " ")
			if access != "Read" && access != "Write" && access != "Previous" {
				continue
			}
			for line := range strings.Lines(stack) {
				if strings.Contains(line, "fyne.io/systray") || strings.Contains(line, "github.com/godbus") {
					break
				}
				if strings.Contains(line, "drawbridge-app") {
					return true
				}
			}
		}
	}
	return false
}
