package autostart

import (
	"fmt"
	"os"
	"path/filepath"
)

func path() (string, error) {
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("start at login: %w", err)
	}
	return filepath.Join(home, "Library", "LaunchAgents", id+".plist"), nil
}

func enabled() (bool, error) {
	path, err := path()
	if err != nil {
		return false, err
	}
	text, err := readFile(path)
	return agentEnabled(text), err
}

func enable(command []string) error {
	path, err := path()
	if err != nil {
		return err
	}
	return writeFile(path, agentFile(command))
}

func disable() error {
	path, err := path()
	if err != nil {
		return err
	}
	return removeFile(path)
}
