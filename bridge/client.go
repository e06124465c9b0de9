package bridge

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"runtime/debug"
	"sync"
	"time"

	"github.com/drawbridge-app/drawbridge/bridge/http1"
	"github.com/drawbridge-app/drawbridge/bridge/relay"
)

// A client is one connection to the listener, served by one goroutine.
type client struct {
	bridge *Bridge
	conn   *net.TCPConn
	wire   *relay.Wire
	in     inbox
	entry  *entry
	*work

	plan    *plan
	host    *host     // of the last exchange: the next one is likely to go there too
	decided *plan     // what chose the way to host
	target  *target   // in use by an exchange
	until   time.Time // the read deadline that is set; zero: none
	linger  bool      // the client may still send what we do not want any more
	outcome outcome   // of the connection, as far as the last request tells; zero: finished

	// Once a tunnel is agreed on: its other end, and what that said already.
	peer   *relay.Wire
	early  []byte
	handed bool // the pump has both connections, and closes them
}

// work is the memory that reading and writing heads takes. A tunnel needs none.
type work struct {
	head     http1.Scanner
	req      http1.Request
	resHead  http1.Scanner
	res      http1.Response
	out      []byte
	exchange exchange
}

var works = sync.Pool{New: func() any { return new(work) }}

// release gives the memory back. It may be called twice.
func (c *client) release() {
	c.in.release()
	if c.work == nil {
		return
	}
	const most = 128 << 10 // larger ones were an exception and go to the collector
	if cap(c.out) <= most {
		c.exchange = exchange{}
		works.Put(c.work)
	}
	c.work = nil
}

// serve runs a client to its end. A panic ends this client only.
func (b *Bridge) serve(conn *net.TCPConn) {
	c := &client{bridge: b, conn: conn, wire: relay.NewWire(conn), plan: b.plan.Load(), work: works.Get().(*work)}
	c.in.wire = c.wire
	c.entry = b.live.add(conn)
	defer c.end()
	if b.ctx.Err() != nil {
		return // closed between accept and add: closeAll has not seen us
	}
	c.patience(c.plan.Timeouts.Idle)
	if c.in.fill() != nil {
		return
	}
	c.plan = b.plan.Load() // the wait may have been long
	switch c.in.bytes()[0] {
	case 4, 5:
		c.socks()
	case 22: // a TLS handshake record
		c.refuse(secured(), -1)
	default:
		for c.request() {
		}
	}
	if c.peer != nil {
		c.tunnel()
	}
}

// end tidies up behind serve.
func (c *client) end() {
	p := recover()
	if p != nil {
		c.plan.Log.Error("a connection ended in a panic", "id", c.entry.id, "panic", p, "stack", string(debug.Stack()))
		c.outcome = outcome{EndFailed, "a fault in the bridge itself, which the log has"}
	}
	if c.target != nil {
		c.bridge.pool.drop(c.target)
	}
	if p == nil { // otherwise an upload may still use it
		c.release()
	}
	if c.handed {
		return
	}
	if c.peer != nil {
		c.peer.Conn.Close()
	}
	if c.linger {
		c.drain()
	}
	c.conn.Close()
	if c.outcome.end == "" {
		c.outcome.end = EndFinished
	}
	c.bridge.leave(c.entry, c.outcome)
}

// leave signs a client off whose connection is closed.
func (b *Bridge) leave(e *entry, o outcome) {
	b.live.remove(e, o)
	b.gate.leave()
}

// drain lets the client read our last answer before the connection closes:
// closing with unread bytes sends a reset, which can overtake the answer.
func (c *client) drain() {
	const (
		longest = 2 * time.Second
		most    = 1 << 20
	)
	if c.conn.CloseWrite() != nil {
		return
	}
	c.conn.SetReadDeadline(time.Now().Add(longest))
	io.Copy(io.Discard, io.LimitReader(c.conn, most))
}

// patience sets how long the next reads may wait. A deadline that is already
// about there stays: setting one costs more than reading the clock.
func (c *client) patience(d time.Duration) {
	want := time.Now().Add(d)
	if off := want.Sub(c.until); off >= 0 && off < d/16 {
		return
	}
	c.until = want
	c.conn.SetReadDeadline(want)
}

// forever lets reads wait without bound.
func (c *client) forever() {
	if !c.until.IsZero() {
		c.until = time.Time{}
		c.conn.SetReadDeadline(c.until)
	}
}

// request reads one request and sees it through; false: it was the last one.
func (c *client) request() bool {
	n, err := c.readHead()
	if err == nil {
		err = c.req.Parse(&c.head, c.in.bytes())
	}
	if err != nil {
		return c.unreadable(err)
	}
	if f := c.plan.guard.check(&c.req); f != nil && !c.plan.servesPAC(c.req.Target) {
		return c.refuse(f, n)
	}
	c.outcome = outcome{}
	t, err := http1.ParseTarget(c.req.Method, c.req.Target)
	if err != nil {
		return c.refuse(refused(err), n)
	}
	switch t.Form {
	case http1.Authority:
		return c.connect(t, n)
	case http1.Absolute:
		return c.forward(t, n)
	}
	return c.own(t, n)
}

