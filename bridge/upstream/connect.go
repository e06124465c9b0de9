package upstream

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"net"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/drawbridge-app/drawbridge/bridge/http1"
	"github.com/drawbridge-app/drawbridge/bridge/relay"
	"github.com/drawbridge-app/drawbridge/bridge/socks"
)

// A connector opens connections through an HTTP proxy, by CONNECT for every
// target (RFC 9110 §9.3.6). Plain HTTP goes so too, as a tunnel to port 80, and a
// proxy that allows tunnels to port 443 alone refuses that. All its errors are
// of type [*ProxyError].
type connector struct {
	address string // of the proxy, host:port
	login   string // the value of Proxy-Authorization; empty: none
	secure  bool   // TLS to the proxy, which has to prove its name
	roots   *x509.CertPool

	dialTimeout      time.Duration // for TCP
	handshakeTimeout time.Duration // for TLS and CONNECT, together
}

func newConnector(e Endpoint, s Spec) *connector {
	c := &connector{address: e.Address, secure: e.Scheme == "https", dialTimeout: s.DialTimeout, handshakeTimeout: s.HandshakeTimeout}
	if c.dialTimeout == 0 {
		c.dialTimeout = socks.DefaultDialTimeout
	}
	if c.handshakeTimeout == 0 {
		c.handshakeTimeout = socks.DefaultHandshakeTimeout
	}
	if e.User != "" {
		c.login = "Basic " + base64.StdEncoding.EncodeToString([]byte(e.User+":"+e.Password))
	}
	return c
}

// checkLogin finds what the Basic scheme has no room for (RFC 7617 §2).
func (e Endpoint) checkLogin() error {
	if (e.Scheme == "http" || e.Scheme == "https") && strings.Contains(e.User, ":") {
		return errors.New("the user name has a colon in it: Basic ends the name there")
	}
	return nil
}

// DialContext implements proxy.ContextDialer. Where the proxy's answer had
// nothing behind it, as is usual, the connection is the bare one to the proxy.
func (c *connector) DialContext(ctx context.Context, network, addr string) (net.Conn, error) {
	return c.open(ctx, addr, func(socks.Stage, time.Duration, error) {})
}

// Dial implements proxy.Dialer.
func (c *connector) Dial(network, addr string) (net.Conn, error) {
	return c.DialContext(context.Background(), network, addr)
}

// open is DialContext with a look at every stage, as [socks.Dialer.Trace] has.
func (c *connector) open(ctx context.Context, addr string, observe func(socks.Stage, time.Duration, error)) (net.Conn, error) {
	if err := checkTarget(addr); err != nil {
		return nil, &ProxyError{Stage: socks.StageRequest, Endpoint: c.address, Target: strconv.Quote(addr), Err: err}
	}
	conn, err := c.reach(ctx, observe)
	if err != nil {
		return nil, err
	}
	begin := time.Now()
	done, err := c.within(ctx, conn, func() (net.Conn, error) { return c.ask(conn, addr) })
	stage := socks.StageRequest
	var e *ProxyError
	if errors.As(err, &e) {
		stage = e.Stage
		observe(stage, time.Since(begin), e.cause())
		return nil, err
	}
	observe(stage, time.Since(begin), nil)
	return done, nil
}

// reach connects to the proxy, TLS included.
func (c *connector) reach(ctx context.Context, observe func(socks.Stage, time.Duration, error)) (net.Conn, error) {
	begin := time.Now()
	d := net.Dialer{Timeout: c.dialTimeout}
	tcp, err := d.DialContext(ctx, "tcp", c.address)
	if err != nil {
		err = c.fail(ctx, socks.StageDial, "", err)
		observe(socks.StageDial, time.Since(begin), err.(*ProxyError).cause())
		return nil, err
	}
	observe(socks.StageDial, time.Since(begin), nil)
	if !c.secure {
		return tcp, nil
	}
	begin = time.Now()
	host, _, _ := net.SplitHostPort(c.address)
	secure := tls.Client(tcp, &tls.Config{ServerName: host, RootCAs: c.roots, NextProtos: []string{"http/1.1"}})
	conn, err := c.within(ctx, tcp, func() (net.Conn, error) {
		if err := secure.HandshakeContext(ctx); err != nil {
			return nil, c.fail(ctx, socks.StageGreeting, "", err)
		}
		return secure, nil
	})
	if err != nil {
		observe(socks.StageGreeting, time.Since(begin), err.(*ProxyError).cause())
		return nil, err
	}
	observe(socks.StageGreeting, time.Since(begin), nil)
	return conn, nil
}

