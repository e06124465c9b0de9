package update

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"time"

	"github.com/drawbridge-app/drawbridge/bridge/http1"
)

// A Way is the running bridge as its client sees it: everything that is fetched goes through it, and so through the
// user's upstream, by the user's rules. There is no other way.
type Way struct {
	Address        string         // host:port where the bridge listens
	User, Password string         // what it asks of clients; both empty: nothing
	Roots          *x509.CertPool // whose certificates are believed; nil: the system's
}

const (
	mostRedirects = 5
	mostHead      = 16 << 10 // bytes of an answer's head
)

// errSlow is the cause of a context that ends because its time is over.
var errSlow = errors.New("it took too long")

// get fetches a small file, of at most most bytes.
func (w Way) get(ctx context.Context, from string, most int64) ([]byte, error) {
	var text bytes.Buffer
	err := w.fetch(ctx, from, func(body io.Reader, length int64) error {
		if length > most {
			return fail(TooLarge, "has %d bytes, at most %d are taken", length, most)
		}
		n, err := io.Copy(&text, io.LimitReader(body, most+1))
		if n > most {
			return fail(TooLarge, "has more than %d bytes", most)
		}
		return err
	})
	return text.Bytes(), err
}

// fetch asks for a URL, follows redirects, and has take read the file. Its length is -1 where the server does not tell.
// The errors are each a [Failure] that names the URL.
func (w Way) fetch(ctx context.Context, from string, take func(body io.Reader, length int64) error) error {
	at := from
	for range mostRedirects + 1 {
		next, err := w.exchange(ctx, at, take)
		if err != nil {
			return named(ctx, at, err)
		}
		if next == "" {
			return nil
		}
		at = next
	}
	return named(ctx, from, fail(Redirected, "redirected more than %d times", mostRedirects))
}

// named is err with the URL that it is about, and with its cause where the context has ended.
func named(ctx context.Context, at string, err error) error {
	code := CodeOf(err)
	if cause := context.Cause(ctx); cause != nil {
		code, err = Other, cause
		if errors.Is(cause, errSlow) {
			code = TooSlow
		}
	}
	if u, parseErr := url.Parse(at); parseErr == nil {
		u.RawQuery = "" // it may be a ticket
		at = u.Redacted()
	}
	return fail(code, "get %s: %w", at, err)
}

// exchange asks once, on a connection of its own. next is where it was sent on to, empty where take has read the file.
func (w Way) exchange(ctx context.Context, at string, take func(io.Reader, int64) error) (next string, err error) {
	u, err := secure(at)
	if err != nil {
		return "", err
	}
	conn, err := w.connect(ctx, u)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	request := fmt.Sprintf("GET %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: drawbridge\r\nAccept: */*\r\nConnection: close\r\n\r\n",
		u.RequestURI(), u.Host)
	if _, err := io.WriteString(conn, request); err != nil {
		return "", fail(Cut, "send the request: %w", err)
	}
	answer, body, err := readAnswer(conn, "GET")
	switch {
	case err != nil:
		return "", err
	case answer.status == 200:
		return "", take(body, answer.length)
	case answer.status >= 300 && answer.status < 400 && answer.location != "":
		to, err := u.Parse(answer.location)
		if err != nil {
			return "", fail(Redirected, "redirected to something that is no URL")
		}
		to.Fragment = ""
		if _, err := secure(to.String()); err != nil {
			return "", err
		}
		return to.String(), nil
	}
	return "", fail(Refused, "answered with status %d", answer.status)
}

// connect opens a tunnel to the host of u and proves who is at its end.
func (w Way) connect(ctx context.Context, u *url.URL) (net.Conn, error) {
	port := u.Port()
	if port == "" {
		port = "443"
	}
	target := net.JoinHostPort(u.Hostname(), port)
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", w.Address)
	if err != nil {
		return nil, fail(NoBridge, "%w", err)
	}
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	secured, err := w.tunnel(ctx, conn, target, u.Hostname())
	if err != nil {
		conn.Close()
		return nil, err
	}
	return secured, nil
}

func (w Way) tunnel(ctx context.Context, conn net.Conn, target, host string) (net.Conn, error) {
	login := ""
	if w.User != "" || w.Password != "" {
		login = "Proxy-Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte(w.User+":"+w.Password)) + "\r\n"
	}
	if _, err := fmt.Fprintf(conn, "CONNECT %s HTTP/1.1\r\nHost: %s\r\n%s\r\n", target, target, login); err != nil {
		return nil, fail(NoBridge, "ask the bridge: %w", err)
	}
	answer, rest, err := readAnswer(conn, "CONNECT")
	switch {
	case err != nil:
		return nil, fail(NoBridge, "ask the bridge: %w", err)
	case answer.status != 200:
		return nil, fail(NoWay, "the bridge answers with status %d for %s%s", answer.status, target, answer.why)
	}
	secured := tls.Client(&tunnelled{conn, rest}, &tls.Config{ServerName: host, RootCAs: w.Roots, MinVersion: tls.VersionTLS12})
	if err := secured.HandshakeContext(ctx); err != nil {
		var cert *tls.CertificateVerificationError
		if errors.As(err, &cert) {
			return nil, fail(Insecure, "%w", err)
		}
		return nil, fail(NoWay, "%w", err)
	}
	return secured, nil
}

