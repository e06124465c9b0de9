//go:build unix

package socks_test

import (
	"context"
	"net"
	"os"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/drawbridge-app/drawbridge/bridge/bridgetest"
	"github.com/drawbridge-app/drawbridge/bridge/socks"
)

func TestDialWaitsForDescriptors(t *testing.T) {
	for _, shortage := range []error{syscall.EMFILE, syscall.ENFILE} {
		bridgetest.Leaks(t)
		target := greeter(t).Addr
		server := bridgetest.StartSOCKS(t, bridgetest.SOCKS{})
		var failures atomic.Int32
		short := newDialer(t, &socks.Dialer{Address: server.Addr, OneFlight: socks.FlightNo})
		short.Net = func(_ context.Context, network, address string) (net.Conn, error) {
			if failures.Add(1) <= 3 {
				return nil, &net.OpError{Op: "dial", Err: os.NewSyscallError("socket", shortage)}
			}
			return net.Dial(network, address)
		}
		dialAndUse(t, short, target)
		if got := failures.Load(); got != 4 {
			t.Errorf("%v: %d attempts, want 4", shortage, got)
		}
	}
}

func TestShortageThatDoesNotEnd(t *testing.T) {
	bridgetest.Leaks(t)
	shortage := func(context.Context, string, string) (net.Conn, error) {
		return nil, &net.OpError{Op: "dial", Err: os.NewSyscallError("socket", syscall.EMFILE)}
	}
	d := newDialer(t, &socks.Dialer{Address: "127.0.0.1:1", DialTimeout: 60 * time.Millisecond, Net: shortage})
	_, err := d.Dial("tcp", "site.test:80")
	if want := "socks 127.0.0.1:1: dial: too many open files"; err == nil || err.Error() != want {
		t.Errorf("error = %v, want %q", err, want)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	patient := newDialer(t, &socks.Dialer{Address: "127.0.0.1:1", Net: shortage})
	begin := time.Now()
	if _, err := patient.DialContext(ctx, "tcp", "site.test:80"); err == nil || time.Since(begin) > patience/2 {
		t.Errorf("cancelled after %v: %v", time.Since(begin), err)
	}
}

// The spares hold descriptors that a dial may need more urgently.
func TestShortageTakesTheSpares(t *testing.T) {
	bridgetest.Leaks(t)
	target := greeter(t).Addr
	server := bridgetest.StartSOCKS(t, bridgetest.SOCKS{Faults: []bridgetest.Fault{bridgetest.Close(bridgetest.AtRequest).On(2)}})
	var short atomic.Bool
	d := newDialer(t, &socks.Dialer{Address: server.Addr, OneFlight: socks.FlightNo, Spares: 2, SpareAbove: -1, HandshakeTimeout: patience})
	d.Net = func(_ context.Context, network, address string) (net.Conn, error) {
		if short.Load() {
			short.Store(d.Ready() > 0)
			return nil, os.NewSyscallError("socket", syscall.EMFILE)
		}
		return net.Dial(network, address)
	}
	dialAndUse(t, d, target)
	settle(t, server, d, 2)
	short.Store(true)
	// The first spare is hung up on when it is used, so a new connection is needed.
	dialAndUse(t, d, target)
}
