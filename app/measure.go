package app

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/drawbridge-app/drawbridge/bridge"
	"github.com/drawbridge-app/drawbridge/bridge/relay"
	"github.com/drawbridge-app/drawbridge/bridge/socks"
	"github.com/drawbridge-app/drawbridge/bridge/upstream"
)

// A Measurement is what a bridge costs on this machine: the same requests to the same little server, on bare
// connections and through a bridge with a SOCKS endpoint behind it, all on loopback.
type Measurement struct {
	Rounds int // of the requests below: each one bare and then through the bridge
	// Bare and Bridged are the medians of a small GET on a connection that is open already, Added that of what the bridge
	// added in each round.
	Bare, Bridged, Added time.Duration
	// BareRate and BridgedRate are the medians of a download's bytes a second.
	BareRate, BridgedRate float64
}

// Share is the throughput through the bridge as a part of that of a bare connection: 1 is all of it.
func (m Measurement) Share() float64 {
	if m.BareRate == 0 {
		return 0
	}
	return m.BridgedRate / m.BareRate
}

// How long Measure takes. What is slower than its time is measured fewer times.
const (
	warmRounds  = 20
	mostRounds  = 400
	requestTime = time.Second
	passes      = 4
	passTime    = 150 * time.Millisecond
	measureTime = 10 * time.Second // where something hangs
)

// Measure measures for about two seconds, in this process and on loopback alone, with a bridge, an endpoint and a server
// of its own. It ends at once with ctx, and leaves nothing behind.
func Measure(ctx context.Context) (Measurement, error) {
	ctx, cancel := context.WithTimeout(ctx, measureTime)
	defer cancel()
	m, err := measure(ctx)
	if err != nil && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	if err != nil {
		return Measurement{}, fmt.Errorf("measure the bridge: %w", err)
	}
	return m, nil
}

func measure(ctx context.Context) (Measurement, error) {
	r, err := newRange()
	if err != nil {
		return Measurement{}, err
	}
	defer r.close()
	var m Measurement
	if err := r.requests(ctx, &m); err != nil {
		return Measurement{}, err
	}
	err = r.downloads(ctx, &m)
	return m, err
}

// A measuringRange is what is measured: a server, and a way to it through an endpoint and a bridge.
type measuringRange struct {
	server   net.Listener
	endpoint *socks.Server
	bridge   *bridge.Bridge
	address  string // of the bridge
	pump     relay.Pump
	running  sync.WaitGroup
}

func newRange() (*measuringRange, error) {
	r := &measuringRange{endpoint: new(socks.Server)}
	var err error
	if r.server, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		return nil, err
	}
	r.running.Go(r.serve)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		r.close()
		return nil, err
	}
	r.endpoint.Relay = func(client, target net.Conn) {
		// How a tunnel ends is its two sides' business.
		_ = r.pump.Tunnel(relay.Side{Wire: relay.NewWire(client)}, relay.Side{Wire: relay.NewWire(target)})
	}
	r.running.Go(func() { _ = r.endpoint.Serve(l) })
	r.bridge, err = bridge.Start(bridge.Config{
		Listen:   []string{"127.0.0.1:0"},
		Upstream: upstream.Spec{Name: "measured", URL: "socks5://" + l.Addr().String()},
	})
	if err != nil {
		r.close()
		return nil, err
	}
	r.address = r.bridge.Addrs()[0].String()
	return r, nil
}

func (r *measuringRange) close() {
	if r.bridge != nil {
		r.bridge.Close()
	}
	r.endpoint.Close()
	r.server.Close()
	r.running.Wait()
	r.pump.Close()
}

// serve answers each connection of the server until the listener is closed and the clients have gone.
func (r *measuringRange) serve() {
	for {
		conn, err := r.server.Accept()
		if err != nil {
			return
		}
		r.running.Go(func() {
			defer conn.Close()
			answer(conn)
		})
	}
}

// The server's two pages: one that is nothing, and one that has no end.
const (
	small  = "/"
	stream = "/stream"
)

// answer serves one connection.
func answer(conn net.Conn) {
	in := bufio.NewReader(conn)
	for {
		page, err := readRequest(in)
		if err != nil {
			return
		}
		if page == stream {
			break
		}
		if _, err := io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"); err != nil {
			return
		}
	}
	if _, err := io.WriteString(conn, "HTTP/1.1 200 OK\r\n\r\n"); err != nil {
		return
	}
	for block := make([]byte, 64<<10); ; {
		if _, err := conn.Write(block); err != nil {
			return
		}
	}
}

