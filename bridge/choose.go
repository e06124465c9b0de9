package bridge

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/drawbridge-app/drawbridge/bridge/http1"
	"github.com/drawbridge-app/drawbridge/bridge/socks"
	"github.com/drawbridge-app/drawbridge/bridge/upstream"
)

// A Chooser says where a request goes.
type Chooser interface {
	// Choose returns the URLs of upstreams, see [upstream.Parse], in the order in
	// which they are to be tried for a new connection: at least one. The url is the
	// request's own for plain HTTP, and https://host:port/ for a tunnel, which leaves
	// out port 443; the host is that of the url, an IPv6 address without brackets.
	// It is called concurrently. An error fails the request; one that befalls every
	// request wraps [upstream.ErrUnready].
	Choose(ctx context.Context, url, host string) ([]string, error)
}

const (
	// mostNamed is how many upstreams that a Chooser named are kept.
	mostNamed = 32
	// mostTried is how many of one answer are tried for one connection.
	mostTried = 4
	// deadFor is how long one that could not be reached stands behind the others.
	deadFor = 30 * time.Second
)

// A choice asks a Chooser, and keeps the upstreams that it named.
type choice struct {
	chooser Chooser
	spec    upstream.Spec // of each of them, but for the URL

	mu     sync.Mutex
	named  map[string]*named // by URL
	closed bool
}

// A named is an upstream that a Chooser named.
type named struct {
	upstream *upstream.Upstream
	used     time.Time
	dead     time.Time // it stands behind the others until then
}

// newChoice returns what asks c's Chooser: old's, where nothing about it has
// changed; nil, if there is none to ask.
func newChoice(c Config, old *plan) *choice {
	if c.Chooser == nil {
		return nil
	}
	spec := upstream.Spec{OneFlight: c.Upstream.OneFlight, Method: c.Upstream.Method, Spares: c.Upstream.Spares,
		DialTimeout: c.Upstream.DialTimeout, HandshakeTimeout: c.Upstream.HandshakeTimeout}
	if old != nil && old.choice != nil && old.choice.chooser == c.Chooser && old.choice.spec == spec {
		return old.choice
	}
	return &choice{chooser: c.Chooser, spec: spec, named: make(map[string]*named)}
}

// undecided is a request about which the Chooser could not decide.
type undecided struct{ error }

func (u undecided) Unwrap() error { return u.error }

// Directions are where a Chooser sends one request.
type directions struct {
	ways []way // at least one, the best first
	shut bool  // behind them was a DIRECT, which is not taken
}

// ask asks where a request goes. A DIRECT behind a proxy ends the list, and is left
// out: nothing goes directly since a proxy is dead.
func (p *plan) ask(b *Bridge, url, host string) (d directions, err error) {
	urls, err := p.choice.chooser.Choose(b.ctx, url, host)
	if err == nil && len(urls) == 0 {
		err = errors.New("the script names no way")
	}
	for i := 0; err == nil && i < len(urls) && len(d.ways) < mostTried; i++ {
		var w way
		if w, err = p.named(b, urls[i]); err != nil {
			break
		}
		if d.shut = w.upstream.Direct() && i > 0; d.shut {
			break
		}
		d.ways = append(d.ways, w)
	}
	if err != nil {
		p.upstream.Decided(err)
		return d, undecided{err}
	}
	d.ways = p.choice.inOrder(d.ways)
	return d, nil
}

// named is the way by an upstream that the Chooser named by its URL.
func (p *plan) named(b *Bridge, url string) (way, error) {
	e, err := upstream.Parse(url)
	switch {
	case err != nil:
		return way{}, err
	case e.Scheme == "direct":
		return way{upstream: p.direct, chosen: true}, nil
	case e.Script != "":
		return way{}, fmt.Errorf("upstream %q: a script may name no script", e)
	case b.isOwnAddress(e.Address):
		return way{}, fmt.Errorf("upstream %q: is this bridge itself", e)
	}
	u, err := p.choice.upstream(b, e.String(), url)
	return way{upstream: u, chosen: true}, err
}

func (b *Bridge) isOwnAddress(address string) bool {
	host, port, err := net.SplitHostPort(address)
	number, _ := strconv.Atoi(port)
	return err == nil && b.isOwn([]byte(host), number)
}

