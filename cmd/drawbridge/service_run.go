package main

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"os"

	"github.com/spf13/cobra"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/app/control"
	"github.com/drawbridge-app/drawbridge/app/service"
	"github.com/drawbridge-app/drawbridge/bridge"
	"github.com/drawbridge-app/drawbridge/settings"
)

func newServiceRunCommand(flags *shared, of *scope) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "run",
		Short: "Run the bridge as the service manager does",
		Long: `Run the bridge as the service manager does, until SIGTERM or Ctrl-C. SIGHUP reads the settings again; a
terminal that goes takes the bridge along. By hand, this shows why a service does not start.

systemd is told when the bridge serves, reads its settings again, and ends; sockets that it has opened are taken over where
the settings listen on the same addresses; what goes to its journal has a priority.`,
		Example: `  drawbridge service run
  sudo drawbridge service run --system`,
		Args:              arguments(cobra.NoArgs),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			// Who runs it by hand is the user; the manager of the machine says --system.
			h := &headless{
				flags: flags, over: new(overrides), json: asJSON, out: cmd.OutOrStdout(), console: newConsole(cmd.ErrOrStderr()),
				service: true, machine: of.system,
			}
			return service.Run(cmd.Context(), func(ctx context.Context, ready func()) error {
				h.ready, h.out = ready, service.Output(h.out)
				return h.run(ctx)
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print events and logs as JSON, one object a line")
	return cmd
}

// name is what the owner calls itself.
func (h *headless) name() string {
	if h.service {
		return app.ServiceProgram
	}
	return "drawbridge run"
}

// socket is where the other programs reach it.
func (h *headless) socket() (string, error) {
	if h.machine && os.Getenv("DRAWBRIDGE_SOCKET") == "" {
		return control.SystemPath(), nil
	}
	return control.Path()
}

// file says which settings file is read. The machine's service has its own, or systemd's copy of that.
func (h *headless) file() *shared {
	if !h.machine {
		return h.flags
	}
	path, _ := service.Readable(cmp.Or(h.flags.settingsPath, service.SystemSettings()))
	return &shared{settingsPath: path, optional: h.flags.settingsPath == ""}
}

// warn says what may be wrong with the settings file.
func (h *headless) warn(c *app.Controller, s settings.Settings) {
	own := cmp.Or(h.flags.settingsPath, service.SystemSettings())
	switch {
	case c.File == "":
	case h.machine && c.File != own:
		c.Logger().Info("the settings are a copy that was made at the start; a change counts after: drawbridge service restart --system", "file", own)
	case h.machine && !holdsPasswords(s): // the service's own user has to read it, and there is nothing to hide
	case settings.Exposed(c.File):
		c.Logger().Warn("others on this machine can read the settings file; it may hold passwords", "file", c.File, "remedy", "chmod 600 "+c.File)
	}
}

func holdsPasswords(s settings.Settings) bool {
	for _, p := range s.Profiles {
		if p.Password != "" {
			return true
		}
	}
	return s.Login.Password != ""
}

// startedBy takes over what the service manager has for this process, if one has started it: sockets, and where to tell
// how far the bridge is.
func startedBy(c *app.Controller) service.Notifier {
	sockets, err := service.Inherit()
	if err != nil {
		c.Logger().Warn("a socket of the service manager is not used", "err", err)
	}
	if at := sockets.Addresses(); len(at) > 0 {
		c.Logger().Info("the service manager has opened sockets for this bridge", "listen", fmt.Sprint(at))
		c.Bind = func(address string) (*net.TCPListener, error) { return sockets.Bind(address, bridge.Listen) }
	}
	return service.Notify()
}
