package upstream_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/drawbridge-app/drawbridge/bridge/bridgetest"
	"github.com/drawbridge-app/drawbridge/bridge/socks"
	"github.com/drawbridge-app/drawbridge/bridge/upstream"
	"golang.org/x/net/proxy"
)

func build(t *testing.T, s upstream.Spec) *upstream.Upstream {
	t.Helper()
	u, err := upstream.New(s)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { u.Close() })
	return u
}

func echo(t *testing.T) *bridgetest.Origin {
	return bridgetest.StartOrigin(t, func(conn net.Conn) { io.Copy(conn, conn) })
}

// use proves that conn is bare and works both ways, half-close included.
func use(t *testing.T, conn net.Conn) {
	t.Helper()
	defer conn.Close()
	tcp, ok := conn.(*net.TCPConn)
	if !ok {
		t.Fatalf("the connection is a %T", conn)
	}
	tcp.SetDeadline(time.Now().Add(10 * time.Second))
	io.WriteString(tcp, "ping")
	tcp.CloseWrite()
	if got, err := io.ReadAll(tcp); string(got) != "ping" || err != nil {
		t.Errorf("read %q, %v", got, err)
	}
}

func TestEverySchemeReachesItsTarget(t *testing.T) {
	tests := []struct {
		scheme string
		script bridgetest.SOCKS
		spec   upstream.Spec
		user   string
	}{
		{scheme: "socks5://"},
		{scheme: "socks5h://"},
		{scheme: "socks://"},
		{scheme: ""},
		{scheme: "socks4a://"},
		{scheme: "socks4a://me@", user: "me"},
		{scheme: "socks5://u:p%3A@", script: bridgetest.SOCKS{User: "u", Password: "p:"}, user: "u"},
		{scheme: "socks5://x:y@", script: bridgetest.SOCKS{User: "u", Password: "p"}, spec: upstream.Spec{User: "u", Password: "p"}, user: "u"},
		{scheme: "socks5://", script: bridgetest.SOCKS{User: "u", Password: "p"}, spec: upstream.Spec{User: "u", Password: "p", Method: "password", OneFlight: "yes"}, user: "u"},
	}
	for _, test := range tests {
		t.Run(test.scheme, func(t *testing.T) {
			bridgetest.Leaks(t)
			test.script.Names = map[string]string{"site.test:443": echo(t).Addr}
			server := bridgetest.StartSOCKS(t, test.script)
			test.spec.URL = test.scheme + server.Addr
			u := build(t, test.spec)
			if u.Direct() || u.Address() != server.Addr {
				t.Errorf("Direct() = %v, Address() = %q", u.Direct(), u.Address())
			}
			conn, err := u.Dial("tcp", "site.test:443")
			if err != nil {
				t.Fatal(err)
			}
			use(t, conn)
			if got := server.Targets(); got[0] != "site.test:443" {
				t.Errorf("it was asked for %q", got)
			}
			if got := server.Users(); test.user != "" && got[0] != test.user {
				t.Errorf("users = %q, want %q", got, test.user)
			}
			if h := u.Health(); !h.OK() || h.LastSuccess.IsZero() || h.RoundTrip <= 0 {
				t.Errorf("Health() = %+v", h)
			}
		})
	}
}

func TestDirect(t *testing.T) {
	bridgetest.Leaks(t)
	origin := echo(t)
	u := build(t, upstream.Spec{URL: "direct://"})
	if !u.Direct() || u.Address() != "" || u.Name() != "direct://" {
		t.Errorf("Direct() = %v, Address() = %q, Name() = %q", u.Direct(), u.Address(), u.Name())
	}
	conn, err := u.DialContext(t.Context(), "tcp", "localhost:"+origin.Port())
	if err != nil {
		t.Fatal(err)
	}
	use(t, conn)
	r := u.Check(t.Context(), origin.Addr)
	if r.Err != nil || len(r.Steps) != 1 || r.Steps[0].Stage != "dial" {
		t.Errorf("Check() = %+v", r)
	}
	origin.Stop()
	if r := u.Check(t.Context(), origin.Addr); r.Err == nil || r.Steps[0].Err == nil {
		t.Errorf("Check() = %+v", r)
	}
	u.FreeIdle()
}

