package main

import (
	"github.com/spf13/cobra"

	"github.com/drawbridge-app/drawbridge/app/chooser"
	"github.com/drawbridge-app/drawbridge/app/chooser/pac"
)

// newEvaluatorCommand is the process in which a PAC script is evaluated, for whatever
// program the bridge is in.
func newEvaluatorCommand() *cobra.Command {
	return &cobra.Command{
		Use:    chooser.EvaluatorName,
		Hidden: true,
		Args:   arguments(cobra.NoArgs),
		RunE:   func(cmd *cobra.Command, _ []string) error { return pac.Serve(cmd.InOrStdin(), cmd.OutOrStdout()) },
	}
}
