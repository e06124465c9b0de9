package service

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/kardianos/service"
)

// A manager is a service manager. Its text is its name.
type manager string

const (
	systemd manager = "systemd"
	launchd manager = "launchd"
	openRC  manager = "OpenRC"
	sysv    manager = "init scripts"
	freebsd manager = "rc.d"
	windows manager = "Windows"
)

// findNamed is the manager of that name, as people write it.
func findNamed(name string) manager {
	switch strings.ToLower(name) {
	case "sysv":
		return sysv
	case "freebsd":
		return freebsd
	case "openrc":
		return openRC
	}
	return manager(strings.ToLower(name))
}

// managerOf is the manager that kardianos' package has found, by its name for it; "" for one that is unknown to us.
func managerOf(platform string) manager {
	switch platform {
	case "linux-systemd":
		return systemd
	case "darwin-launchd":
		return launchd
	case "linux-openrc":
		return openRC
	case "unix-systemv":
		return sysv
	case "freebsd":
		return freebsd
	case "windows-service":
		return windows
	}
	return ""
}

// A place is what is looked at of the machine.
type place struct {
	platform string // as kardianos' package calls it
	runtime  string // $XDG_RUNTIME_DIR
	init     string // the name of process 1
	exists   func(path string) bool
	has      func(program string) bool
}

func here() place {
	init, _ := os.ReadFile("/proc/1/comm")
	return place{
		platform: service.Platform(),
		runtime:  os.Getenv("XDG_RUNTIME_DIR"),
		init:     strings.TrimSpace(string(init)),
		exists:   func(path string) bool { _, err := os.Stat(path); return err == nil },
		has:      func(program string) bool { _, err := exec.LookPath(program); return err == nil },
	}
}

func find(system bool) (manager, error) { return here().find(system) }

// instead is what to do where there is no service manager.
const instead = `the bridge runs without one, too: drawbridge run`

// find returns the manager of the machine, or of the user's session.
func (p place) find(system bool) (manager, error) {
	m := managerOf(p.platform)
	switch {
	case m == systemd && !p.exists("/run/systemd/system"), // installed, but not what runs here
		m == sysv && (p.init != "init" || !p.exists("/etc/init.d") || !p.has("service")), // it is taken to be everywhere
		m == "":
		m = ""
	}
	if system {
		if m == "" {
			return "", fmt.Errorf("no service manager runs here: looked for systemd (/run/systemd/system), OpenRC (openrc-init, or openrc in /etc/inittab) "+
				"and init scripts (/etc/init.d, the program service, and init as process 1); %s", instead)
		}
		return m, nil
	}
	switch m {
	case launchd:
		return m, nil
	case windows:
		return "", errors.New("on Windows there are no services of one user; start drawbridge-tray at login instead (its window has that under Settings), " +
			"or install a service of the whole machine: drawbridge service install --system")
	case systemd:
		switch {
		case p.runtime == "":
			return "", errors.New("the user's systemd is found by $XDG_RUNTIME_DIR, which is not set: log in as this user (su and sudo do not), " +
				"or install a service of the whole machine: drawbridge service install --system")
		case !p.exists(filepath.Join(p.runtime, "systemd", "private")):
			return "", fmt.Errorf("no systemd of this user runs: looked for %s; log in as this user, or: loginctl enable-linger; %s",
				filepath.Join(p.runtime, "systemd", "private"), instead)
		}
		return m, nil
	case "":
		return "", fmt.Errorf("no service manager of this user runs here: looked for systemd (/run/systemd/system); %s", instead)
	}
	return "", fmt.Errorf("%s starts services of the whole machine alone: drawbridge service install --system; %s", m, instead)
}

// file is the path of the file that the manager reads; empty: there is none.
func file(system bool, m manager) string {
	home, _ := os.UserHomeDir()
	switch m {
	case systemd:
		if system {
			return "/etc/systemd/system/" + Name + ".service"
		}
		return filepath.Join(home, ".config/systemd/user", Name+".service") // as kardianos' package has it
	case launchd:
		if system {
			return "/Library/LaunchDaemons/" + agent + ".plist"
		}
		return filepath.Join(home, "Library/LaunchAgents", agent+".plist")
	case openRC, sysv:
		return "/etc/init.d/" + Name
	case freebsd:
		return "/usr/local/etc/rc.d/" + Name
	}
	return ""
}

// logFolder is where launchd puts what the service says.
func logFolder(system bool) string {
	if system {
		return "/Library/Logs"
	}
	home, _ := os.UserHomeDir()
	return filepath.Join(home, "Library/Logs")
}

// ByDefault reports whether a service is of the whole machine where nobody says: root's is, and any on Windows, which has
// no others.
func ByDefault() (system bool) {
	return os.Geteuid() == 0 || managerOf(service.Platform()) == windows
}
