package main

import (
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/app/shell"
)

func newCheckCommand(flags *shared) *cobra.Command {
	var over overrides
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "check [URL]",
		Short: "Try the upstream, stage by stage",
		Long: `Open a connection through the upstream to the host of a URL, fetch the URL, and tell how long each stage
took: reaching the endpoint, its greeting, the login, its own way to the target, TLS, and the answer. Where a
PAC script decides, what it answers about the URL comes first, and what it names first is tried. The first
stage that breaks says where the problem is. The exit code is 1 if one does.`,
		Example: `  drawbridge check
  drawbridge check https://intranet.example.org/
  drawbridge check --upstream pac+file:///etc/proxy.pac https://intranet.example.org/
  drawbridge check --upstream socks5://127.0.0.1:9050 --json`,
		Args:              arguments(cobra.MaximumNArgs(1)),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, args []string) error {
			over.complete()
			text := "http://example.com/"
			if len(args) > 0 {
				text = args[0]
			}
			target, err := app.ParseCheckURL(text)
			if err != nil {
				return usageError(err)
			}
			s, err := over.settings(flags)
			if err != nil {
				return err
			}
			r := checkReport{Check: app.RunCheck(cmd.Context(), s, target), Bridge: s.Listen[0]}
			if address, err := shell.Address(s.Listen[0]); err == nil { // port 0 cannot be looked at
				r.Bridge, r.Running = address, app.Answers(cmd.Context(), address)
			}
			if asJSON {
				err = writeJSON(cmd.OutOrStdout(), r)
			} else {
				err = r.print(cmd.OutOrStdout())
			}
			if err == nil && r.Failed != "" {
				err = &exitError{code: exitFailed}
			}
			return err
		},
	}
	over.registerUpstream(cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON: an object with all stages")
	return cmd
}

// A checkReport is a check and whether the bridge itself runs, which is the first
// thing to know when nothing works.
type checkReport struct {
	Bridge  string `json:"bridge"` // where it should listen
	Running bool   `json:"running"`
	app.Check
}

func (r checkReport) print(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	running := "running"
	if !r.Running {
		running = "not running; start it with: drawbridge run"
	}
	fmt.Fprintf(t, "bridge\t%s\t%s\n", r.Bridge, running)
	fmt.Fprintf(t, "upstream\t%s\t%s\n", r.Profile, r.Upstream)
	for _, s := range r.Stages {
		note := s.Note
		if s.Error != "" {
			note = "FAILED: " + s.Error
		}
		fmt.Fprintf(t, "%s\t%s\t%s\n", s.Name, milliseconds(time.Duration(s.Ms*float64(time.Millisecond))), note)
	}
	if r.Method != "" {
		fmt.Fprintf(t, "learned\tlogin method %s\tgreeting and request in one flight: %s\n", r.Method, orUnknown(r.OneFlight))
	}
	return t.Flush()
}

func orUnknown(text string) string {
	if text == "" {
		return "not known"
	}
	return text
}
