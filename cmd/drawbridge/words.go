package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/drawbridge-app/drawbridge/app"
)

// sentence says in words what holds.
func sentence(s app.State) string {
	h, name := s.Upstream, s.Profile.Name
	switch {
	case !s.On:
		return "Off."
	case s.Direct():
		return "On. Traffic goes directly: the built-in endpoint is in use."
	case h.State == app.Down:
		return fmt.Sprintf("On, but %s does not answer: %s.", name, cause(h.Cause))
	case h.Greeting > 0:
		return fmt.Sprintf("On. Traffic crosses through %s, %s.", name, milliseconds(time.Duration(h.Greeting*float64(time.Millisecond))))
	}
	return fmt.Sprintf("On. Traffic crosses through %s.", name)
}

// cause says in words why an upstream is down.
func cause(code string) string {
	switch code {
	case "refused":
		return "nothing listens there; check that its program is running"
	case "timeout":
		return "it stays silent"
	case "unreachable":
		return "there is no way to it from this machine"
	case "name":
		return "its name leads to no address"
	case "not-socks":
		return "what answers there is no SOCKS endpoint"
	case "method":
		return "it wants another kind of login"
	case "login":
		return "it refuses the user name or the password"
	case "closed":
		return "it closes the connection"
	}
	return "run drawbridge check to see why"
}

// printStatus says all about the bridge.
func printStatus(w io.Writer, s app.State) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, sentence(s))
	row := func(name, format string, args ...any) { fmt.Fprintf(t, "%s\t%s\n", name, fmt.Sprintf(format, args...)) }
	if s.On {
		row("listens", "%s", strings.Join(s.Listen, ", "))
	}
	row("upstream", "%s", upstreamOf(s))
	if s.On {
		row("open", "%s, %s", counted(s.Traffic.Clients, "connection"), counted(s.Traffic.Tunnels, "tunnel"))
		row("moved", "%s up, %s down", amount(s.Traffic.Up), amount(s.Traffic.Down))
	}
	if !s.Since.IsZero() {
		row("since", "%s", s.Since.Local().Format(time.DateTime))
	}
	if s.File != "" {
		row("settings", "%s", s.File)
	}
	row("owner", "%s %s, pid %d", s.Owner.Program, s.Owner.Version, s.Owner.PID)
	if p, ok := s.Problem(); ok {
		row("problem", "%s", p.Text)
	}
	return t.Flush()
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

// amount shows a number of bytes.
func amount(n int64) string {
	return strings.TrimSuffix(strings.TrimSpace(rate(float64(n))), "/s")
}

// age shows a time that has passed, in one unit.
func age(d time.Duration) string {
	switch {
	case d < 0:
		return "0 s"
	case d < time.Minute:
		return fmt.Sprintf("%.0f s", d.Truncate(time.Second).Seconds())
	case d < time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h", int(d.Hours()))
	}
	return fmt.Sprintf("%d days", int(d.Hours()/24))
}

// ending says how a connection ended.
func ending(c app.Connection) string {
	how, known := map[string]string{
		"finished": "finished",
		"client":   "ended by the client",
		"target":   "broken off by the target",
		"cut":      "closed by hand",
		"idle":     "silent for too long",
		"left":     "left by the client",
		"closed":   "turned off",
		"failed":   "failed",
	}[c.End]
	if !known {
		how = c.End
	}
	if c.Cause != "" {
		how += ": " + c.Cause
	}
	return how
}

// glance is a line about what moves.
func glance(s app.State) string {
	line := sentence(s)
	if s.On {
		t := s.Traffic
		line += fmt.Sprintf("  down %s  up %s  %s", strings.TrimSpace(rate(t.DownRate)), strings.TrimSpace(rate(t.UpRate)), counted(t.Tunnels, "tunnel"))
	}
	if p, ok := s.Problem(); ok && !strings.HasPrefix(p.Code, "upstream.") {
		line += "  " + p.Text
	}
	return line
}

var errNothingToClose = errors.New("name the connections to close by their numbers, which drawbridge connections shows, or use --all")
