package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/app/control"
	"github.com/drawbridge-app/drawbridge/app/service"
)

func newServiceCommand(flags *shared) *cobra.Command {
	var of scope
	cmd := &cobra.Command{
		Use:   "service",
		Short: "Have the system run the bridge: install, start, stop, status",
		Long: `Have the system run the bridge, and start it again when it has died: by systemd, launchd, OpenRC, init scripts
or Windows' services. A service of the user (--user) starts with the user's session, or, after "loginctl enable-linger", with
the system; its bridge is the one that "drawbridge status", the icon and the window show. A service of the whole machine
(--system) starts with the system, as a user without rights where there is systemd, and reads
` + service.SystemSettings() + `; it leaves everybody's system proxy alone.
Without either flag it is the user's, and root's is the machine's.`,
		Example: `  drawbridge service install --now
  sudo drawbridge service install --system --settings /etc/drawbridge/settings.toml
  drawbridge service status`,
		Args: cobra.ArbitraryArgs,
		RunE: group,
		PersistentPreRunE: func(*cobra.Command, []string) error {
			if of.user && of.system {
				return usageErrorf("--user and --system contradict each other")
			}
			return nil
		},
	}
	cmd.PersistentFlags().BoolVar(&of.user, "user", false, "the service of this user")
	cmd.PersistentFlags().BoolVar(&of.system, "system", false, "the service of the whole machine")
	cmd.AddCommand(
		newServiceInstallCommand(flags, &of),
		newServiceUninstallCommand(&of),
		newServiceAction(&of, "start", "Start the service", "Started.", (*service.Service).Start),
		newServiceAction(&of, "stop", "Stop the service", "Stopped.", (*service.Service).Stop),
		newServiceAction(&of, "restart", "Restart the service, which cuts what runs through it", "Restarted.", (*service.Service).Restart),
		newServiceStatusCommand(&of),
		newServiceRunCommand(flags, &of),
		newServiceFilesCommand(flags, &of),
	)
	return cmd
}

// scope is whose service is meant.
type scope struct{ user, system bool }

// machine says that it is the whole machine's.
func (s scope) machine() bool { return s.system || !s.user && service.ByDefault() }

// flag is what says so on a command line.
func (s scope) flag() string {
	if s.machine() {
		return "--system"
	}
	return "--user"
}

// open finds the service, with no more than is needed to ask about it.
func (s scope) open() (*service.Service, error) {
	return service.Open(service.Unit{System: s.machine()})
}

// mayChange is an error for who has no right to change the service.
func (s scope) mayChange() error {
	if s.machine() && os.Geteuid() > 0 { // Windows has -1, and says itself who may
		return fmt.Errorf("%s, or use --user", service.Elevate())
	}
	return nil
}

func newServiceAction(of *scope, verb, short, done string, do func(*service.Service, context.Context) error) *cobra.Command {
	return &cobra.Command{
		Use:               verb,
		Short:             short,
		Long:              short + ". Where the service manager tells, this returns when that is done.",
		Example:           "  drawbridge service " + verb,
		Args:              arguments(cobra.NoArgs),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := installedService(cmd.Context(), of)
			if err != nil {
				return err
			}
			if verb != "stop" {
				if err := noOtherOwner(cmd.Context(), *of); err != nil {
					return err
				}
			}
			if err := do(s, cmd.Context()); err != nil {
				return err
			}
			_, err = fmt.Fprintln(cmd.OutOrStdout(), done)
			return err
		},
	}
}

// installedService finds the service to do something with, which is there.
func installedService(ctx context.Context, of *scope) (*service.Service, error) {
	s, err := of.open()
	if err != nil {
		return nil, err
	}
	if err := of.mayChange(); err != nil {
		return nil, err
	}
	now, err := s.Status(ctx)
	if err == nil && !now.Installed {
		err = fmt.Errorf("%w; to do that: drawbridge service install %s", service.ErrNotInstalled, of.flag())
	}
	return s, err
}

