package bridge

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/drawbridge-app/drawbridge/bridge/program"
	"github.com/drawbridge-app/drawbridge/bridge/relay"
)

// A ListenError is an address that could not be bound.
type ListenError struct {
	Address string
	Err     error
	Holder  string // the program that holds the port, where the system tells
	Free    string // the next free address on the same IP, if one was found
}

func (e *ListenError) Error() string {
	why := cause(e.Err)
	if inUse(e.Err) {
		why = "address already in use" // in the same words on every system
	}
	text := "listen " + e.Address + ": " + why
	if e.Holder != "" {
		text += " (by " + e.Holder + ")"
	}
	if e.Free != "" {
		text += "; " + e.Free + " is free"
	}
	return text
}

func (e *ListenError) Unwrap() error { return e.Err }

// cause is the innermost text of an error of package net: what surrounds it
// says the address again.
func cause(err error) string {
	var op *net.OpError
	if errors.As(err, &op) {
		err = op
	}
	return relay.Cause(err).Error()
}

// A listener remembers what was asked for: ":0" stays what it was bound to.
type listener struct {
	*net.TCPListener
	asked string
	fresh bool // nobody accepts on it yet
}

func (l *listener) port() int { return l.Addr().(*net.TCPAddr).Port }

// Listen listens on a TCP address. An error is a [*ListenError]. Keep-alive
// probes between two programs on one machine can find nothing out, and setting
// them up costs four system calls a connection; so on loopback there are none.
func Listen(address string) (*net.TCPListener, error) {
	var lc net.ListenConfig
	lc.SetMultipathTCP(false) // which plain TCP clients pay for and never use
	if host, _, _ := net.SplitHostPort(address); loopback(host) {
		lc.KeepAlive = -1
	}
	l, err := lc.Listen(context.Background(), family(address), address)
	if err != nil {
		e := &ListenError{Address: address, Err: err}
		if inUse(err) {
			e.Holder, e.Free = program.Listening(address).String(), nextFree(address)
		}
		return nil, e
	}
	return l.(*net.TCPListener), nil
}

// family is the network to listen on. To package net, 0.0.0.0 is every address
// of IPv6, too; to people, and to [::1] beside it, it is not.
func family(address string) string {
	host, _, _ := net.SplitHostPort(address)
	if ip, err := netip.ParseAddr(host); err == nil && ip.Unmap().Is4() {
		return "tcp4"
	}
	return "tcp"
}

func (p *plan) bind(address string) (*listener, error) {
	l, err := p.Bind(address)
	if err != nil {
		return nil, err
	}
	return &listener{l, address, true}, nil
}

func loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}

// nextFree finds a port above the taken one.
func nextFree(address string) string {
	host, text, _ := net.SplitHostPort(address)
	port, _ := strconv.Atoi(text)
	for p := port + 1; p <= min(port+20, 65535); p++ {
		free := net.JoinHostPort(host, strconv.Itoa(p))
		if l, err := net.Listen(family(free), free); err == nil {
			l.Close()
			return free
		}
	}
	return ""
}

// rebind makes the listeners of a plan: those that are the same stay, new ones
// are bound before old ones are closed. Where the system refuses that, since
// the new address overlaps an old one's port, the old one goes first and comes
// back if the new one fails. The caller holds b.mu.
func (b *Bridge) rebind(next *plan) ([]*listener, error) {
	var made, kept, gone []*listener
	undo := func() {
		for _, l := range made {
			l.Close()
		}
		for _, l := range gone {
			if again, err := next.bind(l.Addr().String()); err == nil {
				again.asked = l.asked
				b.listeners[slices.Index(b.listeners, l)] = again
				b.serveListener(again)
			}
		}
	}
	for _, address := range next.Listen {
		same := func(l *listener) bool { return l.asked == address && !slices.Contains(kept, l) }
		if i := slices.IndexFunc(b.listeners, same); i >= 0 {
			kept = append(kept, b.listeners[i])
			continue
		}
		l, err := next.bind(address)
		for err != nil && inUse(err) {
			o := b.overlapped(address, next.Listen, gone)
			if o == nil {
				break
			}
			o.Close()
			gone = append(gone, o)
			l, err = next.bind(address)
		}
		if err != nil {
			undo()
			return nil, err
		}
		made = append(made, l)
	}
	return append(kept, made...), nil
}

