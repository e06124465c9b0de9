package app_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/app/systemproxy"
	"github.com/drawbridge-app/drawbridge/bridge/bridgetest"
)

// A place is a network that a test changes.
type place struct{ changed chan func() }

// follow makes c follow a network of the test's own, until the test ends.
func follow(t *testing.T, c *app.Controller) (change func()) {
	p := place{make(chan func(), 1)}
	ctx, cancel := context.WithCancel(context.Background())
	var following sync.WaitGroup
	following.Go(func() { c.FollowNetwork(ctx, p.watch) })
	t.Cleanup(func() { cancel(); following.Wait() })
	return <-p.changed
}

func (p place) watch(ctx context.Context, changed func()) error {
	p.changed <- changed
	<-ctx.Done()
	return nil
}

// After a change of the network, or a sleep, what was kept ready is dead and does not know it. The first requests do not
// find that out.
func TestFirstRequestsAfterASleep(t *testing.T) {
	bridgetest.Leaks(t)
	socks := bridgetest.StartSOCKS(t, bridgetest.SOCKS{})
	far := bridgetest.StartDelay(t, socks.Addr, 20*time.Millisecond) // near endpoints get no spares
	var origins [2]string
	for i := range origins {
		origin := bridgetest.StartOrigin(t, func(conn net.Conn) { // keeps connections alive
			http.Serve(one(conn), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "here") }))
		})
		origins[i] = "http://" + origin.Addr + "/"
	}
	c, _ := newController(t)
	change := follow(t, c)
	if err := c.Apply(t.Context(), through("socks5://"+far.Addr)); err != nil {
		t.Fatal(err)
	}
	bridgetest.Eventually(t, "the upstream to be up", func() bool { return c.State().Upstream.State == app.Up })
	proxy := &url.URL{Scheme: "http", Host: c.State().Listen[0]}
	client := &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{Proxy: http.ProxyURL(proxy), DisableKeepAlives: true}}
	get := func(address string) {
		t.Helper()
		answer, err := client.Get(address)
		if err != nil {
			t.Error(err)
			return
		}
		defer answer.Body.Close()
		if text, err := io.ReadAll(answer.Body); string(text) != "here" || err != nil {
			t.Errorf("%s: %s, %q, %v", address, answer.Status, text, err)
		}
	}
	for range 2 {
		get(origins[0])
		// Two that wait greeted, and the one to the target that is kept alive.
		bridgetest.Eventually(t, "connections to be kept ready", func() bool { return len(socks.Targets()) > 0 && far.Open() >= 3 })
		far.Lose()
		before := far.Accepted()
		change()
		bridgetest.Eventually(t, "the endpoint to be greeted anew", func() bool { return far.Accepted() > before })
		get(origins[0]) // over a new connection, and
		get(origins[1]) // over a new one, not a spare
	}
}

// one is a listener with one connection, which lives until it is served.
func one(conn net.Conn) net.Listener {
	l := &single{conn: make(chan net.Conn, 1), end: make(chan struct{})}
	l.conn <- &telling{conn, sync.OnceFunc(func() { close(l.end) })}
	return l
}

type single struct {
	conn chan net.Conn
	end  chan struct{}
}

func (l *single) Accept() (net.Conn, error) {
	select {
	case conn := <-l.conn:
		return conn, nil
	case <-l.end:
		return nil, net.ErrClosed
	}
}

func (l *single) Close() error   { return nil }
func (l *single) Addr() net.Addr { return new(net.TCPAddr) }

// A telling connection says that it is closed.
type telling struct {
	net.Conn
	closed func()
}

func (c *telling) Close() error {
	defer c.closed()
	return c.Conn.Close()
}

// An endpoint that has gone with the network shows at once, long before it would be greeted by itself.
func TestNetworkChangeShowsHealth(t *testing.T) {
	bridgetest.Leaks(t)
	socks := bridgetest.StartSOCKS(t, bridgetest.SOCKS{})
	c, _ := newController(t)
	change := follow(t, c)
	change() // while off
	if err := c.Apply(t.Context(), through(socks.URL())); err != nil {
		t.Fatal(err)
	}
	bridgetest.Eventually(t, "the upstream to be up", func() bool { return c.State().Upstream.State == app.Up })
	socks.Stop()
	change()
	bridgetest.Eventually(t, "the upstream to be down", func() bool { return c.State().Upstream.State == app.Down })
}

// A shifting lease is one of a system that changes with the network.
type shifting struct {
	mu      sync.Mutex
	bridges []systemproxy.Bridge // that it was led to
	changed []string
	stuck   error
}

func (l *shifting) Take(ctx context.Context, b systemproxy.Bridge) error { return l.Move(ctx, b) }

func (l *shifting) Move(_ context.Context, b systemproxy.Bridge) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.bridges = append(l.bridges, b)
	return l.stuck
}

func (l *shifting) Return(context.Context) error { return nil }

func (l *shifting) Changed(context.Context) ([]string, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.changed, nil
}

func (l *shifting) set(stuck error, changed ...string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.stuck, l.changed = stuck, changed
}

func (l *shifting) moves() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.bridges)
}

// After a change of the network, the system is led to the same bridge once more, and what somebody else changed shows.
func TestNetworkChangeLeadsAgain(t *testing.T) {
	bridgetest.Leaks(t)
	c, log := newController(t)
	l := new(shifting)
	c.SystemProxy = l
	change := follow(t, c)
	s := through("direct://")
	s.SystemProxy = "pac" // whose URL would be another one for another bridge
	if err := c.Apply(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	do(t, c, app.Intent{Verb: app.UseSystemProxy, On: true})
	took := l.moves()
	l.set(nil, "mode")
	change()
	bridgetest.Eventually(t, "the drift to show", func() bool { return slices.Equal(c.State().SystemProxy.Changed, []string{"mode"}) })
	if n := l.moves(); n != took+1 || !l.bridges[n-1].Equal(l.bridges[0]) {
		t.Errorf("led to %+v, want twice the same", l.bridges)
	}

	l.set(fmt.Errorf("%w: not now", systemproxy.ErrUnread))
	change()
	bridgetest.Eventually(t, "a refusal", func() bool { return log.has("not now") && l.moves() == took+2 })
	if !c.State().SystemProxy.On {
		t.Error("what could not be read counts as given back")
	}
	l.set(errors.New("stuck"))
	change()
	bridgetest.Eventually(t, "the system's proxy to be off", func() bool { return !c.State().SystemProxy.On })
	if p, ok := c.State().Problem(); !ok || p.Code != "system-proxy" {
		t.Errorf("Problem() = %+v", p)
	}
}

// Where the system refuses to tell of changes, all else goes on.
func TestNetworkCannotBeWatched(t *testing.T) {
	bridgetest.Leaks(t)
	j := new(journal)
	c := &app.Controller{Journal: app.NewJournal(slog.LevelDebug, slog.NewTextHandler(j, &slog.HandlerOptions{Level: slog.LevelDebug}))}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		c.FollowNetwork(ctx, func(context.Context, func()) error { return errors.New("not here") })
	}()
	bridgetest.Eventually(t, "the refusal in the log", func() bool { return j.has("level=DEBUG", "not here") })
	cancel()
	<-done
}
