package bridge

import (
	"errors"
	"net"
	"time"

	"github.com/drawbridge-app/drawbridge/bridge/relay"
)

// End is how a connection ended.
type End string

// The ends. Which of two peers was first is known only as far as it showed here.
const (
	EndFinished End = "finished" // in order: by both sides of a tunnel, or after an answer that was complete
	EndClient   End = "client"   // the client reset it, or left in the middle
	EndTarget   End = "target"   // the target or the upstream reset it, or broke off in the middle
	EndCut      End = "cut"      // by Bridge.Cut
	EndIdle     End = "idle"     // nothing moved for as long as the Timeouts allow
	EndLeft     End = "left"     // it was cut since its client had gone, while the target was still silent
	EndClosed   End = "closed"   // by Bridge.Close
	EndFailed   End = "failed"   // its last request failed, and the bridge told the client why
)

// recentConnections is how many connections that have ended are remembered.
const recentConnections = 64

// An outcome is an End with its cause in words, where the End does not say it all.
type outcome struct {
	end   End
	cause string
}

// byClient and byTarget are the outcomes of an error on that side.
func byClient(err error) outcome { return outcome{EndClient, cause(err)} }
func byTarget(err error) outcome { return outcome{EndTarget, cause(err)} }

// tunnelled is how a tunnel between e's client and its target ended, by the error
// that cut it.
func (e *entry) tunnelled(err error) outcome {
	if err == nil {
		return outcome{end: EndFinished}
	}
	if r, ok := errors.AsType[*relay.Error](err); ok && r.Conn == e.client {
		return byClient(r.Err)
	}
	return byTarget(cutBy(err))
}

// ended is an entry's last state. It keeps nothing of the entry alive.
type ended struct {
	Connection
	client, at net.Addr // what Connection has as text: most are never looked at
}

// recent remembers the connections that ended last.
type recent struct {
	ring [recentConnections]ended
	n    uint64 // remembered so far; the newest is ring[(n-1)%recentConnections]
}

func (r *recent) add(e ended) {
	r.ring[r.n%recentConnections] = e
	r.n++
}

// end makes what is remembered of e, if anything: a connection that asked for no
// target and was refused nothing leaves no trace.
func (e *entry) end(o outcome) (last ended, worth bool) {
	if why := e.whyCut(); why != "" {
		o = outcome{end: why}
	}
	p := e.place.Load()
	if p == nil && o.end != EndFailed {
		return ended{}, false
	}
	c := Connection{ID: e.id, Kind: Kind(e.kind.Load()), Up: e.up.Load(), Down: e.down.Load(), Since: e.since,
		Ended: time.Now(), End: o.end, Cause: o.cause}
	if p != nil {
		c.set(p)
		if c.Kind == Idle { // as it is between exchanges
			c.Kind = HTTP
		}
	}
	return ended{c, e.client.RemoteAddr(), e.client.LocalAddr()}, true
}

// Recent lists the connections that ended last, at most 64, newest first. Those
// that never asked for anything are not among them. One that served several
// exchanges shows the last one's target.
func (b *Bridge) Recent() []Connection {
	l := &b.live
	l.mu.Lock()
	defer l.mu.Unlock()
	r := &l.recent
	cs := make([]Connection, 0, min(r.n, recentConnections))
	for i := range uint64(cap(cs)) {
		e := &r.ring[(r.n-1-i)%recentConnections]
		c := e.Connection
		c.Client, c.Listen = e.client.String(), e.at.String()
		cs = append(cs, c)
	}
	return cs
}
