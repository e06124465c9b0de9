package main

import (
	"io"
	"net/netip"

	"github.com/spf13/cobra"

	"github.com/drawbridge-app/drawbridge/app/shell"
	"github.com/drawbridge-app/drawbridge/bridge/route"
)

func newPACCommand(flags *shared) *cobra.Command {
	var listen string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "pac",
		Short: "Print the bypass list as a PAC script for browsers",
		Long: `Print a proxy auto-configuration script that sends to the bridge all but what the bypass list names, and
nothing past it when it is off. It asks no name server. With --json there is also the list as Windows,
macOS, the desktops and NO_PROXY have it, and what cannot be said there; the bridge sends that directly
when it gets it.`,
		Example: `  drawbridge pac >proxy.pac
  drawbridge pac --json | jq '.dialects.gnome'`,
		Args:              arguments(cobra.NoArgs),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := flags.load()
			if err != nil {
				return err
			}
			if listen == "" {
				listen = s.Listen[0]
			}
			text, err := shell.Address(listen)
			if err != nil {
				return usageErrorf("--listen %w", err)
			}
			address, err := netip.ParseAddrPort(text)
			if err != nil {
				return usageErrorf("--listen %q: has to be an IP address and a port", listen)
			}
			list, err := route.ParseBypass(s.Bypass)
			if err != nil {
				return err
			}
			if asJSON {
				return writeJSON(cmd.OutOrStdout(), sayingsOf(list, address))
			}
			_, err = io.WriteString(cmd.OutOrStdout(), list.PAC(address))
			return err
		},
	}
	f := cmd.Flags()
	f.StringVar(&listen, "listen", "", "`ADDRESS` of the bridge (default: the first in the settings)")
	f.BoolVar(&asJSON, "json", false, "print JSON: the script, and the list in all dialects")
	_ = cmd.RegisterFlagCompletionFunc("listen", cobra.NoFileCompletions)
	return cmd
}

// sayings is a bypass list in all its forms.
type sayings struct {
	PAC      string                   `json:"pac"` // which says all
	Dialects map[route.Dialect]saying `json:"dialects"`
}

type saying struct {
	Text   string         `json:"text"`
	Unsaid []route.Unsaid `json:"unsaid"`
}

func sayingsOf(list *route.Bypass, address netip.AddrPort) sayings {
	all := sayings{list.PAC(address), make(map[route.Dialect]saying)}
	for _, d := range route.Dialects() {
		s := list.Say(d)
		all.Dialects[d] = saying{s.Text, append([]route.Unsaid{}, s.Unsaid...)}
	}
	return all
}
