package autostart

import (
	"errors"
	"fmt"

	"golang.org/x/sys/windows/registry"
)

// Both in HKEY_CURRENT_USER, with a value of our name.
const (
	runKey      = `Software\Microsoft\Windows\CurrentVersion\Run`
	approvedKey = `Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run`
)

func enabled() (bool, error) {
	command, err := registryValue(runKey, func(k registry.Key) (string, error) {
		s, _, err := k.GetStringValue(name)
		return s, err
	})
	if err != nil || command == "" {
		return false, err
	}
	note, err := registryValue(approvedKey, func(k registry.Key) ([]byte, error) {
		b, _, err := k.GetBinaryValue(name)
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

func enable(command []string) error {
	key, _, err := registry.CreateKey(registry.CURRENT_USER, runKey, registry.SET_VALUE)
	if err != nil {
		return fmt.Errorf("start at login: %w", err)
	}
	defer key.Close()
	if err := key.SetStringValue(name, commandLine(command)); err != nil {
		return fmt.Errorf("start at login: %w", err)
	}
	return deleteValue(approvedKey)
}

func disable() error { return deleteValue(runKey) }

func deleteValue(path string) error {
	key, err := registry.OpenKey(registry.CURRENT_USER, path, registry.SET_VALUE)
	if err == nil {
		defer key.Close()
		err = key.DeleteValue(name)
	}
	if err != nil && !errors.Is(err, registry.ErrNotExist) {
		return fmt.Errorf("start at login: %w", err)
	}
	return nil
}
