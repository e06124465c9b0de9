package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/app/control"
	"github.com/drawbridge-app/drawbridge/app/systemproxy"
)

func newSystemProxyCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "system-proxy",
		Short: "Lead this system's programs to the bridge, or give their own proxy back",
		Long: `Lead this system's programs to the bridge, or give their own proxy back. What the system's proxy setting was
comes back, also when the bridge is turned off, quits or dies; what somebody else changed meanwhile stays.`,
		Args: cobra.ArbitraryArgs,
		RunE: group,
	}
	cmd.AddCommand(
		newSystemProxySwitch("on", "Lead this system's programs to the bridge", "Set the system's proxy to the bridge, and turn that on.", switchSystemProxy(true)),
		newSystemProxySwitch("off", "Give the system's own proxy setting back", "Give the system's own proxy setting back. The bridge stays as it is.", switchSystemProxy(false)),
		newSystemProxySwitch("pac", "Lead this system's programs to the bridge by a PAC file", `Set the system's proxy to a PAC file that the bridge serves, and turn that on. The file says all of the bypass list, of which
systems' own lists can't say everything; programs that read no PAC files go directly then.
This stays the way that "on" and the tray take. Back: drawbridge settings set system_proxy all`, usePAC),
		newSystemProxyStatusCommand(),
	)
	return cmd
}

// newSystemProxySwitch makes on, off or pac, which do what they do in the owner.
func newSystemProxySwitch(name, short, long string, do func(context.Context, *control.Client) error) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:               name,
		Short:             short,
		Long:              long,
		Example:           "  drawbridge system-proxy " + name,
		Args:              arguments(cobra.NoArgs),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := owner()
			if err != nil {
				return err
			}
			if err := do(cmd.Context(), c); err != nil {
				return explain(err)
			}
			return sayLease(cmd, asJSON)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON: what holds then")
	return cmd
}

func switchSystemProxy(on bool) func(context.Context, *control.Client) error {
	return func(ctx context.Context, c *control.Client) error {
		return c.Do(ctx, app.Intent{Verb: app.UseSystemProxy, On: on})
	}
}

// usePAC chooses the PAC file in the settings, where the system's proxy can be set at all, and then takes that.
func usePAC(ctx context.Context, c *control.Client) error {
	now, err := c.State(ctx)
	if err != nil {
		return err
	}
	if by := now.Settings.Clone(); now.SystemProxy.Supported && by.SystemProxy != "pac" {
		by.SystemProxy = "pac"
		if err := c.Do(ctx, app.Intent{Verb: app.Save, Edit: &app.Edit{From: now.Settings, To: by}}); err != nil {
			return err
		}
	}
	return switchSystemProxy(true)(ctx, c)
}

func newSystemProxyStatusCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Say whether the system's proxy is set to a bridge",
		Long: `Say whether the system's proxy is set to a bridge, whether that lives, and what somebody else has changed since.
No bridge needs to run.`,
		Example: `  drawbridge system-proxy status
  drawbridge system-proxy status --json | jq .taken`,
		Args:              arguments(cobra.NoArgs),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE:              func(cmd *cobra.Command, _ []string) error { return sayLease(cmd, asJSON) },
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// A leaseStatus is what scripts are told of the lease.
type leaseStatus struct {
	Supported bool     `json:"supported"`
	Why       string   `json:"why,omitempty"` // it is not supported
	Taken     bool     `json:"taken"`
	Held      bool     `json:"held"` // by a process that lives
	Proxy     string   `json:"proxy,omitempty"`
	Changed   []string `json:"changed,omitempty"` // by somebody else since
}

// sayLease says what holds now.
func sayLease(cmd *cobra.Command, asJSON bool) error {
	l, err := systemproxy.Open()
	if err != nil {
		return err
	}
	is, err := l.Status(cmd.Context())
	if err != nil {
		return err
	}
	s := leaseStatus{Supported: true, Taken: is.Taken, Held: is.Held, Proxy: is.Proxy, Changed: is.Changed}
	if err := l.Supported(); err != nil {
		s.Supported, s.Why = false, err.Error()
	}
	if asJSON {
		return writeJSON(cmd.OutOrStdout(), s)
	}
	return s.print(cmd.OutOrStdout())
}

func (s leaseStatus) print(w io.Writer) error {
	var b strings.Builder
	switch {
	case s.Taken && s.Held:
		fmt.Fprintf(&b, "The system's proxy is the bridge at %s.\n", s.Proxy)
	case s.Taken:
		fmt.Fprintf(&b, "The system's proxy was set to the bridge at %s, which has gone. To give the system's own back: drawbridge heal\n", s.Proxy)
	case !s.Supported:
		fmt.Fprintf(&b, "The system's proxy can't be set: %s\n", s.Why)
	default:
		b.WriteString("The system's proxy is its own.\n")
	}
	for _, key := range s.Changed {
		fmt.Fprintf(&b, "Changed by somebody else since: %s\n", key)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// guardName is that of the command that no user gives.
const guardName = "guard"

func newGuardCommand() *cobra.Command {
	return &cobra.Command{
		Use:    guardName,
		Hidden: true,
		Args:   arguments(cobra.NoArgs),
		RunE:   func(cmd *cobra.Command, _ []string) error { return systemproxy.Guard(cmd.Context(), os.Stdin) },
	}
}
