package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/app/words"
)

// english is the language of the command line.
func english() *words.Language { return words.English() }

// printStatus says all about the bridge.
func printStatus(w io.Writer, s app.State) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, english().Status(s))
	row := func(name, format string, args ...any) { fmt.Fprintf(t, "%s\t%s\n", name, fmt.Sprintf(format, args...)) }
	if s.On {
		row("listens", "%s", strings.Join(s.Listen, ", "))
	}
	row("upstream", "%s", upstreamOf(s))
	if s.On {
		row("open", "%s, %s", counted(s.Traffic.Clients, "connection"), counted(s.Traffic.Tunnels, "tunnel"))
		row("moved", "%s up, %s down", words.Bytes(s.Traffic.Up), words.Bytes(s.Traffic.Down))
	}
	if led := leadOf(s); led != "" {
		row("system's proxy", "%s", led)
	}
	if !s.Since.IsZero() {
		row("since", "%s", s.Since.Local().Format(time.DateTime))
	}
	if s.File != "" {
		row("settings", "%s", s.File)
	}
	row("owner", "%s %s, pid %d", s.Owner.Program, s.Owner.Version, s.Owner.PID)
	if p, ok := s.Problem(); ok {
		what, next := english().Problem(p)
		row("problem", "%s", what)
		if next != "" {
			row("", "%s", next)
		}
	}
	return t.Flush()
}

// leadOf says whether the system is led to the bridge; empty: it is not, and nobody wants it.
func leadOf(s app.State) string {
	switch p := s.SystemProxy; {
	case p.On && len(p.Changed) > 0:
		return fmt.Sprintf("the bridge, but changed by somebody else: %s; to set it again: drawbridge system-proxy on", strings.Join(p.Changed, ", "))
	case p.On:
		return "the bridge"
	case p.Wanted && !s.SystemProxyLeft() && !s.On:
		return "the bridge, when it is on"
	}
	return ""
}

// upstreamOf names the upstream with its address.
func upstreamOf(s app.State) string {
	if s.Profile.Name == s.Profile.URL || s.Profile.Name == "" {
		return s.Profile.URL
	}
	return s.Profile.Name + ", " + s.Profile.URL
}

func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// ending says how a connection ended.
func ending(c app.Connection) string {
	how := english().Say("end." + c.End)
	if c.Cause != "" {
		how += ": " + c.Cause
	}
	return how
}

// glance is a line about what moves.
func glance(s app.State) string {
	line := english().Status(s)
	if s.On {
		t := s.Traffic
		line += fmt.Sprintf("  down %s  up %s  %s", words.Rate(t.DownRate), words.Rate(t.UpRate), counted(t.Tunnels, "tunnel"))
	}
	if p, ok := s.Problem(); ok && !strings.HasPrefix(p.Code, "upstream.") {
		what, _ := english().Problem(p)
		line += "  " + what
	}
	return line
}

var errNothingToClose = errors.New("name the connections to close by their numbers, which drawbridge connections shows, or use --all")
