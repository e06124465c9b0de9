package upstream

import (
	"context"
	"errors"
	"net"
	"time"

	"github.com/drawbridge-app/drawbridge/bridge/socks"
)

// Step is one stage of a check.
type Step struct {
	Stage string // dial, greeting, login, request
	Took  time.Duration
	Err   error // nil: it went well
}

// Report is the outcome of a check.
type Report struct {
	Steps []Step
	Err   error // the error of the stage that broke; nil: the target was reached

	// What was learned about a SOCKS 5 endpoint; empty where it does not apply or
	// could not be found out.
	Method    string // none, password
	OneFlight string // yes, no
}

// Check opens a connection to target, host:port, stage by stage, and closes it
// again. If all goes well and one flight is left to auto, it finds out whether
// the endpoint takes that; a silent endpoint makes that last as long as the
// handshake timeout.
func (u *Upstream) Check(ctx context.Context, target string) Report {
	switch {
	case u.http != nil:
		return u.checkProxy(ctx, target)
	case u.socks == nil:
		return u.checkPlain(ctx, target)
	}
	var r Report
	conn, err := u.socks.Trace(ctx, "tcp", target, func(stage socks.Stage, took time.Duration, err error) {
		r.Steps = append(r.Steps, Step{string(stage), took, err})
	})
	if err != nil {
		r.Err = err
	} else {
		conn.Close()
	}
	if u.socks.Version != socks.V5 {
		return r
	}
	if u.reachedRequest(err) && u.socks.OneFlight == socks.FlightAuto {
		u.socks.Probe(ctx)
	}
	method, flight := u.socks.Learned()
	if u.reachedRequest(err) && method != socks.Auto {
		r.Method = method.String()
	}
	if flight != socks.FlightAuto {
		r.OneFlight = flight.String()
	}
	return r
}

// reachedRequest reports whether the endpoint let us in.
func (u *Upstream) reachedRequest(err error) bool {
	if err == nil {
		return true
	}
	e, ok := errors.AsType[*socks.Error](err)
	return ok && e.Stage == socks.StageRequest && e.Reply != socks.Succeeded
}

func (u *Upstream) checkPlain(ctx context.Context, target string) Report {
	begin := time.Now()
	conn, err := u.dialer.DialContext(ctx, "tcp", target)
	if err == nil {
		conn.Close()
	}
	return Report{Steps: []Step{{string(socks.StageDial), time.Since(begin), err}}, Err: err}
}

func (u *Upstream) checkProxy(ctx context.Context, target string) Report {
	var r Report
	var conn net.Conn
	conn, r.Err = u.http.open(ctx, target, func(stage socks.Stage, took time.Duration, err error) {
		r.Steps = append(r.Steps, Step{string(stage), took, err})
	})
	if r.Err == nil {
		conn.Close()
	}
	return r
}

// Greets reports, by a nil error, that a SOCKS 5 endpoint answers at address.
// One that wants a login counts.
func Greets(ctx context.Context, address string) error {
	d := socks.Dialer{Address: address, HandshakeTimeout: 2 * time.Second}
	defer d.Close()
	err := d.Greet(ctx)
	if errors.Is(err, socks.ErrMethod) {
		return nil
	}
	return err
}

// Greet connects to the endpoint, greets it, logs in and hangs up; no target is
// asked for. The outcome shows in [Upstream.Health]. With SOCKS 4 and HTTP, which
// have no greeting, it only connects; without an endpoint, or with one of a scheme that is
// not ours, it does nothing and returns nil.
func (u *Upstream) Greet(ctx context.Context) error {
	var endpoint interface{ Greet(context.Context) error }
	switch {
	case u.socks != nil:
		endpoint = u.socks
	case u.http != nil:
		endpoint = u.http
	default:
		return nil
	}
	begin := now()
	err := endpoint.Greet(ctx)
	u.health.greeted(begin, err)
	return err
}

// Prepare gets acquainted with a SOCKS 5 endpoint before it is needed: it greets
// it, as [Upstream.Greet] does, and finds out what makes the first connection as
// quick as later ones. It needs not be called.
func (u *Upstream) Prepare(ctx context.Context) {
	if u.socks == nil || u.socks.Version != socks.V5 {
		return
	}
	begin := now()
	u.health.greeted(begin, u.socks.Prepare(ctx))
}
