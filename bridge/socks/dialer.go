package socks

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/drawbridge-app/drawbridge/bridge/relay"
	"golang.org/x/net/proxy"
)

// The timeouts of a Dialer that sets none.
const (
	DefaultDialTimeout      = 10 * time.Second
	DefaultHandshakeTimeout = 10 * time.Second
)

// Dialer opens TCP connections through one SOCKS endpoint. Address is the only
// field that must be set. Fields must not change once the first dial has begun;
// from then on a Dialer is safe for concurrent use. It learns about its endpoint
// as it goes, so keep one for as long as its settings hold, and do not copy it.
type Dialer struct {
	Version Version
	Address string // host:port of the endpoint

	// User and Password log in to the endpoint. SOCKS 5 takes 1 to 255 bytes of
	// each; SOCKS 4 has no password. Empty: no credentials.
	User, Password string
	Method         Method

	DialTimeout      time.Duration // for TCP to the endpoint; zero: 10 s
	HandshakeTimeout time.Duration // for everything after; zero: 10 s

	// OneFlight says whether greeting, login and request travel in one segment.
	OneFlight OneFlight

	// Spares is how many greeted and logged-in connections are kept ready, so
	// that a dial costs one round trip. They are renewed while dials keep coming,
	// and not for long after the last one. Zero: none. SOCKS 4 has no greeting,
	// and so no use for them.
	Spares int

	// SpareAbove is the set-up time from which spares are worth their price: on a
	// nearby endpoint they cost more work than they save time. Zero: 3 ms;
	// negative: always.
	SpareAbove time.Duration

	// Net opens the connection to the endpoint; nil: an ordinary TCP dial.
	Net func(ctx context.Context, network, address string) (net.Conn, error)

	learned learned
	spares  spares
	resting sync.Pool // of *handshake, for their buffers and to make less garbage
	work    background
}

var (
	_ proxy.Dialer        = (*Dialer)(nil)
	_ proxy.ContextDialer = (*Dialer)(nil)
)

// Dial is [Dialer.DialContext] without a context.
func (d *Dialer) Dial(network, addr string) (net.Conn, error) {
	return d.DialContext(context.Background(), network, addr)
}

// DialContext asks the endpoint for a connection to addr, which is host:port, and
// returns once the endpoint has agreed. The network is tcp, tcp4 or tcp6; for a
// name the choice between the last two is the endpoint's.
//
// Unless Net says otherwise, the connection is a *net.TCPConn with no deadline
// set; its next byte is the first one that the target sent. Every error is an
// [*Error]. Cancelling ctx ends the dial at once and has no effect afterwards.
func (d *Dialer) DialContext(ctx context.Context, network, addr string) (net.Conn, error) {
	t, err := d.prepare(network, addr)
	if err != nil {
		return nil, err
	}
	conn, err := d.open(ctx, t)
	if answered, _ := replied(err); answered {
		d.refill() // behind the dial, so as not to be in its way
	}
	return conn, err
}

func (d *Dialer) open(ctx context.Context, t target) (net.Conn, error) {
	if conn := d.takeSpare(); conn != nil {
		err := d.converse(ctx, handshake{conn: conn, target: t}, (*handshake).request)
		if err == nil {
			return conn, nil
		}
		// It died in the moment between the look at it and its use.
		if !broke(err) {
			return nil, err
		}
	}
	return d.openFresh(ctx, t)
}

// openFresh dials and shakes hands, again where the endpoint may have stumbled
// over the way it was addressed rather than over the request.
func (d *Dialer) openFresh(ctx context.Context, t target) (net.Conn, error) {
	p := d.learned.plan(d)
	for {
		conn, err := d.attempt(ctx, t, p, nil)
		if err == nil {
			d.learn(p)
			return conn, nil
		}
		next, better := p.revise(err)
		if !better || ctx.Err() != nil {
			d.learnFailure(p, err)
			return nil, err
		}
		p = next
	}
}

// attempt dials the endpoint once and shakes hands with it in the planned way.
// A non-nil observe is told about each stage.
func (d *Dialer) attempt(ctx context.Context, t target, p *plan, observe observer) (net.Conn, error) {
	begin := time.Now()
	conn, err := d.connect(ctx, begin)
	observe.stage(StageDial, begin, err)
	if err != nil {
		return nil, err
	}
	h := handshake{conn: conn, target: t, plan: p, observe: observe, begin: begin}
	if err := d.converse(ctx, h, (*handshake).whole); err != nil {
		return nil, err
	}
	return conn, nil
}

// converse runs part of a handshake and ends it when the time is up or ctx is
// done. On success the connection has no deadline left; on an error it is closed.
func (d *Dialer) converse(ctx context.Context, begun handshake, part func(*handshake) error) error {
	conn, limit := begun.conn, d.handshakeTimeout()
	deadline := time.Now().Add(limit)
	if earlier, ok := ctx.Deadline(); ok && earlier.Before(deadline) {
		deadline = earlier
	}
	conn.SetDeadline(deadline)
	stop := func() bool { return true }
	if ctx.Done() != nil {
		stop = context.AfterFunc(ctx, func() { conn.SetDeadline(time.Unix(1, 0)) })
	}
	stage, err := d.run(begun, part)
	switch {
	case !stop():
		// The deadline is being spoilt, so even a finished handshake is of no use.
		err = context.Cause(ctx)
	case err == nil:
		conn.SetDeadline(time.Time{})
		return nil
	case isTimeout(err):
		err = late(ctx, err, deadline, limit)
	}
	conn.Close()
	return d.fail(stage, begun.target.text, err)
}

