// Package programs finds Drawbridge's other programs.
package programs

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
)

// The programs, by the names of their files without an extension.
const (
	Command = "drawbridge"
	Tray    = "drawbridge-tray"
	Window  = "drawbridge-window"
)

// Find returns the absolute path of a program: beside the running one, where all are installed together, or else on
// PATH. Its error is exec.ErrNotFound where it is in neither place.
func Find(name string) (string, error) {
	self, err := os.Executable()
	if err == nil {
		self, err = filepath.EvalSymlinks(self)
	}
	if err == nil {
		path := filepath.Join(filepath.Dir(self), file(name, runtime.GOOS))
		if path, err = exec.LookPath(path); err == nil {
			return path, nil
		}
	}
	path, err := exec.LookPath(name)
	if err == nil {
		path, err = filepath.Abs(path)
	}
	if err != nil {
		return "", fmt.Errorf("find %s beside this program or on PATH: %w", name, exec.ErrNotFound)
	}
	return path, nil
}

func file(name, goos string) string {
	if goos == "windows" {
		return name + ".exe"
	}
	return name
}
