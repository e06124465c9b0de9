package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// notPaged are commands without a page of their own: a program of that name has one, which speaks of the command too.
var notPaged = [...]string{"window"}

// newManCommand writes the manual pages, for packages. Nothing for people, who have --help.
func newManCommand() *cobra.Command {
	return &cobra.Command{
		Use:    "man FOLDER",
		Short:  "Write the manual pages into a folder",
		Hidden: true,
		Args:   arguments(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			date, err := manDate(os.Getenv("SOURCE_DATE_EPOCH"))
			if err != nil {
				return err
			}
			for name, page := range manPages(cmd.Root(), buildOf(version, nil).Version, date) {
				if err := os.WriteFile(filepath.Join(args[0], name+".1"), []byte(page), 0o644); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

// manDate is the day that $SOURCE_DATE_EPOCH says, in seconds; empty: none, since the same program has the same pages.
func manDate(epoch string) (string, error) {
	if epoch == "" {
		return "", nil
	}
	seconds, err := strconv.ParseInt(epoch, 10, 64)
	if err != nil {
		return "", usageErrorf("SOURCE_DATE_EPOCH %q: is no number of seconds", epoch)
	}
	return time.Unix(seconds, 0).UTC().Format(time.DateOnly), nil
}

// manPages are the pages, in man(7), by their names: one of the program, and one of each command that people see.
func manPages(root *cobra.Command, version, date string) map[string]string {
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	pages := map[string]string{root.Name(): manPage(root, version, date)}
	for _, c := range root.Commands() {
		if c.IsAvailableCommand() && !slices.Contains(notPaged[:], c.Name()) {
			pages[root.Name()+"-"+c.Name()] = manPage(c, version, date)
		}
	}
	return pages
}

// manPage is the page of a command, with the commands below it. The program's own lists them only, as each has a page.
func manPage(c *cobra.Command, version, date string) string {
	var m manual
	name := strings.ReplaceAll(c.CommandPath(), " ", "-")
	m.line(".TH", strings.ToUpper(name), "1", date, "Drawbridge "+version, "Drawbridge")
	m.section("NAME")
	m.WriteString(roff(name) + ` \- ` + roff(c.Short) + "\n")
	m.section("SYNOPSIS")
	m.synopsis(c)
	m.section("DESCRIPTION")
	m.paragraphs(describe(c))
	root := !c.HasParent()
	for _, below := range c.Commands() {
		if !root && below.IsAvailableCommand() {
			m.line(".SS", below.CommandPath())
			m.synopsis(below)
			m.line(".PP")
			m.paragraphs(describe(below))
			m.flags(below.LocalNonPersistentFlags())
			m.example(below.Example)
		}
	}
	if root {
		m.commands(c)
	}
	m.section("OPTIONS")
	m.flags(c.NonInheritedFlags())
	m.flags(c.InheritedFlags())
	m.option("-h, --help", "help")
	if c.Example != "" {
		m.section("EXAMPLES")
		m.example(c.Example)
	}
	m.ending(c)
	return m.String()
}

func describe(c *cobra.Command) string {
	if c.Long != "" {
		return c.Long
	}
	return strings.TrimRight(c.Short, ".") + "."
}

// A manual is a page that is being written.
type manual struct{ strings.Builder }

// line writes a macro with its arguments.
func (m *manual) line(macro string, args ...string) {
	m.WriteString(macro)
	for _, a := range args {
		m.WriteString(` "` + strings.ReplaceAll(roff(a), `"`, `\(dq`) + `"`)
	}
	m.WriteByte('\n')
}

func (m *manual) section(name string) { m.line(".SH", name) }

func (m *manual) text(s string) { m.WriteString(roff(s) + "\n") }

func (m *manual) paragraphs(s string) {
	for i, p := range strings.Split(strings.TrimSpace(s), "\n\n") {
		if i > 0 {
			m.line(".PP")
		}
		for line := range strings.Lines(p) {
			m.text(strings.TrimSpace(line))
		}
	}
}

func (m *manual) synopsis(c *cobra.Command) { m.line(".B", c.UseLine()) }

func (m *manual) option(name, usage string) {
	m.line(".TP")
	m.line(".B", name)
	m.text(usage)
}

func (m *manual) flags(set *pflag.FlagSet) {
	set.VisitAll(func(f *pflag.Flag) {
		if f.Hidden || f.Name == "help" {
			return
		}
		value, usage := pflag.UnquoteUsage(f)
		name := "--" + f.Name
		if f.Shorthand != "" {
			name = "-" + f.Shorthand + ", " + name
		}
		if value != "" {
			name += " " + value
		}
		m.option(name, usage)
	})
}

// commands lists those of the program, in its groups.
func (m *manual) commands(root *cobra.Command) {
	m.section("COMMANDS")
	for _, g := range root.Groups() {
		m.line(".SS", strings.TrimSuffix(g.Title, ":"))
		for _, c := range root.Commands() {
			if c.GroupID == g.ID && c.IsAvailableCommand() {
				m.option(c.UseLine(), c.Short)
			}
		}
	}
}

func (m *manual) example(s string) {
	if s == "" {
		return
	}
	m.line(".PP")
	m.line(".nf")
	for line := range strings.Lines(s) {
		m.text(strings.TrimPrefix(strings.TrimRight(line, "\n"), "  "))
	}
	m.line(".fi")
}

// ending writes what all pages have in common, and where to read on.
func (m *manual) ending(c *cobra.Command) {
	root := c.Root()
	pages := []string{root.Name() + "(1)"}
	if c == root {
		m.section("EXIT STATUS")
		m.text("0: it worked. 1: it did not. 2: the input was wrong. exec and shell have their child's.")
		m.section("ENVIRONMENT")
		m.option("DRAWBRIDGE_UPSTREAM", "what --upstream would say; it does not show in the list of processes")
		m.section("FILES")
		m.option("~/.config/drawbridge/settings.toml", `the settings; "drawbridge settings path" says where they are`)
		m.option("~/.local/state/drawbridge/", "what is remembered, and what the system's proxy was while it leads to the bridge")
		pages = nil
		for _, below := range root.Commands() {
			if below.IsAvailableCommand() && !slices.Contains(notPaged[:], below.Name()) {
				pages = append(pages, fmt.Sprintf("%s-%s(1)", root.Name(), below.Name()))
			}
		}
	}
	m.section("SEE ALSO")
	m.text(strings.Join(append(pages, "drawbridge-tray(1)", "drawbridge-window(1)"), ", "))
}

// roff is a line of text as troff prints it: no character means anything, and none is made prettier, so that what is
// copied from a page works.
func roff(s string) string {
	s = strings.NewReplacer(`\`, `\e`, "-", `\-`, "'", `\(aq`, "`", `\(ga`, "^", `\(ha`, "~", `\(ti`).Replace(s)
	if strings.HasPrefix(s, ".") {
		return `\&` + s
	}
	return s
}
