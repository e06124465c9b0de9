package traytest

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// PowerCut ends a process and those that it has started, these first: none of them can do anything about it. Who waits
// for the process is the caller.
func PowerCut(t testing.TB, process *os.Process) {
	t.Helper()
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil || len(stats) == 0 {
		t.Fatalf("no processes: %v", err)
	}
	started := 0
	for _, path := range stats {
		text, _ := os.ReadFile(path) // which may have ended
		pid, _, _ := bytes.Cut(text, []byte(" "))
		_, rest, _ := bytes.Cut(text, []byte(") ")) // behind the name
		var state string
		var parent int
		if _, err := fmt.Sscan(string(rest), &state, &parent); err != nil || parent != process.Pid {
			continue
		}
		var child int
		fmt.Sscan(string(pid), &child)
		if err := syscall.Kill(child, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		started++
	}
	if started == 0 {
		t.Error("it has started nothing: there is no guard")
	}
	if err := process.Kill(); err != nil {
		t.Fatal(err)
	}
}

// Login does what a desktop does when its user logs in: it starts all that stands in the folder autostart of config,
// which is $XDG_CONFIG_HOME, as GLib reads it. It returns how many that were.
func Login(t testing.TB, config string, env []string) int {
	t.Helper()
	entries, err := filepath.Glob(filepath.Join(config, "autostart", "*.desktop"))
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		cmd := exec.Command("gio", "launch", entry)
		cmd.Env = env
		if out, err := cmd.CombinedOutput(); err != nil || strings.TrimSpace(string(out)) != "" {
			t.Fatalf("gio launch: %v: %s", err, out)
		}
	}
	return len(entries)
}

// Entries returns what is started at login, each file's name and text.
func Entries(t testing.TB, config string) string {
	t.Helper()
	var all strings.Builder
	files, err := os.ReadDir(filepath.Join(config, "autostart"))
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	for _, f := range files {
		text, _ := os.ReadFile(filepath.Join(config, "autostart", f.Name())) // which may have gone
		fmt.Fprintf(&all, "%s\n%s", f.Name(), text)
	}
	return all.String()
}
