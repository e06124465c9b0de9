package socks_test

import (
	"bytes"
	"errors"
	"net"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/drawbridge-app/drawbridge/bridge/bridgetest"
	"github.com/drawbridge-app/drawbridge/bridge/socks"
)

// greetings returns what was offered so far, probes included, as a text.
func greetings(s *bridgetest.SOCKSServer) string {
	return string(bytes.Join(s.Greetings(), []byte("|")))
}

func dialAndUse(t *testing.T, d *socks.Dialer, target string) {
	t.Helper()
	conn, err := d.Dial("tcp", target)
	if err != nil {
		t.Fatal(err)
	}
	use(t, conn)
}

func TestMethodsOffered(t *testing.T) {
	mixed := "\x02\x00"
	tests := []struct {
		name   string
		server bridgetest.SOCKS
		dialer socks.Dialer
		want   string // the greetings of three dials
	}{
		{name: "no credentials", want: "\x00|\x00|\x00"},
		{name: "credentials, nobody wants them", dialer: socks.Dialer{User: "u", Password: "p"}, want: mixed + "|\x00|\x00"},
		{name: "credentials, wanted", server: bridgetest.SOCKS{User: "u", Password: "p"}, dialer: socks.Dialer{User: "u", Password: "p"}, want: mixed + "|\x02|\x02"},
		{name: "none", dialer: socks.Dialer{User: "u", Password: "p", Method: socks.None}, want: "\x00|\x00|\x00"},
		{name: "password", server: bridgetest.SOCKS{User: "u", Password: "p"}, dialer: socks.Dialer{User: "u", Password: "p", Method: socks.Password}, want: "\x02|\x02|\x02"},
		{name: "the mixture is refused", server: bridgetest.SOCKS{User: "u", Password: "p", MethodsRefused: []byte{0}}, dialer: socks.Dialer{User: "u", Password: "p"}, want: mixed + "|\x02|\x02|\x02"},
		{name: "the mixture makes it hang up", server: bridgetest.SOCKS{User: "u", Password: "p", Faults: []bridgetest.Fault{bridgetest.Close(bridgetest.AtGreeting).On(1)}}, dialer: socks.Dialer{User: "u", Password: "p"}, want: mixed + "|\x02|\x02|\x02"},
	}
	for i := range tests {
		test := &tests[i]
		t.Run(test.name, func(t *testing.T) {
			bridgetest.Leaks(t)
			target := greeter(t).Addr
			server := bridgetest.StartSOCKS(t, test.server)
			d := newDialer(t, &test.dialer)
			d.Address, d.OneFlight = server.Addr, socks.FlightNo
			for range 3 {
				dialAndUse(t, d, target)
			}
			if got := greetings(server); got != test.want {
				t.Errorf("greetings = %q, want %q", got, test.want)
			}
		})
	}
}

// An endpoint that is set to want a login later on must not lock us out.
func TestRememberedMethodIsForgottenWhenRefused(t *testing.T) {
	bridgetest.Leaks(t)
	target := greeter(t).Addr
	server := bridgetest.StartSOCKS(t, bridgetest.SOCKS{Faults: []bridgetest.Fault{
		bridgetest.Say(bridgetest.AtGreeting, "\x05\xff").On(2),
	}})
	d := newDialer(t, &socks.Dialer{Address: server.Addr, User: "u", Password: "p", OneFlight: socks.FlightNo})
	dialAndUse(t, d, target)
	dialAndUse(t, d, target)
	if got, want := greetings(server), "\x02\x00|\x00|\x02\x00"; got != want {
		t.Errorf("greetings = %q, want %q", got, want)
	}
}

