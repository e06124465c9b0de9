package systemproxy

import (
	"context"
	"errors"
	"os/exec"
	"time"
)

func current(func(string) string) (platform, error) { return networkSetup{runNetworkSetup}, nil }

func platformNamed(name string, _ func(string) string) platform {
	if name != macName {
		return nil
	}
	return networkSetup{runNetworkSetup}
}

// runNetworkSetup returns all that networksetup prints, and an error if it says by its exit code that it has failed.
func runNetworkSetup(ctx context.Context, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, "/usr/sbin/networksetup", args...).Output()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		out = append(out, exit.Stderr...)
	}
	return string(out), err
}
