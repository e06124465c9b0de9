//go:build linux

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// children are the processes that a process has started and that are not dead.
func children(parent int) (pids []int) {
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

// arguments are a process's command line.
func arguments(pid int) []string {
	line, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	return strings.Split(strings.TrimSuffix(string(line), "\x00"), "\x00")
}

// buildDrawbridge builds the command line program and returns its path.
func buildDrawbridge(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "drawbridge")
	cmd := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-o", path, "../drawbridge")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return path
}
