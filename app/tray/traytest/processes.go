//go:build linux

package traytest

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Children are the processes that a process has started and that are not dead.
func Children(parent int) (pids []int) {
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, path := range stats {
		stat, _ := os.ReadFile(path) // none: it has ended
		_, rest, _ := strings.Cut(string(stat), ") ")
		var state string
		var ppid int
		if n, _ := fmt.Sscan(rest, &state, &ppid); n == 2 && ppid == parent && state != "Z" {
			pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(path)))
			pids = append(pids, pid)
		}
	}
	return pids
}

// Guards are the guard processes that a tray has started.
func Guards(tray int) []int {
	return slices.DeleteFunc(Children(tray), func(pid int) bool {
		line, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
		return !slices.Contains(strings.Split(string(line), "\x00"), "--guard")
	})
}
