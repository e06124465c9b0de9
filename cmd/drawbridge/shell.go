package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"runtime"

	"github.com/spf13/cobra"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/app/shell"
	"github.com/drawbridge-app/drawbridge/settings"
)

func newShellCommand(flags *shared) *cobra.Command {
	var over overrides
	cmd := &cobra.Command{
		Use:   "shell",
		Short: "Open your shell, with the bridge set for what it starts",
		Long: `Open $SHELL (on Windows PowerShell, or cmd) with http_proxy and its kin set, through the bridge that runs,
or, if none does, through one that lives as long as the shell. With --upstream or --settings it always is
one of its own. Leave it with exit; the exit code is the shell's.`,
		Example: `  drawbridge shell
  drawbridge shell --upstream socks5://127.0.0.1:9050`,
		Args:              arguments(cobra.NoArgs),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			over.complete()
			program, err := shell.Program(runtime.GOOS, os.Getenv, exec.LookPath)
			if err != nil {
				return err
			}
			if over.upstream == "" && flags.settingsPath == "" {
				if address, s, ok := running(cmd.Context()); ok {
					return openShell(cmd, program, address, s)
				}
			}
			s, err := over.settings(flags)
			if err != nil {
				return err
			}
			c, err := startOwn(cmd, &s)
			if err != nil {
				return err
			}
			defer c.Close()
			return openShell(cmd, program, c.State().Listen[0], s)
		},
	}
	over.registerUpstream(cmd)
	return cmd
}

// running is where the bridge that runs is reached, with its settings; ok tells whether one answers there that can be
// used: one that asks for a login has to have it in a file, since it tells nobody.
func running(ctx context.Context) (address string, s settings.Settings, ok bool) {
	c, err := owner()
	if err != nil {
		return "", s, false
	}
	state, err := c.State(ctx)
	if err != nil || !state.On || len(state.Listen) == 0 {
		return "", s, false
	}
	s = state.Settings
	if s.Login.Set() {
		stored, err := settings.Load(state.File)
		if err != nil || stored.Login.User != s.Login.User {
			return "", s, false
		}
		s.Login = stored.Login
	}
	address, err = shell.Address(state.Listen[0])
	return address, s, err == nil && app.Answers(ctx, address)
}

func openShell(cmd *cobra.Command, program, address string, of settings.Settings) error {
	// Ctrl-C is for what runs in the shell. A shell that leaves us in its group passes it to us, too.
	interrupts := make(chan os.Signal, 1)
	signal.Notify(interrupts, os.Interrupt)
	defer signal.Stop(interrupts)
	fmt.Fprintf(cmd.ErrOrStderr(), "What this shell starts uses the bridge at %s, until you leave it with exit.\n", address)
	return wait(childOf(cmd, address, of, program))
}