// upstream returns the one of a URL, and makes it where it is new: then the one
// that was used longest ago has to go if there are many.
func (c *choice) upstream(b *Bridge, key, url string) (*upstream.Upstream, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	if n := c.named[key]; n != nil {
		n.used = now
		return n.upstream, nil
	}
	spec := c.spec
	spec.URL = url
	u, err := upstream.New(spec)
	if err != nil || c.closed { // of a plan that has gone: the request is its last user
		return u, err
	}
	c.named[key] = &named{upstream: u, used: now}
	if len(c.named) > mostNamed {
		oldest := key
		for k, n := range c.named {
			if n.used.Before(c.named[oldest].used) {
				oldest = k
			}
		}
		gone := c.named[oldest]
		delete(c.named, oldest)
		gone.retire(b)
	}
	return u, nil
}

// retire ends an upstream of which nobody takes hold any more. Its tunnels live on.
func (n *named) retire(b *Bridge) {
	b.pool.retire(n.upstream)
	b.running.Go(func() { n.upstream.Close() }) // which waits for what it has begun
}

// close retires all. The caller is one of b.running, or has seen all of them end.
func (c *choice) close(b *Bridge) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	for key, n := range c.named {
		delete(c.named, key)
		n.retire(b)
	}
}

func (c *choice) freeIdle() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, n := range c.named {
		n.upstream.FreeIdle()
	}
}

// inOrder puts those behind that could not be reached a short while ago.
func (c *choice) inOrder(ways []way) []way {
	if len(ways) < 2 {
		return ways
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	var well, ill []way
	for _, w := range ways {
		if c.isDead(w, now) {
			ill = append(ill, w)
		} else {
			well = append(well, w)
		}
	}
	return append(well, ill...)
}

func (c *choice) isDead(w way, now time.Time) bool {
	for _, n := range c.named {
		if n.upstream == w.upstream {
			return now.Before(n.dead)
		}
	}
	return false
}

// note remembers how a dial along w went, and reports whether the next way may
// do better: this one's proxy could not be reached or used.
func (c *choice) note(b *Bridge, p *plan, w way, err error) (next bool) {
	switch {
	case err == nil || !unusable(err):
		p.upstream.Decided(nil)
		return false
	case b.ctx.Err() != nil || outOfDescriptors(err):
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, n := range c.named {
		if n.upstream == w.upstream {
			n.dead = time.Now().Add(deadFor)
		}
	}
	return true
}

// along tries the ways of d one after the other. An error of try is that of a dial;
// the one that along returns says what each has met.
func (d directions) along(b *Bridge, p *plan, try func(way) error) (way, error) {
	var met []error
	for i, w := range d.ways {
		err := try(w)
		if err == nil {
			p.choice.note(b, p, w, nil)
			return w, nil
		}
		met = append(met, err)
		next := p.choice.note(b, p, w, err)
		if !next || i == len(d.ways)-1 {
			return w, &lost{met: met, shut: d.shut && next}
		}
	}
	panic("no way")
}

// A lost request has met an error on each of its ways. It counts as the last one.
type lost struct {
	met  []error
	shut bool // there would have been a DIRECT behind them
}

func (l *lost) Unwrap() error { return l.met[len(l.met)-1] }

func (l *lost) Error() string {
	var each []string
	for _, err := range l.met {
		each = append(each, reason(err))
	}
	return strings.Join(each, "; ")
}

// unusable reports whether err, of a dial, is about the proxy and not about the
// target: it could not be reached, hung up, or did not speak as it should.
func unusable(err error) bool {
	if errors.Is(err, errFull) {
		return false
	}
	switch upstream.Cause(err) {
	case upstream.Refused, upstream.TimedOut, upstream.Unreachable, upstream.UnknownName, upstream.NotSOCKS, upstream.NotProxy, upstream.HungUp:
		return true
	case upstream.Other:
		e, ok := errors.AsType[*socks.Error](err)
		return ok && e.Stage != socks.StageRequest
	}
	return false
}

// tunnelURL is what a Chooser is asked for a tunnel: what is in it is not known, and
// most often is TLS.
func tunnelURL(host, port string) string {
	if port == "443" {
		port = ""
	} else {
		port = ":" + port
	}
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	return "https://" + host + port + "/"
}

// exchangeURL is what a Chooser is asked for a request in absolute-form: its own
// URL, without a login.
func exchangeURL(t *http1.Target) string {
	path := string(t.Path)
	if path == "" || path[0] != '/' {
		path = "/" + path
	}
	return string(t.Scheme) + "://" + string(t.Authority) + path
}