// noOtherOwner is an error where another program runs the user's bridge: the service would not get its addresses.
func noOtherOwner(ctx context.Context, of scope) error {
	if of.machine() {
		return nil
	}
	c, err := owner()
	if err != nil {
		return err
	}
	s, err := c.State(ctx)
	if err != nil || s.Owner.IsService() {
		return nil // nobody that would be in the way
	}
	return fmt.Errorf("%s (pid %d) runs the bridge already: quit that first", s.Owner.Program, s.Owner.PID)
}

func newServiceUninstallCommand(of *scope) *cobra.Command {
	return &cobra.Command{
		Use:   "uninstall",
		Short: "Stop the service, and have the system forget it",
		Long: `Stop the service, and have the system forget it. The settings stay. A service that a package has brought along
is stopped and disabled; it goes with the package.`,
		Example:           "  drawbridge service uninstall",
		Args:              arguments(cobra.NoArgs),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := installedService(cmd.Context(), of)
			if err != nil {
				return err
			}
			if err := s.Uninstall(cmd.Context()); err != nil {
				return err
			}
			_, err = fmt.Fprintln(cmd.OutOrStdout(), "Uninstalled. The settings are still there.")
			return err
		},
	}
}

// newServiceFilesCommand prints what install writes: for people who look first, and for who makes packages.
func newServiceFilesCommand(flags *shared, of *scope) *cobra.Command {
	var manager, program string
	var sockets []string
	cmd := &cobra.Command{
		Use:     "files",
		Short:   "Print what install would write",
		Long:    "Print what install would write for a service manager, whether that is here or not.",
		Example: "  drawbridge service files --system --manager systemd --program /usr/bin/drawbridge",
		Args:    arguments(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			u := service.Unit{System: of.system, Program: program, Settings: flags.settingsPath, Sockets: sockets}
			if u.Program == "" {
				u.Program, _ = os.Executable()
			}
			texts, err := service.Files(u, manager)
			if err != nil {
				return usageErrorf("--manager %w", err)
			}
			var names []string
			for name := range texts {
				names = append(names, name)
			}
			slices.Sort(names)
			for i, name := range names {
				if len(names) > 1 {
					fmt.Fprintf(cmd.OutOrStdout(), "==> %s <==\n", name)
				}
				fmt.Fprint(cmd.OutOrStdout(), texts[name])
				if i < len(names)-1 {
					fmt.Fprintln(cmd.OutOrStdout())
				}
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&manager, "manager", "systemd", "`NAME`: systemd, launchd, openrc, sysv or freebsd")
	cmd.Flags().StringVar(&program, "program", "", "`PATH` of the program (default: this one's)")
	cmd.Flags().StringSliceVar(&sockets, "socket", nil, "`ADDRESS` for systemd to listen on")
	_ = cmd.RegisterFlagCompletionFunc("manager", cobra.FixedCompletions([]string{"systemd", "launchd", "openrc", "sysv", "freebsd"}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

// thisProgram is the path of this program, by which it will be there tomorrow too: links are kept where a package manager
// leads them to its newest version.
func thisProgram() (string, error) {
	path, err := os.Executable()
	if err == nil {
		path, err = filepath.Abs(path)
	}
	if err != nil {
		return "", fmt.Errorf("find this program: %w", err)
	}
	return path, nil
}

// socketOf is where the service of a scope is reached, and whether that is where the other commands look by themselves.
func socketOf(of scope) (path string, usual bool) {
	path, err := control.Path()
	if err != nil {
		return "", false
	}
	if of.machine() {
		return control.SystemPath(), path == control.SystemPath()
	}
	return path, true
}

// stateOf asks the service's bridge; nil: it does not answer, or who answers is another one.
func stateOf(ctx context.Context, path string) (*app.State, error) {
	s, err := control.Dial(path).State(ctx)
	if err != nil {
		return nil, err
	}
	return &s, nil
}
