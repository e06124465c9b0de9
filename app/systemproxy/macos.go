package systemproxy

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// macName is macOS: the program networksetup, for each network service ("Wi-Fi").
const macName = "macos"

// networkSetup is the platform. run runs that program, and returns all that it prints, and its exit as an error.
type networkSetup struct {
	run func(ctx context.Context, args ...string) (string, error)
}

func (networkSetup) name() string { return macName }

func (networkSetup) plan(p Proxy, now []entry) []entry { return macPlan(p, now) }

func (networkSetup) user(p Proxy, now []entry) []entry { return macUser(p, now) }

func (networkSetup) refuse(p Proxy, now []entry) error { return macRefuse(p, now) }

func (n networkSetup) read(ctx context.Context) ([]entry, error) {
	out, err := n.ask(ctx, "-listallnetworkservices")
	if err != nil {
		return nil, err
	}
	entries := macServices(out)
	for _, e := range entries {
		service := strings.TrimPrefix(e.Key, macEnabled+" ")
		kinds := append(macKinds[:], macKind{kind: macBypass, get: "-getproxybypassdomains"}, macKind{kind: macDiscovery, get: "-getproxyautodiscovery"})
		for _, k := range kinds {
			out, err := n.ask(ctx, k.get, service)
			if err != nil {
				return nil, err
			}
			read, err := macRead(k.kind, service, out)
			if err != nil {
				return nil, fmt.Errorf("networksetup %s %q: %w", k.get, service, err)
			}
			entries = append(entries, read...)
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
		if _, err := n.ask(ctx, args...); err != nil && !macClears(args) {
			return err
		}
	}
	return verify(ctx, n, macKept(entries))
}

// ask returns what networksetup prints, where it tells its errors too.
func (n networkSetup) ask(ctx context.Context, args ...string) (string, error) {
	out, err := n.run(ctx, args...)
	said := strings.Join(strings.Fields(out), " ")
	switch {
	case err == nil && !strings.Contains(said, "** Error:"):
		return out, nil
	case said == "":
	case err == nil:
		err = errors.New(said)
	default:
		err = fmt.Errorf("%w: %s", err, said)
	}
	return "", fmt.Errorf("networksetup %s: %w", args[0], err)
}