func TestNewRefuses(t *testing.T) {
	tests := []struct {
		spec upstream.Spec
		want []string
	}{
		{upstream.Spec{URL: "gopher://h:1"}, []string{`scheme "gopher" is not known`, "socks5, socks5h, socks, socks4, socks4a, http, https, direct, pac+file, pac+http and pac+https"}},
		{upstream.Spec{URL: "gopher://u:secret@h:1"}, []string{`upstream "gopher://u:***@h:1"`}},
		{upstream.Spec{URL: "ftp://h:1"}, []string{`scheme "ftp" is not known`}},
		{upstream.Spec{URL: "http://h:1", User: "a:b", Password: "secret"}, []string{"colon"}},
		{upstream.Spec{URL: "host:1", Method: "gssapi", OneFlight: "maybe", Spares: -1, DialTimeout: -1, HandshakeTimeout: -1},
			[]string{`login method "gssapi"`, `one flight "maybe"`, "spares -1", "dial timeout -1ns", "handshake timeout -1ns"}},
		{upstream.Spec{URL: "socks4://u:secret@host:1"}, []string{"socks4 has no password"}},
		{upstream.Spec{URL: "host:1", User: strings.Repeat("u", 256), Password: "secret"}, []string{"the user name is 256 bytes long"}},
		{upstream.Spec{URL: "u@host:1"}, []string{"the password is 0 bytes long"}},
		{upstream.Spec{URL: "host:1", Method: "password"}, []string{"user name"}},
		{upstream.Spec{}, []string{"empty"}},
	}
	for _, test := range tests {
		_, err := upstream.New(test.spec)
		if err == nil {
			t.Errorf("New(%v) succeeded", test.spec)
			continue
		}
		for _, want := range test.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("New(%v) = %q, want %q", test.spec, err, want)
			}
		}
		if strings.Contains(err.Error(), "secret") {
			t.Errorf("New tells the password: %q", err)
		}
	}
}

// wormhole is a kind of upstream of which this package knows nothing.
type wormhole struct {
	u       *url.URL
	forward proxy.Dialer
}

func (w wormhole) Dial(network, addr string) (net.Conn, error) {
	if addr == "wait.test:1" {
		time.Sleep(50 * time.Millisecond)
	}
	return w.forward.Dial(network, w.u.Host)
}

func init() {
	proxy.RegisterDialerType("wormhole", func(u *url.URL, forward proxy.Dialer) (proxy.Dialer, error) {
		if u.RawQuery == "refuse" {
			return nil, errors.New("no such wormhole: " + u.User.String())
		}
		return wormhole{u, forward}, nil
	})
}

func TestRegisteredScheme(t *testing.T) {
	bridgetest.Leaks(t)
	origin := echo(t)
	u := build(t, upstream.Spec{Name: "hole", URL: "wormhole://" + origin.Addr + "/deep?wide"})
	if u.Name() != "hole" || u.String() != "wormhole://"+origin.Addr {
		t.Errorf("Name() = %q, String() = %q", u.Name(), u.String())
	}
	conn, err := u.Dial("tcp", "site.test:1")
	if err != nil {
		t.Fatal(err)
	}
	use(t, conn)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := u.DialContext(ctx, "tcp", "wait.test:1"); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if !u.Health().OK() {
		t.Error("a caller that changed its mind spoilt the upstream's health")
	}
	_, err = upstream.New(upstream.Spec{URL: "wormhole://u:secret@h:1?refuse"})
	if err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("New() = %v", err)
	}
	bridgetest.Eventually(t, "the abandoned dial", func() bool { return origin.Accepted() == 2 && origin.Open() == 0 })
}

func TestHealth(t *testing.T) {
	bridgetest.Leaks(t)
	server := bridgetest.StartSOCKS(t, bridgetest.SOCKS{})
	u := build(t, upstream.Spec{URL: server.URL()})
	if h := u.Health(); !h.OK() || h != (upstream.Health{}) {
		t.Errorf("at first: %+v", h)
	}
	// A target that is refused is a sign of life; one that is malformed is no sign.
	u.Dial("tcp", "nowhere.test:80")
	u.Dial("tcp", "no port")
	if h := u.Health(); !h.OK() || h.LastSuccess.IsZero() || h.LastError != nil {
		t.Errorf("after a refusal: %+v", h)
	}
	server.Stop()
	u.Dial("tcp", "site.test:80")
	h := u.Health()
	if e, ok := errors.AsType[*socks.Error](h.LastError); h.OK() || !ok || e.Stage != socks.StageDial {
		t.Errorf("after its end: %+v", h)
	}
}

