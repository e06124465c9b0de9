package main

import (
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"path"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/drawbridge-app/drawbridge/settings"
)

func newEnvCommand(flags *shared) *cobra.Command {
	var name, listen string
	var unset, asJSON bool
	cmd := &cobra.Command{
		Use:   "env",
		Short: "Print lines that make a shell's programs use the bridge",
		Long: `Print lines that set http_proxy, https_proxy, all_proxy and no_proxy, in small and capital letters, for
a shell to evaluate. With a login in the settings, the lines hold its password: programs need it there.`,
		Example: `  eval "$(drawbridge env)"                             sh, bash, zsh
  drawbridge env | source                              fish
  drawbridge env | Out-String | Invoke-Expression      PowerShell
  drawbridge env --json | from json | load-env         Nushell
  eval "$(drawbridge env --unset)"                     and back again`,
		Args:              arguments(cobra.NoArgs),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if name == "" {
				name = guessShell(os.Getenv("SHELL"), runtime.GOOS)
			}
			sh, ok := shells()[name]
			if !ok {
				return usageErrorf("--shell %q: has to be one of %s", name, strings.Join(shellNames(), ", "))
			}
			// With a login the lines hold a secret, and they go where the user sends them; that is what they are for.
			var login settings.Login
			address := "127.0.0.1:1095" // any will do to unset
			if !unset {
				s, err := flags.load()
				if err != nil {
					return err
				}
				if listen == "" {
					listen = s.Listen[0]
				}
				if address, err = clientAddress(listen); err != nil {
					return usageErrorf("--listen %w", err)
				}
				login = s.Login
			}
			pairs := environment(address, login)
			out := cmd.OutOrStdout()
			if asJSON {
				return writePairs(out, pairs, unset)
			}
			for _, p := range pairs {
				line := sh.set(p.name, p.value)
				if unset {
					line = sh.unset(p.name)
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
			_, err := fmt.Fprintf(out, "%s To use these lines: %s\n", sh.comment, fmt.Sprintf(sh.use, command))
			return err
		},
	}
	f := cmd.Flags()
	f.StringVar(&name, "shell", "", "whose `LANGUAGE`: "+strings.Join(shellNames(), ", ")+" (default: guessed)")
	f.StringVar(&listen, "listen", "", "`ADDRESS` of the bridge (default: the first in the settings)")
	f.BoolVar(&unset, "unset", false, "print lines that take the variables away")
	f.BoolVar(&asJSON, "json", false, "print JSON: an object of names and values")
	// These fail only for a flag that does not exist.
	_ = cmd.RegisterFlagCompletionFunc("shell", cobra.FixedCompletions(shellNames(), cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("listen", cobra.NoFileCompletions)
	return cmd
}

// pair is an environment variable.
type pair struct{ name, value string }

// environment returns the variables that make programs use the bridge at address, a host:port that can be dialled.
// Programs disagree about the case of the names, so there are both.
func environment(address string, login settings.Login) []pair {
	proxy := proxyURL(address, login)
	var pairs []pair
	for _, p := range []pair{
		{"http_proxy", proxy},
		{"https_proxy", proxy},
		{"all_proxy", proxy},
		{"no_proxy", "localhost,127.0.0.1,::1"},
	} {
		pairs = append(pairs, p, pair{strings.ToUpper(p.name), p.value})
	}
	return pairs
}

// proxyURL is the bridge at address as clients take it, with the login in it.
func proxyURL(address string, login settings.Login) string {
	if !login.Set() {
		return "http://" + address
	}
	return "http://" + encode(login.User) + ":" + encode(login.Password.Reveal()) + "@" + address
}

// encode percent-encodes all but unreserved characters (RFC 3986, section 2.3). net/url leaves some that are special to
// one shell or another.
func encode(text string) string {
	var b strings.Builder
	for _, c := range []byte(text) {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', strings.IndexByte("-._~", c) >= 0:
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

// clientAddress is where a client on this machine reaches what listens there: every address is also the loopback one.
func clientAddress(listen string) (string, error) {
	host, port, err := net.SplitHostPort(listen)
	if err != nil || port == "" {
		return "", fmt.Errorf("%q: is no address and port, such as 127.0.0.1:1095", listen)
	}
	if port == "0" {
		return "", fmt.Errorf("%q: port 0 is known only once the bridge runs; name the port that it tells", listen)
	}
	if strings.ContainsAny(host, " \t\r\n'\"`$\\@/") || strings.ContainsFunc(port, func(r rune) bool { return r < '0' || r > '9' }) {
		return "", fmt.Errorf("%q: is no address and port, such as 127.0.0.1:1095", listen)
	}
	addr, err := netip.ParseAddr(host)
	switch {
	case host == "", err == nil && addr.Unmap() == netip.IPv4Unspecified():
		host = "127.0.0.1"
	case err == nil && addr == netip.IPv6Unspecified():
		host = "::1"
	}
	return net.JoinHostPort(host, port), nil
}

// writePairs prints an object with the names in their order; null takes a variable away.
func writePairs(w io.Writer, pairs []pair, unset bool) error {
	values := make(map[string]*string, len(pairs))
	for _, p := range pairs {
		values[p.name] = nil
		if !unset {
			values[p.name] = &p.value
		}
	}
	return writeJSON(w, values)
}

// shell is how one language sets and unsets variables.
type shell struct {
	set     func(name, value string) string
	unset   func(name string) string
	comment string // begins one
	use     string // how its users evaluate what %s prints
}

func shells() map[string]shell {
	posix := shell{
		set:     func(n, v string) string { return "export " + n + "='" + strings.ReplaceAll(v, "'", `'\''`) + "'" },
		unset:   func(n string) string { return "unset " + n },
		comment: "#",
		use:     `eval "$(%s)"`,
	}
	return map[string]shell{
		"sh":   posix,
		"bash": posix,
		"zsh":  posix,
		"fish": {
			set: func(n, v string) string {
				return "set -gx " + n + " '" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(v) + "'"
			},
			unset:   func(n string) string { return "set -e " + n },
			comment: "#",
			use:     "%s | source",
		},
		"powershell": {
			set:     func(n, v string) string { return "$env:" + n + " = '" + strings.ReplaceAll(v, "'", "''") + "'" },
			unset:   func(n string) string { return "Remove-Item -ErrorAction SilentlyContinue Env:" + n },
			comment: "#",
			use:     "%s | Out-String | Invoke-Expression",
		},
		// Percent signs stay single: the loop below reads lines, and cmd looks for variables in none of them.
		"cmd": {
			set:     func(n, v string) string { return `set "` + n + "=" + v + `"` },
			unset:   func(n string) string { return `set "` + n + `="` },
			comment: "rem",
			use:     `for /f "delims=" %%i in ('%s') do @%%i`,
		},
		// Nushell evaluates no text; its users load the same as JSON, or a file that holds these lines.
		"nu": {
			set: func(n, v string) string {
				return "$env." + n + ` = "` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(v) + `"`
			},
			unset:   func(n string) string { return "hide-env --ignore-errors " + n },
			comment: "#",
			use:     "%s | save -f bridge.nu; source bridge.nu",
		},
	}
}

// shellNames lists the shells, the most common first.
func shellNames() []string {
	return []string{"sh", "bash", "zsh", "fish", "powershell", "cmd", "nu"}
}

// guessShell takes the user's login shell, or what the system is known for.
func guessShell(login, goos string) string {
	name := strings.TrimSuffix(path.Base(strings.ReplaceAll(login, `\`, "/")), ".exe")
	switch {
	case slices.Contains(shellNames(), name):
		return name
	case name == "pwsh":
		return "powershell"
	case login == "" && goos == "windows":
		return "powershell"
	default:
		return "sh"
	}
}
