package autostart

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// errCopy is why macOS can't start a program at login.
var errCopy = errors.New("start at login: macOS runs a copy of Drawbridge that will be gone by then: move Drawbridge into Applications, and open it there")

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
	if e == Program && isCopy(command[0]) {
		return errCopy
	}
	path, err := e.path()
	if err != nil {
		return err
	}
	return writeFile(path, agentFile(e, command))
}

func (e Entry) renew(command []string) error {
	path, err := e.path()
	if err != nil {
		return err
	}
	text, err := readFile(path)
	if err != nil {
		return err
	}
	there := func(program string) bool {
		_, err := os.Stat(program)
		return err == nil
	}
	if !agentLost(text, there) {
		return nil
	}
	return e.enable(command)
}

func (e Entry) disable() error {
	path, err := e.path()
	if err != nil {
		return err
	}
	return removeFile(path)
}
