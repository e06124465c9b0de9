package main

import (
	"fmt"
	"io"
	"runtime"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/app/service"
)

// Exit codes of "service status", as systemctl has them.
const (
	exitNotRunning   = 3
	exitNotInstalled = 4
)

// serviceStatus is what "service status --json" prints.
type serviceStatus struct {
	service.Status
	System bool       `json:"system"`           // of the whole machine
	Reach  string     `json:"reach,omitempty"`  // the control socket's path
	Bridge *app.State `json:"bridge,omitempty"` // what the service's bridge says; missing: it does not answer
	Owner  string     `json:"owner,omitempty"`  // another program, that runs the user's bridge
	Why    string     `json:"why,omitempty"`    // the bridge does not answer

	usual bool // the other commands look at Reach by themselves
}

func newServiceStatusCommand(of *scope) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Say whether the service is installed and runs, and how its bridge is",
		Long: `Say whether the service is installed, whether it starts by itself, whether it runs, and how its bridge is.
The exit code is 0 when it runs, 3 when it does not, 4 when it is not installed, as systemctl has it, and 1 when there is no
service manager to ask.`,
		Example: `  drawbridge service status
  sudo drawbridge service status --system --json | jq .bridge.listen`,
		Args:              arguments(cobra.NoArgs),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := of.open()
			if err != nil {
				return err
			}
			is := serviceStatus{System: of.machine()}
			if is.Status, err = s.Status(cmd.Context()); err != nil {
				return err
			}
			is.Reach, is.usual = socketOf(*of)
			if bridge, err := stateOf(cmd.Context(), is.Reach); err != nil {
				is.Why = err.Error()
			} else {
				is.take(bridge)
			}
			if asJSON {
				err = writeJSON(cmd.OutOrStdout(), is)
			} else {
				err = is.print(cmd.OutOrStdout(), s.LogCommand())
			}
			if err != nil {
				return err
			}
			return is.exit()
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// take takes what answered: the service's bridge, or another one in its place.
func (s *serviceStatus) take(bridge *app.State) {
	if !bridge.Owner.IsService() {
		s.Owner = fmt.Sprintf("%s, pid %d", bridge.Owner.Program, bridge.Owner.PID)
		return
	}
	s.Bridge = bridge
	if s.Running && s.PID == 0 { // the manager does not tell
		s.PID = bridge.Owner.PID
	}
}

func (s *serviceStatus) exit() error {
	switch {
	case !s.Installed:
		return &exitError{code: exitNotInstalled}
	case !s.Running:
		return &exitError{code: exitNotRunning}
	}
	return nil
}

func (s *serviceStatus) print(w io.Writer, log string) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	row := func(name, format string, args ...any) { fmt.Fprintf(t, "%s\t%s\n", name, fmt.Sprintf(format, args...)) }
	whose, flag := "this user's", "--user"
	if s.System {
		whose, flag = "the whole machine's", "--system"
	}
	switch {
	case !s.Installed:
		fmt.Fprintln(t, "Not installed.")
		row("manager", "%s, %s", s.Manager, whose)
		row("to install", "drawbridge service install %s", flag)
		s.printOther(row)
		return t.Flush()
	case !s.Running && strings.HasPrefix(s.Word, "failed"):
		fmt.Fprintf(t, "It has %s.\n", s.Word)
	case !s.Running:
		fmt.Fprintln(t, "Not running.")
	case s.PID > 0:
		fmt.Fprintf(t, "Running, pid %d.\n", s.PID)
	default:
		fmt.Fprintln(t, "Running.")
	}
	row("manager", "%s, %s", s.Manager, whose)
	if s.File != "" {
		row("file", "%s", s.File)
	}
	starts := "with the user's session"
	switch {
	case !s.Enabled:
		starts = "not by itself"
	case s.System:
		starts = "with the system"
	}
	if s.Socket {
		starts += ", and with the first client"
	}
	row("starts", "%s", starts)
	s.printBridge(row)
	s.printOther(row)
	row("log", "%s", log)
	return t.Flush()
}

// printBridge says how the service's bridge is, and how to reach it.
func (s *serviceStatus) printBridge(row func(name, format string, args ...any)) {
	if s.Bridge != nil {
		row("bridge", "%s", english().Status(*s.Bridge))
		if s.Bridge.On {
			row("listens", "%s", strings.Join(s.Bridge.Listen, ", "))
		}
		row("upstream", "%s", upstreamOf(*s.Bridge))
		row("settings", "%s", s.Bridge.File)
		if p, ok := s.Bridge.Problem(); ok {
			what, next := english().Problem(p)
			row("problem", "%s %s", what, next)
		}
	} else if s.Running && s.Owner == "" {
		row("bridge", "does not answer: %s", s.Why)
	}
	if s.Running && !s.usual {
		row("to reach it", reaching(runtime.GOOS), s.Reach)
	}
}

// reaching is the format of the command that reaches the machine's bridge: there is the path of its socket in it.
func reaching(system string) string {
	if system == "windows" {
		return `as administrator: cmd /c "set DRAWBRIDGE_SOCKET=%s&& drawbridge status"`
	}
	return "sudo DRAWBRIDGE_SOCKET=%s drawbridge status"
}

// printOther names who runs the user's bridge in the service's place.
func (s *serviceStatus) printOther(row func(name, format string, args ...any)) {
	if s.Owner != "" {
		row("in its place", "%s, runs the bridge", s.Owner)
	}
}
