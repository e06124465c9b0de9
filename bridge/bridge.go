// Package bridge is the engine: it listens, takes HTTP, CONNECT, upgrades and
// SOCKS from clients, and relays all of it through an upstream.
//
// A [Bridge] is given a [Config] and started; a changed Config is applied while
// it runs, and tunnels that exist do not notice. It knows no files and no
// faces. What it does can be watched: [Bridge.Stats], [Bridge.Live],
// [Bridge.Recent], [Bridge.LastFailure].
//
// How a connection goes through the code: listen.go accepts it, client.go tells
// by its first byte what it speaks and reads requests, way.go decides whether a
// request goes through the upstream or directly, choose.go asks a Chooser where
// there is one, and each request becomes either
// a tunnel (tunnel.go: CONNECT, SOCKS, and whatever a 101 opened) or an exchange
// (exchange.go, with heads.go for what is forwarded of a head, body.go for bodies
// and pool.go for the target's connection). What goes wrong is a failure
// (failure.go) and becomes an answer (answer.go). What has ended is remembered for
// a while (ended.go).
package bridge

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"net"
	"sync"
	"sync/atomic"

	"github.com/drawbridge-app/drawbridge/bridge/relay"
	"github.com/drawbridge-app/drawbridge/bridge/route"
	"github.com/drawbridge-app/drawbridge/bridge/upstream"
)

// A Bridge is one running engine. Its methods may be called concurrently.
type Bridge struct {
	plan atomic.Pointer[plan]
	pump relay.Pump
	pool pool
	live live
	gate gate
	own  atomic.Pointer[[]*net.TCPAddr] // what is listened on

	lastFailure atomic.Pointer[Failure]

	mu        sync.Mutex // guards what follows: one change at a time
	listeners []*listener
	closed    bool

	ctx     context.Context // ends with Close
	cancel  context.CancelFunc
	running sync.WaitGroup // one for each listener, client and sweeper
	name    string         // in Via; unlike any other bridge's
}

// A plan is an immutable Config made ready. Each request takes the newest and
// keeps it to its end.
type plan struct {
	Config
	upstream *upstream.Upstream
	through  way                // by the upstream, as everything goes that no rule names
	direct   *upstream.Upstream // for what the bypass names, and a Chooser sends there
	choice   *choice            // who decides what goes by through; nil: nobody has to
	listed   *route.Bypass      // what Config.Bypass says
	bypass   *route.Bypass      // the same, or nil where it would change nothing
	guard    *guard             // nil without a login
}

// Start binds the configured addresses and begins to serve. An error leaves
// nothing behind.
func Start(c Config) (*Bridge, error) {
	b := &Bridge{name: viaName()}
	b.ctx, b.cancel = context.WithCancel(context.Background())
	b.pool.init(b)
	b.live.init()
	if err := b.Apply(c); err != nil {
		b.cancel()
		return nil, err
	}
	b.running.Go(b.sweep)
	return b, nil
}

func viaName() string {
	var id [4]byte
	rand.Read(id[:])
	return "drawbridge-" + hex.EncodeToString(id[:])
}

// ErrClosed is returned by methods of a Bridge that was closed.
var ErrClosed = errors.New("the bridge is closed")

// Apply makes c the configuration of all new requests. What runs already goes
// on as it began; connections that wait idle in the pool of another upstream
// are closed. After an error everything is as before.
func (b *Bridge) Apply(c Config) error {
	c = c.withDefaults()
	if err := c.validate(); err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return ErrClosed
	}
	old := b.plan.Load()
	next, err := newPlan(c, old)
	if err != nil {
		return err
	}
	listeners, err := b.rebind(next)
	if err != nil {
		if old == nil || next.upstream != old.upstream {
			next.upstream.Close()
		}
		return err
	}
	b.plan.Store(next)
	b.gate.set(c.Limits.Clients)
	b.pool.set(c.Pool)
	b.serveOn(listeners)
	if old != nil && old.direct != next.direct {
		b.pool.retire(old.direct)
	}
	if old != nil && old.choice != nil && old.choice != next.choice {
		old.choice.close(b)
	}
	if old != nil && old.upstream != next.upstream {
		b.pool.retire(old.upstream)
		// Its dials that are under way end within their own timeouts.
		old.upstream.Close()
	}
	return nil
}

// newPlan makes c, which is valid, ready. What old has that c wants too stays as
// it is.
func newPlan(c Config, old *plan) (*plan, error) {
	p := &plan{Config: c, guard: newGuard(c.Login)}
	var err error
	if old != nil && old.Config.Upstream == c.Upstream {
		p.upstream = old.upstream // with all that it learned
	} else if p.upstream, err = upstream.New(c.Upstream); err != nil {
		return nil, err
	}
	p.through = way{upstream: p.upstream}
	p.choice = newChoice(c, old)
	if old != nil && old.Config.Upstream.DialTimeout == c.Upstream.DialTimeout {
		p.direct = old.direct
	} else if p.direct, err = upstream.New(upstream.Spec{Name: "direct", URL: "direct://", DialTimeout: c.Upstream.DialTimeout}); err != nil {
		return nil, err
	}
	p.listed, err = route.ParseBypass(c.Bypass)
	if len(c.Bypass) > 0 && !p.upstream.Direct() {
		p.bypass = p.listed
	}
	return p, err
}

// Addrs returns the addresses that are listened on.
func (b *Bridge) Addrs() []net.Addr {
	b.mu.Lock()
	defer b.mu.Unlock()
	var as []net.Addr
	for _, l := range b.listeners {
		as = append(as, l.Addr())
	}
	return as
}

// Upstream returns the upstream of new requests.
func (b *Bridge) Upstream() *upstream.Upstream { return b.plan.Load().upstream }

// Close stops listening, cuts everything that runs, and returns when nothing
// is left.
func (b *Bridge) Close() error {
	b.mu.Lock()
	if b.closed {
		b.mu.Unlock()
		b.running.Wait() // for the call that closes it
		return nil
	}
	b.closed = true
	listeners := b.listeners
	b.listeners = nil
	b.mu.Unlock()

	b.cancel()
	for _, l := range listeners {
		l.Close()
	}
	b.gate.close()
	b.live.closeAll()
	b.pool.close()
	b.running.Wait()
	p := b.plan.Load()
	p.upstream.Close()
	if p.choice != nil {
		p.choice.close(b)
		b.running.Wait() // for what that began
	}
	b.pump.Close()
	return nil
}
