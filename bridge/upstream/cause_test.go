package upstream_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/drawbridge-app/drawbridge/bridge/bridgetest"
	"github.com/drawbridge-app/drawbridge/bridge/socks"
	"github.com/drawbridge-app/drawbridge/bridge/upstream"
)

// What a dial or a greeting fails with has a code, and so has Health's last error
// where the upstream is to blame.
func TestCause(t *testing.T) {
	faulty := func(f bridgetest.Fault) bridgetest.SOCKS { return bridgetest.SOCKS{Faults: []bridgetest.Fault{f}} }
	locked := bridgetest.SOCKS{User: "u", Password: "p"}
	short := upstream.Spec{HandshakeTimeout: 50 * time.Millisecond}
	for _, test := range []struct {
		name   string
		script bridgetest.SOCKS
		spec   upstream.Spec
		dial   upstream.Code
		greet  upstream.Code
	}{
		{name: "well, and the target is not", dial: upstream.Target},
		{name: "forbidden", script: faulty(bridgetest.Refuse(2)), dial: upstream.Target},
		{name: "silent about the target", script: faulty(bridgetest.Silent(bridgetest.AtRequest)), spec: short, dial: upstream.Target},
		{name: "hangs up over the request", script: faulty(bridgetest.Close(bridgetest.AtRequest)), dial: upstream.HungUp},
		{name: "resets", script: faulty(bridgetest.Reset(bridgetest.AtGreeting)), dial: upstream.HungUp, greet: upstream.HungUp},
		{name: "hangs up", script: faulty(bridgetest.Close(bridgetest.AtGreeting)), dial: upstream.HungUp, greet: upstream.HungUp},
		{name: "silent", script: faulty(bridgetest.Silent(bridgetest.AtGreeting)), spec: short, dial: upstream.TimedOut, greet: upstream.TimedOut},
		{name: "speaks HTTP", script: faulty(bridgetest.Say(bridgetest.AtGreeting, "HTTP/1.1 400 Bad Request\r\n")), dial: upstream.NotSOCKS, greet: upstream.NotSOCKS},
		{name: "chooses what was not offered", script: faulty(bridgetest.Say(bridgetest.AtGreeting, "\x05\x07")), dial: upstream.NotSOCKS, greet: upstream.NotSOCKS},
		{name: "malformed reply", script: faulty(bridgetest.Say(bridgetest.AtRequest, "\x04\x00\x00\x01\x00\x00\x00\x00\x00\x00")), dial: upstream.NotSOCKS},
		{name: "wants a login", script: locked, dial: upstream.WrongMethod, greet: upstream.WrongMethod},
		{name: "refuses the login", script: locked, spec: upstream.Spec{User: "u", Password: "x"}, dial: upstream.LoginRefused, greet: upstream.LoginRefused},
		{name: "SOCKS 4a, and the target is not", script: faulty(bridgetest.Refuse(1)), spec: upstream.Spec{URL: "socks4a://"}, dial: upstream.Target},
	} {
		t.Run(test.name, func(t *testing.T) {
			bridgetest.Leaks(t)
			test.spec.URL += bridgetest.StartSOCKS(t, test.script).Addr
			test.spec.OneFlight = "no"
			u := build(t, test.spec)
			_, err := u.Dial("tcp", "nowhere.test:80")
			if got := upstream.Cause(err); got != test.dial {
				t.Errorf("Cause(%v) = %q, want %q", err, got, test.dial)
			}
			err = u.Greet(t.Context())
			if got := upstream.Cause(err); got != test.greet {
				t.Errorf("Greet() = %v, of cause %q, want %q", err, got, test.greet)
			}
			if h := u.Health(); test.greet != "" && (h.OK() || upstream.Cause(h.LastError) != test.greet || h.Greeting != 0) {
				t.Errorf("Health() = %+v, of cause %q, want %q", h, upstream.Cause(h.LastError), test.greet)
			}
		})
	}
}

