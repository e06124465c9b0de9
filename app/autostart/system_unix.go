//go:build !windows && !darwin

package autostart

import (
	"fmt"
	"os"
	"path/filepath"
)

// path is the file's, in $XDG_CONFIG_HOME or ~/.config.
func (e Entry) path() (string, error) {
	dir, err := os.UserConfigDir()
	if err != nil {
		return "", fmt.Errorf("start at login: %w", err)
	}
	return filepath.Join(dir, "autostart", string(e)+".desktop"), nil
}

func (e Entry) enabled() (bool, error) {
	path, err := e.path()
	if err != nil {
		return false, err
	}
	text, err := readFile(path)
	return desktopEnabled(text), err
}

func (e Entry) enable(command []string) error {
	path, err := e.path()
	if err != nil {
		return err
	}
	return writeFile(path, desktopFile(e, command))
}

func (e Entry) renew([]string) error { return nil }

func (e Entry) disable() error {
	path, err := e.path()
	if err != nil {
		return err
	}
	return removeFile(path)
}
