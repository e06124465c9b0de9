package bridge

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"strconv"
	"time"

	"github.com/drawbridge-app/drawbridge/bridge/http1"
	"github.com/drawbridge-app/drawbridge/bridge/relay"
)

// An exchange is one request on its way to the target, and the response on its
// way back. What it needs of the request is noted before the request's bytes
// are given up.
type exchange struct {
	*client
	began   time.Time
	method  string // for the log; empty when that does not want it
	head    bool   // the method is HEAD
	safe    bool   // the method is safe to repeat (RFC 9110 §9.2.1)
	html    bool   // the client likes HTML
	old     bool   // the client speaks HTTP/1.0
	keep    bool   // the client wants to keep its connection
	upgrade bool   // the client asks for another protocol
	ask     string // the URL about which the Chooser decides; empty: it is decided
	expect  bool   // the client may be waiting for 100 Continue

	up       body          // the request's
	whole    bool          // the request lies in out, to its last byte
	uploaded chan struct{} // closed when the upload has ended; nil: there is none
	upErr    error         // why it ended; valid then

	back     inbox // what came from the target
	begun    bool  // the final response's head was sent
	unframed bool  // only the end of the connection tells where the response ends

	before struct{ up, down int64 } // what the connection had moved already
	headUp int64                    // the same, when the upload began
}

// forward sends a request in absolute-form to its target. Its head is n bytes.
func (c *client) forward(t http1.Target, n int) bool {
	if t.Port == 0 {
		t.Port = 80
	}
	hops, err := maxForwards(&c.req)
	if err != nil {
		return c.refuse(refused(err), n)
	}
	if hops == 0 {
		return c.lastHop(n)
	}
	edit, f := c.edit(&t, hops)
	if f != nil {
		return c.refuse(f, n)
	}
	x := &c.exchange
	x.begin(c)
	key := c.key(&t)
	if c.plan.choice != nil && key.way == c.plan.through {
		x.ask = exchangeURL(&t)
	}
	c.out = appendRequest(c.out[:0], &c.req, &edit)
	c.in.take(n)
	keep := x.run(key)
	if c.peer == nil {
		c.entry.rest()
	}
	return keep
}

// key names the target and the way to it. The one of the last exchange is used
// again where it is the same, which spares making a string of it and deciding.
func (c *client) key(t *http1.Target) hostKey {
	if c.host != nil && c.decided == c.plan && c.plan.choice == nil && c.host.is(t) {
		return c.host.hostKey
	}
	c.host, c.decided = nil, c.plan
	return hostKey{c.plan.way(t.Host, t.Port), net.JoinHostPort(string(t.Host), strconv.Itoa(t.Port))}
}

// begin notes what is needed of the request.
func (x *exchange) begin(c *client) {
	req := &c.req
	*x = exchange{client: c, began: time.Now(),
		head: string(req.Method) == "HEAD", html: wantsHTML(req), old: req.Minor == 0,
		keep: req.Persistent(), upgrade: req.Upgrade && req.Minor == 1,
	}
	switch string(req.Method) {
	case "GET", "HEAD", "OPTIONS", "TRACE":
		x.safe = true
	}
	x.up = body{pump: &c.bridge.pump, in: &c.in, framing: req.Framing(), moved: &c.entry.up}
	if x.up.framing.Kind != http1.NoBody && req.Minor == 1 {
		x.expect = http1.Is(req.Get("expect"), "100-continue")
	}
	if c.plan.Log.Enabled(context.Background(), slog.LevelDebug) {
		x.method = string(req.Method)
		x.before.up, x.before.down = c.entry.up.Load(), c.entry.down.Load()
	}
}

// run sees the exchange through; true: the client may send its next request.
func (x *exchange) run(key hostKey) bool {
	p, done, err := x.up.held()
	if err != nil {
		return x.fail(refused(cutBy(err)))
	}
	x.out = append(x.out, p...)
	x.in.take(len(p))
	x.whole = done
	if f := x.reach(key); f != nil {
		return x.fail(f)
	}
	keep, err := x.answered()
	if err != nil {
		return x.broke(err)
	}
	x.log("")
	return keep
}

// reach gets a connection and sends the request on it, along the way that key has,
// or those that a Chooser says instead.
func (x *exchange) reach(key hostKey) *failure {
	if x.ask == "" {
		f, err := x.reachBy(key)
		if err != nil {
			return unreachable(err, key.way, key.target)
		}
		return f
	}
	x.entry.place.Store(x.plan.to(key.way, key.target))
	x.entry.kind.Store(uint32(HTTP))
	host, _, _ := net.SplitHostPort(key.target)
	d, err := x.plan.ask(x.bridge, x.ask, host)
	if err != nil {
		return unreachable(err, key.way, key.target)
	}
	var f *failure
	w, err := d.along(x.bridge, x.plan, func(w way) (err error) {
		x.host = nil
		f, err = x.reachBy(hostKey{w, key.target})
		return err
	})
	if err != nil {
		return unreachable(err, w, key.target)
	}
	return f
}