func TestOneFlightIsLearned(t *testing.T) {
	tests := []struct {
		name   string
		server bridgetest.SOCKS
		dialer socks.Dialer
		want   socks.OneFlight
	}{
		{name: "taken", want: socks.FlightYes},
		{name: "taken with login", server: bridgetest.SOCKS{User: "u", Password: "p"}, dialer: socks.Dialer{User: "u", Password: "p"}, want: socks.FlightYes},
		{name: "hangs", server: bridgetest.SOCKS{Faults: []bridgetest.Fault{bridgetest.HangsOnOneFlight()}}, want: socks.FlightNo},
		{name: "hangs with login", server: bridgetest.SOCKS{User: "u", Password: "p", Faults: []bridgetest.Fault{bridgetest.HangsOnOneFlight()}}, dialer: socks.Dialer{User: "u", Password: "p"}, want: socks.FlightNo},
		{name: "hangs up", server: bridgetest.SOCKS{Faults: []bridgetest.Fault{bridgetest.Close(bridgetest.AtRequest).On(2)}}, want: socks.FlightNo},
		{name: "resets", server: bridgetest.SOCKS{Faults: []bridgetest.Fault{bridgetest.Reset(bridgetest.AtRequest).On(2)}}, want: socks.FlightNo},
		{name: "talks nonsense", server: bridgetest.SOCKS{Faults: []bridgetest.Fault{bridgetest.Say(bridgetest.AtRequest, "\x05\x00\x00\x09aaaaaaaaaaaaaaaaa").On(2)}}, want: socks.FlightNo},
	}
	for i := range tests {
		test := &tests[i]
		t.Run(test.name, func(t *testing.T) {
			bridgetest.Leaks(t)
			target := greeter(t).Addr
			server := bridgetest.StartSOCKS(t, test.server)
			d := newDialer(t, &test.dialer)
			d.Address, d.HandshakeTimeout = server.Addr, 200*time.Millisecond
			if _, flight := d.Learned(); flight != socks.FlightAuto {
				t.Errorf("before the first dial one flight is %v", flight)
			}
			dialAndUse(t, d, target)
			bridgetest.Eventually(t, "the probe", func() bool {
				_, flight := d.Learned()
				return flight == test.want
			})
			dialAndUse(t, d, target)
			if got := server.Accepted(); got != 3 {
				t.Errorf("%d connections, want 3: two dials and one probe", got)
			}
			for _, asked := range server.Targets() {
				if asked != target && !strings.HasSuffix(asked, ".invalid:9") {
					t.Errorf("it was asked for %s", asked)
				}
			}
		})
	}
}

func TestOneFlightThatBreaksLaterIsGivenUp(t *testing.T) {
	for name, fault := range map[string]bridgetest.Fault{
		"closes":   bridgetest.Close(bridgetest.AtRequest),
		"resets":   bridgetest.Reset(bridgetest.AtRequest),
		"nonsense": bridgetest.Say(bridgetest.AtRequest, "nonsense"),
	} {
		t.Run(name, func(t *testing.T) {
			bridgetest.Leaks(t)
			target := greeter(t).Addr
			server := bridgetest.StartSOCKS(t, bridgetest.SOCKS{Faults: []bridgetest.Fault{fault.On(2)}})
			d := newDialer(t, &socks.Dialer{Address: server.Addr, OneFlight: socks.FlightYes})
			dialAndUse(t, d, target)
			dialAndUse(t, d, target) // breaks, and succeeds in ordinary flights
			if _, flight := d.Learned(); flight != socks.FlightNo {
				t.Errorf("one flight is %v afterwards", flight)
			}
			if got := server.Accepted(); got != 3 {
				t.Errorf("%d connections, want 3", got)
			}
		})
	}
}

// Some endpoints (ssh -D) hang up in place of a refusal. That is the target's
// fault, and must not end one flight for all the others.
func TestTargetThatIsHungUpOnLeavesOneFlightAlone(t *testing.T) {
	bridgetest.Leaks(t)
	server := bridgetest.StartSOCKS(t, bridgetest.SOCKS{Faults: []bridgetest.Fault{bridgetest.Close(bridgetest.AtRequest)}})
	d := newDialer(t, &socks.Dialer{Address: server.Addr, OneFlight: socks.FlightYes})
	if _, err := d.Dial("tcp", "site.test:80"); err == nil {
		t.Fatal("the dial succeeded")
	}
	if _, flight := d.Learned(); flight != socks.FlightYes {
		t.Errorf("one flight is %v afterwards", flight)
	}
	if got := server.Accepted(); got != 2 {
		t.Errorf("%d connections, want 2", got)
	}
}

// Another endpoint may take the place of the one that was probed. One dial fails
// by it, not all that follow.
func TestEndpointThatBeginsToHang(t *testing.T) {
	bridgetest.Leaks(t)
	target := greeter(t).Addr
	server := bridgetest.StartSOCKS(t, bridgetest.SOCKS{Faults: []bridgetest.Fault{bridgetest.HangsOnOneFlight().From(3)}})
	d := newDialer(t, &socks.Dialer{Address: server.Addr, HandshakeTimeout: 300 * time.Millisecond})
	learns := func(want socks.OneFlight) {
		t.Helper()
		bridgetest.Eventually(t, "the probe", func() bool { _, f := d.Learned(); return f == want })
	}
	dialAndUse(t, d, target)
	learns(socks.FlightYes)
	if _, err := d.Dial("tcp", target); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("it did not hang: %v", err)
	}
	learns(socks.FlightAuto)
	dialAndUse(t, d, target)
	learns(socks.FlightNo)
}

