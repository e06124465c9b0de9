package app

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/drawbridge-app/drawbridge/app/chooser"
	"github.com/drawbridge-app/drawbridge/bridge/upstream"
	"github.com/drawbridge-app/drawbridge/settings"
)

// A Check is one look at the whole way from here to a URL, stage by stage, and
// what it found.
type Check struct {
	URL       string  `json:"url"`
	Profile   string  `json:"profile"`
	Upstream  string  `json:"upstream"`             // without its login
	Method    string  `json:"method,omitempty"`     // of login, as it was learned
	OneFlight string  `json:"one_flight,omitempty"` // as it was learned
	Stages    []Stage `json:"stages"`
	Failed    string  `json:"failed,omitempty"` // the stage that broke; empty: all went well
}

// A Stage is one step of the way: script (where a PAC script decides), dial, greeting, login, request, tls, answer.
type Stage struct {
	Name  string  `json:"stage"`
	Ms    float64 `json:"ms"`              // how long it took, in milliseconds
	Note  string  `json:"note,omitempty"`  // what it reached or got
	Error string  `json:"error,omitempty"` // why it broke
}

// ParseCheckURL reads what a person may give to be checked: an http or https URL,
// or a host alone. Its error quotes the text, without a password.
func ParseCheckURL(text string) (*url.URL, error) {
	if !strings.Contains(text, "://") {
		text = "http://" + text
	}
	u, err := url.Parse(text)
	if err != nil {
		return nil, fmt.Errorf("URL %q: %w", text, errors.Unwrap(err))
	}
	if u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" {
		return nil, fmt.Errorf("URL %q: has to be http://HOST/ or https://HOST/", u.Redacted())
	}
	u.User = nil
	return u, nil
}

// RunCheck opens a connection to the host of target through the profile that s
// has in use, or by what its PAC script names first, stage by stage, and fetches target over another one. It does not
// need, or touch, a running bridge.
func RunCheck(ctx context.Context, s settings.Settings, target *url.URL) Check {
	p := Upstream(ctx, s)
	c := Check{URL: target.String(), Profile: p.Name}
	if chooser.ScriptURL(p.URL) != "" {
		c.Upstream = p.URL
		var decided bool
		if p, decided = c.decide(ctx, p, target); !decided {
			return c
		}
	}
	spec := p.Spec(s.Timeouts)
	spec.Spares = 0
	u, err := upstream.New(spec)
	if err != nil {
		c.add("settings", 0, "", err)
		return c
	}
	defer u.Close()
	c.Upstream = u.String()
	address := hostPort(target)
	r := u.Check(ctx, address)
	for _, step := range r.Steps {
		note := ""
		switch step.Stage {
		case "dial":
			note = u.Address()
		case "request":
			note = address
		}
		c.add(step.Stage, step.Took, note, step.Err)
	}
	c.Method, c.OneFlight = r.Method, r.OneFlight
	if c.Failed == "" {
		c.fetch(ctx, u, target, address)
	}
	return c
}

func hostPort(u *url.URL) string {
	port := u.Port()
	switch {
	case port != "":
	case u.Scheme == "https":
		port = "443"
	default:
		port = "80"
	}
	return net.JoinHostPort(u.Hostname(), port)
}

func (c *Check) add(name string, took time.Duration, note string, err error) {
	s := Stage{Name: name, Ms: float64(took.Microseconds()) / 1000, Note: note}
	if err != nil {
		s.Error, c.Failed = err.Error(), name
	}
	c.Stages = append(c.Stages, s)
}

// fetch asks the target itself, on a connection that has not been timed.
func (c *Check) fetch(ctx context.Context, u *upstream.Upstream, target *url.URL, address string) {
	const patience = 30 * time.Second
	conn, err := u.DialContext(ctx, "tcp", address)
	if err != nil {
		c.add("request", 0, "", err)
		return
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(patience))
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	if target.Scheme == "https" {
		begin := time.Now()
		secure := tls.Client(conn, &tls.Config{ServerName: target.Hostname()})
		err := secure.HandshakeContext(ctx)
		took, note := time.Since(begin), ""
		if err == nil {
			note = tls.VersionName(secure.ConnectionState().Version)
		}
		c.add("tls", took, note, err)
		if err != nil {
			return
		}
		conn = secure
	}
	begin := time.Now()
	line, err := firstLine(conn, target)
	c.add("answer", time.Since(begin), line, err)
}

// firstLine asks for the target and returns the answer's status line.
func firstLine(conn net.Conn, target *url.URL) (string, error) {
	_, err := fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: drawbridge\r\nConnection: close\r\n\r\n",
		target.RequestURI(), target.Host)
	if err != nil {
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

// Answers reports whether what listens at address, host:port, is a bridge.
func Answers(ctx context.Context, address string) bool {
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
