// Package service has the bridge run as a service: what the system starts by itself, and again when it has died.
//
// A [Unit] says what is to be started. [Open] finds the system's service manager (systemd, launchd, OpenRC, init
// scripts, Windows' own) and gives a [Service] of it, that can be installed, started, stopped and asked. What each
// manager reads, a file or two, comes from pure functions: one file here for each manager. Package
// github.com/kardianos/service puts them where they belong, and registers the service with Windows.
//
// The other half is for the program that was started: [Run] runs it as the manager wants it, [Notify] tells systemd how far
// it is, [Inherited] are the sockets that systemd has opened for it, [Log] writes its log where the manager reads it.
package service

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/kardianos/service"
)

// Name is what the service is called, but on macOS.
const Name = "drawbridge"

// agent is what launchd calls it.
const agent = "io.github.drawbridge_app.Drawbridge.Service"

const (
	display     = "Drawbridge"
	description = "Drawbridge, an HTTP proxy that relays through a SOCKS endpoint"
)

// A Unit is what the service manager is told.
type Unit struct {
	System   bool     // of the whole machine; else of this user
	Program  string   // absolute path of drawbridge
	Settings string   // absolute path of the settings file; empty: the usual one
	Sockets  []string // addresses that the manager itself listens on, for systemd alone; empty: none
	Home     bool     // of the machine, and to see, though not to change, what lies in users' folders
}

// Arguments are what Program is started with.
func (u Unit) Arguments() []string {
	args := []string{"service", "run"}
	if u.System {
		args = append(args, "--system")
	}
	if u.Settings != "" {
		args = append(args, "--settings", u.Settings)
	}
	return args
}

// settings is where the settings of the service of the machine are.
func (u Unit) settings() string {
	if u.Settings != "" {
		return u.Settings
	}
	return SystemSettings()
}

// check says what no manager can be told.
func (u Unit) check() error {
	for _, path := range []string{u.Program, u.Settings} {
		switch {
		case path == "":
		case !filepath.IsAbs(path):
			return fmt.Errorf("%q: has to be an absolute path", path)
		case strings.Contains(path, "{{") || strings.ContainsFunc(path, func(r rune) bool { return r < ' ' || r == 0x7f }):
			return fmt.Errorf("%q: a service manager's file cannot hold such a name", path)
		}
	}
	if u.Program == "" {
		return errors.New("the service has no program")
	}
	return nil
}

// A Service is the one of a unit, with the manager that there is.
type Service struct {
	unit    Unit
	manager manager
	through service.Service
}

// Open finds the service manager for u. Its error says what was looked for, and what to do instead.
func Open(u Unit) (*Service, error) {
	m, err := find(u.System)
	if err != nil {
		return nil, err
	}
	return open(u, m)
}

func open(u Unit, m manager) (*Service, error) {
	through, err := service.New(nobody{}, told(u, m))
	if err != nil {
		return nil, fmt.Errorf("find the service manager: %w", err)
	}
	return &Service{unit: u, manager: m, through: through}, nil
}

// nobody is what runs while a service is only spoken about.
type nobody struct{}

func (nobody) Start(service.Service) error { return nil }
func (nobody) Stop(service.Service) error  { return nil }

// told is u as kardianos' package takes it. Our texts have nothing to fill in left.
func told(u Unit, m manager) *service.Config {
	c := &service.Config{
		Name: Name, DisplayName: display, Description: description,
		Executable: u.Program, Arguments: u.Arguments(),
		Option: service.KeyValue{"UserService": !u.System},
	}
	switch m {
	case systemd:
		c.Option["SystemdScript"] = systemdUnit(u)
	case launchd:
		c.Name = agent
		c.Option["LaunchdConfig"] = launchdList(u, logFolder(u.System))
	case openRC:
		c.Option["OpenRCScript"] = openRCScript(u)
	case sysv:
		c.Option["SysvScript"] = sysvScript(u)
	case freebsd:
		c.Option["SysvScript"] = freebsdScript(u)
	case windows:
		c.UserName = `NT AUTHORITY\LocalService`
		c.Option["OnFailure"] = "restart"
		c.Option["OnFailureDelayDuration"] = "2s"
		c.Option["OnFailureResetPeriod"] = 60 // seconds
		c.Option["DelayedAutoStart"] = false
	}
	return c
}

// Files are what the manager reads, each with its path: for people, and for packages that bring the service along. Windows
// has none.
func Files(u Unit, manager string) (map[string]string, error) {
	m := findNamed(manager)
	if err := u.check(); err != nil {
		return nil, err
	}
	texts := map[string]string{}
	c := told(u, m)
	for _, option := range []string{"SystemdScript", "LaunchdConfig", "OpenRCScript", "SysvScript"} {
		if text, ok := c.Option[option].(string); ok {
			texts[filepath.Base(file(u.System, m))] = text
		}
	}
	if m == systemd && len(u.Sockets) > 0 {
		texts[Name+".socket"] = systemdSocket(u)
	}
	if len(texts) == 0 {
		return nil, fmt.Errorf("%q: has no files here; there are systemd, launchd, openrc, sysv and freebsd", manager)
	}
	return texts, nil
}

// SystemSettings is the settings file of the service of the machine. On Windows that is the one of the account that it
// runs as: in %ProgramData%, any user could have put one.
func SystemSettings() string {
	switch runtime.GOOS {
	case "windows":
		return filepath.Join(os.Getenv("SystemRoot"), `ServiceProfiles\LocalService\AppData\Roaming\drawbridge\settings.toml`)
	case "darwin":
		return "/Library/Application Support/drawbridge/settings.toml"
	case "freebsd":
		return "/usr/local/etc/drawbridge/settings.toml"
	}
	return "/etc/drawbridge/settings.toml"
}

