package socks

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
)

// Reply is an endpoint's answer to a request, RFC 1928 section 6. SOCKS 4 has
// only four answers; they are expressed by the nearest of these codes.
type Reply byte

const (
	Succeeded          Reply = 0
	GeneralFailure     Reply = 1 // also SOCKS 4 code 91
	NotAllowed         Reply = 2 // also SOCKS 4 codes 92 and 93, which reject the user name
	NetworkUnreachable Reply = 3
	HostUnreachable    Reply = 4 // endpoints also say this for a name that does not exist
	ConnectionRefused  Reply = 5
	TTLExpired         Reply = 6 // endpoints also say this for a timeout
	BadCommand         Reply = 7
	BadAddressType     Reply = 8
)

// String returns the words of RFC 1928 for the code.
func (r Reply) String() string {
	switch r {
	case Succeeded:
		return "succeeded"
	case GeneralFailure:
		return "general failure"
	case NotAllowed:
		return "not allowed by the endpoint's rules"
	case NetworkUnreachable:
		return "network unreachable"
	case HostUnreachable:
		return "host unreachable"
	case ConnectionRefused:
		return "connection refused"
	case TTLExpired:
		return "TTL expired"
	case BadCommand:
		return "command not supported"
	case BadAddressType:
		return "address type not supported"
	}
	return fmt.Sprintf("unknown reply %d", byte(r))
}

// ReplyFor returns the code that tells a client why dialling its target failed.
// A nil error is [Succeeded]; an [*Error] that carries an endpoint's own reply
// passes it on; whatever has no code of its own is [GeneralFailure], and so is an
// endpoint that cannot be used, which says nothing about the target.
func ReplyFor(err error) Reply {
	if err == nil {
		return Succeeded
	}
	if e, ok := errors.AsType[*Error](err); ok {
		switch {
		case e.Reply != Succeeded:
			return e.Reply
		case e.Stage == StageRequest && e.Timeout():
			return TTLExpired
		}
		return GeneralFailure
	}
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return HostUnreachable
	}
	switch {
	case errors.Is(err, errnoRefused):
		return ConnectionRefused
	case errors.Is(err, errnoNetwork):
		return NetworkUnreachable
	case errors.Is(err, errnoHost):
		return HostUnreachable
	case errors.Is(err, os.ErrPermission), errors.Is(err, errnoDenied):
		return NotAllowed
	case isTimeout(err), errors.Is(err, context.DeadlineExceeded):
		return TTLExpired
	}
	return GeneralFailure
}

// The answers of SOCKS 4.
const (
	granted4     = 0x5a
	rejected4    = 0x5b
	noIdent4     = 0x5c // the endpoint could not ask the client's identd
	wrongIdent4  = 0x5d // the user name is not the one it wants
	loginNeeded4 = wrongIdent4
)

// fromCode4 translates a SOCKS 4 code. Reports false for a code that is none.
func fromCode4(code byte) (Reply, bool) {
	switch code {
	case granted4:
		return Succeeded, true
	case rejected4:
		return GeneralFailure, true
	case noIdent4, wrongIdent4:
		return NotAllowed, true
	}
	return GeneralFailure, false
}
