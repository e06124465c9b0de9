//go:build !windows && !darwin

package autostart

import (
	"fmt"
	"os"
	"path/filepath"
)

// path is the entry's, in $XDG_CONFIG_HOME or ~/.config.
func path() (string, error) {
	dir, err := os.UserConfigDir()
	if err != nil {
		return "", fmt.Errorf("start at login: %w", err)
	}
	return filepath.Join(dir, "autostart", id+".desktop"), nil
}

func enabled() (bool, error) {
	path, err := path()
	if err != nil {
		return false, err
	}
	text, err := readFile(path)
	return desktopEnabled(text), err
}

func enable(command []string) error {
	path, err := path()
	if err != nil {
		return err
	}
	return writeFile(path, desktopFile(command))
}

func disable() error {
	path, err := path()
	if err != nil {
		return err
	}
	return removeFile(path)
}
