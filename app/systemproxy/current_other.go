//go:build windows || darwin

package systemproxy

import "errors"

func current(func(string) string) (platform, error) {
	return nil, errors.New("the system's proxy can't be set here; " + instead)
}

func platformNamed(string, func(string) string) platform { return nil }
