package main

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/app/control"
)

func newWatchCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "watch",
		Short: "Print a line whenever something changes, until Ctrl-C",
		Long: `Print a line about the bridge now, and another whenever something changes: whether it is on, how its
upstream is, how much moves. When the program that owns the bridge ends, watch says so and waits for the next one.`,
		Example: `  drawbridge watch
  drawbridge watch --json | jq --unbuffered .traffic.down_rate`,
		Args:              arguments(cobra.NoArgs),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			path, err := control.Path()
			if err != nil {
				return err
			}
			out := cmd.OutOrStdout()
			last := ""
			say := func(line string) {
				if line != last {
					last = line
					fmt.Fprintln(out, time.Now().Format(time.TimeOnly), line)
				}
			}
			show, gone := func(s app.State) { say(glance(s)) }, func() { say(errNoOwner.Error()) }
			if asJSON {
				lines := json.NewEncoder(out)
				show, gone = func(s app.State) { lines.Encode(s) }, func() { lines.Encode(noOwner{true}) }
			}
			control.Follow(cmd.Context(), path, show, gone)
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, `print JSON: a state a line, as "status --json" does, and {"gone":true}`)
	return cmd
}

// noOwner is what a program reads when there is no state.
type noOwner struct {
	Gone bool `json:"gone"`
}
