package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"time"

	"github.com/spf13/cobra"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/app/control"
	"github.com/drawbridge-app/drawbridge/app/programs"
)

// owner returns a client of whoever owns the bridge of this user.
func owner() (*control.Client, error) {
	path, err := control.Path()
	if err != nil {
		return nil, err
	}
	return control.Dial(path), nil
}

// errNoOwner says what to start.
var errNoOwner = fmt.Errorf("%w; start it with drawbridge-tray, or in a terminal with: drawbridge run", app.ErrNoOwner)

// explain makes an owner's error one for people at a command line.
func explain(err error) error {
	if errors.Is(err, app.ErrNoOwner) {
		return errNoOwner
	}
	return err
}

// order sends an intent, and prints in words what holds then.
func order(cmd *cobra.Command, want app.Intent) error {
	c, err := owner()
	if err != nil {
		return err
	}
	if err := c.Do(cmd.Context(), want); err != nil {
		return explain(err)
	}
	s, err := c.State(cmd.Context())
	if err != nil {
		return explain(err)
	}
	_, err = fmt.Fprintln(cmd.OutOrStdout(), english().Status(s))
	return err
}

func newStatusCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Say whether the bridge is on, and how it is",
		Long: `Say whether the bridge is on, where it listens, through what traffic goes, how much has gone, and what
broke. The exit code is 1 when no bridge runs; one that runs and is off is no failure.`,
		Example: `  drawbridge status
  drawbridge status --json | jq .on`,
		Args:              arguments(cobra.NoArgs),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := owner()
			if err != nil {
				return err
			}
			s, err := c.State(cmd.Context())
			if err != nil {
				return explain(err)
			}
			if asJSON {
				return writeJSON(cmd.OutOrStdout(), s)
			}
			return printStatus(cmd.OutOrStdout(), s)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON: all that a face of the bridge sees")
	return cmd
}

// newSwitchCommand makes on, off or toggle.
func newSwitchCommand(verb app.Verb, short, long string) *cobra.Command {
	return &cobra.Command{
		Use:               string(verb),
		Short:             short,
		Long:              long,
		Example:           "  drawbridge " + string(verb),
		Args:              arguments(cobra.NoArgs),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return order(cmd, app.Intent{Verb: verb})
		},
	}
}

func newOnCommand() *cobra.Command {
	return newSwitchCommand(app.TurnOn, "Turn the bridge on", "Turn the bridge on, in the program that owns it: drawbridge-tray, or drawbridge run.")
}

func newOffCommand() *cobra.Command {
	return newSwitchCommand(app.TurnOff, "Turn the bridge off", "Turn the bridge off. What runs through it is cut; the program that owns it stays.")
}

func newToggleCommand() *cobra.Command {
	return newSwitchCommand(app.Toggle, "Turn the bridge on if it is off, and off if it is on", "Do what a click on the icon does.")
}

func newUseCommand(flags *shared) *cobra.Command {
	return &cobra.Command{
		Use:   "use NAME",
		Short: "Send new traffic through another profile",
		Long: `Send new traffic through the profile of that name, and keep that in the settings file. What runs already
goes on as it began.`,
		Example: `  drawbridge use Office`,
		Args:    arguments(cobra.ExactArgs(1)),
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
			var names []cobra.Completion
			if len(args) == 0 {
				for _, p := range loadOrDefault(flags).Profiles {
					names = append(names, cobra.CompletionWithDesc(p.Name, p.URL))
				}
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return order(cmd, app.Intent{Verb: app.Use, Profile: args[0]})
		},
	}
}

func newWindowCommand() *cobra.Command {
	return &cobra.Command{
		Use:               "window",
		Short:             "Open the window, or bring it to the front",
		Long:              "Ask the program that owns the bridge to open the window; if it cannot, or none runs, start drawbridge-window.",
		Example:           "  drawbridge window",
		Args:              arguments(cobra.NoArgs),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := owner()
			if err != nil {
				return err
			}
			err = c.Do(cmd.Context(), app.Intent{Verb: app.OpenWindow})
			if errors.Is(err, app.ErrNoOwner) || errors.Is(err, app.ErrNoWindow) {
				return startWindow(cmd.Context())
			}
			return err
		},
	}
}

// windowPatience is how long a window that cannot be seen takes, at most, to find that out and end.
const windowPatience = 2 * time.Second

// startWindow starts the window's program. It lives on, but if it ends at once, what it said is the error.
func startWindow(ctx context.Context) error {
	path, err := programs.Find(programs.Window)
	if err != nil {
		return fmt.Errorf("open the window: %s is neither beside this program nor in the path; it is installed with the desktop application", programs.Window)
	}
	ended, err := programs.Start(exec.Command(path)) // not with the context: it is to live on
	if err != nil {
		return fmt.Errorf("open the window: %w", err)
	}
	select {
	case err = <-ended: // it names itself
	case <-time.After(windowPatience):
	case <-ctx.Done():
	}
	return err
}
