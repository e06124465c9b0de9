package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/drawbridge-app/drawbridge/settings"
)

func newSettingsCommand(flags *shared) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "settings",
		Short: "Show and change the settings",
		Long: `The settings are one TOML file. A change here touches nothing else in it: comments and order stay.
A bridge that runs takes it up at once, and no tunnel is cut.`,
		Example: `  drawbridge settings get
  drawbridge settings set profile.Office.url socks5://127.0.0.1:1080
  drawbridge settings set use Office
  drawbridge settings set listen 127.0.0.1:1095,[::1]:1095
  drawbridge settings set login.user ann login.password - < password.txt
  drawbridge settings unset profile.Office`,
		Args: cobra.ArbitraryArgs,
		RunE: group,
	}
	cmd.AddCommand(
		newSettingsGetCommand(flags),
		newSettingsSetCommand(flags),
		newSettingsUnsetCommand(flags),
		newSettingsCheckCommand(flags),
		newSettingsPathCommand(flags),
	)
	return cmd
}

func newSettingsGetCommand(flags *shared) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "get [KEY]",
		Short: "Print one value, or all of them; secrets as ***",
		Args:  arguments(cobra.MaximumNArgs(1)),
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
			if len(args) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return completeKeys(flags), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := flags.load()
			if err != nil {
				return err
			}
			out := cmd.OutOrStdout()
			if len(args) == 0 {
				if !asJSON {
					_, err := io.WriteString(out, s.TOML())
					return err
				}
				if s.Profiles == nil {
					s.Profiles = []settings.Profile{} // [], not null
				}
				return writeJSON(out, s)
			}
			value, err := settings.Get(s, args[0])
			if err != nil {
				return err
			}
			if asJSON {
				return writeJSON(out, value)
			}
			if list, ok := value.([]string); ok {
				value = strings.Join(list, ",")
			}
			_, err = fmt.Fprintln(out, value)
			return err
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func newSettingsSetCommand(flags *shared) *cobra.Command {
	return &cobra.Command{
		Use:   "set KEY VALUE [KEY VALUE]...",
		Short: "Change values; a VALUE of - is read from standard input",
		Long: `Change values, all of them or none. A VALUE of - is read from standard input, so that a secret is in no
list of processes and no shell's history. Lists have commas between their parts.`,
		Args: arguments(inPairs),
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
			if n := len(args); n%2 == 1 {
				return completeValue(flags, args[n-1]), cobra.ShellCompDirectiveNoFileComp
			}
			return completeKeys(flags), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			path, err := flags.path()
			if err != nil {
				return err
			}
			var changes []settings.Change
			var keys []string
			fromInput := false
			for pair := range slices.Chunk(args, 2) {
				c := settings.Change{Key: pair[0], Value: pair[1]}
				if c.Value == "-" {
					if fromInput {
						return usageErrorf("%s: standard input is the value of another key already", c.Key)
					}
					fromInput = true
					if c.Value, err = readValue(cmd.InOrStdin()); err != nil {
						return err
					}
				}
				changes, keys = append(changes, c), append(keys, c.Key)
			}
			if err := settings.Set(path, changes...); err != nil {
				return err
			}
			return tell(cmd, path, "set %s", strings.Join(keys, ", "))
		},
	}
}

func newSettingsUnsetCommand(flags *shared) *cobra.Command {
	return &cobra.Command{
		Use:   "unset KEY",
		Short: "Go back to a value's default, or take out a profile",
		Args:  arguments(cobra.ExactArgs(1)),
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
			if len(args) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return append(completeKeys(flags), completeProfiles(flags)...), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			path, err := flags.path()
			if err != nil {
				return err
			}
			if err := settings.Unset(path, args[0]); err != nil {
				return err
			}
			return tell(cmd, path, "unset %s", args[0])
		},
	}
}

func newSettingsCheckCommand(flags *shared) *cobra.Command {
	return &cobra.Command{
		Use:               "check",
		Short:             "Say whether the file is right, and what is wrong with it",
		Args:              arguments(cobra.NoArgs),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			path, err := flags.path()
			if err != nil {
				return err
			}
			_, err = settings.Load(path)
			if errors.Is(err, fs.ErrNotExist) && flags.settingsPath == "" {
				return tell(cmd, path, "there is no file; the defaults hold")
			}
			if err != nil {
				return err
			}
			if settings.Exposed(path) {
				fmt.Fprintf(cmd.ErrOrStderr(), "drawbridge: %s: others can read it; run: chmod 600 %[1]s\n", path)
			}
			return tell(cmd, path, "the settings are right")
		},
	}
}

func newSettingsPathCommand(flags *shared) *cobra.Command {
	return &cobra.Command{
		Use:               "path",
		Short:             "Print where the file is",
		Args:              arguments(cobra.NoArgs),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			path, err := flags.path()
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(cmd.OutOrStdout(), path)
			return err
		},
	}
}

// tell says on a terminal what was done to the file at path. A script knows it by the exit code.
func tell(cmd *cobra.Command, path, format string, args ...any) error {
	if !onTerminal(cmd.ErrOrStderr()) {
		return nil
	}
	_, err := fmt.Fprintf(cmd.ErrOrStderr(), "%s: %s\n", path, fmt.Sprintf(format, args...))
	return err
}

// onTerminal reports whether w is one.
func onTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	return ok && isTerminal(file)
}

// inPairs wants a key and a value, as often as one likes.
func inPairs(_ *cobra.Command, args []string) error {
	switch {
	case len(args) == 0:
		return errors.New("a key and a value are missing")
	case len(args)%2 == 1:
		return fmt.Errorf("%s: the value is missing", args[len(args)-1])
	}
	return nil
}

// readValue reads a value from a file or a pipe. One line end at its end is the editor's, not the value's.
func readValue(r io.Reader) (string, error) {
	const most = 64 << 10
	text, err := io.ReadAll(io.LimitReader(r, most+1))
	if err != nil {
		return "", fmt.Errorf("read the value: %w", err)
	}
	if len(text) > most {
		return "", usageErrorf("read the value: more than %d bytes", most)
	}
	return strings.TrimSuffix(strings.TrimSuffix(string(text), "\n"), "\r"), nil
}

// completeKeys lists the keys with their help. Completion stays silent when the file is wrong: it offers the keys that
// are always there.
func completeKeys(flags *shared) []cobra.Completion {
	var list []cobra.Completion
	for _, k := range settings.Keys(loadOrDefault(flags)) {
		list = append(list, cobra.CompletionWithDesc(k.Name, k.Help))
	}
	return list
}

// completeProfiles lists the profiles as unset takes them.
func completeProfiles(flags *shared) []cobra.Completion {
	var list []cobra.Completion
	for _, p := range loadOrDefault(flags).Profiles {
		list = append(list, cobra.CompletionWithDesc("profile."+p.Name, "the whole profile"))
	}
	return list
}

// completeValue lists the choices of a key.
func completeValue(flags *shared, key string) []cobra.Completion {
	for _, k := range settings.Keys(loadOrDefault(flags)) {
		if k.Name == key {
			return k.Choices
		}
	}
	return nil
}

func loadOrDefault(flags *shared) settings.Settings {
	s, err := flags.load()
	if err != nil {
		return settings.Default()
	}
	return s
}
