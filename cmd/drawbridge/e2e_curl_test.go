//go:build unix

package main_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/coder/websocket"
)

// curl runs curl with these arguments, without any configuration or environment of the user's.
func curl(t testing.TB, args ...string) result {
	t.Helper()
	path := need(t, "curl")
	return client(t, exec.Command(path, append([]string{"-q", "-sS", "--max-time", "120"}, args...)...))
}

// TestCurl sends curl's ways of asking through every endpoint, to a name that only the endpoint knows.
func TestCurl(t *testing.T) {
	const big = 24 << 20
	bigSum := noiseSum(big)
	const small = 3 << 20
	smallSum := noiseSum(small)
	upload := filepath.Join(t.TempDir(), "upload")
	f, err := os.Create(upload)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(f, noise(small)); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}

	for _, endpoint := range endpoints {
		t.Run(endpoint.name, func(t *testing.T) {
			t.Parallel()
			o := newOrigin(t, nil)
			upstream, name := endpoint.start(t)
			bridge := run(t, "--upstream", upstream)
			hello := "hello from " + name + ":" + o.port
			helloTLS := "hello from " + name + ":" + o.tls

			tests := []struct {
				name string
				args []string
				want string // standard output; for /bytes its digest
				said string // on standard error, with -v
				exit int
			}{
				{name: "get", args: []string{"-x", bridge.url(), o.http(name, "/hello")}, want: hello},
				{name: "get by address", args: []string{"-x", bridge.url(), o.http("127.0.0.1", "/hello")},
					want: "hello from 127.0.0.1:" + o.port},
				{name: "http 1.0", args: []string{"--http1.0", "-x", bridge.url(), o.http(name, "/hello")}, want: hello},
				{name: "proxy 1.0", args: []string{"--proxy1.0", bridge.addr, "-p", o.http(name, "/hello")}, want: hello},
				{name: "post", args: []string{"-x", bridge.url(), "-d", "a=1&b=2", o.http(name, "/echo")}, want: "a=1&b=2"},
				{name: "two on one connection", args: []string{"-x", bridge.url(), o.http(name, "/hello"), o.http("127.0.0.1", "/hello")},
					want: hello + "hello from 127.0.0.1:" + o.port},
				{name: "head", args: []string{"-x", bridge.url(), "-I", "-w", "%{http_code}", "-o", os.DevNull, o.http(name, "/bytes/1000")},
					want: "200"},
				{name: "upload after 100-continue", args: []string{"-v", "-x", bridge.url(), "-H", "Expect: 100-continue",
					"--expect100-timeout", "60", "-T", upload, o.http(name, "/sum")},
					want: fmt.Sprint(smallSum, " ", small, " length"), said: "100 Continue"},
				{name: "chunked upload", args: []string{"-x", bridge.url(), "-H", "Transfer-Encoding: chunked", "-T", upload, o.http(name, "/sum")},
					want: fmt.Sprint(smallSum, " ", small, " chunked")},
				{name: "big download", args: []string{"-x", bridge.url(), o.http(name, fmt.Sprint("/bytes/", big))}, want: bigSum},
				{name: "connect", args: []string{"-p", "-x", bridge.url(), o.http(name, "/hello")}, want: hello},
				{name: "big download by connect", args: []string{"-p", "-x", bridge.url(), o.http(name, fmt.Sprint("/bytes/", big))}, want: bigSum},
				{name: "https", args: []string{"-x", bridge.url(), "--cacert", o.ca, o.https(name, "/hello")}, want: helloTLS},
				{name: "https upload", args: []string{"-x", bridge.url(), "--cacert", o.ca, "-T", upload, o.https(name, "/sum")},
					want: fmt.Sprint(smallSum, " ", small, " length")},
				{name: "socks5", args: []string{"--socks5-hostname", bridge.addr, o.http(name, "/hello")}, want: hello},
				{name: "socks4a", args: []string{"--socks4a", bridge.addr, o.http(name, "/hello")}, want: hello},
				{name: "big download by socks5", args: []string{"--socks5-hostname", bridge.addr, o.http(name, fmt.Sprint("/bytes/", big))},
					want: bigSum},
				{name: "cut answer", args: []string{"-x", bridge.url(), o.http(name, "/cut/length")}, want: "only this", exit: 18},
				{name: "cut chunked answer", args: []string{"-x", bridge.url(), o.http(name, "/cut/chunked")}, want: "only this", exit: 18},
			}
			for _, test := range tests {
				t.Run(test.name, func(t *testing.T) {
					got := curl(t, test.args...)
					stdout := string(got.stdout)
					if len(stdout) > 1<<20 {
						h := sha256.New()
						h.Write(got.stdout)
						stdout = digest(h)
					}
					if stdout != test.want || got.exit != test.exit {
						t.Errorf("curl %s = %q, exit %d; want %q, exit %d\n%s",
							strings.Join(test.args, " "), clip(stdout), got.exit, test.want, test.exit, got.stderr)
					}
					if !strings.Contains(got.stderr, test.said) {
						t.Errorf("curl %s does not tell %q:\n%s", strings.Join(test.args, " "), test.said, got.stderr)
					}
				})
			}
		})
	}
}