// overlapped finds a listener that is not wanted any more and holds the port of
// address, if it is not among those that have gone.
func (b *Bridge) overlapped(address string, wanted []string, gone []*listener) *listener {
	_, port, _ := net.SplitHostPort(address)
	for _, l := range b.listeners {
		if strconv.Itoa(l.port()) == port && !slices.Contains(wanted, l.asked) && !slices.Contains(gone, l) {
			return l
		}
	}
	return nil
}

// serveOn makes ls the listeners: new ones begin to accept, those that are not
// among them are closed. The caller holds b.mu.
func (b *Bridge) serveOn(ls []*listener) {
	for _, l := range b.listeners {
		if !slices.Contains(ls, l) {
			l.Close()
		}
	}
	b.listeners = ls
	ports := make([]*net.TCPAddr, len(ls))
	for i, l := range ls {
		ports[i] = l.Addr().(*net.TCPAddr)
		b.serveListener(l)
	}
	b.own.Store(&ports)
}

func (b *Bridge) serveListener(l *listener) {
	if l.fresh {
		l.fresh = false
		b.running.Go(func() { b.accept(l) })
	}
}

// accept takes clients until the listener is closed. With as many clients as
// may be, the next one waits here, without taking a place from other listeners
// meanwhile, and those behind it in the system's queue; when the system has no
// descriptor left, what lies idle is given up and accepting pauses.
func (b *Bridge) accept(l *listener) {
	const least, most = 5 * time.Millisecond, time.Second
	pause := least
	for {
		conn, err := l.AcceptTCP()
		if err == nil {
			pause = least
			if !b.gate.enter() {
				conn.Close()
				return
			}
			b.running.Go(func() { b.serve(conn) })
			continue
		}
		if errors.Is(err, net.ErrClosed) || b.ctx.Err() != nil {
			return
		}
		if outOfDescriptors(err) {
			b.FreeIdle()
		}
		b.plan.Load().Log.Warn("accept failed", "listen", l.Addr().String(), "err", err, "pause", pause)
		select {
		case <-time.After(pause):
		case <-b.ctx.Done():
			return
		}
		pause = min(2*pause, most)
	}
}

// FreeIdle closes the connections that are only kept to save time: to targets, and to the endpoint. Call it when they
// may be dead without knowing it, as after a sleep. What is in use goes on.
func (b *Bridge) FreeIdle() {
	b.pool.closeIdle()
	p := b.plan.Load()
	p.upstream.FreeIdle()
	if p.choice != nil {
		p.choice.freeIdle()
	}
}

// isOwn reports whether host and port are this bridge's own listener, so that
// going there would go round in a loop.
func (b *Bridge) isOwn(host []byte, port int) bool {
	for _, a := range *b.own.Load() {
		if a.Port == port && meansHere(string(host), a) {
			return true
		}
	}
	return false
}

// listensAt is isOwn for where a connection has come out.
func (b *Bridge) listensAt(at netip.AddrPort) bool {
	for _, a := range *b.own.Load() {
		if a.Port == int(at.Port()) && isHere(at.Addr(), a) {
			return true
		}
	}
	return false
}

func meansHere(host string, listen *net.TCPAddr) bool {
	if strings.EqualFold(strings.TrimSuffix(host, "."), "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && isHere(ip, listen)
}

func isHere(ip netip.Addr, listen *net.TCPAddr) bool {
	ip = ip.Unmap()
	at := listen.AddrPort().Addr().Unmap()
	if ip.IsUnspecified() || ip == at || ip.IsLoopback() && at.IsUnspecified() {
		return true
	}
	return at.IsUnspecified() && isLocal(ip)
}

// isLocal reports whether ip is an address of this machine.
func isLocal(ip netip.Addr) bool {
	addrs, _ := net.InterfaceAddrs()
	for _, a := range addrs {
		if p, err := netip.ParsePrefix(a.String()); err == nil && p.Addr() == ip {
			return true
		}
	}
	return false
}
