package main

import (
	"encoding/json"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// version is set when a release is built: -ldflags "-X main.version=1.2.3". Nothing else writes it.
var version string

func newVersionCommand(flags *shared) *cobra.Command {
	var asJSON, check bool
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Print the version, or look for a newer one",
		Long: `Print which program this is. With --check, look for a newer version: the bridge that runs is asked for a small
signed file, and nothing is fetched past it. The exit code is then 0 when this is the newest version, 100 when
there is a newer one, and 1 when that could not be found out.`,
		Example: `  drawbridge version
  drawbridge version --check --json | jq -r .version`,
		Args:              arguments(cobra.NoArgs),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if check {
				return checkVersion(cmd, flags, asJSON)
			}
			info, _ := debug.ReadBuildInfo()
			b := buildOf(version, info)
			if asJSON {
				return writeJSON(cmd.OutOrStdout(), b)
			}
			_, err := fmt.Fprintln(cmd.OutOrStdout(), b)
			return err
		},
	}
	cmd.Flags().BoolVar(&check, "check", false, "look for a newer version, through the bridge that runs")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// build says which program this is.
type build struct {
	Version string `json:"version"`
	Commit  string `json:"commit,omitempty"` // empty when the build does not know
	Go      string `json:"go"`
	OS      string `json:"os"`
	Arch    string `json:"arch"`
}

// buildOf takes what the linker was told, and asks the build's own record for the rest. A nil info is one without any.
func buildOf(told string, info *debug.BuildInfo) build {
	b := build{Version: told, Go: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH}
	if info != nil {
		if b.Version == "" && info.Main.Version != "(devel)" {
			b.Version = info.Main.Version
		}
		modified := false
		for _, s := range info.Settings {
			switch s.Key {
			case "vcs.revision":
				b.Commit = s.Value
			case "vcs.modified":
				modified = s.Value == "true"
			}
		}
		if b.Commit != "" && modified {
			b.Commit += "+changes"
		}
	}
	if b.Version == "" {
		b.Version = "dev"
	}
	return b
}

func (b build) String() string {
	text := fmt.Sprintf("drawbridge %s (%s, %s/%s", b.Version, b.Go, b.OS, b.Arch)
	if b.Commit != "" {
		text += ", commit " + b.Commit
	}
	return text + ")"
}

// writeJSON prints v the way people and programs can read it.
func writeJSON(w io.Writer, v any) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(v)
}