func TestCauseOfAnEndpointOutOfReach(t *testing.T) {
	bridgetest.Leaks(t)
	gone := bridgetest.StartSOCKS(t, bridgetest.SOCKS{})
	gone.Stop()
	for _, scheme := range []string{"socks5://", "socks4://"} {
		u := build(t, upstream.Spec{URL: scheme + gone.Addr})
		if err := u.Greet(t.Context()); upstream.Cause(err) != upstream.Refused {
			t.Errorf("Greet() of %v = %v, of cause %q, want %q", u, err, upstream.Cause(err), upstream.Refused)
		}
	}
	nameless := build(t, upstream.Spec{URL: "socks5://endpoint.invalid", DialTimeout: 5 * time.Second})
	err := nameless.Greet(t.Context())
	if got := upstream.Cause(err); got != upstream.UnknownName && got != upstream.TimedOut { // the latter where no name server answers
		t.Errorf("Greet() of %v = %v, of cause %q, want %q", nameless, err, got, upstream.UnknownName)
	}
}

// What no server on this machine can be made to cause.
func TestCauseOfOtherErrors(t *testing.T) {
	dial := func(err error) error {
		return &socks.Error{Stage: socks.StageDial, Endpoint: "192.0.2.1:1080", Err: err}
	}
	for _, test := range []struct {
		err  error
		want upstream.Code
	}{
		{nil, ""},
		{dial(&net.DNSError{Err: "no such host", Name: "site.test", IsNotFound: true}), upstream.UnknownName},
		{dial(&net.DNSError{Err: "i/o timeout", Name: "site.test", IsTimeout: true}), upstream.TimedOut},
		{dial(context.DeadlineExceeded), upstream.TimedOut},
		{dial(context.Canceled), upstream.Other},
		{dial(bridgetest.EHOSTUNREACH), upstream.Unreachable},
		{dial(bridgetest.ENETUNREACH), upstream.Unreachable},
		{dial(errors.New("a wormhole collapsed")), upstream.Other},
		{errors.New("a wormhole collapsed"), upstream.Other},
		{fmt.Errorf("wrapped: %w", socks.ErrLogin), upstream.LoginRefused},
	} {
		if got := upstream.Cause(test.err); got != test.want {
			t.Errorf("Cause(%v) = %q, want %q", test.err, got, test.want)
		}
	}
}

// A greeting says how far the endpoint is; a dial says how far targets are.
func TestGreetingAndRoundTripAreKeptApart(t *testing.T) {
	bridgetest.Leaks(t)
	target := echo(t).Addr
	for _, script := range []bridgetest.SOCKS{{}, {User: "u", Password: "p"}} {
		server := bridgetest.StartSOCKS(t, script)
		u := build(t, upstream.Spec{URL: server.URL(), OneFlight: "no"})
		if err := u.Greet(t.Context()); err != nil {
			t.Fatalf("Greet: %v", err)
		}
		h := u.Health()
		if !h.OK() || h.LastSuccess.IsZero() || h.Greeting <= 0 || h.RoundTrip != 0 || !h.Reached.IsZero() {
			t.Errorf("Health() = %+v after a greeting", h)
		}
		conn, err := u.Dial("tcp", target)
		if err != nil {
			t.Fatal(err)
		}
		use(t, conn)
		if d := u.Health(); d.Greeting != h.Greeting || d.RoundTrip <= 0 || d.Reached.Before(h.LastSuccess) || d.Reached != d.LastSuccess {
			t.Errorf("Health() = %+v after a dial, and %+v before", d, h)
		}
		if got := server.Targets(); len(got) != 1 { // none by the greeting
			t.Errorf("the endpoint was asked for %q", got)
		}
	}
}

func TestGreetWithoutAGreeting(t *testing.T) {
	bridgetest.Leaks(t)
	direct := build(t, upstream.Spec{URL: "direct://"})
	if err := direct.Greet(t.Context()); err != nil || direct.Health() != (upstream.Health{}) {
		t.Errorf("Greet() of direct = %v, Health() = %+v", err, direct.Health())
	}
	server := bridgetest.StartSOCKS(t, bridgetest.SOCKS{})
	old := build(t, upstream.Spec{URL: strings.Replace(server.URL(), "socks5", "socks4", 1)})
	if err := old.Greet(t.Context()); err != nil || old.Health().Greeting <= 0 {
		t.Errorf("Greet() of SOCKS 4 = %v, Health() = %+v", err, old.Health())
	}
	bridgetest.Eventually(t, "one connection", func() bool { return server.Accepted() == 1 }) // it may not have been taken yet
}
