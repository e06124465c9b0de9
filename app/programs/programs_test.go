package programs

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
)

func TestFind(t *testing.T) {
	const name = "drawbridge-not-installed"
	dir := t.TempDir()
	t.Setenv("PATH", dir)
	if path, err := Find(name); !errors.Is(err, exec.ErrNotFound) {
		t.Errorf("Find = %q, %v", path, err)
	}
	put := func(dir string) string {
		path := filepath.Join(dir, file(name, runtime.GOOS))
		if err := os.WriteFile(path, nil, 0o755); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { os.Remove(path) })
		return path
	}
	onPath := put(dir)
	if path, err := Find(name); path != onPath || err != nil {
		t.Errorf("Find = %q, %v, want %q, on PATH", path, err, onPath)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	beside := put(filepath.Dir(self))
	if path, err := Find(name); path != beside || err != nil {
		t.Errorf("Find = %q, %v, want %q, beside this program", path, err, beside)
	}
}