// within runs part of a conversation on conn in the handshake's time. An error
// closes conn; without one no deadline is left on it.
func (c *connector) within(ctx context.Context, conn net.Conn, part func() (net.Conn, error)) (net.Conn, error) {
	conn.SetDeadline(time.Now().Add(c.handshakeTimeout))
	stop := context.AfterFunc(ctx, func() { conn.SetDeadline(time.Unix(1, 0)) })
	done, err := part()
	if !stop() && err == nil { // the deadline is being spoilt
		err = c.fail(ctx, socks.StageRequest, "", context.Cause(ctx))
	}
	if err != nil {
		conn.Close()
		return nil, err
	}
	conn.SetDeadline(time.Time{})
	return done, nil
}

// ask sends CONNECT and reads the answer.
func (c *connector) ask(conn net.Conn, addr string) (net.Conn, error) {
	request := "CONNECT " + addr + " HTTP/1.1\r\nHost: " + addr + "\r\n"
	if c.login != "" {
		request += "Proxy-Authorization: " + c.login + "\r\n"
	}
	fail := func(stage socks.Stage, err error) error { return c.fail(context.Background(), stage, addr, err) }
	if _, err := conn.Write([]byte(request + "\r\n")); err != nil {
		return nil, fail(socks.StageRequest, err)
	}
	var buf []byte
	for range 4 { // a final answer, and a few 1xx in front of it
		var res http1.Response
		n, err := readHead(conn, &buf, &res)
		switch {
		case errors.Is(err, ErrNotProxy):
			return nil, fail(socks.StageGreeting, err)
		case err != nil:
			return nil, fail(socks.StageRequest, err)
		}
		early := buf[n:]
		switch {
		case res.Status/100 == 2 && len(early) == 0:
			return conn, nil
		case res.Status/100 == 2:
			return &begun{conn, early}, nil
		case res.Status == 407, res.Status == 401 && c.login != "": // the latter is tinyproxy's for a wrong one
			return nil, fail(socks.StageLogin, c.refused(&res))
		case !res.Interim():
			return nil, &ProxyError{Stage: socks.StageRequest, Endpoint: c.address, Target: addr, Status: res.Status}
		}
		buf = early
	}
	return nil, fail(socks.StageRequest, socks.ErrMalformed)
}

// refused says what is wrong with the login.
func (c *connector) refused(res *http1.Response) error {
	basic := res.Status == 401
	for scheme := range res.All("proxy-authenticate") {
		basic = basic || len(scheme) >= 5 && strings.EqualFold(string(scheme[:5]), "basic")
	}
	switch {
	case !basic:
		return errOtherLogin
	case c.login == "":
		return errLoginMissing
	}
	return socks.ErrLogin
}

// readHead reads an answer's head to the front of buf, and returns its length.
// What lies behind it in buf came along.
func readHead(conn net.Conn, buf *[]byte, res *http1.Response) (int, error) {
	head := http1.Scanner{Limits: http1.Limits{Bytes: 32 << 10, Fields: 128}}
	for {
		n, err := head.Scan(*buf)
		if said := string((*buf)[:min(len(*buf), 5)]); said != "HTTP/"[:len(said)] {
			return 0, notProxy(*buf)
		}
		if n > 0 && err == nil {
			err = res.Parse(&head, *buf)
		}
		if err != nil || n > 0 {
			return n, err
		}
		more := make([]byte, 2048)
		read, err := conn.Read(more)
		*buf = append(*buf, more[:read]...)
		if read == 0 && err != nil {
			return 0, err
		}
	}
}

// Greet connects to the proxy and hangs up: there is nothing to be said before a
// target is asked for.
func (c *connector) Greet(ctx context.Context) error {
	conn, err := c.reach(ctx, func(socks.Stage, time.Duration, error) {})
	if err != nil {
		return err
	}
	return conn.Close()
}

func (c *connector) fail(ctx context.Context, stage socks.Stage, target string, err error) error {
	var timeout net.Error
	switch {
	case ctx.Err() != nil:
		err = context.Cause(ctx)
	case errors.Is(err, os.ErrDeadlineExceeded) || errors.As(err, &timeout) && timeout.Timeout():
		limit := c.handshakeTimeout
		if stage == socks.StageDial {
			limit = c.dialTimeout
		}
		err = lateError(limit)
	}
	return &ProxyError{Stage: stage, Endpoint: c.address, Target: target, Err: err}
}

// begun is a connection of which some bytes were read with the proxy's answer.
type begun struct {
	net.Conn
	early []byte
}

func (b *begun) Read(p []byte) (int, error) {
	if len(b.early) == 0 {
		return b.Conn.Read(p)
	}
	n := copy(p, b.early)
	b.early = b.early[n:]
	return n, nil
}

// CloseWrite keeps the half-close that the connection below has.
func (b *begun) CloseWrite() error { return relay.CloseWrite(b.Conn) }

// NetConn is the connection below, for whoever resets it.
func (b *begun) NetConn() net.Conn { return b.Conn }
