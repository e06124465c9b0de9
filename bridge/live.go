package bridge

import (
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/drawbridge-app/drawbridge/bridge/program"
	"github.com/drawbridge-app/drawbridge/bridge/relay"
)

// Kind is what a client's connection is used for.
type Kind uint32

// A connection begins as Idle: nothing was asked yet, or nothing since the
// last answer.
const (
	Idle    Kind = iota
	HTTP         // an exchange
	Connect      // a tunnel by CONNECT
	Upgrade      // a tunnel by 101 Switching Protocols
	SOCKS        // a tunnel by a SOCKS request
)

var kindNames = [...]string{"idle", "http", "connect", "upgrade", "socks"}

func (k Kind) String() string { return kindNames[k] }

// MarshalText makes JSON show the name.
func (k Kind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

func (k Kind) tunnel() bool { return k >= Connect }

// Connection is one client's connection, as it was when it was looked at.
type Connection struct {
	ID     uint64    `json:"id"` // unique in the life of a Bridge, rising
	Kind   Kind      `json:"kind"`
	Client string    `json:"client"`           // the client's address
	Listen string    `json:"listen"`           // the address of ours that it came to
	Target string    `json:"target,omitempty"` // host:port; empty before the first request
	Route  Route     `json:"route,omitempty"`  // how it gets there; empty before the first request
	Rule   string    `json:"rule,omitempty"`   // the pattern of Config.Bypass that made it go directly; empty: none
	Via    string    `json:"via,omitempty"`    // the upstream's name
	Up     int64     `json:"up"`               // bytes from client to target, heads included
	Down   int64     `json:"down"`             // bytes from target to client
	Since  time.Time `json:"since"`

	// Of a connection that has ended, see [Bridge.Recent].
	Ended time.Time `json:"ended,omitzero"`
	End   End       `json:"end,omitempty"`
	Cause string    `json:"cause,omitempty"` // in words; empty where End says it all
}

// Socket is the connection's far end, as the client's program holds it: what a
// [program.Finder] finds that program by.
func (c *Connection) Socket() program.Socket {
	return program.Socket{ID: c.ID, Local: c.Client, Remote: c.Listen}
}

func (c *Connection) set(p *place) {
	c.Target, c.Via, c.Route, c.Rule = p.target, p.way.upstream.Name(), p.way.route(), p.way.rule
}

// Stats are the sums over a Bridge's life, and what is open now.
type Stats struct {
	Clients   int    `json:"clients"` // connections open now
	Tunnels   int    `json:"tunnels"` // of them, those that are tunnels
	Up        int64  `json:"up"`      // bytes from clients to targets
	Down      int64  `json:"down"`    // bytes from targets to clients
	Exchanges uint64 `json:"exchanges"`
	Tunnelled uint64 `json:"tunnelled"` // tunnels opened
	Failures  uint64 `json:"failures"`  // requests that were answered by the bridge itself
}

// live is the list of the clients' connections.
type live struct {
	mu     sync.Mutex
	ring   entry // the list's both ends
	last   uint64
	count  int
	gone   struct{ up, down int64 } // of the connections that have ended
	recent recent

	exchanges, tunnelled, failures atomic.Uint64
}

// An entry is one connection. Its owner changes the atomics as it goes.
type entry struct {
	prev, next *entry

	id     uint64
	client *net.TCPConn
	since  time.Time

	kind     atomic.Uint32
	place    atomic.Pointer[place] // of the last request, while Idle, too
	up, down atomic.Int64

	mu    sync.Mutex
	other *relay.Wire // the target's end, while an exchange or a tunnel uses it
	why   *End        // both ends were cut, for this reason; nil: they were not. Idle tunnels pay for each byte here

	// Of the sweeper alone, after add.
	moved   int64
	movedAt time.Duration // after since
}

// A place is where a request goes; immutable. The way is shared by all that go it.
type place struct {
	target string
	way    *way
}

// rest says that the connection is between two requests.
func (e *entry) rest() {
	e.kind.Store(uint32(Idle))
}

// goal is where the request goes that is under way; nil if there is none.
func (e *entry) goal() *place {
	if Kind(e.kind.Load()) == Idle {
		return nil
	}
	return e.place.Load()
}

func (l *live) init() { l.ring.prev, l.ring.next = &l.ring, &l.ring }

func (l *live) add(client *net.TCPConn) *entry {
	e := &entry{client: client, since: time.Now()}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last++
	l.count++
	e.id = l.last
	e.prev, e.next = l.ring.prev, &l.ring
	e.prev.next, e.next.prev = e, e
	return e
}

func (l *live) remove(e *entry, o outcome) {
	last, worth := e.end(o)
	l.mu.Lock()
	defer l.mu.Unlock()
	if worth {
		l.recent.add(last)
	}
	l.count--
	l.gone.up += e.up.Load()
	l.gone.down += e.down.Load()
	e.prev.next, e.next.prev = e.next, e.prev
}

// each calls f for every entry, oldest first, until it says false.
func (l *live) each(f func(*entry) bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for e := l.ring.next; e != &l.ring && f(e); e = e.next {
	}
}

// use makes w the other end, which is cut with the client's: at once, if that is
// cut already. Nil says that the last one may be somebody else's from now on.
func (e *entry) use(w *relay.Wire) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.other = w
	if e.why != nil && w != nil {
		relay.Reset(w.Conn)
	}
}

