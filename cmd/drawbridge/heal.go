package main

import (
	"errors"
	"fmt"
	"log/slog"
	"os/exec"
	"runtime"

	"github.com/spf13/cobra"

	"github.com/drawbridge-app/drawbridge/app/programs"
	"github.com/drawbridge-app/drawbridge/app/systemproxy"
)

func newHealCommand() *cobra.Command {
	var asJSON, atLogin bool
	cmd := &cobra.Command{
		Use:   "heal",
		Short: "Give back the system's proxy setting that a bridge has left behind",
		Long: `Give back the system's proxy setting that a bridge has left behind which has died, as after a power cut. Where
nothing was left behind, nothing is done; a bridge that runs keeps what it has.`,
		Example:           "  drawbridge heal",
		Args:              arguments(cobra.NoArgs),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if atLogin {
				return systemproxy.HealAtLogin(cmd.Context(), healing(runtime.GOOS))
			}
			l, err := systemproxy.Open()
			if err != nil {
				return err
			}
			l.Log = slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), nil))
			healed, err := l.Heal(cmd.Context())
			held := errors.Is(err, systemproxy.ErrHeld)
			switch {
			case err != nil && !held:
				return err
			case asJSON:
				return writeJSON(cmd.OutOrStdout(), struct {
					Healed bool `json:"healed"`
					Held   bool `json:"held"`
				}{healed, held})
			}
			said := "Nothing was left behind."
			switch {
			case healed:
				said = "The system's own proxy setting is back."
			case held:
				said = "A bridge that runs has set the system's proxy. To give the system's own back: drawbridge system-proxy off"
			}
			_, err = fmt.Fprintln(cmd.OutOrStdout(), said)
			return err
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON: whether there was something, and whether a bridge that runs has set it")
	cmd.Flags().BoolVar(&atLogin, atLoginName, false, "")
	_ = cmd.Flags().MarkHidden(atLoginName) // nothing for people: it says nothing
	return cmd
}

// atLoginName is that of the flag that no user gives.
const atLoginName = "at-login"

// healing is the command that the next login starts while "drawbridge run" holds the lease. On Windows, a program of the
// command line would flash up a console: the tray's does the same without.
func healing(system string) func() *exec.Cmd {
	if tray, err := programs.Find(programs.Tray); err == nil && system == "windows" {
		return func() *exec.Cmd { return exec.Command(tray, "--heal") }
	}
	return systemproxy.Self("heal", "--"+atLoginName)
}
