package upstream

import (
	"context"
	"errors"
	"net"
	"os"

	"github.com/drawbridge-app/drawbridge/bridge/socks"
)

// Code says in one word why an upstream failed, for programs that have their own
// sentences for it.
type Code string

// The codes. What an endpoint says about a target is Target; all others are about
// the upstream itself.
const (
	Refused      Code = "refused"     // nothing listens at the endpoint's address
	TimedOut     Code = "timeout"     // no answer in time
	Unreachable  Code = "unreachable" // no way to the endpoint's host or network
	UnknownName  Code = "name"        // the endpoint's name leads to no address
	NotSOCKS     Code = "not-socks"   // something answers, but not as the SOCKS endpoint it should be
	NotProxy     Code = "not-proxy"   // something answers, but not as the HTTP proxy it should be
	Script       Code = "script"      // the PAC script that decides cannot be had
	WrongMethod  Code = "method"      // the endpoint wants another kind of login, most often one at all
	LoginRefused Code = "login"       // the user name or password is not accepted
	HungUp       Code = "closed"      // the endpoint ended the conversation
	Target       Code = "target"      // the endpoint is well, and its answer or silence is about the target
	Other        Code = "other"       // something else; the error's text says what
)

// Cause returns the code of an error with which an upstream failed: a
// [Health.LastError], or what DialContext, Greet or Check returned. It is empty
// for nil. Of an upstream without an endpoint, all codes are about the target.
func Cause(err error) Code {
	switch {
	case err == nil:
		return ""
	case errors.Is(err, context.Canceled):
		return Other
	}
	if e, ok := errors.AsType[*socks.Error](err); ok && e.Stage == socks.StageRequest && (e.Reply != socks.Succeeded || !ownFault(e)) {
		return Target
	}
	for _, c := range [...]struct {
		is   error
		code Code
	}{
		{socks.ErrMethod, WrongMethod},
		{socks.ErrLogin, LoginRefused},
		{ErrUnready, Script},
		{ErrNotProxy, NotProxy},
		{socks.ErrNotSOCKS, NotSOCKS},
		{socks.ErrMalformed, NotSOCKS},
		{socks.ErrClosed, HungUp},
		{os.ErrDeadlineExceeded, TimedOut},
	} {
		if errors.Is(err, c.is) {
			return c.code
		}
	}
	return network(err)
}

// network is Cause for what the system says of an address.
func network(err error) Code {
	if e, ok := errors.AsType[net.Error](err); ok && e.Timeout() {
		return TimedOut
	}
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return UnknownName
	}
	if e, ok := errors.AsType[*socks.Error](err); ok {
		err = e.Err
	}
	switch socks.ReplyFor(err) {
	case socks.ConnectionRefused:
		return Refused
	case socks.NetworkUnreachable, socks.HostUnreachable:
		return Unreachable
	}
	return Other
}
