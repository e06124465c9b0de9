package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/bridge/upstream"
	"github.com/drawbridge-app/drawbridge/settings"
)

func newCheckCommand(flags *shared) *cobra.Command {
	var over overrides
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "check [URL]",
		Short: "Try the upstream, stage by stage",
		Long: `Open a connection through the upstream to the host of a URL, fetch the URL, and tell how long each stage
took: reaching the endpoint, its greeting, the login, its own way to the target, TLS, and the answer. The first
stage that breaks says where the problem is. The exit code is 1 if one does.`,
		Example: `  drawbridge check
  drawbridge check https://intranet.example.org/
  drawbridge check --upstream socks5://127.0.0.1:9050 --json`,
		Args:              arguments(cobra.MaximumNArgs(1)),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, args []string) error {
			over.complete()
			text := "http://example.com/"
			if len(args) > 0 {
				text = args[0]
			}
			c, err := newCheck(cmd.Context(), flags, &over, text)
			if err != nil {
				return err
			}
			c.run(cmd.Context())
			print := c.printText
			if asJSON {
				print = c.printJSON
			}
			if err := print(cmd.OutOrStdout()); err != nil {
				return err
			}
			if c.Failed != "" {
				return &exitError{code: exitFailed}
			}
			return nil
		},
	}
	over.registerUpstream(cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON: an object with all stages")
	return cmd
}

// A check is one look at the whole way, and what it found.
type check struct {
	URL       string  `json:"url"`
	Bridge    string  `json:"bridge"` // where it should listen
	Running   bool    `json:"running"`
	Profile   string  `json:"profile"`
	Upstream  string  `json:"upstream"`
	Method    string  `json:"method,omitempty"`     // of login, as it was learned
	OneFlight string  `json:"one_flight,omitempty"` // as it was learned
	Stages    []stage `json:"stages"`
	Failed    string  `json:"failed,omitempty"` // the stage that broke

	target *url.URL
	spec   upstream.Spec
}

type stage struct {
	Name  string  `json:"stage"`
	Ms    float64 `json:"ms"`
	Note  string  `json:"note,omitempty"`
	Error string  `json:"error,omitempty"`
}

func newCheck(ctx context.Context, flags *shared, over *overrides, text string) (*check, error) {
	target, err := parseURL(text)
	if err != nil {
		return nil, err
	}
	s := settings.Default()
	if over.upstream == "" || flags.settingsPath != "" {
		if s, err = flags.load(); err != nil {
			return nil, err
		}
	}
	if err := over.apply(&s); err != nil {
		return nil, err
	}
	if err := settings.Validate(s); err != nil {
		return nil, err
	}
	p := app.Upstream(ctx, s)
	c := &check{URL: target.String(), Profile: p.Name, target: target, spec: p.Spec(s.Timeouts)}
	c.Bridge, err = clientAddress(s.Listen[0])
	if err != nil {
		c.Bridge = s.Listen[0] // port 0: it cannot be looked at
	}
	c.spec.Spares = 0
	return c, nil
}

func parseURL(text string) (*url.URL, error) {
	if !strings.Contains(text, "://") {
		text = "http://" + text
	}
	u, err := url.Parse(text)
	if err != nil {
		return nil, usageErrorf("URL %q: %w", text, errors.Unwrap(err))
	}
	if u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" {
		return nil, usageErrorf("URL %q: has to be http://HOST/ or https://HOST/", u.Redacted())
	}
	u.User = nil
	return u, nil
}

// address is the target's host and port.
func (c *check) address() string {
	port := c.target.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[c.target.Scheme]
	}
	return net.JoinHostPort(c.target.Hostname(), port)
}

func (c *check) run(ctx context.Context) {
	c.Running = bridgeAnswers(ctx, c.Bridge)
	u, err := upstream.New(c.spec)
	if err != nil {
		c.add("settings", 0, "", err)
		return
	}
	defer u.Close()
	c.Upstream = u.String()
	r := u.Check(ctx, c.address())
	for _, s := range r.Steps {
		note := ""
		if s.Stage == "dial" {
			note = u.Address()
		} else if s.Stage == "request" {
			note = c.address()
		}
		c.add(s.Stage, s.Took, note, s.Err)
	}
	c.Method, c.OneFlight = r.Method, r.OneFlight
	if c.Failed == "" {
		c.fetch(ctx, u)
	}
}

func (c *check) add(name string, took time.Duration, note string, err error) {
	s := stage{Name: name, Ms: float64(took.Microseconds()) / 1000, Note: note}
	if err != nil {
		s.Error, c.Failed = err.Error(), name
	}
	c.Stages = append(c.Stages, s)
}

// fetch asks the target itself, on a connection that has not been timed.
func (c *check) fetch(ctx context.Context, u *upstream.Upstream) {
	const patience = 30 * time.Second
	conn, err := u.DialContext(ctx, "tcp", c.address())
	if err != nil {
		c.add("request", 0, "", err)
		return
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(patience))
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	if c.target.Scheme == "https" {
		begin := time.Now()
		secure := tls.Client(conn, &tls.Config{ServerName: c.target.Hostname()})
		err := secure.HandshakeContext(ctx)
		c.add("tls", time.Since(begin), tls.VersionName(secure.ConnectionState().Version), err)
		if err != nil {
			return
		}
		conn = secure
	}
	begin := time.Now()
	line, err := firstLine(conn, c.target.RequestURI(), c.target.Host)
	c.add("answer", time.Since(begin), line, err)
}

// firstLine asks for path and returns the answer's status line.
func firstLine(conn net.Conn, path, host string) (string, error) {
	if _, err := fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: drawbridge\r\nConnection: close\r\n\r\n", path, host); err != nil {
		return "", err
	}
	const longest = 512
	line, err := bufio.NewReader(io.LimitReader(conn, longest)).ReadString('\n')
	line = strings.TrimRight(line, "\r\n")
	switch {
	case strings.HasPrefix(line, "HTTP/1."):
		return line, nil
	case err != nil:
		return "", err
	}
	return "", fmt.Errorf("not an HTTP answer: %q", line)
}

// bridgeAnswers reports whether what listens there is a bridge of ours.
func bridgeAnswers(ctx context.Context, address string) bool {
	d := net.Dialer{Timeout: time.Second}
	conn, err := d.DialContext(ctx, "tcp", address)
	if err != nil {
		return false
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(time.Second))
	fmt.Fprintf(conn, "GET / HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", address)
	page, _ := io.ReadAll(io.LimitReader(conn, 8<<10))
	return strings.Contains(string(page), "Drawbridge")
}

func (c *check) printJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(c)
}

func (c *check) printText(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	running := "running"
	if !c.Running {
		running = "not running; start it with: drawbridge run"
	}
	fmt.Fprintf(t, "bridge\t%s\t%s\n", c.Bridge, running)
	fmt.Fprintf(t, "upstream\t%s\t%s\n", c.Profile, c.Upstream)
	for _, s := range c.Stages {
		note := s.Note
		if s.Error != "" {
			note = "FAILED: " + s.Error
		}
		fmt.Fprintf(t, "%s\t%s\t%s\n", s.Name, milliseconds(time.Duration(s.Ms*float64(time.Millisecond))), note)
	}
	if c.Method != "" {
		fmt.Fprintf(t, "learned\tlogin method %s\tgreeting and request in one flight: %s\n", c.Method, orUnknown(c.OneFlight))
	}
	return t.Flush()
}

func orUnknown(text string) string {
	if text == "" {
		return "not known"
	}
	return text
}
