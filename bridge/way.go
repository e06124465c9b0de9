package bridge

import (
	"context"
	"fmt"
	"net"
	"os"

	"github.com/drawbridge-app/drawbridge/bridge/upstream"
)

// Route is what was decided about a request.
type Route string

// The routes.
const (
	ByUpstream Route = "upstream"
	Direct     Route = "direct" // from this machine to the target, which a rule says or an upstream that is no endpoint
)

// A way is a decided route: what dials, and the rule that chose it. Ways are
// comparable; connections to targets are shared along equal ones only.
type way struct {
	upstream *upstream.Upstream
	rule     string // empty: none, so it goes where everything goes
	chosen   bool   // by Config.Chooser
}

// way decides about a request for host and port. Apply left the bypass out where
// it would change nothing. Where a Chooser has to be asked, it is p.through.
func (p *plan) way(host []byte, port int) way {
	if p.bypass != nil {
		if rule, ok := p.bypass.Match(string(host), uint16(port)); ok {
			return way{upstream: p.direct, rule: rule}
		}
	}
	return p.through
}

func (w way) route() Route {
	if w.upstream.Direct() {
		return Direct
	}
	return ByUpstream
}

// to is the place that a request for target, host:port, goes to by w.
func (p *plan) to(w way, target string) *place {
	if w == p.through {
		return &place{target, &p.through}
	}
	return &place{target, &w}
}

// hop is the next hop towards target.
func (w way) hop(target string) string {
	if w.upstream.Direct() {
		return target
	}
	return w.upstream.Address()
}

// errOwn is a way that leads back. That it is a kind of refusal makes SOCKS
// clients hear of one.
var errOwn = fmt.Errorf("the target is this bridge itself: %w", os.ErrPermission)

// open connects to target along w. Names of direct targets are looked up on the
// way and may turn out to be this bridge itself, which is errOwn.
func (b *Bridge) open(ctx context.Context, w way, target string) (net.Conn, error) {
	conn, err := w.upstream.DialContext(ctx, "tcp", target)
	if err != nil || !w.upstream.Direct() {
		return conn, err
	}
	if at, ok := conn.RemoteAddr().(*net.TCPAddr); ok && b.listensAt(at.AddrPort()) {
		conn.Close()
		return nil, errOwn
	}
	return conn, nil
}
