package bridge

import (
	"context"
	"errors"
	"net"
	"sync"
	"time"

	"github.com/drawbridge-app/drawbridge/bridge/http1"
	"github.com/drawbridge-app/drawbridge/bridge/relay"
	"github.com/drawbridge-app/drawbridge/bridge/upstream"
)

// errFull says that a request waited in the queue for as long as it may.
var errFull = errors.New("all connections that the pool may open are busy")

// A pool keeps the connections to targets that exchanges share, keyed by host,
// port and way, so that what goes directly and what does not are never mixed. The one used last is lent first: it is the most likely to
// live, and the others get to be old enough to close.
type pool struct {
	bridge *Bridge

	mu     sync.Mutex
	limits Pool
	hosts  map[hostKey]*host
	open   int    // connections that exist or are being dialled
	idle   int    // of them, those that wait for use
	oldest target // the ends of the list of idle ones, oldest first
	closed bool
}

type hostKey struct {
	way
	target string
}

// is reports whether the request-target t, with its port, names this key's
// target. Host names that differ in case only are kept apart: the endpoint gets
// each as its client wrote it.
func (k *hostKey) is(t *http1.Target) bool {
	n := len(t.Host)
	if len(k.target) <= n || k.target[:n] != string(t.Host) || k.target[n] != ':' {
		return false
	}
	port := 0
	for _, digit := range k.target[n+1:] {
		port = 10*port + int(digit-'0')
	}
	return port == t.Port
}

// A host is what the pool knows of one key. Its fields belong to the pool's
// lock, except for the place, which never changes.
type host struct {
	hostKey
	place   place
	idle    []*target // used last is last
	open    int
	queue   []chan<- grant
	dropped bool // from the pool's map: look it up again
}

// A target is one connection to a target, lent to one exchange at a time.
type target struct {
	host       *host
	wire       *relay.Wire
	used       bool // at least one exchange was completed on it
	idleSince  time.Time
	prev, next *target
}

// A grant is what a queued request gets: a connection, or leave to dial one.
type grant struct{ t *target }

func (p *pool) init(b *Bridge) {
	p.bridge = b
	p.hosts = make(map[hostKey]*host)
	p.oldest.prev, p.oldest.next = &p.oldest, &p.oldest
}

// set changes the limits, from now on; a queue may be able to move up at once.
func (p *pool) set(limits Pool) {
	p.mu.Lock()
	p.limits = limits
	for _, h := range p.hosts {
		for len(h.queue) > 0 && p.room(h) {
			p.grantDial(h)
		}
	}
	p.mu.Unlock()
	p.evict(max(limits.Idle, 0))
}

// get lends a connection, an idle one if fresh is false and there is one. The
// host that it returns may be given with the next request of the same key,
// which saves the look-up.
func (p *pool) get(ctx context.Context, key hostKey, known *host, fresh bool) (*target, *host, error) {
	p.mu.Lock()
	h := known
	if h == nil || h.dropped {
		h = p.host(key)
	}
	if n := len(h.idle); n > 0 && !fresh {
		t := h.idle[n-1]
		p.unidle(t)
		p.mu.Unlock()
		return t, h, nil
	}
	if !p.room(h) {
		t, err := p.wait(ctx, h) // unlocks
		if t != nil || err != nil {
			return t, h, err
		}
	} else {
		p.open++
		h.open++
		p.mu.Unlock()
	}
	t, err := p.dial(ctx, h)
	return t, h, err
}

// host finds or makes the host of key. The caller holds the lock.
func (p *pool) host(key hostKey) *host {
	h := p.hosts[key]
	if h == nil {
		h = &host{hostKey: key}
		h.place = place{key.target, &h.way}
		p.hosts[key] = h
	}
	return h
}

// room says whether h may have one more connection, and makes room among the
// idle ones if that is what it takes; they may be h's own where a fresh one is
// asked for. The caller holds the lock.
func (p *pool) room(h *host) bool {
	if p.limits.PerHost > 0 && h.open >= p.limits.PerHost {
		if len(h.idle) == 0 {
			return false
		}
		p.giveUp(h.idle[0], h)
	}
	if p.limits.Total > 0 && p.open >= p.limits.Total {
		if p.idle == 0 {
			return false
		}
		p.giveUp(p.oldest.next, h)
	}
	return true
}

// giveUp closes an idle connection in favour of a new one to next, which is not
// to be tidied away. The caller holds the lock.
func (p *pool) giveUp(t *target, next *host) {
	p.unidle(t)
	p.open--
	t.host.open--
	if t.host != next {
		p.tidy(t.host)
	}
	t.wire.Conn.Close()
}

// wait queues until a connection comes back or may be dialled (nil). It is
// called with the lock held, and gives it up.
func (p *pool) wait(ctx context.Context, h *host) (*target, error) {
	turn := make(chan grant, 1)
	h.queue = append(h.queue, turn)
	limit := p.limits.Wait
	p.mu.Unlock()
	timer := time.NewTimer(limit)
	defer timer.Stop()
	var err error
	select {
	case g := <-turn:
		return g.t, nil
	case <-timer.C:
		err = errFull
	case <-ctx.Done():
		err = ctx.Err()
	}
	p.mu.Lock()
	for i, c := range h.queue {
		if c == turn {
			h.queue = append(h.queue[:i], h.queue[i+1:]...)
			p.tidy(h)
			p.mu.Unlock()
			return nil, err
		}
	}
	p.mu.Unlock()
	g := <-turn // granted at the same moment
	return g.t, nil
}

