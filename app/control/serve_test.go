package control_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/app/control"
	"github.com/drawbridge-app/drawbridge/bridge/bridgetest"
)

// browser is net/http's idea of a client of the socket.
func browser(path string) *http.Client {
	return &http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", path)
		},
	}}
}

func TestRequests(t *testing.T) {
	bridgetest.NeedUnixSockets(t)
	bridgetest.Leaks(t)
	path := socket(t)
	owner(t, path)
	for _, test := range []struct {
		method, url, body, field string
		status                   int
		says                     string
	}{
		{"GET", "http://drawbridge/state", "", "", 200, `"on":false`},
		{"GET", "http://drawbridge/connections", "", "", 200, "[]"},
		{"GET", "http://drawbridge/history", "", "", 200, "[]"},
		{"GET", "http://drawbridge/log", "", "", 200, "["},
		{"POST", "http://drawbridge/do", `{"do":"forget"}`, "", 200, "{}"},
		{"POST", "http://drawbridge/do", `{"do":"window"}`, "", 500, `"code":"no-window"`},
		{"POST", "http://drawbridge/do", `{"do":"save","edit":{"to":{"profile":[{"name":"x"}]}}}`, "", 400, "0 passwords for 1 profiles"},
		{"POST", "http://drawbridge/do", `{`, "", 400, "the body"},
		{"POST", "http://drawbridge/do", strings.Repeat(" ", 1<<20+1), "", 413, "1048576 bytes"},
		{"POST", "http://drawbridge/check", `{"url":"ftp://x"}`, "", 500, "ftp://x"},
		{"GET", "http://drawbridge/log?after=x", "", "", 400, "no number"},
		{"GET", "http://drawbridge/", "", "", 404, "there is no GET /"},
		{"GET", "http://drawbridge/do", "", "", 404, "there is no GET /do"},
		{"GET", "http://localhost/state", "", "", 403, "localhost"},
		{"GET", "http://drawbridge.evil.test/state", "", "", 403, "evil"},
		{"GET", "http://drawbridge/state", "", "Origin: http://evil.test", 403, "web page"},
		{"GET", "http://drawbridge/state", "", "Drawbridge-Protocol: 2", 426, "version 1 of the protocol"},
		{"GET", "http://drawbridge/state", "", "Drawbridge-Protocol: 1", 200, `"owner"`},
	} {
		req, err := http.NewRequest(test.method, test.url, strings.NewReader(test.body))
		if err != nil {
			t.Fatal(err)
		}
		if name, value, ok := strings.Cut(test.field, ": "); ok {
			req.Header.Set(name, value)
		}
		resp, err := browser(path).Do(req)
		if err != nil {
			t.Errorf("%s %s: %v", test.method, test.url, err)
			continue
		}
		text, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || resp.StatusCode != test.status || !strings.Contains(string(text), test.says) || strings.Contains(string(text), "sesame") {
			t.Errorf("%s %s %s: %s %s, %v, want %d with %s", test.method, test.url, test.field, resp.Status, text, err, test.status, test.says)
		}
	}
	for _, raw := range []struct {
		request string
		status  string
	}{
		{"POST /do HTTP/1.1\r\nHost: drawbridge\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "411"},
		{"GET /state HTTP/1.1\r\nHost: drawbridge\r\nHost: drawbridge\r\n\r\n", "400"},
		{"GET /state HTTP/1.1\r\nHost : drawbridge\r\n\r\n", "400"},
		{"GET /state HTTP/1.1\r\nHost: drawbridge\r\nX: " + strings.Repeat("x", 8<<10) + "\r\n\r\n", "431"},
		{"\x16\x03\x01\r\n\r\n", "400"},
	} {
		conn, err := net.Dial("unix", path)
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(conn, raw.request)
		conn.SetDeadline(time.Now().Add(20 * time.Second))
		text, _ := io.ReadAll(conn)
		conn.Close()
		if !strings.HasPrefix(string(text), "HTTP/1.1 "+raw.status+" ") {
			t.Errorf("%.40q is answered %.40q, want %s", raw.request, text, raw.status)
		}
	}
}

// waiting is an owner that takes its time, until nobody wants the answer.
type waiting struct {
	control.Owner
	asked, given chan bool
}

func (w *waiting) Check(ctx context.Context, _ app.CheckRequest) (app.Check, error) {
	w.asked <- true
	<-ctx.Done()
	w.given <- true
	return app.Check{}, ctx.Err()
}

func TestWhoHangsUpIsNotWaitedFor(t *testing.T) {
	bridgetest.Leaks(t)
	path := socket(t)
	w := &waiting{asked: make(chan bool), given: make(chan bool)}
	serve(t, path, w)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() {
		_, err := control.Dial(path).Check(ctx, app.CheckRequest{})
		ended <- err
	}()
	<-w.asked
	cancel()
	<-w.given
	if err := <-ended; err != context.Canceled {
		t.Errorf("Check = %v, want %v", err, context.Canceled)
	}
}

// A program of another version says what to do.
func TestAnotherVersion(t *testing.T) {
	bridgetest.NeedUnixSockets(t)
	bridgetest.Leaks(t)
	path := socket(t)
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		for _, field := range []string{"Drawbridge-Protocol: 2\r\n", ""} {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			conn.Read(make([]byte, 4096))
			fmt.Fprintf(conn, "HTTP/1.1 426 Upgrade Required\r\n%sContent-Length: 0\r\n\r\n", field)
			conn.Close()
		}
	}()
	for _, want := range []string{`it speaks protocol "2", this program 1`, `it speaks protocol ""`} {
		if _, err := control.Dial(path).State(t.Context()); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "restart it") {
			t.Errorf("State = %v, want %s", err, want)
		}
	}
}
