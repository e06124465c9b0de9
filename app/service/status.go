package service

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"

	"github.com/kardianos/service"
)

// A Status is how a service is.
type Status struct {
	Installed bool   `json:"installed"`
	Enabled   bool   `json:"enabled"`            // it is started with the system, or with the session
	Running   bool   `json:"running"`            // or about to be
	PID       int    `json:"pid,omitempty"`      // where the manager tells
	Manager   string `json:"manager"`            // systemd, launchd, …
	File      string `json:"file,omitempty"`     // that the manager reads
	Packaged  bool   `json:"packaged,omitempty"` // the file is none that Install has written
	Socket    bool   `json:"socket,omitempty"`   // the manager listens for it
	Word      string `json:"word,omitempty"`     // the manager's own for how it is, where it has one: "failed (exit-code)"
}

// place names the service for people.
func (s Status) place() string {
	if s.File == "" {
		return "see services.msc"
	}
	return s.File
}

// Status asks the manager. A service that is not installed is no error.
func (s *Service) Status(ctx context.Context) (Status, error) {
	now := Status{Manager: s.Manager(), File: file(s.unit.System, s.manager)}
	if s.manager == systemd {
		return s.systemdStatus(ctx, now)
	}
	if now.File != "" {
		if _, err := os.Stat(now.File); err != nil {
			now.File = ""
			return now, nil
		}
	}
	if s.manager == sysv { // of which kardianos' package takes one that is stopped for an error
		now.Installed, now.Running = true, exec.CommandContext(ctx, now.File, "status").Run() == nil
		now.Enabled = len(sysvLinks("S")) > 0
		return now, nil
	}
	state, err := s.through.Status()
	switch {
	case errors.Is(err, service.ErrNotInstalled):
		return now, nil
	case err != nil:
		return now, fmt.Errorf("ask %s about the service: %w", s.manager, explained(err))
	}
	now.Installed, now.Enabled, now.Running = true, true, state == service.StatusRunning
	return now, nil
}

// systemdAsked are the properties that systemdStatus wants.
const systemdAsked = "LoadState,UnitFileState,ActiveState,Result,MainPID,FragmentPath"

func (s *Service) systemdStatus(ctx context.Context, now Status) (Status, error) {
	out, err := s.systemctlSays(ctx, "show", "--property="+systemdAsked, Name+".service")
	if err != nil {
		return now, fmt.Errorf("ask systemd about the service: %w", err)
	}
	now = systemdShown(now, out)
	if now.Installed {
		socket, err := s.systemctlSays(ctx, "show", "--property=LoadState", Name+".socket")
		now.Socket = err == nil && strings.Contains(socket, "LoadState=loaded")
	}
	return now, nil
}

// systemdShown is what "systemctl show" says, in our words. now has the file that Install would write.
func systemdShown(now Status, shown string) Status {
	is := map[string]string{}
	for line := range strings.Lines(shown) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		is[key] = value
	}
	ours := now.File
	now.File = is["FragmentPath"]
	now.Installed = is["LoadState"] != "not-found" && now.File != ""
	now.Packaged = now.Installed && now.File != ours
	now.Enabled = strings.HasPrefix(is["UnitFileState"], "enabled")
	switch is["ActiveState"] {
	case "active", "activating", "reloading":
		now.Running = true
	}
	now.PID, _ = strconv.Atoi(is["MainPID"])
	now.Word = is["ActiveState"]
	if result := is["Result"]; now.Word == "failed" && result != "" {
		now.Word += " (" + result + ")"
	}
	return now
}
