package bridge_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/drawbridge-app/drawbridge/bridge"
	"github.com/drawbridge-app/drawbridge/bridge/bridgetest"
	"github.com/drawbridge-app/drawbridge/bridge/upstream"
)

// What a net/http client and a net/http server say to each other arrives, however
// many they are and however they frame it.
func TestNetHTTPAcross(t *testing.T) {
	bridgetest.Leaks(t)
	for _, r := range []struct {
		name   string
		config bridge.Config
	}{
		{"roomy", bridge.Config{}},
		{"tight", bridge.Config{Via: true, ForwardedFor: true, Pool: bridge.Pool{PerHost: 4, Total: 6, Idle: 2, Wait: patience}}},
	} {
		t.Run(r.name, func(t *testing.T) {
			origin := httptest.NewServer(http.HandlerFunc(mirror))
			t.Cleanup(origin.Close)
			r.config.Upstream = upstream.Spec{URL: "direct://"}
			b := start(t, r.config)
			proxy := &url.URL{Scheme: "http", Host: address(b)}
			transport := &http.Transport{Proxy: http.ProxyURL(proxy), MaxIdleConnsPerHost: 16, DisableCompression: true, ExpectContinueTimeout: patience}
			t.Cleanup(transport.CloseIdleConnections)
			var running sync.WaitGroup
			for i := range 24 {
				running.Go(func() {
					rnd := rand.New(rand.NewPCG(uint64(i), 1))
					for j := range 25 {
						if err := cross(transport, origin.URL, rnd); err != nil {
							t.Errorf("client %d, request %d: %v", i, j, err)
							return
						}
					}
				})
			}
			running.Wait()
		})
	}
}

