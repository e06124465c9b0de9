package autostart

import (
	"errors"
	"fmt"
	"strings"

	"golang.org/x/sys/windows/registry"
)

// All in HKEY_CURRENT_USER.
const (
	runKey      = `Software\Microsoft\Windows\CurrentVersion\Run`
	onceKey     = `Software\Microsoft\Windows\CurrentVersion\RunOnce`
	approvedKey = `Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run`
)

// value returns the key where an entry's command stands, and the name of its value there.
func (e Entry) value() (key, value string) {
	if e == Program {
		return runKey, name
	}
	return onceKey, name + strings.TrimPrefix(string(e), string(Program))
}

func (e Entry) enabled() (bool, error) {
	path, value := e.value()
	command, err := registryValue(path, func(k registry.Key) (string, error) {
		s, _, err := k.GetStringValue(value)
		return s, err
	})
	if err != nil || command == "" || e != Program { // nobody can disable what is run once
		return err == nil && command != "", err
	}
	note, err := registryValue(approvedKey, func(k registry.Key) ([]byte, error) {
		b, _, err := k.GetBinaryValue(value)
		return b, err
	})
	return approved(note), err
}

// registryValue reads from a key; what is not there is the zero value.
func registryValue[T any](path string, read func(registry.Key) (T, error)) (value T, err error) {
	key, err := registry.OpenKey(registry.CURRENT_USER, path, registry.QUERY_VALUE)
	if err == nil {
		defer key.Close()
		value, err = read(key)
	}
	if errors.Is(err, registry.ErrNotExist) {
		err = nil
	}
	if err != nil {
		err = fmt.Errorf("start at login: %w", err)
	}
	return value, err
}

func (e Entry) enable(command []string) error {
	path, value := e.value()
	key, _, err := registry.CreateKey(registry.CURRENT_USER, path, registry.SET_VALUE)
	if err != nil {
		return fmt.Errorf("start at login: %w", err)
	}
	defer key.Close()
	if err := key.SetStringValue(value, commandLine(command)); err != nil {
		return fmt.Errorf("start at login: %w", err)
	}
	if e != Program {
		return nil
	}
	return deleteValue(approvedKey, value)
}

func (e Entry) renew([]string) error { return nil }

func (e Entry) disable() error { return deleteValue(e.value()) }

func deleteValue(path, value string) error {
	key, err := registry.OpenKey(registry.CURRENT_USER, path, registry.SET_VALUE)
	if err == nil {
		defer key.Close()
		err = key.DeleteValue(value)
	}
	if err != nil && !errors.Is(err, registry.ErrNotExist) {
		return fmt.Errorf("start at login: %w", err)
	}
	return nil
}
