package bridge

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"strconv"
	"time"

	"github.com/drawbridge-app/drawbridge/bridge/route"
	"github.com/drawbridge-app/drawbridge/bridge/upstream"
)

// DefaultListen is where a bridge listens when nothing else is said.
const DefaultListen = "127.0.0.1:1095"

// Config is all that a bridge is told. It is copied, and may be changed and
// given to [Bridge.Apply] again.
type Config struct {
	// Listen holds the addresses to listen on, each an IP and a port; port 0
	// takes any free one. Empty means DefaultListen.
	Listen []string
	// Bind listens on an address of Listen, for an owner that was given its sockets
	// by whoever started it. What it returns belongs to the bridge, which closes it.
	// Nil: the function [Listen].
	Bind func(address string) (*net.TCPListener, error)
	// Open allows an address that other machines can reach without a Login.
	Open bool
	// Login is asked of every client. The zero value asks for none.
	Login Login
	// HTTPOnly turns SOCKS clients away from the listener.
	HTTPOnly bool
	// Via adds a Via field to what is forwarded, and finds loops by it.
	Via bool
	// ForwardedFor tells targets the client's address, in X-Forwarded-For and
	// X-Real-IP.
	ForwardedFor bool

	// Bypass lists the targets that are connected to directly, without the
	// upstream, in the dialect of [route.Bypass]. Their names are looked up on this
	// machine. Empty: none.
	Bypass []string
	// PACPath is where the bridge serves the PAC text of Bypass: a slash and 16 or
	// more letters, digits, dots, hyphens and underscores. Whoever knows the path is
	// served, without the Login too, since browsers have none when they fetch it; so
	// nobody should be able to guess it. A query behind it, such as a revision, does
	// not matter. Empty: it is not served.
	PACPath string

	Upstream upstream.Spec
	// Chooser decides where each request goes that Bypass does not name, in the
	// place of Upstream, which then says no more than what it is called and how long
	// its proxies may take. Comparable, such as a pointer: proxies are kept over a
	// change of the rest. The caller closes it, once nothing uses it any more. Nil:
	// everything goes through Upstream.
	Chooser  Chooser
	Timeouts Timeouts
	Pool     Pool
	Limits   Limits

	// Log receives changes of state at info and one line per finished tunnel
	// or exchange at debug. Nil: nothing is logged.
	Log *slog.Logger
}

// A Login is a user name and a password, as in HTTP's Basic scheme (RFC 7617)
// and SOCKS's username/password method (RFC 1929). It never shows its password.
type Login struct{ User, Password string }

// LogValue keeps the password out of logs.
func (l Login) LogValue() slog.Value { return slog.StringValue(l.String()) }

func (l Login) String() string {
	if l == (Login{}) {
		return "none"
	}
	return l.User + ":***"
}

// GoString keeps the password out of %#v.
func (l Login) GoString() string { return l.String() }

// Timeouts bounds waiting for clients. What bounds the upstream is in its Spec.
type Timeouts struct {
	Header     time.Duration // for a request head to be complete; zero: 30 s
	Idle       time.Duration // for a kept-alive client to send the next request; zero: 2 min
	TunnelIdle time.Duration // for a tunnel with no byte either way; zero: no bound
}

// Pool bounds the connections to targets that plain HTTP requests share, as
// Node's http.Agent does. Tunnels do not count.
type Pool struct {
	PerHost     int           // connections to one host and port; zero: no bound
	Total       int           // connections in all; zero: no bound
	Idle        int           // idle connections kept in all; zero: 256, negative: none
	IdleTimeout time.Duration // an idle one is closed after; zero: 60 s
	Wait        time.Duration // a request waits in the queue at most; zero: 10 s
}

// Limits bounds what a client may ask of memory and descriptors.
type Limits struct {
	HeadBytes  int // of a request or response head; zero: 64 KiB
	HeadFields int // of a request or response head; zero: 256
	Clients    int // connections at once; zero: from the descriptor limit
}

func (c Config) withDefaults() Config {
	if len(c.Listen) == 0 {
		c.Listen = []string{DefaultListen}
	}
	if c.Bind == nil {
		c.Bind = Listen
	}
	orDuration(&c.Timeouts.Header, 30*time.Second)
	orDuration(&c.Timeouts.Idle, 2*time.Minute)
	orDuration(&c.Pool.IdleTimeout, time.Minute)
	orDuration(&c.Pool.Wait, 10*time.Second)
	orInt(&c.Pool.Idle, 256)
	orInt(&c.Limits.HeadBytes, 64<<10)
	orInt(&c.Limits.HeadFields, 256)
	if c.Limits.Clients == 0 {
		c.Limits.Clients = clientsFor(descriptorLimit(), max(c.Pool.Idle, 0))
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return c
}

func orDuration(d *time.Duration, otherwise time.Duration) {
	if *d == 0 {
		*d = otherwise
	}
}

func orInt(n *int, otherwise int) {
	if *n == 0 {
		*n = otherwise
	}
}

// clientsFor leaves room for two descriptors a client, the idle pool, and the
// process's own files, pipes and spare connections.
func clientsFor(descriptors, idle int) int {
	const own = 160
	return max((descriptors-own-idle)/2, 16)
}

func (c Config) validate() error {
	var errs []error
	for _, a := range c.Listen {
		errs = append(errs, CheckListen(a, c.Open || c.Login != Login{}))
	}
	_, err := route.ParseBypass(c.Bypass)
	errs = append(errs, err, checkPACPath(c.PACPath))
	if c.Timeouts.Header < 0 || c.Timeouts.Idle < 0 || c.Timeouts.TunnelIdle < 0 ||
		c.Pool.IdleTimeout < 0 || c.Pool.Wait < 0 {
		errs = append(errs, errors.New("a negative timeout"))
	}
	return errors.Join(errs...)
}

// ParseListen reads an address to listen on: an IP address, since a name could
// mean several, and a port. Its error is a reason in words, without the text.
func ParseListen(text string) (netip.AddrPort, error) {
	host, port, err := net.SplitHostPort(text)
	if err != nil {
		return netip.AddrPort{}, errors.New("is no address and port, such as 127.0.0.1:1095 or [::1]:1095")
	}
	number, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return netip.AddrPort{}, fmt.Errorf("port %q has to be a number from 0 to 65535", port)
	}
	if host == "" {
		return netip.AddrPort{}, errors.New("names no address: write 127.0.0.1 for this machine, 0.0.0.0 for every machine")
	}
	addr, err := netip.ParseAddr(host)
	if err != nil {
		return netip.AddrPort{}, fmt.Errorf("%q has to be an IP address, such as 127.0.0.1, not a name", host)
	}
	return netip.AddrPortFrom(addr.Unmap(), uint16(number)), nil
}

// CheckListen checks an address to listen on. Other machines may reach it only
// when it is guarded, which is to say: behind a login, or by the user's explicit
// choice.
func CheckListen(text string, guarded bool) error {
	addr, err := ParseListen(text)
	if err == nil && !guarded && !addr.Addr().IsLoopback() {
		err = errors.New("other machines can connect there: set a login, or open to allow it without")
	}
	if err != nil {
		return fmt.Errorf("listen %q: %w", text, err)
	}
	return nil
}