// TestDeadTarget: what curl's user sees when nobody listens at the target.
func TestDeadTarget(t *testing.T) {
	t.Parallel()
	dead := freePort(t)
	upstream, _ := builtIn(t)
	bridge := run(t, "--upstream", upstream)
	got := curl(t, "-x", bridge.url(), "-D", "-", "http://"+dead+"/")
	if !strings.HasPrefix(string(got.stdout), "HTTP/1.1 502 ") || !strings.Contains(strings.ToLower(string(got.stdout)), "proxy-status:") {
		t.Errorf("a dead target by GET: %s%s", got.stdout, got.stderr)
	}
	got = curl(t, "-x", bridge.url(), "-p", "http://"+dead+"/")
	if got.exit != 56 || !strings.Contains(got.stderr, "502") {
		t.Errorf("a dead target by CONNECT: exit %d: %s", got.exit, got.stderr)
	}
}

// TestDeadUpstream: nothing goes direct because the endpoint is gone.
func TestDeadUpstream(t *testing.T) {
	t.Parallel()
	o := newOrigin(t, nil)
	bridge := run(t, "--upstream", "socks5://"+freePort(t))
	got := curl(t, "-x", bridge.url(), "-o", os.DevNull, "-w", "%{http_code}", o.http("127.0.0.1", "/hello"))
	if string(got.stdout) != "502" {
		t.Errorf("a dead upstream by GET: %s, exit %d: %s", got.stdout, got.exit, got.stderr)
	}
	for _, flag := range []string{"--socks5-hostname", "--socks4a"} {
		if got := curl(t, flag, bridge.addr, o.http("127.0.0.1", "/hello")); got.exit != 97 {
			t.Errorf("a dead upstream by %s: exit %d: %s", flag, got.exit, got.stderr)
		}
	}
}

// TestWebSocket echoes through every form in which clients ask for one.
func TestWebSocket(t *testing.T) {
	t.Parallel()
	o := newOrigin(t, nil)
	upstream, name := builtIn(t)
	bridge := run(t, "--upstream", upstream)

	dials := []struct {
		name string
		url  string
		dial func(ctx context.Context) (net.Conn, error) // nil: as net/http does it with a proxy, GET http://…
	}{
		{name: "absolute form", url: o.http(name, "/ws")},
		{name: "connect", url: o.http(name, "/ws"), dial: func(ctx context.Context) (net.Conn, error) {
			return connect(ctx, bridge.addr, name+":"+o.port)
		}},
	}
	for _, test := range dials {
		t.Run(test.name, func(t *testing.T) {
			transport := &http.Transport{Proxy: func(*http.Request) (*url.URL, error) { return url.Parse(bridge.url()) }}
			if test.dial != nil {
				transport = &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return test.dial(ctx) }}
			}
			defer transport.CloseIdleConnections()
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			conn, _, err := websocket.Dial(ctx, test.url, &websocket.DialOptions{HTTPClient: &http.Client{Transport: transport}})
			if err != nil {
				t.Fatal(err)
			}
			defer conn.CloseNow()
			conn.SetReadLimit(8 << 20)
			for _, size := range []int64{1, 125, 64 << 10, 4 << 20} {
				message, _ := io.ReadAll(noise(size))
				if err := conn.Write(ctx, websocket.MessageBinary, message); err != nil {
					t.Fatal(err)
				}
				_, got, err := conn.Read(ctx)
				if err != nil || !bytes.Equal(got, message) {
					t.Fatalf("echo of %d bytes: got %d, %v", size, len(got), err)
				}
			}
			if err := conn.Close(websocket.StatusNormalClosure, ""); err != nil {
				t.Error(err)
			}
		})
	}

	// curl asks a proxy for ws://… in absolute form.
	t.Run("ws scheme", func(t *testing.T) {
		conn, err := net.Dial("tcp", bridge.addr)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		fmt.Fprintf(conn, "GET ws://%s:%s/ws HTTP/1.1\r\nHost: %[1]s:%[2]s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
			"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", name, o.port)
		answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := answer.Header.Get("Sec-WebSocket-Accept"); answer.StatusCode != 101 || got != "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" {
			t.Errorf("status %d, Sec-WebSocket-Accept %q", answer.StatusCode, got)
		}
	})
}

// connect opens a tunnel through the bridge.
func connect(ctx context.Context, bridge, target string) (net.Conn, error) {
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "tcp", bridge)
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(conn, "CONNECT %s HTTP/1.1\r\nHost: %[1]s\r\n\r\n", target)
	if err := connected(conn); err != nil {
		conn.Close()
		return nil, err
	}
	return conn, nil
}

// connected reads the answer to a CONNECT and nothing behind it.
func connected(conn io.Reader) error {
	var head []byte
	for one := make([]byte, 1); !bytes.HasSuffix(head, []byte("\r\n\r\n")); {
		if _, err := io.ReadFull(conn, one); err != nil {
			return fmt.Errorf("answer to CONNECT, %q: %w", head, err)
		}
		head = append(head, one[0])
	}
	if !bytes.HasPrefix(head, []byte("HTTP/1.1 200")) {
		return fmt.Errorf("answer to CONNECT: %s", head)
	}
	return nil
}