// mirror answers with what it got, framed as it was asked to.
func mirror(w http.ResponseWriter, req *http.Request) {
	if req.URL.Query().Has("hints") {
		w.Header().Set("Link", "</style.css>; rel=preload")
		w.WriteHeader(http.StatusEarlyHints)
	}
	body, err := io.ReadAll(req.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	h := w.Header()
	h.Set("Method", req.Method)
	h.Set("Uri", req.RequestURI)
	h.Set("Token", req.Header.Get("Token"))
	h.Set("Up", fmt.Sprintf("%x", sha256.Sum256(body)))
	h.Set("Up-Sum", req.Trailer.Get("Up-Sum"))
	size, _ := strconv.Atoi(req.URL.Query().Get("size"))
	answer := bytes.Repeat([]byte(req.Header.Get("Token")), size)
	switch req.URL.Query().Get("as") {
	case "length":
		h.Set("Content-Length", strconv.Itoa(len(answer)))
	case "close":
		h.Set("Connection", "close")
	case "trailer":
		h.Set("Trailer", "Down-Sum")
		sum := fmt.Sprintf("%x", sha256.Sum256(answer))
		defer func() { h.Set("Down-Sum", sum) }()
	case "empty":
		w.WriteHeader(http.StatusNoContent)
		return
	}
	for len(answer) > 0 {
		n := min(len(answer), 10000)
		w.Write(answer[:n])
		answer = answer[n:]
		w.(http.Flusher).Flush()
	}
}

// cross makes one random request and compares all that comes back.
func cross(transport *http.Transport, origin string, rnd *rand.Rand) error {
	pick := func(of ...string) string { return of[rnd.IntN(len(of))] }
	method := pick("GET", "GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "PROPFIND")
	as := pick("length", "chunks", "trailer", "close", "empty")
	size, token := rnd.IntN(5)*rnd.IntN(5000), fmt.Sprintf("%016x", rnd.Uint64())
	path := "/" + pick("", "a%2fb", "a;b", "%C3%A4", "a//b") + "?as=" + as + "&size=" + strconv.Itoa(size) + pick("", "&hints")
	up := make([]byte, rnd.IntN(4)*rnd.IntN(60000))
	for i := range up {
		up[i] = byte(rnd.Uint32())
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, origin+path, bytes.NewReader(up))
	if err != nil {
		return err
	}
	upSum := fmt.Sprintf("%x", sha256.Sum256(up))
	wantTrailer := ""
	switch how := rnd.IntN(4); {
	case len(up) == 0:
	case how == 0: // in chunks
		req.ContentLength, req.Body = -1, io.NopCloser(bytes.NewReader(up))
		req.Trailer = http.Header{"Up-Sum": {upSum}}
		wantTrailer = upSum
	case how == 1:
		req.Header.Set("Expect", "100-continue")
	}
	req.Header.Set("Token", token)
	req.Close = rnd.IntN(10) == 0
	res, err := transport.RoundTrip(req)
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return fmt.Errorf("%s %s: body: %w", method, path, err)
	}
	want := strings.Repeat(token, size)
	status := 200
	if as == "empty" {
		want, status = "", 204
	}
	if method == "HEAD" {
		want = ""
	}
	for _, c := range []struct{ what, got, want string }{
		{"status", strconv.Itoa(res.StatusCode), strconv.Itoa(status)},
		{"method", res.Header.Get("Method"), method},
		{"request-target", res.Header.Get("Uri"), path},
		{"token", res.Header.Get("Token"), token},
		{"upload", res.Header.Get("Up"), upSum},
		{"upload's trailer", res.Header.Get("Up-Sum"), wantTrailer},
		{"body", string(body), want},
	} {
		if c.got != c.want {
			return fmt.Errorf("%s %s: %s = %.100q (%d bytes), want %.100q (%d bytes)", method, path, c.what, c.got, len(c.got), c.want, len(c.want))
		}
	}
	if as == "trailer" && method != "HEAD" {
		if got, want := res.Trailer.Get("Down-Sum"), fmt.Sprintf("%x", sha256.Sum256(body)); got != want {
			return fmt.Errorf("%s %s: trailer = %q, want %q", method, path, got, want)
		}
	}
	return nil
}

// FuzzExchange makes up legal requests and compares what the origin gets with a
// rewriting that is done by the letter, field by field.
func FuzzExchange(f *testing.F) {
	for seed := range uint64(30) {
		f.Add(seed, seed*7+1)
	}
	arrived := make(chan string)
	length := make(chan int)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		f.Fatal(err)
	}
	defer l.Close()
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				in := bufio.NewReader(conn)
				for {
					if _, err := in.Peek(1); err != nil {
						return
					}
					got := make([]byte, <-length)
					conn.SetReadDeadline(time.Now().Add(patience))
					n, _ := io.ReadFull(in, got)
					arrived <- string(got[:n])
					io.WriteString(conn, plain)
				}
			}()
		}
	}()
	b := start(f, bridge.Config{Upstream: upstream.Spec{URL: "direct://"}})
	f.Fuzz(func(t *testing.T, one, two uint64) {
		rnd := rand.New(rand.NewPCG(one, two))
		c := dial(t, address(b))
		for range 1 + rnd.IntN(5) {
			sent, want := randomRequest(rnd, l.Addr().String())
			for rest := sent; rest != ""; {
				n := min(len(rest), 1+rnd.IntN(2*len(sent)))
				c.send(rest[:n])
				rest = rest[n:]
			}
			select {
			case length <- len(want):
			case <-time.After(patience):
				t.Fatalf("sent %q, nothing arrived; the answer was %q", sent, c.head())
			}
			if got := <-arrived; got != want {
				t.Fatalf("sent    %q\narrived %q\nwant    %q", sent, got, want)
			}
			c.want(plain)
		}
	})
}