// reachBy is reach along one way. A connection that turns out to be dead gives way
// to another: always if nothing was written to it, and once more if the request is
// safe to repeat and nothing came back. The error is that of a dial, and then
// nothing was sent that may not be sent again.
func (x *exchange) reachBy(key hostKey) (f *failure, undialled error) {
	b := x.bridge
	fresh, sent := false, false
	for {
		t, h, err := b.pool.get(b.ctx, key, x.host, fresh)
		x.host = h
		x.entry.place.Store(&h.place)
		x.entry.kind.Store(uint32(HTTP))
		if err != nil {
			return nil, err
		}
		x.target, x.back.wire = t, t.wire
		x.entry.use(t.wire)
		if err = x.send(t); err == nil {
			b.live.exchanges.Add(1)
			return nil, nil
		}
		stale := errors.Is(err, relay.ErrStale)
		again := t.used && (stale || x.safe && x.whole && !sent)
		if _, isCut := x.entry.state(); isCut {
			again = false
		}
		x.drop()
		if !again {
			return broken(err), nil
		}
		// A fresh one is only asked for: out of the queue may come a used one.
		sent = sent || !stale
		fresh = fresh || sent
	}
}

// send writes what there is of the request. If that is all, it waits for the
// first bytes of the response; otherwise the upload goes on beside.
func (x *exchange) send(t *target) error {
	if x.whole {
		b, n, err := t.wire.Call(x.out)
		if err != nil {
			return err
		}
		x.entry.up.Add(int64(len(x.out)))
		x.back.put(b, n)
		return nil
	}
	if t.used && !t.wire.Alive() {
		return relay.ErrStale
	}
	n, err := t.wire.Write(x.out)
	x.entry.up.Add(int64(n))
	if err == nil {
		x.headUp = x.entry.up.Load()
		x.startUpload(t)
	}
	return err
}

// drop closes the target's connection, put keeps it for the next request.
func (x *exchange) drop() {
	if t := x.target; t != nil {
		x.target = nil
		x.entry.use(nil)
		x.back.release()
		x.bridge.pool.drop(t)
	}
}

func (x *exchange) put() {
	if t := x.target; t != nil {
		x.target = nil
		x.entry.use(nil)
		x.bridge.pool.put(t)
	}
}

// broke ends an exchange that failed after the request was sent. If the client
// has had nothing of the response it gets an explanation; what it has got
// already must not look complete.
func (x *exchange) broke(err error) bool {
	x.stopUpload()
	x.drop()
	if failedTo("read", x.upErr) && !malformed(x.upErr) && !timeout(x.upErr) { // the last would be stopUpload's doing
		x.outcome = byClient(cutBy(x.upErr))
	}
	switch {
	case failedTo("write", err): // the client has gone
		x.outcome = byClient(cutBy(err))
	case x.begun:
		x.outcome = byTarget(cutBy(err))
		if x.unframed {
			relay.Reset(x.conn)
		}
	case malformed(x.upErr):
		return x.fail(refused(cutBy(x.upErr)))
	default:
		return x.fail(broken(cutBy(err)))
	}
	x.log(reason(cutBy(err)))
	return false
}

// fail answers with an explanation of our own.
func (x *exchange) fail(f *failure) bool {
	return x.answerFailure(f, x.html, x.head, x.keep && x.whole, 0)
}

// cutBy is the cause behind the side that failed.
func cutBy(err error) error {
	var e *relay.Error
	if errors.As(err, &e) {
		return e.Err
	}
	return err
}

func malformed(err error) bool {
	var e *http1.Error
	return errors.As(err, &e)
}

func (x *exchange) log(end string) {
	if x.method == "" {
		return
	}
	p := x.entry.place.Load()
	attrs := []any{"id", x.entry.id, "client", x.conn.RemoteAddr().String(), "method", x.method}
	if p != nil {
		attrs = append(attrs, "target", p.target, "via", p.way.upstream.Name())
	}
	if x.begun {
		attrs = append(attrs, "status", x.res.Status)
	}
	attrs = append(attrs, "up", x.entry.up.Load()-x.before.up, "down", x.entry.down.Load()-x.before.down,
		"took", time.Since(x.began))
	if end != "" {
		attrs = append(attrs, "end", end)
	}
	x.plan.Log.Debug("exchange", attrs...)
}
