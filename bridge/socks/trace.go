package socks

import (
	"context"
	"net"
	"time"
)

// observer is told how long a stage took and how it ended. A nil one is fine.
type observer func(stage Stage, took time.Duration, err error)

func (o observer) stage(stage Stage, begin time.Time, err error) {
	if o != nil {
		o(stage, time.Since(begin), err)
	}
}

// Trace is [Dialer.DialContext] on a connection of its own and in ordinary
// flights, with a look at every stage: observe is called after each one, in the
// goroutine of the caller. The error that it gets is the bare cause.
func (d *Dialer) Trace(ctx context.Context, network, addr string, observe func(stage Stage, took time.Duration, err error)) (net.Conn, error) {
	t, err := d.prepare(network, addr)
	if err != nil {
		return nil, err
	}
	p := *d.learned.plan(d)
	p.oneFlight = false
	for next := &p; ; {
		conn, err := d.attempt(ctx, t, next, observe)
		if err == nil {
			return conn, nil
		}
		revised, better := next.revise(err)
		if !better || ctx.Err() != nil {
			return nil, err
		}
		next = revised
	}
}

// Greet connects to the endpoint, greets it, logs in and hangs up. An endpoint
// that wants a login answers with [ErrMethod] if the Dialer has none to offer.
// SOCKS 4 has no greeting: there it connects, and no more.
func (d *Dialer) Greet(ctx context.Context) error {
	if err := d.checkLogin(); err != nil {
		return d.fail(StageLogin, "", err)
	}
	open := d.greeted
	if d.Version != V5 {
		open = d.connect
	}
	conn, err := open(ctx, time.Now())
	if err != nil {
		return err
	}
	return conn.Close()
}

// Prepare gets acquainted with the endpoint, so that the first dial need not: it
// greets it, and then finds out about one flight in the background. With SOCKS 4
// there is nothing to find out.
func (d *Dialer) Prepare(ctx context.Context) error {
	if d.Version != V5 {
		return nil
	}
	if err := d.Greet(ctx); err != nil {
		return err
	}
	if d.OneFlight == FlightAuto {
		d.probeInBackground()
	}
	return nil
}
