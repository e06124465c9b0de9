package socks

import (
	"context"
	"net"
	"net/netip"
	"time"
)

// connect opens a TCP connection to the endpoint, in at most the dial timeout.
// While the process is out of descriptors it waits for some to come free, having
// given back those that the spares hold.
func (d *Dialer) connect(ctx context.Context, begin time.Time) (net.Conn, error) {
	limit := d.dialTimeout()
	deadline := begin.Add(limit)
	pause := 5 * time.Millisecond
	for {
		conn, err := d.connectOnce(ctx, deadline)
		if err == nil {
			return conn, nil
		}
		if ctx.Err() != nil {
			return nil, d.fail(StageDial, "", context.Cause(ctx))
		}
		if isTimeout(err) {
			return nil, d.fail(StageDial, "", late(ctx, err, deadline, limit))
		}
		if !outOfDescriptors(err) || time.Until(deadline) <= pause {
			return nil, d.fail(StageDial, "", err)
		}
		d.FreeIdle()
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return nil, d.fail(StageDial, "", context.Cause(ctx))
		}
		pause = min(2*pause, 200*time.Millisecond)
	}
}

func (d *Dialer) connectOnce(ctx context.Context, deadline time.Time) (net.Conn, error) {
	if d.Net != nil {
		ctx, cancel := context.WithDeadline(ctx, deadline)
		defer cancel()
		return d.Net(ctx, "tcp", d.Address)
	}
	addr, err := netip.ParseAddrPort(d.Address)
	if err != nil { // a name, which may have several addresses
		dialer := net.Dialer{Deadline: deadline, KeepAliveConfig: keepAlive}
		return dialer.DialContext(ctx, "tcp", d.Address)
	}
	dialer := net.Dialer{KeepAliveConfig: keepAlive}
	if addr.Addr().IsLoopback() {
		// No path that could break silently, and four system calls saved.
		dialer = net.Dialer{KeepAlive: -1}
	}
	// Not DialTCP, which takes the zero local address for one to bind: that costs
	// a system call, and fails once too many ports wait for their end.
	return dialer.DialContext(limited(ctx, deadline), "tcp", d.Address)
}

// keepAlive notices a dead path in under two minutes and keeps the entries of
// address translators alive, most of which live for five.
var keepAlive = net.KeepAliveConfig{Enable: true, Idle: 45 * time.Second, Interval: 15 * time.Second, Count: 4}

// limited is context.WithDeadline for the one use of a connect, at no price: the
// connect itself watches Deadline, so no timer has to be set and stopped.
func limited(ctx context.Context, deadline time.Time) context.Context {
	if earlier, ok := ctx.Deadline(); ok && earlier.Before(deadline) {
		return ctx
	}
	c := limitedContext{Context: ctx, deadline: deadline}
	if ctx.Done() == nil {
		return endlessContext{c}
	}
	return c
}

type limitedContext struct {
	context.Context
	deadline time.Time
}

func (c limitedContext) Deadline() (time.Time, bool) { return c.deadline, true }

// endlessContext is never cancelled. Package net looks at Deadline only when
// there is a Done channel, and AfterFunc tells package context not to watch it.
type endlessContext struct{ limitedContext }

var never = make(chan struct{})

func (endlessContext) Done() <-chan struct{}        { return never }
func (endlessContext) AfterFunc(func()) func() bool { return func() bool { return true } }
