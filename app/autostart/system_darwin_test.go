package autostart

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// In a home of its own: launchd reads the real one's.
func TestAgentFollowsTheApplication(t *testing.T) {
	t.Setenv("HOME", t.TempDir())
	program := func() string {
		path := filepath.Join(t.TempDir(), "drawbridge-tray")
		if err := os.WriteFile(path, nil, 0o755); err != nil {
			t.Fatal(err)
		}
		return path
	}
	first, second := program(), program()
	names := func(want string) {
		t.Helper()
		path, err := Program.path()
		if err != nil {
			t.Fatal(err)
		}
		text, err := readFile(path)
		if got := agentProgram(text); got != want || err != nil {
			t.Errorf("launchd will start %q, %v, want %q", got, err, want)
		}
	}
	renew := func(command string) {
		t.Helper()
		if err := Program.Renew(command); err != nil {
			t.Error(err)
		}
	}
	renew(first)
	names("") // nobody has asked for it
	if err := Program.Enable(first); err != nil {
		t.Fatal(err)
	}
	renew(second)
	names(first) // it is still there
	if err := os.Remove(first); err != nil {
		t.Fatal(err)
	}
	renew(second)
	names(second)
	if err := Program.Enable("/private/var/folders/x/AppTranslocation/1/d/Drawbridge.app/Contents/MacOS/drawbridge-tray"); !errors.Is(err, errCopy) {
		t.Errorf("a copy that will be gone is started at login: %v", err)
	}
	names(second)
	if err := Program.Disable(); err != nil {
		t.Fatal(err)
	}
	names("")
}