func TestCheck(t *testing.T) {
	login := bridgetest.SOCKS{User: "u", Password: "p"}
	hangs := bridgetest.SOCKS{Faults: []bridgetest.Fault{bridgetest.HangsOnOneFlight()}}
	silent := bridgetest.SOCKS{Faults: []bridgetest.Fault{bridgetest.Silent(bridgetest.AtGreeting)}}
	tests := []struct {
		name   string
		script bridgetest.SOCKS
		spec   upstream.Spec
		stages string
		fails  bool
		method string
		flight string
	}{
		{name: "open", stages: "dial greeting request", method: "none", flight: "yes"},
		{name: "login", script: login, spec: upstream.Spec{User: "u", Password: "p"}, stages: "dial greeting login request", method: "password", flight: "yes"},
		{name: "microsocks", script: hangs, spec: upstream.Spec{HandshakeTimeout: 100 * time.Millisecond}, stages: "dial greeting request", method: "none", flight: "no"},
		{name: "flight set to no", spec: upstream.Spec{OneFlight: "no"}, stages: "dial greeting request", method: "none"},
		{name: "wrong password", script: login, spec: upstream.Spec{User: "u", Password: "x"}, stages: "dial greeting login", fails: true},
		{name: "login needed", script: login, stages: "dial greeting", fails: true},
		{name: "silent", script: silent, spec: upstream.Spec{HandshakeTimeout: 50 * time.Millisecond}, stages: "dial greeting", fails: true},
		{name: "refused", script: bridgetest.SOCKS{Faults: []bridgetest.Fault{bridgetest.Refuse(2)}}, stages: "dial greeting request", fails: true, method: "none", flight: "yes"},
		{name: "SOCKS 4a", spec: upstream.Spec{URL: "socks4a://"}, stages: "dial request"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			bridgetest.Leaks(t)
			test.script.Names = map[string]string{"site.test": echo(t).Addr}
			server := bridgetest.StartSOCKS(t, test.script)
			test.spec.URL += server.Addr
			r := build(t, test.spec).Check(t.Context(), "site.test:80")
			var stages []string
			for i, s := range r.Steps {
				stages = append(stages, s.Stage)
				if last := i == len(r.Steps)-1; (s.Err != nil) != (last && test.fails) {
					t.Errorf("step %s: %v", s.Stage, s.Err)
				}
			}
			if want := strings.Fields(test.stages); !slices.Equal(stages, want) {
				t.Errorf("stages = %q, want %q", stages, want)
			}
			if (r.Err != nil) != test.fails {
				t.Errorf("Err = %v", r.Err)
			}
			if r.Method != test.method || r.OneFlight != test.flight {
				t.Errorf("Method = %q, OneFlight = %q; want %q, %q", r.Method, r.OneFlight, test.method, test.flight)
			}
		})
	}
}

func TestGreets(t *testing.T) {
	bridgetest.Leaks(t)
	open := bridgetest.StartSOCKS(t, bridgetest.SOCKS{})
	locked := bridgetest.StartSOCKS(t, bridgetest.SOCKS{User: "u", Password: "p"})
	web := bridgetest.StartSOCKS(t, bridgetest.SOCKS{Faults: []bridgetest.Fault{bridgetest.Say(bridgetest.AtGreeting, "HTTP/1.1 400 Bad Request\r\n")}})
	gone := bridgetest.StartSOCKS(t, bridgetest.SOCKS{})
	gone.Stop()
	for addr, want := range map[string]bool{open.Addr: true, locked.Addr: true, web.Addr: false, gone.Addr: false} {
		if err := upstream.Greets(t.Context(), addr); (err == nil) != want {
			t.Errorf("Greets(%s) = %v, want %v", addr, err, want)
		}
	}
	mute := bridgetest.StartSOCKS(t, bridgetest.SOCKS{Faults: []bridgetest.Fault{bridgetest.Silent(bridgetest.AtGreeting)}})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := upstream.Greets(ctx, mute.Addr); err == nil {
		t.Error("a silent server greets")
	}
}

// An upstream that was prepared has met its endpoint before the first dial.
func TestPrepare(t *testing.T) {
	bridgetest.Leaks(t)
	s := bridgetest.StartSOCKS(t, bridgetest.SOCKS{})
	u := build(t, upstream.Spec{URL: s.URL()})
	u.Prepare(t.Context())
	if h := u.Health(); h.LastSuccess.IsZero() || !h.OK() {
		t.Errorf("Health() = %+v after Prepare, want a success", h)
	}
	bridgetest.Eventually(t, "a question about one flight", func() bool {
		return slices.Contains(s.Targets(), "one-flight.invalid:9")
	})

	s.Stop()
	gone := build(t, upstream.Spec{URL: s.URL()})
	gone.Prepare(t.Context())
	if h := gone.Health(); h.OK() {
		t.Errorf("Health() = %+v after Prepare with no endpoint, want a failure", h)
	}
	direct := build(t, upstream.Spec{URL: "direct://"})
	direct.Prepare(t.Context())
	if h := direct.Health(); !h.LastSuccess.IsZero() || !h.OK() {
		t.Errorf("Health() = %+v after Prepare of direct, want nothing known", h)
	}
}
