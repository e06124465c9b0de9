package bridge

import (
	"time"

	"github.com/drawbridge-app/drawbridge/bridge/upstream"
)

// sweepEvery is how often what only time reveals is looked for.
const sweepEvery = time.Second

// sweep looks for idle connections that have grown old or died, silent tunnels,
// clients that left while they waited, and an upstream that broke or came back.
func (b *Bridge) sweep() {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	var w weather
	for {
		select {
		case <-b.ctx.Done():
			return
		case now := <-tick.C:
			p := b.plan.Load()
			b.pool.sweep(now)
			b.live.sweep(now, p.Timeouts.TunnelIdle)
			w.look(p)
		}
	}
}

// weather remembers how the upstream was, so that only changes are logged.
type weather struct {
	of  *upstream.Upstream
	bad bool
}

func (w *weather) look(p *plan) {
	if w.of != p.upstream {
		*w = weather{of: p.upstream}
	}
	h := p.upstream.Health()
	if w.bad == !h.OK() {
		return
	}
	if w.bad = !w.bad; w.bad {
		p.Log.Info("upstream does not answer", "upstream", p.upstream.Name(), "cause", reason(h.LastError))
	} else {
		p.Log.Info("upstream answers again", "upstream", p.upstream.Name())
	}
}
