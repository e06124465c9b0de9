package bridge

import (
	"bytes"
	"context"
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
const established = "HTTP/1.1 200 Connection established\r\n\r\n"

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
	target := net.JoinHostPort(string(t.Host), strconv.Itoa(t.Port))
	c.in.take(n)
	conn, err := c.dial(Connect, target)
	if err != nil {
		return c.answerFailure(unreachable(err, c.plan), html, false, false, 0)
	}
	if _, err := io.WriteString(c.conn, established); err != nil {
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
		c.bridge.live.failures.Add(1)
		p.Log.Debug("request failed", "id", c.entry.id, "client", c.conn.RemoteAddr().String(), "stage", AtClient, "cause", err)
		return
	}
	host, port, err := net.SplitHostPort(req.Target)
	number, _ := strconv.Atoi(port)
	if err != nil || c.bridge.isOwn([]byte(host), number) {
		c.bridge.live.failures.Add(1)
		req.Reply(c.conn, socks.NotAllowed)
		return
	}
	conn, err := c.dial(SOCKS, req.Target)
	if err != nil {
		c.bridge.live.failures.Add(1)
		p.Log.Debug("request failed", "id", c.entry.id, "client", c.conn.RemoteAddr().String(), "target", req.Target, "cause", err)
		req.Reply(c.conn, socks.ReplyFor(err))
		return
	}
	if err := req.Reply(c.conn, socks.Succeeded); err != nil {
		relay.Reset(conn)
		return
	}
	c.peer = relay.NewWire(conn)
}

// dial reaches the target of a tunnel through the upstream.
func (c *client) dial(k Kind, target string) (net.Conn, error) {
	u := c.plan.upstream
	c.entry.place.Store(&place{target, u.Name()})
	c.entry.kind.Store(uint32(k))
	return u.DialContext(c.bridge.ctx, "tcp", target)
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
	c.bridge.pool.release(t)
	return nil
}

// tunnel relays between the client and its peer until both have finished. What
// either side said already goes first.
func (c *client) tunnel() {
	b, e := c.bridge, c.entry
	b.live.tunnelled.Add(1)
	c.forever()
	e.busy.Store(c.peer)
	if Kind(e.kind.Load()) == Idle {
		e.kind.Store(uint32(Upgrade))
	}
	up := relay.Side{Wire: c.wire, Early: bytes.Clone(c.in.bytes()), Moved: &e.up}
	down := relay.Side{Wire: c.peer, Early: c.early, Moved: &e.down}
	log := c.plan.Log
	c.early = nil
	c.release()
	if b.ctx.Err() != nil {
		e.cut() // closed meanwhile: closeAll has not seen the peer
	}
	err := b.pump.Tunnel(up, down)
	if log.Enabled(context.Background(), slog.LevelDebug) {
		logTunnel(log, e, err)
	}
}

func logTunnel(log *slog.Logger, e *entry, err error) {
	end := "both sides finished"
	if err != nil {
		end = err.Error()
	}
	p := e.place.Load()
	log.Debug("tunnel", "id", e.id, "client", e.client.RemoteAddr().String(), "kind", Kind(e.kind.Load()),
		"target", p.target, "via", p.via, "up", e.up.Load(), "down", e.down.Load(), "took", time.Since(e.since), "end", end)
}