// run runs part of a handshake and says at which stage that ended.
func (d *Dialer) run(begun handshake, part func(*handshake) error) (Stage, error) {
	h, _ := d.resting.Get().(*handshake)
	if h == nil {
		h = &handshake{buffer: new([maxMessage]byte)}
	}
	begun.dialer, begun.buffer = d, h.buffer
	*h = begun
	err := part(h)
	stage := h.stage
	clear(h.buffer[:h.sent]) // the password may be in it
	*h = handshake{buffer: h.buffer}
	d.resting.Put(h)
	return stage, err
}

func isTimeout(err error) bool {
	timeout, ok := errors.AsType[net.Error](relay.Cause(err))
	return ok && timeout.Timeout()
}

// late says whose time was up when err, a timeout, came: the caller's, the
// stage's, or, if neither, the operating system's.
func late(ctx context.Context, err error, deadline time.Time, limit time.Duration) error {
	now := time.Now()
	if callers, ok := ctx.Deadline(); ok && !now.Before(callers) {
		return context.DeadlineExceeded
	}
	if !now.Before(deadline) {
		return lateError(limit)
	}
	return err
}

// fail makes the error of one stage. The target is named from the request on.
func (d *Dialer) fail(stage Stage, target string, err error) error {
	e := &Error{Stage: stage, Endpoint: d.Address}
	if stage == StageRequest {
		e.Target = target
	}
	if refused, ok := err.(*replyError); ok {
		e.Reply, e.Code = refused.reply, refused.code
		return e
	}
	e.Err = bare(err)
	return e
}

// prepare refuses at once what cannot work.
func (d *Dialer) prepare(network, addr string) (target, error) {
	switch network {
	case "tcp", "tcp4", "tcp6":
	default:
		return target{}, d.fail(StageRequest, addr, fmt.Errorf("network %q: only tcp, tcp4 and tcp6 can be relayed", network))
	}
	if err := d.checkLogin(); err != nil {
		return target{}, d.fail(StageLogin, "", err)
	}
	t, err := parseTarget(d.Version, network, addr)
	if err != nil {
		return target{}, d.fail(StageRequest, addr, err)
	}
	return t, nil
}

// Check reports what is wrong with the settings, as far as that can be seen
// without a connection.
func (d *Dialer) Check() error { return d.checkLogin() }

// checkLogin finds credentials that the protocol has no room for.
func (d *Dialer) checkLogin() error {
	if d.Version != V5 {
		switch {
		case d.Password != "" || d.Method == Password:
			return fmt.Errorf("%v has no password, use socks5", d.Version)
		case len(d.User) > maxLogin || strings.IndexByte(d.User, 0) >= 0:
			return errors.New("the user name must be at most 255 bytes without a NUL")
		}
		return nil
	}
	if d.Method == None || d.Method == Auto && !d.credentials() {
		return nil
	}
	if n := len(d.User); n < 1 || n > maxLogin {
		return fmt.Errorf("the user name is %d bytes long, it must be 1 to 255", n)
	}
	if n := len(d.Password); n < 1 || n > maxLogin {
		return fmt.Errorf("the password is %d bytes long, it must be 1 to 255", n)
	}
	return nil
}

func (d *Dialer) credentials() bool { return d.User != "" || d.Password != "" }

func (d *Dialer) handshakeTimeout() time.Duration {
	if d.HandshakeTimeout > 0 {
		return d.HandshakeTimeout
	}
	return DefaultHandshakeTimeout
}

// Close drops the spare connections, stops what runs in the background and waits
// for it. Connections that were handed out live on. Dialling afterwards works,
// without spares.
func (d *Dialer) Close() error {
	d.work.stop()
	d.FreeIdle()
	return nil
}

// background is the goroutines that a Dialer starts on its own account: refills
// and one probe. The zero value is ready.
type background struct {
	mu      sync.Mutex
	ctx     context.Context // ends with Close; no dial's context, so nobody hands one in
	cancel  context.CancelFunc
	stopped atomic.Bool
	running sync.WaitGroup
}

// start runs f, unless the Dialer is closed.
func (b *background) start(f func(ctx context.Context)) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.stopped.Load() {
		return false
	}
	if b.ctx == nil {
		b.ctx, b.cancel = context.WithCancel(context.Background())
	}
	ctx := b.ctx
	b.running.Go(func() { f(ctx) })
	return true
}

func (b *background) stop() {
	b.mu.Lock()
	b.stopped.Store(true)
	if b.cancel != nil {
		b.cancel()
	}
	b.mu.Unlock()
	b.running.Wait()
}