// cut resets both ends; the connection's owner notices and tidies up.
func (e *entry) cut(why End) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.why == nil {
		e.why = &why
	}
	relay.Reset(e.client)
	if e.other != nil {
		relay.Reset(e.other.Conn)
	}
}

func (e *entry) state() (inUse, isCut bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.other != nil, e.why != nil
}

func (e *entry) whyCut() End {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.why == nil {
		return ""
	}
	return *e.why
}

func (l *live) closeAll() {
	l.each(func(e *entry) bool { e.cut(EndClosed); return true })
}

// leftFor is how long an exchange goes on, without a byte, for a client that has
// closed its side. That may be a half-close by one that still reads, but most
// have gone; if they have, nothing short of writing to them would show it.
const leftFor = time.Minute

// sweep cuts what has come to nothing: tunnels through which no byte has moved
// for idle (zero: none), and exchanges whose client has gone.
func (l *live) sweep(now time.Time, idle time.Duration) {
	l.each(func(e *entry) bool {
		kind, moved := Kind(e.kind.Load()), e.up.Load()+e.down.Load()
		inUse, _ := e.state()
		age := now.Sub(e.since)
		if moved != e.moved || !inUse { // until then nothing could move
			e.moved, e.movedAt = moved, age
		}
		silent := age - e.movedAt
		switch {
		case kind.tunnel():
			if idle > 0 && silent >= idle {
				e.cut(EndIdle)
			}
		case kind == HTTP && silent > 0:
			if ended, reset := relay.Look(e.client); reset || ended && silent >= leftFor {
				e.cut(EndLeft)
			}
		}
		return true
	})
}

func (e *entry) connection() Connection {
	c := Connection{
		ID: e.id, Kind: Kind(e.kind.Load()), Client: e.client.RemoteAddr().String(), Listen: e.client.LocalAddr().String(),
		Up: e.up.Load(), Down: e.down.Load(), Since: e.since,
	}
	if p := e.goal(); p != nil {
		c.set(p)
	}
	return c
}

// Live lists the clients' connections, oldest first.
func (b *Bridge) Live() []Connection {
	var cs []Connection
	b.live.each(func(e *entry) bool { cs = append(cs, e.connection()); return true })
	return cs
}

// Cut resets both ends of a connection; false when it has ended already.
func (b *Bridge) Cut(id uint64) bool {
	var found *entry
	b.live.each(func(e *entry) bool {
		if e.id == id {
			found = e
		}
		return found == nil
	})
	if found != nil {
		found.cut(EndCut)
	}
	return found != nil
}

// Stats returns the sums. It visits every open connection.
func (b *Bridge) Stats() Stats {
	l := &b.live
	s := Stats{Exchanges: l.exchanges.Load(), Tunnelled: l.tunnelled.Load(), Failures: l.failures.Load()}
	l.mu.Lock() // throughout: a connection that ends is either open or gone
	defer l.mu.Unlock()
	s.Clients, s.Up, s.Down = l.count, l.gone.up, l.gone.down
	for e := l.ring.next; e != &l.ring; e = e.next {
		if Kind(e.kind.Load()).tunnel() {
			s.Tunnels++
		}
		s.Up += e.up.Load()
		s.Down += e.down.Load()
	}
	return s
}
