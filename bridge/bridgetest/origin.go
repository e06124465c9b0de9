package bridgetest

import (
	"net"
	"testing"
)

// Origin is a server at the far end.
type Origin struct {
	Addr   string
	server *server
}

// StartOrigin starts a server that handles each connection, a *net.TCPConn, in a
// goroutine of its own and closes it afterwards. It ends with the test: open
// connections are closed, and the handlers are waited for.
func StartOrigin(t testing.TB, handle func(conn net.Conn)) *Origin {
	t.Helper()
	s := mustListen(t)
	s.start(func(conn *net.TCPConn, _ int) { handle(conn) })
	return &Origin{Addr: s.addr(), server: s}
}

// Port returns the port alone, as text.
func (o *Origin) Port() string {
	_, port, _ := net.SplitHostPort(o.Addr)
	return port
}

// Accepted returns how many connections there have been.
func (o *Origin) Accepted() int { n, _, _ := o.server.counts(); return n }

// Open returns how many connections there are.
func (o *Origin) Open() int { _, n, _ := o.server.counts(); return n }

// Peak returns the highest number that were open at once.
func (o *Origin) Peak() int { _, _, n := o.server.counts(); return n }

// Cut closes every connection that is open now. The server goes on.
func (o *Origin) Cut() { o.server.cut() }

// Stop closes the server before the test ends: later dials are refused.
func (o *Origin) Stop() { o.server.close() }