// randomRequest returns a legal request to authority, and what becomes of it.
func randomRequest(rnd *rand.Rand, authority string) (sent, want string) {
	const (
		token = "!#$%&'*+-.^_`|~0123456789ABCXYZabcxyz"
		path  = "/%;:@&=+$,?~-._()!'*|\"<>[]{}\\^abcXYZ019\xc3\xa4\xff"
		value = "\t !\"#,;=:/abcXYZ019\x80\xff"
	)
	random := func(of string, most int) string {
		b := make([]byte, rnd.IntN(most+1))
		for i := range b {
			b[i] = of[rnd.IntN(len(of))]
		}
		return string(b)
	}
	recase := func(name string) string {
		b := []byte(name)
		for i := range b {
			if rnd.IntN(3) == 0 {
				b[i] = bytes.ToUpper(b[i : i+1])[0]
			}
		}
		return string(b)
	}
	methods := []string{"GET", "POST", "PUT", "X" + random(token, 8)}
	method, target := methods[rnd.IntN(len(methods))], random(path, 30)
	if target != "" && target[0] != '/' && target[0] != '?' {
		target = "/" + target
	}
	var up, down strings.Builder
	fmt.Fprintf(&up, "%s http://%s%s HTTP/1.1\r\n", method, authority, target)
	if !strings.HasPrefix(target, "/") {
		target = "/" + target
	}
	fmt.Fprintf(&down, "%s %s HTTP/1.1\r\n", method, target)

	type field struct {
		name, value string // the value with the space around it
		hop         bool
	}
	dropped := []string{"proxy-connection", "keep-alive", "proxy-authorization", "proxy-authenticate", "proxy-authentication-info"}
	var fields []field
	var listed []string
	for range rnd.IntN(12) {
		name := "x-" + random(token, 8)
		switch rnd.IntN(6) {
		case 0:
			fields = append(fields, field{dropped[rnd.IntN(len(dropped))], " x" + random("abc019=,\t ", 10), true})
		case 1:
			listed = append(listed, name)
			fields = append(fields, field{name, random(value, 20), true})
		default:
			fields = append(fields, field{name, random(value, 20), false})
		}
	}
	if len(listed) > 0 {
		fields = append(fields, field{"connection", " " + strings.Join(listed, " ,"), true})
	}
	host := field{"host", " " + authority + random(" \t", 2), false}
	if rnd.IntN(2) == 0 {
		host.value = random(" \t", 2) + "other" + random("abc.-", 5)
	}
	body := random("\x00\r\n:abc\xff", 100)
	switch rnd.IntN(3) {
	case 0:
		body = ""
	case 1:
		fields = append(fields, field{"content-length", " " + strconv.Itoa(len(body)), false})
	case 2:
		fields = append(fields, field{"transfer-encoding", " chunked\t", false})
		var coded strings.Builder
		for rest := body; rest != ""; {
			n := 1 + rnd.IntN(len(rest))
			fmt.Fprintf(&coded, "%0*x%s\r\n%s\r\n", 1+rnd.IntN(3), n, []string{"", ";a", " ; a=\"b\""}[rnd.IntN(3)], rest[:n])
			rest = rest[n:]
		}
		body = coded.String() + "0\r\n" + []string{"", "X-Trailer: 1\r\n", "a:\r\nb: \r\n"}[rnd.IntN(3)] + "\r\n"
	}
	fields = append(fields, host)
	rnd.Shuffle(len(fields), func(i, j int) { fields[i], fields[j] = fields[j], fields[i] })
	for _, f := range fields {
		name := recase(f.name)
		line := name + ":" + f.value + "\r\n"
		up.WriteString(line)
		again := false // named by Connection though it is meant to stay
		for _, l := range listed {
			again = again || strings.EqualFold(l, f.name)
		}
		switch {
		case f.hop || again:
		case f.name == "host" && strings.Trim(f.value, " \t") != authority:
			down.WriteString(name + ": " + authority + "\r\n")
		default:
			down.WriteString(line)
		}
	}
	return up.String() + "\r\n" + body, down.String() + "\r\n" + body
}
