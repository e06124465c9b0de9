package service

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// systemctl runs systemctl for the machine or for the user.
func (s *Service) systemctl(ctx context.Context, args ...string) error {
	_, err := s.systemctlSays(ctx, args...)
	return err
}

// systemctlSays is systemctl with what it prints. What it complains of is the error.
func (s *Service) systemctlSays(ctx context.Context, args ...string) (string, error) {
	if !s.unit.System {
		args = append([]string{"--user"}, args...)
	}
	cmd := exec.CommandContext(ctx, "systemctl", args...)
	var out, trouble bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &trouble
	err := cmd.Run()
	if said, _, _ := strings.Cut(strings.TrimSpace(trouble.String()), "\n"); err != nil && said != "" {
		err = explained(errors.New(said))
	}
	return out.String(), err
}

// systemdAct starts, stops or restarts. The socket has to go with it: it would start the service again.
func (s *Service) systemdAct(ctx context.Context, verb string) error {
	units := []string{Name + ".service"}
	if socket, err := s.systemctlSays(ctx, "show", "--property=LoadState", Name+".socket"); err == nil && strings.Contains(socket, "=loaded") && verb != "restart" {
		units = []string{Name + ".socket", Name + ".service"}
	}
	if verb != "stop" {
		// After too many failures systemd would start it no more.
		_ = s.systemctl(ctx, append([]string{"reset-failed"}, units...)...)
	}
	return s.systemctl(ctx, append([]string{verb}, units...)...)
}

// socketFile is that of the service's sockets.
func (s *Service) socketFile() string {
	return filepath.Join(filepath.Dir(file(s.unit.System, systemd)), Name+".socket")
}

func (s *Service) installSocket(ctx context.Context) error {
	err := os.WriteFile(s.socketFile(), []byte(systemdSocket(s.unit)), 0o644)
	if err == nil {
		err = s.systemctl(ctx, "daemon-reload")
	}
	if err == nil {
		err = s.systemctl(ctx, "enable", Name+".socket")
	}
	if err != nil {
		err = errors.Join(err, s.uninstallSocket(ctx), s.through.Uninstall())
		return fmt.Errorf("install the service: %w", explained(err))
	}
	return nil
}

func (s *Service) uninstallSocket(ctx context.Context) error {
	err := s.systemctl(ctx, "disable", Name+".socket")
	if removed := os.Remove(s.socketFile()); removed != nil && !os.IsNotExist(removed) {
		err = errors.Join(err, removed)
	}
	if err != nil {
		return fmt.Errorf("uninstall the service's sockets: %w", explained(err))
	}
	return nil
}
