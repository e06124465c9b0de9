package bridge

import (
	"bytes"
	"io"

	"github.com/drawbridge-app/drawbridge/bridge/http1"
	"github.com/drawbridge-app/drawbridge/bridge/relay"
)

var (
	methodHEAD  = []byte("HEAD")
	methodOther = []byte("GET")
)

// maxInterim bounds the interim responses to one request.
const maxInterim = 100

// answered passes on the response, and the interim ones before it. An error
// is a *relay.Error if the client was to blame ("write").
func (x *exchange) answered() (keep bool, err error) {
	for range maxInterim {
		n, err := x.readHead()
		if err != nil {
			return false, err
		}
		if x.res.Status == 101 {
			return false, x.switchProtocols(n)
		}
		if !x.res.Interim() {
			return x.respond(n)
		}
		if !x.old { // HTTP/1.0 has none (RFC 9110 §15.2)
			x.out = appendResponse(x.out[:0], &x.res, &responseEdit{via: x.via()})
			if err := x.write(x.out); err != nil {
				return false, err
			}
			x.expect = x.expect && x.res.Status != 100
		}
		x.back.take(n)
	}
	return false, &http1.Error{Status: 502, Reason: "interim responses without end"}
}

// readHead waits for a response's head and parses it; n is its length.
func (x *exchange) readHead() (n int, err error) {
	x.resHead.Reset()
	x.resHead.Limits = http1.Limits{Bytes: x.plan.Limits.HeadBytes, Fields: x.plan.Limits.HeadFields}
	for {
		if n, err = x.resHead.Scan(x.back.bytes()); err != nil {
			return 0, err
		}
		if n > 0 {
			return n, x.res.Parse(&x.resHead, x.back.bytes())
		}
		had := x.back.len()
		if err := x.back.fill(); err == io.EOF && had > 0 {
			return 0, io.ErrUnexpectedEOF
		} else if err != nil {
			return 0, err
		}
	}
}

func (x *exchange) via() string {
	if x.plan.Via {
		return x.bridge.name
	}
	return ""
}

func (x *exchange) write(p []byte) error {
	n, err := x.wire.Write(p)
	x.entry.down.Add(int64(n))
	if err != nil {
		return &relay.Error{Op: "write", Err: err}
	}
	return nil
}

// respond passes on the final response, whose head is n bytes, and settles what
// becomes of both connections.
func (x *exchange) respond(n int) (keep bool, err error) {
	method := methodOther
	if x.head {
		method = methodHEAD
	}
	res := &x.res
	down := body{pump: &x.bridge.pump, in: &x.back, dst: x.wire, framing: res.Framing(method), moved: &x.entry.down}
	decode := x.old && down.framing.Kind == http1.ByChunks
	x.unframed = decode || down.framing.Kind == http1.UntilClose
	reuse := res.Persistent() && !x.unframed
	keep = x.keep && !x.unframed
	uploading, failed := x.upload()
	if failed && failedTo("read", x.upErr) && !malformed(x.upErr) {
		x.outcome = byClient(cutBy(x.upErr))
	}
	if failed || uploading && (!res.Persistent() || x.expect && x.entry.up.Load() == x.headUp) {
		// The rest of the body is not wanted, or will never come.
		keep, reuse = false, false
	}
	edit := responseEdit{
		upgrade: res.Upgrade && (x.upgrade || res.Status == 426),
		decode:  decode, close: !keep && !x.old, keepAlive: keep && x.old, via: x.via(),
	}
	if err := x.writeHead(n, &edit, &down, reuse); err != nil {
		return false, err
	}
	if decode {
		err = down.decode()
	} else if !down.complete() {
		err = down.pass()
	}
	if err != nil {
		return false, err
	}
	if !reuse && !keep {
		x.stopUpload()
	}
	sent := x.waitUpload()
	x.linger = !sent || x.keep && !keep
	if reuse && sent && x.back.len() == 0 {
		x.put()
	} else {
		x.drop()
	}
	return keep && sent, nil
}

// writeHead writes the head and what has come of the body in one piece, from
// where it lies if it is to stay as it is.
func (x *exchange) writeHead(n int, edit *responseEdit, down *body, reuse bool) error {
	head := x.back.bytes()[:n]
	raw := unedited(&x.res, edit)
	if !raw {
		x.out = appendResponse(x.out[:0], &x.res, edit)
	}
	x.back.skip(n)
	var p []byte
	var bad error
	if !edit.decode {
		p, _, bad = down.held()
	}
	out := x.out
	if raw {
		out = head[:n+len(p)] // the body lies right behind the head
	} else {
		out = append(out, p...)
		x.out = out
	}
	if reuse && bad == nil && x.whole && down.complete() && x.back.len() == len(p) {
		// Before the write, since its reader's next request may come at once, by
		// another connection, and shall find this one free.
		x.put()
	}
	x.begun = true
	err := x.write(out)
	x.back.take(len(p))
	if err == nil {
		err = bad
	}
	return err
}

// lastHop answers a request that must not be forwarded any further (RFC 9110
// §7.6.2): the last recipient of TRACE sends back what it got.
func (c *client) lastHop(n int) bool {
	req := &c.req
	if string(req.Method) == "OPTIONS" {
		return c.answer(answer{status: 200, fields: allow}, false, c.keeps(), n)
	}
	var echo bytes.Buffer
	echo.Write(req.Method)
	echo.WriteByte(' ')
	echo.Write(req.Target)
	echo.WriteString(" HTTP/1.")
	echo.WriteByte(byte('0' + req.Minor))
	echo.WriteString("\r\n")
	for i := range req.Fields {
		// §9.3.8: what may hold secrets is left out.
		if f := &req.Fields[i]; f.Kind != http1.ProxyAuthorization && !http1.Is(f.Name, "authorization") && !http1.Is(f.Name, "cookie") {
			echo.Write(f.Line)
		}
	}
	echo.WriteString("\r\n")
	return c.answer(answer{status: 200, kind: "message/http", body: echo.String()}, false, c.keeps(), n)
}
