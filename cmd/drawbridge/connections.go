package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/app/words"
)

func newConnectionsCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "connections",
		Short: "List the clients' connections, and how recent ones ended",
		Long: `List the connections of clients: to what target, by which program (where the system tells), through what,
how much has moved, and since when. Those that ended a short while ago follow, with how they ended.`,
		Example: `  drawbridge connections
  drawbridge connections --json | jq '.[] | select(.kind == "connect")'`,
		Args:              arguments(cobra.NoArgs),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := owner()
			if err != nil {
				return err
			}
			list, err := c.Connections(cmd.Context())
			if err != nil {
				return explain(err)
			}
			out := cmd.OutOrStdout()
			if asJSON {
				return writeJSON(out, list)
			}
			columns := 0
			if f, ok := out.(*os.File); ok && isTerminal(f) {
				columns = width(f)
			}
			return printConnections(out, list, time.Now(), columns)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON: a list")
	return cmd
}

// printConnections prints a table that is no wider than that many columns; zero
// is as wide as it wants to be.
func printConnections(w io.Writer, list []app.Connection, now time.Time, columns int) error {
	if len(list) == 0 {
		_, err := fmt.Fprintln(w, "There are no connections.")
		return err
	}
	rows := [][]string{{"ID", "KIND", "UP", "DOWN", "AGE", "VIA", "PROGRAM", "TARGET", "STATE"}}
	for _, c := range list {
		state, until := "Open", now
		if !c.Ended.IsZero() {
			state, until = ending(c), c.Ended
		}
		via := c.Via
		if c.Route == "direct" {
			via = "direct"
		}
		rows = append(rows, []string{
			strconv.FormatUint(c.ID, 10), c.Kind, words.Bytes(c.Up), words.Bytes(c.Down), words.Age(until.Sub(c.Since)),
			orDash(via), orDash(c.Program), orDash(c.Target), state,
		})
	}
	const target, state = 7, 8
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	if columns > 0 { // what is too much is taken from the end of the longest texts
		taken := 2 * (len(widths) - 1)
		for _, n := range widths[:target] {
			taken += n
		}
		left := max(columns-taken, 24)
		widths[target] = min(widths[target], max(left-widths[state], left*2/3))
		widths[state] = min(widths[state], left-widths[target])
	}
	for _, row := range rows {
		for i, cell := range row {
			row[i] = fit(cell, widths[i], i == 0 || i >= 2 && i <= 4)
		}
		if _, err := fmt.Fprintln(w, strings.TrimRight(strings.Join(row, "  "), " ")); err != nil {
			return err
		}
	}
	return nil
}

// fit makes a cell that wide. Numbers stand at its right.
func fit(text string, n int, right bool) string {
	runes := []rune(text)
	if len(runes) > n {
		return string(runes[:max(n-1, 0)]) + "…"
	}
	space := strings.Repeat(" ", n-len(runes))
	if right {
		return space + text
	}
	return text + space
}

func orDash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}

func newCloseCommand() *cobra.Command {
	var all bool
	cmd := &cobra.Command{
		Use:   "close ID... | --all",
		Short: "Close connections",
		Long:  "Close connections of clients: those with these numbers, which \"drawbridge connections\" shows, or all.",
		Example: `  drawbridge close 17 18
  drawbridge close --all`,
		Args:              arguments(cobra.ArbitraryArgs),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, args []string) error {
			var ids []uint64
			for _, arg := range args {
				id, err := strconv.ParseUint(arg, 10, 64)
				if err != nil {
					return usageErrorf("%q is no connection's number; see \"drawbridge connections\"", arg)
				}
				ids = append(ids, id)
			}
			if all == (len(ids) > 0) {
				return usageError(errNothingToClose)
			}
			return closeConnections(cmd, ids)
		},
	}
	cmd.Flags().BoolVar(&all, "all", false, "close all of them")
	return cmd
}

// closeConnections closes those with these ids, or all. A number that is not
// there is an error, and then none is closed.
func closeConnections(cmd *cobra.Command, ids []uint64) error {
	c, err := owner()
	if err != nil {
		return err
	}
	list, err := c.Connections(cmd.Context())
	if err != nil {
		return explain(err)
	}
	for _, id := range ids {
		if !slices.ContainsFunc(list, func(c app.Connection) bool { return c.ID == id && c.Ended.IsZero() }) {
			return fmt.Errorf("close %d: there is no open connection of that number", id)
		}
	}
	return explain(c.Do(cmd.Context(), app.Intent{Verb: app.Close, Connections: ids}))
}
