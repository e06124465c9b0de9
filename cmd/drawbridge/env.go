package main

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"

	"github.com/spf13/cobra"

	"github.com/drawbridge-app/drawbridge/app/shell"
	"github.com/drawbridge-app/drawbridge/settings"
)

func newEnvCommand(flags *shared) *cobra.Command {
	var name, listen string
	var unset, asJSON bool
	cmd := &cobra.Command{
		Use:   "env",
		Short: "Print lines that make a shell's programs use the bridge",
		Long: `Print lines that set http_proxy, https_proxy, all_proxy and no_proxy, in small and capital letters, for
a shell to evaluate. With a login in the settings, the lines hold its password: programs need it there.
The variable no_proxy has what curl, Go and Python all read of the bypass list; the rest goes to the
bridge, which sends it directly.`,
		Example: `  eval "$(drawbridge env)"                             sh, bash, zsh
  drawbridge env | source                              fish
  drawbridge env | Out-String | Invoke-Expression      PowerShell
  drawbridge env --json | from json | load-env         Nushell
  eval "$(drawbridge env --unset)"                     and back again`,
		Args:              arguments(cobra.NoArgs),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if name == "" {
				name = shell.Guess(os.Getenv("SHELL"), runtime.GOOS)
			}
			sh, ok := shell.Named(name)
			if !ok {
				return usageErrorf("--shell %q: has to be one of %s", name, strings.Join(shell.Names(), ", "))
			}
			// With a login the lines hold a secret, and they go where the user sends them; that is what they are for.
			var of settings.Settings
			address := "127.0.0.1:1095" // any will do to unset
			if !unset {
				s, err := flags.load()
				if err != nil {
					return err
				}
				if listen == "" {
					listen = s.Listen[0]
				}
				if address, err = shell.Address(listen); err != nil {
					return usageErrorf("--listen %w", err)
				}
				of = s
			}
			variables := shell.Environment(address, of)
			out := cmd.OutOrStdout()
			if asJSON {
				return writeVariables(out, variables, unset)
			}
			for _, v := range variables {
				line := sh.Set(v.Name, v.Value)
				if unset {
					line = sh.Unset(v.Name)
				}
				if _, err := fmt.Fprintln(out, line); err != nil {
					return err
				}
			}
			command := "drawbridge env"
			if cmd.Flags().Changed("shell") {
				command += " --shell " + name
			}
			if unset {
				command += " --unset"
			}
			_, err := fmt.Fprintf(out, "%s To use these lines: %s\n", sh.Comment, fmt.Sprintf(sh.Use, command))
			return err
		},
	}
	f := cmd.Flags()
	f.StringVar(&name, "shell", "", "whose `LANGUAGE`: "+strings.Join(shell.Names(), ", ")+" (default: guessed)")
	f.StringVar(&listen, "listen", "", "`ADDRESS` of the bridge (default: the first in the settings)")
	f.BoolVar(&unset, "unset", false, "print lines that take the variables away")
	f.BoolVar(&asJSON, "json", false, "print JSON: an object of names and values")
	// These fail only for a flag that does not exist.
	_ = cmd.RegisterFlagCompletionFunc("shell", cobra.FixedCompletions(shell.Names(), cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("listen", cobra.NoFileCompletions)
	return cmd
}

// writeVariables prints an object with the names in their order; null takes a variable away.
func writeVariables(w io.Writer, variables []shell.Variable, unset bool) error {
	values := make(map[string]*string, len(variables))
	for _, v := range variables {
		values[v.Name] = nil
		if !unset {
			values[v.Name] = &v.Value
		}
	}
	return writeJSON(w, values)
}
