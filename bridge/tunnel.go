package bridge

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"strconv"
	"time"

	"github.com/drawbridge-app/drawbridge/bridge/http1"
	"github.com/drawbridge-app/drawbridge/bridge/relay"
	"github.com/drawbridge-app/drawbridge/bridge/socks"
)

// established is the answer to CONNECT, sent when the upstream has said that
// the target is reached, and not before.
var established = []byte("HTTP/1.1 200 Connection established\r\n\r\n")

// connect serves a CONNECT request, whose head is n bytes (RFC 9110 §9.3.6).
func (c *client) connect(t http1.Target, n int) bool {
	req := &c.req
	if req.Chunked || req.Length > 0 {
		return c.refuse(refused(&http1.Error{Status: 400, Reason: "a body announced for CONNECT"}), n)
	}
	if c.bridge.isOwn(t.Host, t.Port) {
		return c.refuse(looped(t.Authority), n)
	}
	html := wantsHTML(req)
	target, w := net.JoinHostPort(string(t.Host), strconv.Itoa(t.Port)), c.plan.way(t.Host, t.Port)
	c.in.take(n)
	conn, w, err := c.dial(Connect, w, target)
	if err != nil {
		return c.answerFailure(unreachable(err, w, target), html, false, false, 0)
	}
	if _, err := c.wire.Write(established); err != nil {
		c.outcome = byClient(err)
		relay.Reset(conn)
		return false
	}
	c.peer = relay.NewWire(conn)
	return false
}

// socks serves a SOCKS client, which takes the same routes as all others.
func (c *client) socks() {
	p := c.plan
	if p.HTTPOnly {
		c.failed(&failure{status: 403, stage: AtClient, cause: "a SOCKS client, and the settings let in none"})
		return
	}
	var auth func(user, password string) bool
	if p.guard != nil {
		auth = p.guard.admits
	}
	c.patience(p.Timeouts.Header)
	req, err := socks.Accept(struct {
		io.Reader
		io.Writer
	}{&c.in, c.conn}, auth)
	if err != nil {
		c.failed(&failure{status: 400, stage: AtClient, cause: err.Error()})
		if errors.Is(err, io.ErrUnexpectedEOF) { // it asked for nothing
			c.outcome = byClient(err)
		}
		return
	}
	host, port, err := net.SplitHostPort(req.Target)
	number, _ := strconv.Atoi(port)
	if err != nil || c.bridge.isOwn([]byte(host), number) {
		c.failed(looped([]byte(req.Target)))
		req.Reply(c.conn, socks.NotAllowed)
		return
	}
	w := p.way([]byte(host), number)
	conn, w, err := c.dial(SOCKS, w, req.Target)
	if err != nil {
		c.failed(unreachable(err, w, req.Target))
		req.Reply(c.conn, socks.ReplyFor(err))
		return
	}
	if err := req.Reply(c.conn, socks.Succeeded); err != nil {
		c.outcome = byClient(err)
		relay.Reset(conn)
		return
	}
	c.peer = relay.NewWire(conn)
}

// dial reaches the target of a tunnel along w, or along what a Chooser says
// instead, and returns the way that it took.
func (c *client) dial(k Kind, w way, target string) (net.Conn, way, error) {
	c.entry.place.Store(c.plan.to(w, target))
	c.entry.kind.Store(uint32(k))
	if c.plan.choice != nil && w == c.plan.through {
		return c.dialChosen(target)
	}
	conn, err := c.bridge.open(c.bridge.ctx, w, target)
	return conn, w, err
}

func (c *client) dialChosen(target string) (conn net.Conn, w way, err error) {
	host, port, _ := net.SplitHostPort(target)
	d, err := c.plan.ask(c.bridge, tunnelURL(host, port), host)
	if err != nil {
		return nil, c.plan.through, err
	}
	w, err = d.along(c.bridge, c.plan, func(w way) (err error) {
		c.entry.place.Store(c.plan.to(w, target))
		conn, err = c.bridge.open(c.bridge.ctx, w, target)
		return err
	})
	return conn, w, err
}

// switchProtocols passes on a 101, whose head is n bytes, with the target's own
// fields, and turns the exchange into a tunnel (RFC 9110 §7.8).
func (x *exchange) switchProtocols(n int) error {
	c, t := x.client, x.target
	if !x.upgrade || !x.res.Upgrade {
		return &http1.Error{Status: 502, Reason: "101 Switching Protocols, which nobody asked for"}
	}
	if !x.waitUpload() {
		return x.upErr
	}
	x.out = appendResponse(x.out[:0], &x.res, &responseEdit{upgrade: true, via: x.via()})
	x.begun = true
	if err := x.write(x.out); err != nil {
		return err
	}
	x.back.take(n)
	c.early = bytes.Clone(x.back.bytes())
	x.back.release()
	c.target, c.peer = nil, t.wire
	c.entry.kind.Store(uint32(Upgrade))
	c.bridge.pool.release(t)
	return nil
}

// tunnel hands the client and its peer to the pump, which relays between them
// until both have finished, in goroutines of its own: their stacks are small,
// and the client's memory is no longer needed. What either side said already
// goes first.
func (c *client) tunnel() {
	b, e, log := c.bridge, c.entry, c.plan.Log
	b.live.tunnelled.Add(1)
	c.forever()
	e.use(c.peer)
	up := relay.Side{Wire: c.wire, Early: bytes.Clone(c.in.bytes()), Moved: &e.up}
	down := relay.Side{Wire: c.peer, Early: c.early, Moved: &e.down}
	c.handed = true
	b.running.Add(1)
	b.pump.Start(up, down, func(err error) {
		defer b.running.Done()
		if log.Enabled(context.Background(), slog.LevelDebug) {
			logTunnel(log, e, err)
		}
		b.leave(e, e.tunnelled(err))
	})
}

func logTunnel(log *slog.Logger, e *entry, err error) {
	end := "both sides finished"
	if err != nil {
		end = err.Error()
	}
	p := e.place.Load()
	log.Debug("tunnel", "id", e.id, "client", e.client.RemoteAddr().String(), "kind", Kind(e.kind.Load()),
		"target", p.target, "via", p.way.upstream.Name(), "up", e.up.Load(), "down", e.down.Load(), "took", time.Since(e.since), "end", end)
}
