package bridge

import (
	"fmt"
	"net"
	"strconv"

	"github.com/drawbridge-app/drawbridge/bridge/http1"
)

// edit decides what becomes of the head of a request in absolute-form, whose
// remaining Max-Forwards is hops.
func (c *client) edit(t *http1.Target, hops int64) (requestEdit, *failure) {
	req := &c.req
	e := requestEdit{authority: t.Authority, path: t.Path, hops: hops - 1, upgrade: req.Upgrade && req.Minor == 1}
	if !http1.Is(t.Scheme, "http") && !http1.Is(t.Scheme, "ws") {
		return e, &failure{status: 501, stage: AtClient, token: "http_request_error",
			cause: fmt.Sprintf("a URL of scheme %s cannot be fetched for a program, only http", http1.Quote(t.Scheme)),
			next:  "Programs reach https through a proxy by CONNECT; check the program's proxy settings."}
	}
	if c.bridge.isOwn(t.Host, t.Port) || c.plan.Via && passedBy(req, c.bridge.name) {
		return e, looped(t.Authority)
	}
	switch {
	case len(t.Path) == 0 && string(req.Method) == "OPTIONS":
		e.path = []byte("*") // RFC 9112 §3.2.4
	case len(t.Path) == 0:
		e.path = []byte("/")
	case t.Path[0] == '?':
		e.path = append([]byte("/"), t.Path...)
	}
	if c.plan.Via {
		e.via = c.bridge.name
	}
	if c.plan.ForwardedFor {
		e.client, _, _ = net.SplitHostPort(c.conn.RemoteAddr().String())
	}
	return e, nil
}

// maxForwards returns how often the request may still be forwarded. Only
// OPTIONS and TRACE are bounded (RFC 9110 §7.6.2); everything else, and they
// without the field, have no bound: -1.
func maxForwards(req *http1.Request) (int64, error) {
	if m := string(req.Method); m != "OPTIONS" && m != "TRACE" {
		return -1, nil
	}
	value := req.Get("max-forwards")
	if value == nil {
		return -1, nil
	}
	n, err := strconv.ParseUint(string(value), 10, 31)
	if err != nil {
		return 0, &http1.Error{Status: 400, Reason: "not a Max-Forwards: " + http1.Quote(value)}
	}
	return int64(n), nil
}

// passedBy reports whether a Via field says that the request was here before.
func passedBy(req *http1.Request, name string) bool {
	for e := range req.All("via") {
		if len(e) > len(name) && string(e[len(e)-len(name):]) == name {
			return true
		}
	}
	return false
}

func looped(authority []byte) *failure {
	return &failure{status: 508, stage: AtClient, token: "proxy_loop_detected",
		cause: "the target " + http1.Quote(authority) + " is this bridge itself",
		next:  "Name another target: a bridge that fetches from itself would go round for ever."}
}