// readRequest reads a head and returns the page that it asks for.
func readRequest(in *bufio.Reader) (page string, err error) {
	first, err := in.ReadString('\n')
	if err != nil {
		return "", err
	}
	if _, err := fmt.Sscanf(first, "GET %s HTTP/1.1", &page); err != nil {
		return "", err
	}
	return page, skipHead(in)
}

// skipHead reads to the end of a head whose first line is read.
func skipHead(in *bufio.Reader) error {
	for {
		line, err := in.ReadString('\n')
		if err != nil || line == "\r\n" {
			return err
		}
	}
}

// A client is one connection to the server, bare or through the bridge. It is closed when its context ends.
type client struct {
	net.Conn
	in   *bufio.Reader
	stop func() bool
}

func dial(ctx context.Context, address string) (*client, error) {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	return &client{conn, bufio.NewReaderSize(conn, 64<<10), context.AfterFunc(ctx, func() { conn.Close() })}, nil
}

func (c *client) close() {
	c.stop()
	c.Conn.Close()
}

// ask sends a head and reads that of the answer, which has to be a 200.
func (c *client) ask(head string) error {
	if _, err := io.WriteString(c, head+"\r\nHost: measured\r\n\r\n"); err != nil {
		return err
	}
	line, err := c.in.ReadString('\n')
	if err != nil {
		return err
	}
	var code int
	if _, err := fmt.Sscanf(line, "HTTP/1.1 %d", &code); err != nil || code != 200 {
		return fmt.Errorf("answered %q", line)
	}
	return skipHead(c.in)
}

// get times one small request.
func (c *client) get(target string) (time.Duration, error) {
	start := time.Now()
	if err := c.ask("GET " + target + " HTTP/1.1"); err != nil {
		return 0, err
	}
	_, err := c.in.Discard(len("ok"))
	return time.Since(start), err
}

// requests times small requests, bare and bridged in turn, so that what else the machine does weighs on both.
func (r *measuringRange) requests(ctx context.Context, m *Measurement) error {
	bare, err := dial(ctx, r.server.Addr().String())
	if err != nil {
		return err
	}
	defer bare.close()
	bridged, err := dial(ctx, r.address)
	if err != nil {
		return err
	}
	defer bridged.close()
	target := "http://" + r.server.Addr().String() + small

	for range warmRounds { // caches are cold, and the endpoint is not dialled yet
		if _, err := bare.get(small); err != nil {
			return err
		}
		if _, err := bridged.get(target); err != nil {
			return err
		}
	}
	var bares, bridgeds, added []time.Duration
	for end := time.Now().Add(requestTime); m.Rounds < mostRounds && (m.Rounds == 0 || time.Now().Before(end)); m.Rounds++ {
		b, err := bare.get(small)
		if err != nil {
			return err
		}
		d, err := bridged.get(target)
		if err != nil {
			return err
		}
		bares, bridgeds, added = append(bares, b), append(bridgeds, d), append(added, d-b)
	}
	m.Bare, m.Bridged, m.Added = median(bares), median(bridgeds), median(added)
	return nil
}

// downloads measures throughput, bare and bridged in turn.
func (r *measuringRange) downloads(ctx context.Context, m *Measurement) error {
	var bares, bridgeds []float64
	for range passes {
		b, err := r.download(ctx, r.server.Addr().String(), "")
		if err != nil {
			return err
		}
		d, err := r.download(ctx, r.address, "CONNECT "+r.server.Addr().String()+" HTTP/1.1")
		if err != nil {
			return err
		}
		bares, bridgeds = append(bares, b), append(bridgeds, d)
	}
	m.BareRate, m.BridgedRate = median(bares), median(bridgeds)
	return nil
}

// download reads from the endless page for a while, behind a first request if that is not empty, and returns bytes a
// second.
func (r *measuringRange) download(ctx context.Context, address, first string) (float64, error) {
	c, err := dial(ctx, address)
	if err != nil {
		return 0, err
	}
	defer c.close()
	if first != "" {
		if err := c.ask(first); err != nil {
			return 0, err
		}
	}
	if err := c.ask("GET " + stream + " HTTP/1.1"); err != nil {
		return 0, err
	}
	start := time.Now()
	c.SetReadDeadline(start.Add(passTime))
	n, err := io.Copy(io.Discard, c.Conn)
	var timeout net.Error
	if !errors.As(err, &timeout) || !timeout.Timeout() {
		return 0, fmt.Errorf("a download ended early: %w", err)
	}
	return float64(n) / time.Since(start).Seconds(), nil
}

// median is the middle one of some values, of which there is at least one.
func median[T time.Duration | float64](values []T) T {
	slices.Sort(values)
	return values[len(values)/2]
}
