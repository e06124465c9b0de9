package upstream

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/drawbridge-app/drawbridge/bridge/http1"
	"github.com/drawbridge-app/drawbridge/bridge/relay"
	"github.com/drawbridge-app/drawbridge/bridge/socks"
)

// ErrNotProxy: what listens there does not speak HTTP.
var ErrNotProxy = errors.New("not an HTTP proxy")

// The two ways in which a proxy wants another login than it gets.
var (
	errLoginMissing = fmt.Errorf("it asks for a login (407): %w", socks.ErrMethod)
	errOtherLogin   = fmt.Errorf("it asks for a login other than Basic (407): %w", socks.ErrMethod)
)

// A ProxyError is the failure of one dial through an HTTP proxy. To whoever knows
// the errors of SOCKS, it is the [*socks.Error] that says the same.
type ProxyError struct {
	Stage    socks.Stage
	Endpoint string // the proxy's address
	Target   string // empty before the request
	Status   int    // the proxy's refusal of the target; zero: none
	Err      error  // the cause; nil when Status says it all
}

// Error reads like
//
//	proxy 127.0.0.1:3128: request example.com:443: it answered 403
func (e *ProxyError) Error() string {
	text := "proxy " + e.Endpoint + ": " + string(e.Stage)
	if e.Target != "" {
		text += " " + e.Target
	}
	return text + ": " + e.cause().Error()
}

// cause is what Err says without the addresses that package net puts around it.
func (e *ProxyError) cause() error {
	switch {
	case e.Err == nil:
		return statusError(e.Status)
	case e.Err == io.EOF || errors.Is(e.Err, io.ErrUnexpectedEOF):
		return socks.ErrClosed
	}
	return relay.Cause(e.Err)
}

// Unwrap returns the cause, which may be nil.
func (e *ProxyError) Unwrap() error { return e.Err }

// Timeout reports whether a stage took longer than allowed.
func (e *ProxyError) Timeout() bool { return errors.Is(e.Err, os.ErrDeadlineExceeded) }

// Temporary is there for [net.Error] and always false.
func (e *ProxyError) Temporary() bool { return false }

// Is answers as the error of SOCKS does that says the same.
func (e *ProxyError) Is(target error) bool {
	var s *socks.Error
	return e.As(&s) && errors.Is(s, target)
}

// As makes e the error of SOCKS that says the same.
func (e *ProxyError) As(target any) bool {
	to, ok := target.(**socks.Error)
	if !ok {
		return false
	}
	*to = &socks.Error{Stage: e.Stage, Endpoint: e.Endpoint, Target: e.Target, Reply: replyTo(e.Status), Err: e.Err}
	if e.Err == io.EOF {
		(*to).Err = io.ErrUnexpectedEOF
	}
	var bad *http1.Error
	if errors.As(e.Err, &bad) {
		(*to).Err = fmt.Errorf("%w: %w", socks.ErrMalformed, bad)
	}
	return true
}

// replyTo is the reply of SOCKS that means what a proxy's status does.
func replyTo(status int) socks.Reply {
	switch status {
	case 0:
		return socks.Succeeded
	case 403, 451:
		return socks.NotAllowed
	case 502, 503:
		return socks.HostUnreachable
	case 504:
		return socks.TTLExpired
	case 400, 405, 501:
		return socks.BadCommand
	}
	return socks.GeneralFailure
}

// statusError is a refusal in words.
type statusError int

func (e statusError) Error() string {
	switch e {
	case 403, 451:
		return fmt.Sprintf("not allowed by the proxy's rules (%d)", int(e))
	case 502, 503:
		return fmt.Sprintf("the proxy cannot reach it (%d)", int(e))
	case 504:
		return fmt.Sprintf("the proxy's own way to it timed out (%d)", int(e))
	case 400, 405, 501:
		return fmt.Sprintf("the proxy refuses CONNECT to there (%d)", int(e))
	}
	return fmt.Sprintf("the proxy answered %d", int(e))
}

// lateError is a stage that ran out of time.
type lateError time.Duration

func (e lateError) Error() string { return fmt.Sprintf("no answer within %v", time.Duration(e)) }
func (e lateError) Unwrap() error { return os.ErrDeadlineExceeded }

// notProxy quotes the first line of what something else said.
func notProxy(said []byte) error {
	line, _, _ := strings.Cut(string(said), "\n")
	return fmt.Errorf("%w: it answered %s", ErrNotProxy, http1.Quote([]byte(strings.TrimRight(line, "\r"))))
}

// checkTarget refuses what would not be one host and port in a request line.
func checkTarget(addr string) error {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("%w: want host:port", socks.ErrTarget)
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
		return fmt.Errorf("%w: port %q is not a number from 1 to 65535", socks.ErrTarget, port)
	}
	if ip, err := netip.ParseAddr(host); err == nil {
		if ip.Zone() != "" {
			return fmt.Errorf("%w: a zone has a meaning on this machine only and cannot be sent", socks.ErrTarget)
		}
		return nil
	}
	if host == "" || len(host) > 255 {
		return fmt.Errorf("%w: a host name has 1 to 255 bytes, not %d", socks.ErrTarget, len(host))
	}
	for i := range len(host) {
		if c := host[i]; c <= ' ' || c == 0x7f || strings.IndexByte(`"#%/:<>?@[\]^|`, c) >= 0 {
			return fmt.Errorf("%w: byte %#02x in the host name", socks.ErrTarget, c)
		}
	}
	return nil
}