func (p *pool) dial(ctx context.Context, h *host) (t *target, err error) {
	defer func() {
		if t == nil { // also if the upstream panicked
			p.mu.Lock()
			p.forget(h)
			p.mu.Unlock()
		}
	}()
	conn, err := p.bridge.open(ctx, h.way, h.target)
	if err != nil {
		return nil, err
	}
	return newTarget(h, conn), nil
}

func newTarget(h *host, conn net.Conn) *target {
	return &target{host: h, wire: relay.NewWire(conn)}
}

// put takes a connection back for the next request: the first one in the queue,
// or any later one.
func (p *pool) put(t *target) {
	t.used = true
	p.mu.Lock()
	h := t.host
	switch {
	case len(h.queue) > 0:
		turn := h.queue[0]
		h.queue = h.queue[1:]
		p.mu.Unlock()
		turn <- grant{t}
		return
	case p.closed || h.dropped || p.limits.Idle <= 0 || p.overdrawn():
		p.forget(h)
		p.mu.Unlock()
		t.wire.Conn.Close()
		return
	}
	t.idleSince = time.Now()
	h.idle = append(h.idle, t)
	p.idle++
	t.prev, t.next = p.oldest.prev, &p.oldest
	t.prev.next, t.next.prev = t, t
	most := p.limits.Idle
	full := p.idle > most
	p.mu.Unlock()
	if full {
		p.evict(most)
	}
}

// overdrawn says that another host's request waits for this connection's place.
func (p *pool) overdrawn() bool {
	return p.limits.Total > 0 && p.open >= p.limits.Total && p.nextQueue() != nil
}

// drop closes a connection that must not be used again.
func (p *pool) drop(t *target) {
	t.wire.Conn.Close()
	p.release(t)
}

// release is drop for a connection that lives on as a tunnel.
func (p *pool) release(t *target) {
	p.mu.Lock()
	p.forget(t.host)
	p.mu.Unlock()
}

// shrink takes one connection out of the counts. The caller holds the lock.
func (p *pool) shrink(h *host) {
	p.open--
	h.open--
	p.tidy(h)
}

// forget takes one connection out of the counts, and lets the next request in
// the queue dial in its place. The caller holds the lock.
func (p *pool) forget(h *host) {
	p.shrink(h)
	next := h
	if len(h.queue) == 0 {
		next = p.nextQueue()
	}
	if next != nil && p.room(next) {
		p.grantDial(next)
	}
}

// grantDial gives the first request in h's queue leave to dial. The caller holds
// the lock.
func (p *pool) grantDial(h *host) {
	turn := h.queue[0]
	h.queue = h.queue[1:]
	p.open++
	h.open++
	turn <- grant{}
}

// nextQueue finds a host with requests waiting that may have a connection more.
func (p *pool) nextQueue() *host {
	if p.limits.Total == 0 {
		return nil // then no host waits for another
	}
	for _, h := range p.hosts {
		if len(h.queue) > 0 && (p.limits.PerHost == 0 || h.open < p.limits.PerHost) {
			return h
		}
	}
	return nil
}

// tidy drops a host with nothing left. The caller holds the lock.
func (p *pool) tidy(h *host) {
	if h.open == 0 && len(h.queue) == 0 && !h.dropped {
		h.dropped = true
		delete(p.hosts, h.hostKey)
	}
}

// unidle takes t out of both lists of idle ones. The caller holds the lock.
func (p *pool) unidle(t *target) {
	for i := len(t.host.idle) - 1; i >= 0; i-- {
		if t.host.idle[i] == t {
			t.host.idle = append(t.host.idle[:i], t.host.idle[i+1:]...)
			break
		}
	}
	p.idle--
	t.prev.next, t.next.prev = t.next, t.prev
	t.prev, t.next = nil, nil
}

// closeWhere closes the idle connections that f picks, oldest first, until f
// says that it has seen enough.
func (p *pool) closeWhere(f func(*target) (pick, more bool)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var picked []*target
	for t, more := p.oldest.next, true; t != &p.oldest && more; {
		next := t.next
		var pick bool
		if pick, more = f(t); pick {
			p.unidle(t)
			t.wire.Conn.Close()
			picked = append(picked, t)
		}
		t = next
	}
	for _, t := range picked { // now, as it changes the list
		p.forget(t.host)
	}
}

// evict closes the oldest idle connections until at most n are left.
func (p *pool) evict(n int) {
	p.closeWhere(func(*target) (bool, bool) { return p.idle > n, p.idle > n })
}

func (p *pool) closeIdle() { p.evict(0) }

// sweep closes idle connections that are too old, or that the target closed:
// those would only hold descriptors until then.
func (p *pool) sweep(now time.Time) {
	p.closeWhere(func(t *target) (bool, bool) {
		return now.Sub(t.idleSince) >= p.limits.IdleTimeout || !t.wire.Alive(), true
	})
}

// retire closes the idle connections of an upstream that is no longer used.
// Those in use are closed when they come back.
func (p *pool) retire(u *upstream.Upstream) {
	p.closeWhere(func(t *target) (bool, bool) { return t.host.upstream == u, true })
	p.mu.Lock()
	defer p.mu.Unlock()
	for key, h := range p.hosts {
		if key.upstream == u {
			h.dropped = true
			delete(p.hosts, key)
		}
	}
}

func (p *pool) close() {
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	p.closeIdle()
}
