package relay_test

import (
	"errors"
	"io"
	"net"
	"os"
	"testing"

	"github.com/drawbridge-app/drawbridge/bridge/bridgetest"
	"github.com/drawbridge-app/drawbridge/bridge/relay"
)

func TestCause(t *testing.T) {
	in := func(err error) error {
		return &net.OpError{Op: "writeto", Err: &net.OpError{Op: "read", Err: os.NewSyscallError("recv", err)}}
	}
	own := errors.New("our own")
	for _, c := range []struct {
		err  error
		want string
	}{
		{in(bridgetest.ECONNREFUSED), "connection refused"},
		{in(bridgetest.ECONNRESET), "connection reset by peer"},
		{in(bridgetest.EADDRINUSE), "address already in use"},
		{in(bridgetest.EACCES), "permission denied"},
		{&net.OpError{Op: "dial", Err: os.ErrDeadlineExceeded}, "i/o timeout"},
		{own, "our own"},
		{io.EOF, "EOF"},
	} {
		if got := relay.Cause(c.err); got.Error() != c.want {
			t.Errorf("Cause(%v) = %q, want %q", c.err, got, c.want)
		}
	}
	if relay.Cause(own) != own || relay.Cause(io.EOF) != io.EOF {
		t.Error("Cause of other errors is not they")
	}
	reset := relay.Cause(in(bridgetest.ECONNRESET))
	if !errors.Is(reset, bridgetest.ECONNRESET) {
		t.Errorf("Cause(%v) is another error", reset)
	}
	for _, err := range []error{relay.Cause(in(bridgetest.ETIMEDOUT)), relay.Cause(in(os.ErrDeadlineExceeded))} {
		if e, ok := err.(net.Error); !ok || !e.Timeout() {
			t.Errorf("%v does not say that it is a timeout", err)
		}
	}
	if e, ok := reset.(net.Error); ok && e.Timeout() {
		t.Errorf("%v says that it is a timeout", reset)
	}
}