// tunnelled is a connection of which something was read already.
type tunnelled struct {
	net.Conn
	in io.Reader
}

func (t *tunnelled) Read(p []byte) (int, error) { return t.in.Read(p) }

// mostTicket bounds the URL of a redirect, which may have a long query.
const mostTicket = 8 << 10

// secure parses a URL that something is fetched from.
func secure(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	if err != nil || len(text) > mostTicket || u.Scheme != "https" || u.Hostname() == "" || u.User != nil {
		return nil, fail(Redirected, "not an https URL")
	}
	return u, nil
}

// An answer is the head of an HTTP answer.
type answer struct {
	status   int
	length   int64 // -1: not told
	location string
	why      string // what the bridge says of a request that it could not carry
}

// readAnswer reads a head, and gives the body as its framing says: one that ends too early is an error of its reader.
func readAnswer(conn io.Reader, method string) (answer, io.Reader, error) {
	scan := http1.Scanner{Limits: http1.Limits{Bytes: mostHead, Fields: 200}}
	buf := make([]byte, 0, 4<<10)
	for {
		end, err := scan.Scan(buf)
		if err != nil {
			return answer{}, nil, fail(Refused, "not an HTTP answer: %w", err)
		}
		if end == 0 {
			if len(buf) == cap(buf) {
				buf = append(buf, make([]byte, len(buf))...)[:len(buf)]
			}
			n, err := conn.Read(buf[len(buf):cap(buf)])
			if buf = buf[:len(buf)+n]; err != nil && n == 0 {
				return answer{}, nil, fail(Cut, "the answer ended in its head: %w", err)
			}
			continue
		}
		var head http1.Response
		if err := head.Parse(&scan, buf[:end]); err != nil {
			return answer{}, nil, fail(Refused, "not an HTTP answer: %w", err)
		}
		if head.Interim() {
			buf = append(buf[:0:0], buf[end:]...)
			scan.Reset()
			continue
		}
		a := answer{status: head.Status, length: -1, location: string(head.Get("location"))}
		if why := head.Get("proxy-status"); why != nil {
			a.why = ": " + http1.Quote(why)
		}
		framing := head.Framing([]byte(method))
		rest := io.MultiReader(bytes.NewReader(bytes.Clone(buf[end:])), conn)
		switch {
		case method == "CONNECT" && head.Status == 200:
			return a, rest, nil
		case framing.Kind == http1.NoBody:
			a.length, rest = 0, bytes.NewReader(nil)
		case framing.Kind == http1.ByLength:
			a.length, rest = framing.Length, &whole{in: rest, left: framing.Length}
		case framing.Kind == http1.ByChunks:
			rest = &chunked{in: rest}
		}
		return a, rest, nil
	}
}

// whole reads so many bytes, and calls it an error if there are fewer.
type whole struct {
	in   io.Reader
	left int64
}

func (w *whole) Read(p []byte) (int, error) {
	if w.left == 0 {
		return 0, io.EOF
	}
	n, err := w.in.Read(p[:min(int64(len(p)), w.left)])
	if w.left -= int64(n); w.left > 0 && err != nil {
		return n, fail(Cut, "the answer ended %d bytes too early", w.left)
	}
	return n, nil
}

// chunked reads a body in the chunked coding.
type chunked struct {
	in     io.Reader
	chunks http1.Chunks
	buf    []byte // read, and not yet looked at
}

func (c *chunked) Read(p []byte) (int, error) {
	for !c.chunks.Done() {
		if len(c.buf) == 0 {
			piece := make([]byte, 16<<10)
			n, err := c.in.Read(piece)
			if n == 0 && err != nil {
				return 0, fail(Cut, "the answer ended too early")
			}
			c.buf = piece[:n]
		}
		n, data, err := c.chunks.Next(c.buf[:min(len(c.buf), max(len(p), 1))])
		c.buf = c.buf[n:]
		switch {
		case err != nil:
			return 0, fail(Refused, "not an HTTP answer: %w", err)
		case len(data) > 0:
			return copy(p, data), nil
		}
	}
	return 0, io.EOF
}

// watched tells of every piece that is read.
type watched struct {
	in   io.Reader
	tick func()
}

func (w watched) Read(p []byte) (int, error) {
	n, err := w.in.Read(p)
	w.tick()
	return n, err
}

// stalled returns a context that ends, with errSlow, when alive was not called for so long: what is slow may take its
// time, and what has stopped may not.
func stalled(ctx context.Context, after time.Duration) (_ context.Context, alive, stop func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	timer := time.AfterFunc(after, func() { cancel(errSlow) })
	return ctx, func() { timer.Reset(after) }, func() { timer.Stop(); cancel(nil) }
}