func TestProbe(t *testing.T) {
	t.Run("asked for", func(t *testing.T) {
		bridgetest.Leaks(t)
		server := bridgetest.StartSOCKS(t, bridgetest.SOCKS{})
		d := newDialer(t, &socks.Dialer{Address: server.Addr})
		if takes, err := d.Probe(t.Context()); !takes || err != nil {
			t.Errorf("Probe() = %v, %v", takes, err)
		}
	})
	t.Run("login unknown", func(t *testing.T) {
		d := newDialer(t, &socks.Dialer{Address: "127.0.0.1:1", User: "u", Password: "p"})
		if takes, err := d.Probe(t.Context()); takes || err == nil {
			t.Errorf("Probe() = %v, %v", takes, err)
		}
	})
	t.Run("nobody there", func(t *testing.T) {
		bridgetest.Leaks(t)
		server := bridgetest.StartSOCKS(t, bridgetest.SOCKS{})
		server.Stop()
		d := newDialer(t, &socks.Dialer{Address: server.Addr})
		if takes, err := d.Probe(t.Context()); takes || err == nil {
			t.Errorf("Probe() = %v, %v", takes, err)
		}
		if _, flight := d.Learned(); flight != socks.FlightAuto {
			t.Errorf("one flight is %v afterwards", flight)
		}
	})
}

// Close ends a probe that an endpoint keeps waiting.
func TestCloseEndsTheProbe(t *testing.T) {
	bridgetest.Leaks(t)
	target := greeter(t).Addr
	server := bridgetest.StartSOCKS(t, bridgetest.SOCKS{Faults: []bridgetest.Fault{bridgetest.Silent(bridgetest.AtRequest).On(2)}})
	d := newDialer(t, &socks.Dialer{Address: server.Addr})
	dialAndUse(t, d, target)
	bridgetest.Eventually(t, "the probe", func() bool { return slices.Contains(server.Targets(), "one-flight.invalid:9") })
	begin := time.Now()
	d.Close()
	if took := time.Since(begin); took > patience/2 {
		t.Errorf("Close took %v", took)
	}
	dialAndUse(t, d, target) // still possible
}

func TestTrace(t *testing.T) {
	bridgetest.Leaks(t)
	target := greeter(t).Addr
	server := bridgetest.StartSOCKS(t, bridgetest.SOCKS{User: "u", Password: "p"})
	d := newDialer(t, &socks.Dialer{Address: server.Addr, User: "u", Password: "p", OneFlight: socks.FlightYes})
	for _, test := range []struct {
		target string
		fails  bool
	}{{target, false}, {"nowhere.test:80", true}} {
		var stages []socks.Stage
		var last error
		conn, err := d.Trace(t.Context(), "tcp", test.target, func(s socks.Stage, took time.Duration, err error) {
			if last != nil || took < 0 {
				t.Errorf("stage %s: %v before it, took %v", s, last, took)
			}
			stages, last = append(stages, s), err
		})
		if (err != nil) != test.fails || (last != nil) != test.fails {
			t.Errorf("Trace(%s) = %v, last stage %v", test.target, err, last)
		}
		if conn != nil {
			use(t, conn)
		}
		want := []socks.Stage{socks.StageDial, socks.StageGreeting, socks.StageLogin, socks.StageRequest}
		if !slices.Equal(stages, want) {
			t.Errorf("stages = %v, want %v", stages, want)
		}
	}
}

func TestGreet(t *testing.T) {
	bridgetest.Leaks(t)
	open := bridgetest.StartSOCKS(t, bridgetest.SOCKS{})
	locked := bridgetest.StartSOCKS(t, bridgetest.SOCKS{User: "u", Password: "p"})
	other := bridgetest.StartOrigin(t, func(conn net.Conn) { conn.Write([]byte("220 mail\r\n")); conn.Read(make([]byte, 9)) })
	for addr, want := range map[string]error{open.Addr: nil, locked.Addr: socks.ErrMethod, other.Addr: socks.ErrNotSOCKS} {
		d := newDialer(t, &socks.Dialer{Address: addr})
		if err := d.Greet(t.Context()); !errors.Is(err, want) {
			t.Errorf("Greet(%s) = %v, want %v", addr, err, want)
		}
	}
}
