package autostart

import (
	"fmt"
	"os"
	"path/filepath"
)

func (e Entry) path() (string, error) {
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("start at login: %w", err)
	}
	return filepath.Join(home, "Library", "LaunchAgents", string(e)+".plist"), nil
}

func (e Entry) enabled() (bool, error) {
	path, err := e.path()
	if err != nil {
		return false, err
	}
	text, err := readFile(path)
	return agentEnabled(text), err
}

func (e Entry) enable(command []string) error {
	path, err := e.path()
	if err != nil {
		return err
	}
	return writeFile(path, agentFile(e, command))
}

func (e Entry) disable() error {
	path, err := e.path()
	if err != nil {
		return err
	}
	return removeFile(path)
}
