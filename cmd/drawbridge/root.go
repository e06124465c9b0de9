package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"github.com/spf13/cobra"

	"github.com/drawbridge-app/drawbridge/settings"
)

// Exit codes. Scripts rely on them.
const (
	exitOK     = 0
	exitFailed = 1 // it was understood and did not work
	exitUsage  = 2 // bad input: an unknown flag, a wrong value, wrong settings
)

// exitError is an error with an exit code of its own. An error without one is exitFailed, but for wrong settings, which
// are exitUsage wherever they come from.
type exitError struct {
	code int
	err  error // nil: nothing is printed, all is said already
}

func (e *exitError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit code %d", e.code)
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }

// usageError makes err one of bad input.
func usageError(err error) error { return &exitError{exitUsage, err} }

// usageErrorf is fmt.Errorf for bad input.
func usageErrorf(format string, args ...any) error { return usageError(fmt.Errorf(format, args...)) }

// run runs the command line args, which begin after the program's name, and returns the exit code. It prints an error to
// stderr, once.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	root := newRootCommand()
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	report(stderr, err)
	return exitCode(err)
}

// report prints an error for people: each of its lines begins with the program's name.
func report(stderr io.Writer, err error) {
	var exit *exitError
	if err == nil || errors.As(err, &exit) && exit.err == nil {
		return
	}
	for line := range strings.SplitSeq(err.Error(), "\n") {
		fmt.Fprintf(stderr, "drawbridge: %s\n", line)
	}
}

func exitCode(err error) int {
	var exit *exitError
	var wrong settings.Problems
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &exit):
		return exit.code
	case errors.As(err, &wrong):
		return exitUsage
	default:
		return exitFailed
	}
}

// shared is what every command may ask of the root's flags.
type shared struct {
	settingsPath string // --settings; empty: the default path
	optional     bool   // the file at settingsPath may be missing
}

// path returns the path of the settings file.
func (s *shared) path() (string, error) {
	if s.settingsPath != "" {
		return s.settingsPath, nil
	}
	return settings.DefaultPath()
}

// load reads the settings file. Without one there are defaults; a file that was named has to be there.
func (s *shared) load() (settings.Settings, error) {
	path, err := s.path()
	if err != nil {
		return settings.Settings{}, err
	}
	loaded, err := settings.Load(path)
	if errors.Is(err, fs.ErrNotExist) && (s.settingsPath == "" || s.optional) {
		return loaded, nil
	}
	return loaded, err
}

// The groups of the help text.
const (
	groupBridge = "bridge"
	groupOwner  = "owner"
	groupLook   = "look"
)

func newRootCommand() *cobra.Command {
	var flags shared
	root := &cobra.Command{
		Use:   "drawbridge",
		Short: "An HTTP proxy that relays through a SOCKS endpoint",
		Long: `Drawbridge stands between programs that speak HTTP proxy and the SOCKS endpoint you have
(ssh -D, ss-local, Tor, a company's jump host). It listens on 127.0.0.1:1095 and relays HTTP,
CONNECT and WebSocket traffic to the endpoint.`,
		Example: `  drawbridge run                                        through 127.0.0.1:1080, if a SOCKS endpoint answers there
  drawbridge run --upstream socks5://192.0.2.7:1080     through another one
  eval "$(drawbridge env)"                              let this shell's programs use it
  drawbridge exec -- git clone https://example.org/x    one command, through a bridge of its own
  drawbridge settings set profile.Office.url socks5://127.0.0.1:1080`,
		Args:          cobra.ArbitraryArgs,
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE:          group,
	}
	root.PersistentFlags().StringVar(&flags.settingsPath, "settings", "", "settings `FILE` (default: see \"drawbridge settings path\")")
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usageErrorf("%w; see %q", err, cmd.CommandPath()+" --help")
	})
	root.AddGroup(
		&cobra.Group{ID: groupBridge, Title: "The bridge:"},
		&cobra.Group{ID: groupOwner, Title: "The bridge that runs:"},
		&cobra.Group{ID: groupLook, Title: "Settings and shell:"},
	)
	add := func(group string, commands ...*cobra.Command) {
		for _, c := range commands {
			c.GroupID = group
			root.AddCommand(c)
		}
	}
	// A new command is one line here.
	add(groupBridge,
		newRunCommand(&flags),
		newExecCommand(&flags),
		newShellCommand(&flags),
		newCheckCommand(&flags),
		newEndpointCommand(),
		newHealCommand(),
		newServiceCommand(&flags),
	)
	root.AddCommand(newGuardCommand(), newManCommand())
	add(groupOwner,
		newStatusCommand(),
		newOnCommand(),
		newOffCommand(),
		newToggleCommand(),
		newUseCommand(&flags),
		newConnectionsCommand(),
		newCloseCommand(),
		newWatchCommand(),
		newWindowCommand(),
		newSystemProxyCommand(),
	)
	add(groupLook,
		newSettingsCommand(&flags),
		newEnvCommand(&flags),
		newPACCommand(&flags),
		newVersionCommand(&flags),
	)
	root.SetHelpCommandGroupID(groupLook)
	root.SetCompletionCommandGroupID(groupLook)
	return root
}

// unknownCommand says that there is no such command, and which one may be meant.
func unknownCommand(cmd *cobra.Command, name string) error {
	hint := fmt.Sprintf("see %q", cmd.CommandPath()+" --help")
	cmd.SuggestionsMinimumDistance = 2
	if near := cmd.SuggestionsFor(name); len(near) > 0 {
		hint = fmt.Sprintf("did you mean %q?", near[0])
	}
	return usageErrorf("unknown command %q; %s", name, hint)
}

// arguments makes a wrong number of arguments an error of bad input.
func arguments(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if err := check(cmd, args); err != nil {
			return usageErrorf("%w; usage: %s", err, cmd.UseLine())
		}
		return nil
	}
}

// group is the RunE of a command that only has commands below it.
func group(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return unknownCommand(cmd, args[0])
	}
	return cmd.Help()
}
