package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"

	"github.com/spf13/cobra"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/app/shell"
	"github.com/drawbridge-app/drawbridge/settings"
)

func newExecCommand(flags *shared) *cobra.Command {
	var over overrides
	cmd := &cobra.Command{
		Use:   "exec [flags] -- COMMAND [ARG...]",
		Short: "Run one command through a bridge of its own",
		Long: `Run one command through a bridge that lives as long as the command, on a free port, and tell the command
of it, and of the bypass list, by http_proxy and its kin. Nothing else on this machine is changed. The exit
code is the command's.`,
		Example: `  drawbridge exec -- npm install
  drawbridge exec --upstream socks5://127.0.0.1:9050 -- curl https://example.com/`,
		Args: arguments(cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			over.complete()
			return execThrough(cmd, flags, &over, args)
		},
	}
	over.registerUpstream(cmd)
	cmd.Flags().SetInterspersed(false) // what follows belongs to the command
	return cmd
}

func execThrough(cmd *cobra.Command, flags *shared, over *overrides, args []string) error {
	s, err := over.settings(flags)
	if err != nil {
		return err
	}
	c, err := startOwn(cmd, &s)
	if err != nil {
		return err
	}
	defer c.Close()
	return wait(childOf(cmd, c.State().Listen[0], s, args...))
}

// startOwn starts a bridge that only this process's child knows, and makes s what it has. It ends with Close: after the
// child, not with the signal that ends both.
func startOwn(cmd *cobra.Command, s *settings.Settings) (*app.Controller, error) {
	// Nobody else needs this bridge: no login, and any free port.
	s.Listen, s.Open, s.Login = []string{"127.0.0.1:0"}, false, settings.Login{}
	log := slog.NewTextHandler(cmd.ErrOrStderr(), &slog.HandlerOptions{Level: slog.LevelWarn})
	c := &app.Controller{Journal: app.NewJournal(slog.LevelWarn, log)}
	return c, c.Apply(context.WithoutCancel(cmd.Context()), *s)
}

// childOf is a command that is told of the bridge at address, which has those settings.
func childOf(cmd *cobra.Command, address string, of settings.Settings, args ...string) *exec.Cmd {
	child := exec.Command(args[0], args[1:]...)
	child.Stdin, child.Stdout, child.Stderr = cmd.InOrStdin(), cmd.OutOrStdout(), cmd.ErrOrStderr()
	child.Env = os.Environ()
	for _, v := range shell.Environment(address, of) {
		child.Env = append(child.Env, v.Name+"="+v.Value)
	}
	return child
}

// wait runs the child and hands our signals on to it. Its exit code becomes
// ours; one that a signal ended gives 128 and the signal's number, as shells do.
func wait(child *exec.Cmd) error {
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, passedOn...)
	defer signal.Stop(signals)
	if err := child.Start(); err != nil {
		code := 126
		if errors.Is(err, exec.ErrNotFound) || errors.Is(err, os.ErrNotExist) {
			code = 127
		}
		return &exitError{code, fmt.Errorf("exec: %w", err)}
	}
	done := make(chan error, 1)
	go func() { done <- child.Wait() }()
	for {
		select {
		case sig := <-signals:
			child.Process.Signal(sig) // one that has ended needs none
		case err := <-done:
			var exit *exec.ExitError
			if errors.As(err, &exit) {
				return &exitError{code: exitCodeOf(exit.ProcessState)}
			}
			return err
		}
	}
}
