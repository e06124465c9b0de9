//go:build linux

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

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