// Manager is the name of the service manager.
func (s *Service) Manager() string { return string(s.manager) }

// ErrInstalled is returned by Install where the service is installed.
var ErrInstalled = errors.New("the service is installed already")

// ErrNotInstalled is returned where it is not.
var ErrNotInstalled = errors.New("the service is not installed")

// Install tells the manager of the service, which will start it with the system, or with the user's session. Where a
// package has brought the same service along, that is enabled instead.
func (s *Service) Install(ctx context.Context) error {
	if err := s.unit.check(); err != nil {
		return fmt.Errorf("install the service: %w", err)
	}
	if len(s.unit.Sockets) > 0 && s.manager != systemd {
		return fmt.Errorf("install the service: only systemd listens for a service, and this is %s", s.manager)
	}
	now, err := s.Status(ctx)
	switch {
	case err != nil:
		return err
	case now.Packaged && s.unit.Settings == "" && len(s.unit.Sockets) == 0:
		return s.systemctl(ctx, "enable", Name+".service")
	case now.Installed && !now.Packaged:
		return fmt.Errorf("%w: %s", ErrInstalled, now.place())
	}
	if err := s.through.Install(); err != nil {
		if written := file(s.unit.System, s.manager); written != "" {
			_ = os.Remove(written) // it was not there before
		}
		return fmt.Errorf("install the service: %w", explained(err))
	}
	switch {
	case len(s.unit.Sockets) > 0:
		return s.installSocket(ctx)
	case s.manager == sysv:
		if err := sysvEnable(ctx); err != nil {
			err = errors.Join(err, s.through.Uninstall(), sysvDisable(ctx))
			return fmt.Errorf("install the service: %w", err)
		}
	}
	return nil
}

// Uninstall stops the service and has the manager forget it. One that came with a package is only disabled.
func (s *Service) Uninstall(ctx context.Context) error {
	now, err := s.Status(ctx)
	switch {
	case err != nil:
		return err
	case !now.Installed:
		return ErrNotInstalled
	}
	if now.Running || now.Socket {
		if err := s.Stop(ctx); err != nil {
			return err
		}
	}
	if now.Packaged {
		return s.systemctl(ctx, "disable", Name+".service")
	}
	if now.Socket {
		if err := s.uninstallSocket(ctx); err != nil {
			return err
		}
	}
	if err := s.through.Uninstall(); err != nil {
		return fmt.Errorf("uninstall the service: %w", explained(err))
	}
	return s.sweep(ctx)
}

// sweep removes what kardianos' package and the manager leave behind.
func (s *Service) sweep(ctx context.Context) error {
	var err error
	switch s.manager {
	case systemd:
		// One that had failed would be listed as such for ever; one that had not is an error here, and nothing else.
		_ = s.systemctl(ctx, "reset-failed", Name+".service")
	case sysv:
		err = sysvDisable(ctx)
	}
	if s.unit.System && runtime.GOOS == "linux" {
		sweepFolders()
	}
	return err
}

// sweepFolders removes the folders of the machine's service: that of its socket, unless one is there, and that of what it
// keeps, if it is empty, to which systemd has made a link.
func sweepFolders() {
	const runs = "/run/" + Name
	if _, err := os.Lstat(runs + "/control.sock"); os.IsNotExist(err) {
		_ = os.RemoveAll(runs)
	}
	if os.Remove("/var/lib/private/"+Name) == nil {
		_ = os.Remove("/var/lib/" + Name)
	}
}

// Start starts the service, and returns when it is ready, where the manager tells.
func (s *Service) Start(ctx context.Context) error {
	return s.act(ctx, "start", s.through.Start)
}

// Stop stops it.
func (s *Service) Stop(ctx context.Context) error {
	return s.act(ctx, "stop", s.through.Stop)
}

// Restart stops and starts it.
func (s *Service) Restart(ctx context.Context) error {
	if s.manager == windows { // where one that has stopped cannot be restarted
		if err := s.Stop(ctx); err != nil {
			return err
		}
		return s.Start(ctx)
	}
	return s.act(ctx, "restart", s.through.Restart)
}

func (s *Service) act(ctx context.Context, verb string, act func() error) error {
	var err error
	switch s.manager {
	case systemd:
		err = s.systemdAct(ctx, verb)
	case openRC, sysv:
		err = s.scriptAct(ctx, verb)
	default:
		switch err = act(); {
		case err != nil && !meant(verb, err):
			err = explained(err)
		case verb == "stop":
			err = nil
		default:
			err = settled(ctx)
		}
	}
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s the service: %w; its log: %s", verb, err, s.LogCommand())
}

// LogCommand is what shows the service's log.
func (s *Service) LogCommand() string {
	switch s.manager {
	case systemd:
		if s.unit.System {
			return "journalctl -u drawbridge"
		}
		return "journalctl --user -u drawbridge"
	case launchd:
		return "tail " + filepath.Join(logFolder(s.unit.System), "drawbridge.log")
	case windows:
		return "the Event Viewer, under Application"
	}
	return "tail /var/log/drawbridge.log"
}

// explained is err in words for people, where it is one that a lack of rights leads to.
func explained(err error) error {
	text := err.Error()
	denied := []string{"Access is denied", "permission denied", "Permission denied", "Operation not permitted"}
	if errors.Is(err, os.ErrPermission) || slices.ContainsFunc(denied, func(d string) bool { return strings.Contains(text, d) }) {
		return fmt.Errorf("%w; %s", err, Elevate())
	}
	return err
}

// Elevate says how to get the rights that a service of the machine takes.
func Elevate() string {
	if runtime.GOOS == "windows" {
		return "run this in a terminal that was started as administrator"
	}
	return "a service of the whole machine needs root: run this with sudo"
}
