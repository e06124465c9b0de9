package systemproxy

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"
)

// macName is macOS: the program networksetup, for each network service ("Wi-Fi").
const macName = "macos"

func current(func(string) string) (platform, error) { return networkSetup{}, nil }

func platformNamed(name string, _ func(string) string) platform {
	if name != macName {
		return nil
	}
	return networkSetup{}
}

// networkSetup is the platform.
type networkSetup struct{}

func (networkSetup) name() string { return macName }

func (networkSetup) plan(p Proxy, now []entry) []entry { return macPlan(p, now) }

func (networkSetup) user(p Proxy, now []entry) []entry { return macUser(p, now) }

func (n networkSetup) read(ctx context.Context) ([]entry, error) {
	out, err := n.run(ctx, "-listallnetworkservices")
	if err != nil {
		return nil, err
	}
	entries := macServices(out)
	for _, e := range entries {
		service := strings.TrimPrefix(e.Key, macEnabled+" ")
		kinds := append(macKinds[:], macKind{kind: macBypass, get: "-getproxybypassdomains"}, macKind{kind: macDiscovery, get: "-getproxyautodiscovery"})
		for _, k := range kinds {
			out, err := n.run(ctx, k.get, service)
			if err != nil {
				return nil, err
			}
			entries = append(entries, macRead(k.kind, service, out)...)
		}
	}
	return entries, nil
}

// write checks what it has done: networksetup also exits with 0 when it has failed.
func (n networkSetup) write(ctx context.Context, entries []entry) error {
	now, err := n.read(ctx)
	if err != nil {
		return err
	}
	for _, args := range macCommands(entries, now) {
		if _, err := n.run(ctx, args...); err != nil {
			return err
		}
	}
	return verify(ctx, n, macKept(entries))
}

// run returns what networksetup prints, where it tells its errors too.
func (networkSetup) run(ctx context.Context, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, "/usr/sbin/networksetup", args...).Output()
	said := strings.TrimSpace(string(out))
	if i := strings.Index(said, "** Error:"); err == nil && i >= 0 {
		err = errors.New(said[i:])
	}
	if err != nil {
		return "", fmt.Errorf("networksetup %s: %w", args[0], err)
	}
	return string(out), nil
}
