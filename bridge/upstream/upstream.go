package upstream

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"runtime/debug"

	"github.com/drawbridge-app/drawbridge/bridge/socks"
	"golang.org/x/net/proxy"
)

// Upstream dials through one endpoint, or directly. It is safe for concurrent
// use.
type Upstream struct {
	name     string
	endpoint Endpoint
	dialer   proxy.ContextDialer
	socks    *socks.Dialer // the same, where it is ours; else nil
	http     *connector    // the same, where it is an HTTP proxy; else nil
	health   health
}

var (
	_ proxy.Dialer        = (*Upstream)(nil)
	_ proxy.ContextDialer = (*Upstream)(nil)
)

// New builds the upstream that s describes. It opens no connection. Its errors
// name the field that is wrong; all of them are reported.
func New(s Spec) (*Upstream, error) {
	e, err := Parse(s.URL)
	if err != nil {
		return nil, err
	}
	if s.User != "" || s.Password != "" {
		e.User, e.Password = s.User, s.Password
	}
	raw, err := dialerFor(e, s)
	if err != nil {
		return nil, fmt.Errorf("upstream %q: %w", Redact(s.URL), err)
	}
	u := &Upstream{name: s.Name, endpoint: e}
	method, errMethod := socks.ParseMethod(s.Method)
	flight, errFlight := socks.ParseOneFlight(s.OneFlight)
	if err := errors.Join(errMethod, errFlight, s.checkNumbers()); err != nil {
		return nil, fmt.Errorf("upstream %q: %w", Redact(s.URL), err)
	}
	switch d := raw.(type) {
	case *socks.Dialer:
		d.Method, d.OneFlight, d.Spares = method, flight, s.Spares
		d.DialTimeout, d.HandshakeTimeout = s.DialTimeout, s.HandshakeTimeout
		if err := d.Check(); err != nil {
			return nil, fmt.Errorf("upstream %q: %w", Redact(s.URL), err)
		}
		u.socks, u.dialer = d, d
	case *net.Dialer:
		d.Timeout = s.DialTimeout
		if d.Timeout == 0 {
			d.Timeout = socks.DefaultDialTimeout
		}
		u.dialer = d
	case *connector:
		u.http, u.dialer = d, d
	case proxy.ContextDialer:
		u.dialer = d
	default:
		u.dialer = patient{raw}
	}
	return u, nil
}

func (s Spec) checkNumbers() error {
	var errs []error
	if s.Spares < 0 {
		errs = append(errs, fmt.Errorf("spares %d: want zero or more", s.Spares))
	}
	if s.DialTimeout < 0 {
		errs = append(errs, fmt.Errorf("dial timeout %v: want zero or more", s.DialTimeout))
	}
	if s.HandshakeTimeout < 0 {
		errs = append(errs, fmt.Errorf("handshake timeout %v: want zero or more", s.HandshakeTimeout))
	}
	return errors.Join(errs...)
}

// DialContext connects to addr, host:port. Through a SOCKS endpoint or directly
// the connection is a *net.TCPConn, and through an HTTP proxy it is one most often;
// errors of a SOCKS endpoint are of type [*socks.Error], those of an HTTP proxy of
// type [*ProxyError]. Where a script decides, the error is [ErrUndecided].
func (u *Upstream) DialContext(ctx context.Context, network, addr string) (net.Conn, error) {
	begin := now()
	conn, err := u.dialer.DialContext(ctx, network, addr)
	if err == nil || !u.Direct() { // without an endpoint every fault is the target's
		u.health.dialled(begin, err)
	}
	return conn, err
}

// Dial is [Upstream.DialContext] without a context.
func (u *Upstream) Dial(network, addr string) (net.Conn, error) {
	return u.DialContext(context.Background(), network, addr)
}

// Name returns what the user calls it, or else its URL without a password.
func (u *Upstream) Name() string {
	if u.name != "" {
		return u.name
	}
	return u.String()
}

// String returns its URL without a password.
func (u *Upstream) String() string { return u.endpoint.String() }

// LogValue keeps the password out of logs.
func (u *Upstream) LogValue() slog.Value { return u.endpoint.LogValue() }

// Address returns the endpoint's host:port, empty if there is no endpoint.
func (u *Upstream) Address() string { return u.endpoint.Address }

// Direct reports whether it connects without an endpoint.
func (u *Upstream) Direct() bool { return u.endpoint.Scheme == "direct" }

// Script returns the URL of the PAC script that decides about each request, empty
// if there is none. Such an upstream has no endpoint of its own.
func (u *Upstream) Script() string { return u.endpoint.Script }

// FreeIdle closes connections that are kept ready. Call it when descriptors run
// out.
func (u *Upstream) FreeIdle() {
	if d, ok := u.dialer.(interface{ FreeIdle() }); ok {
		d.FreeIdle()
	}
}

// Close ends its background work. Connections handed out live on.
func (u *Upstream) Close() error {
	if d, ok := u.dialer.(io.Closer); ok {
		return d.Close()
	}
	return nil
}

// patient makes a dialer that cannot be cancelled look as if it could. A dial
// that was given up goes on in the background until it ends by itself.
type patient struct{ proxy.Dialer }

func (p patient) DialContext(ctx context.Context, network, addr string) (net.Conn, error) {
	type result struct {
		conn  net.Conn
		err   error
		panic string // in the dialer; it belongs to the caller, whose process it would end here
	}
	done := make(chan result, 1)
	go func() {
		var r result
		defer func() {
			if p := recover(); p != nil {
				r.panic = fmt.Sprintf("%v\n%s", p, debug.Stack())
			}
			done <- r
		}()
		r.conn, r.err = p.Dial(network, addr)
	}()
	select {
	case r := <-done:
		if r.panic != "" {
			panic(r.panic)
		}
		return r.conn, r.err
	case <-ctx.Done():
		go func() {
			if r := <-done; r.conn != nil {
				r.conn.Close()
			}
		}()
		return nil, context.Cause(ctx)
	}
}
