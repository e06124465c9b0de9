package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"net/url"
	"os"
	"os/user"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/drawbridge-app/drawbridge/app/chooser"
	"github.com/drawbridge-app/drawbridge/app/service"
	"github.com/drawbridge-app/drawbridge/settings"
)

// installing is what install was told.
type installing struct {
	flags  *shared
	of     *scope
	force  bool
	socket bool
	now    bool
}

func newServiceInstallCommand(flags *shared, of *scope) *cobra.Command {
	i := installing{flags: flags, of: of}
	cmd := &cobra.Command{
		Use:   "install",
		Short: "Have the system start the bridge",
		Long: `Have the system start the bridge: the service with the path of this program, and --settings FILE if that is given.
With --socket, systemd listens on the addresses of the settings, starts the service with the first client, and lets clients
wait while it restarts; a service of the whole machine has ports below 1024 only so. While the bridge is turned off, clients
wait then, too, instead of being refused.`,
		Example: `  drawbridge service install --now
  sudo drawbridge service install --system --settings /etc/drawbridge/settings.toml
  sudo drawbridge service install --system --force --now`,
		Args:              arguments(cobra.NoArgs),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return i.run(cmd.Context(), cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	cmd.Flags().BoolVar(&i.force, "force", false, "replace the service if it is installed already")
	cmd.Flags().BoolVar(&i.socket, "socket", false, "let systemd listen on the addresses of the settings")
	cmd.Flags().BoolVar(&i.now, "now", false, "start it, too")
	return cmd
}

func (i *installing) run(ctx context.Context, out, trouble io.Writer) error {
	u, err := i.unit()
	if err != nil {
		return err
	}
	s, err := service.Open(u)
	if err != nil {
		return err
	}
	if err := i.of.mayChange(); err != nil {
		return err
	}
	if i.now {
		if err := noOtherOwner(ctx, *i.of); err != nil {
			return err
		}
	}
	if u.System {
		for _, doubt := range service.Doubts(u) {
			fmt.Fprintf(trouble, "drawbridge: warning: %s\n", doubt)
		}
	}
	before, err := s.Status(ctx)
	if err != nil {
		return err
	}
	if before.Installed && !before.Packaged && i.force {
		if err := s.Uninstall(ctx); err != nil {
			return err
		}
	}
	switch err := s.Install(ctx); {
	case errors.Is(err, service.ErrInstalled):
		return fmt.Errorf("%w; to replace it: --force", err)
	case err != nil:
		return err
	}
	return i.tell(ctx, out, s, before.Running)
}

// tell says what is there now, and starts it if that is wanted, or it ran before.
func (i *installing) tell(ctx context.Context, out io.Writer, s *service.Service, ran bool) error {
	is, err := s.Status(ctx)
	if err != nil {
		return err
	}
	switch {
	case is.Packaged:
		fmt.Fprintf(out, "Enabled: %s, which came with a package.\n", is.File)
	case is.File != "":
		fmt.Fprintf(out, "Installed: %s\n", is.File)
	default:
		fmt.Fprintln(out, "Installed.")
	}
	if i.now || ran {
		if err := s.Start(ctx); err != nil {
			return err
		}
		fmt.Fprintln(out, "Started.")
	} else {
		fmt.Fprintf(out, "To start it now: drawbridge service start %s\n", i.of.flag())
	}
	if !i.of.machine() && is.Manager == "systemd" && !lingers() {
		fmt.Fprintln(out, "It runs while you are logged in; to have it from the system's start on: loginctl enable-linger")
	}
	return nil
}

// lingers says that the user's services run without the user.
func lingers() bool {
	me, err := user.Current()
	if err != nil {
		return false
	}
	_, err = os.Stat(filepath.Join("/var/lib/systemd/linger", me.Username))
	return err == nil
}

// unit is the service as the flags and the settings want it. Wrong settings are an error now, rather than at the next
// start of the system.
func (i *installing) unit() (service.Unit, error) {
	u := service.Unit{System: i.of.machine()}
	var err error
	if u.Program, err = thisProgram(); err != nil {
		return u, err
	}
	file := *i.flags
	if file.settingsPath != "" {
		if u.Settings, err = filepath.Abs(file.settingsPath); err != nil {
			return u, err
		}
	} else if u.System {
		file = shared{settingsPath: service.SystemSettings(), optional: true}
	}
	set, err := file.load()
	if errors.Is(err, os.ErrPermission) && i.of.mayChange() != nil { // which is the better reason
		return u, i.of.mayChange()
	}
	if err == nil {
		err = settings.Validate(set)
	}
	if err != nil {
		return u, err
	}
	u.Home = u.System && service.Home(reads(u, set)...)
	if i.socket {
		u.Sockets, err = fixed(set.Listen)
	}
	return u, err
}

// reads are the files that the service has to see.
func reads(u service.Unit, s settings.Settings) []string {
	files := []string{u.Program, u.Settings}
	for _, p := range s.Profiles {
		if at, err := url.Parse(chooser.ScriptURL(p.URL)); err == nil && at.Scheme == "file" {
			files = append(files, at.Path)
		}
	}
	return files
}

// fixed are addresses that somebody else can listen on for us.
func fixed(listen []string) ([]string, error) {
	for _, address := range listen {
		at, err := netip.ParseAddrPort(address)
		if err == nil && at.Port() == 0 {
			return nil, fmt.Errorf("--socket: listen %q: the port has to be fixed, or no client would find it", address)
		}
	}
	return listen, nil
}