// readHead returns the length of the next request's head, which is then at the
// beginning of the inbox.
func (c *client) readHead() (int, error) {
	if c.in.len() == 0 {
		c.patience(c.plan.Timeouts.Idle)
		if err := c.in.fill(); err != nil {
			return 0, c.gone(err)
		}
	}
	c.plan = c.bridge.plan.Load() // only now: the wait may have been long
	c.head.Reset()
	c.head.Limits = http1.Limits{Bytes: c.plan.Limits.HeadBytes, Fields: c.plan.Limits.HeadFields}
	for waited := false; ; waited = true {
		if err := c.skipEmptyLines(); err != nil {
			return 0, err
		}
		n, err := c.head.Scan(c.in.bytes())
		if n > 0 || err != nil {
			return n, err
		}
		if !waited { // from the first byte on, however slowly the others come
			c.patience(c.plan.Timeouts.Header)
		}
		if err := c.in.fill(); err != nil {
			return 0, err
		}
	}
}

// errGone says that a client left when it owed nothing.
var errGone = errors.New("client gone")

// gone returns errGone for a client that was between two requests, and notes how
// it left; unless its last request failed, which says more.
func (c *client) gone(err error) error {
	switch {
	case c.outcome.end == EndFailed || err == io.EOF:
	case timeout(err):
		c.outcome = outcome{end: EndIdle}
	default:
		c.outcome = byClient(err)
	}
	return errGone
}

// skipEmptyLines skips what some clients send behind a body (RFC 9112 §2.2).
func (c *client) skipEmptyLines() error {
	for {
		p := c.in.bytes()
		if len(p) < 2 || p[0] != '\r' || p[1] != '\n' {
			return nil
		}
		if c.in.take(2); c.in.len() == 0 {
			if err := c.in.fill(); err != nil {
				return c.gone(err)
			}
		}
	}
}

// unreadable ends a connection on which no request could be read.
func (c *client) unreadable(err error) bool {
	var bad *http1.Error
	switch {
	case errors.As(err, &bad):
		return c.refuse(refused(err), -1)
	case timeout(err):
		return c.refuse(&failure{status: 408, stage: AtClient, token: "connection_read_timeout",
			cause: "the request was not complete within " + c.plan.Timeouts.Header.String(),
			next:  "Try again; the program may be too slow for timeouts.header."}, -1)
	case err != errGone:
		c.outcome = byClient(err)
	}
	return false
}

// refuse answers a request that goes nowhere. Its head is n bytes long, or
// unknown if negative. A body that may follow is not read: then the connection
// ends, too.
func (c *client) refuse(f *failure, n int) bool {
	req := &c.req
	if n < 0 {
		c.req = http1.Request{Message: http1.Message{Fields: c.req.Fields[:0]}}
	}
	keep := n > 0 && req.Persistent() && req.Framing().Kind == http1.NoBody && string(req.Method) != "CONNECT"
	return c.answerFailure(f, wantsHTML(req), string(req.Method) == "HEAD", keep, n)
}

// answerFailure sends the page that explains f, and takes n bytes of head.
func (c *client) answerFailure(f *failure, html, head, keep bool, n int) bool {
	c.failed(f)
	target := ""
	if p := c.entry.goal(); p != nil {
		target = p.target
	}
	return c.answer(f.page(html, target), head, keep, n)
}

// failed counts a request that did not get its answer from a target, and logs
// it: an ordinary event, and so for those who look for it only.
func (c *client) failed(f *failure) {
	c.bridge.live.failures.Add(1)
	p := c.entry.goal()
	if c.outcome.end != EndClient { // it has not left, but hears of this
		c.outcome = outcome{EndFailed, f.cause}
		c.bridge.noteFailure(f, p, c.entry)
	}
	if !c.plan.Log.Enabled(context.Background(), slog.LevelDebug) {
		return
	}
	attrs := []any{"id", c.entry.id, "client", c.conn.RemoteAddr().String()}
	if p != nil {
		attrs = append(attrs, "target", p.target, "via", p.way.upstream.Name())
	}
	c.plan.Log.Debug("request failed", append(attrs, "status", f.status, "stage", f.stage, "cause", f.cause)...)
}

// answer sends an answer of our own.
func (c *client) answer(a answer, head, keep bool, n int) bool {
	if keep && c.req.Minor == 0 {
		a.fields += "Connection: keep-alive\r\n"
	}
	c.out = a.append(c.out[:0], head, !keep)
	if n > 0 {
		c.in.take(n)
	}
	w, err := c.wire.Write(c.out)
	c.entry.down.Add(int64(w))
	c.linger = err == nil && !keep
	return keep && err == nil
}
