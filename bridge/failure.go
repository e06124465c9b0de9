package bridge

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"time"

	"github.com/drawbridge-app/drawbridge/bridge/http1"
	"github.com/drawbridge-app/drawbridge/bridge/relay"
	"github.com/drawbridge-app/drawbridge/bridge/socks"
	"github.com/drawbridge-app/drawbridge/bridge/upstream"
)

// Stage is where a request broke.
type Stage string

// The stages in the order in which a request passes them.
const (
	AtClient   Stage = "client"
	AtRule     Stage = "rule"
	AtDial     Stage = "upstream dial"
	AtGreeting Stage = "greeting"
	AtLogin    Stage = "login"
	AtRequest  Stage = "request"
	AtTarget   Stage = "target"
	AtRelay    Stage = "relay"
)

// A failure is why a request did not get its answer from the target, in the
// words that the client is told.
type failure struct {
	status int
	stage  Stage
	cause  string
	next   string // what the user can do about it
	token  string // the error type of RFC 9209 §2.3
	hop    string // the next hop of RFC 9209 §2.1.2; may be empty
	fields string // further header fields, each with CRLF
}

// A Failure is a request that did not get its answer from the target, in the
// words that the client was told.
type Failure struct {
	At     time.Time `json:"at"`
	Stage  Stage     `json:"stage"`
	Status int       `json:"status"` // of HTTP, whatever the client spoke
	Target string    `json:"target"` // host:port
	Cause  string    `json:"cause"`
	Next   string    `json:"next"`  // what the user can do about it
	Token  string    `json:"token"` // the error type of RFC 9209 §2.3
}

// LastFailure returns the newest failure in the life of b, leaving out what
// clients did wrong (AtClient) and what befell connections that b had cut; false:
// there was none.
func (b *Bridge) LastFailure() (Failure, bool) {
	if f := b.lastFailure.Load(); f != nil {
		return *f, true
	}
	return Failure{}, false
}

// noteFailure keeps f, which befell e on its way to p, for LastFailure.
func (b *Bridge) noteFailure(f *failure, p *place, e *entry) {
	if f.stage == AtClient || p == nil || e.whyCut() != "" {
		return
	}
	b.lastFailure.Store(&Failure{At: time.Now(), Stage: f.stage, Status: f.status, Target: p.target,
		Cause: f.cause, Next: f.next, Token: f.token})
}

func (f *failure) Error() string { return string(f.stage) + ": " + f.cause }

// refused is a request that a parser refused.
func refused(err error) *failure {
	f := &failure{status: 400, stage: AtClient, cause: err.Error(), token: "http_request_error",
		next: "The program that sent this request made a mistake; Drawbridge passes on no request that could be read in two ways."}
	var e *http1.Error
	if errors.As(err, &e) {
		f.status = e.Status
	}
	switch f.status {
	case 431:
		f.next = "Send fewer or shorter header fields, or raise limits.head_bytes and limits.head_fields in the settings."
	case 501, 505:
		f.next = "Ask the program for plain HTTP/1.1."
	}
	return f
}

// secured is a client that speaks TLS to us, which it does when its proxy setting
// says https.
func secured() *failure {
	return &failure{status: 400, stage: AtClient, cause: "TLS to a proxy that speaks plain HTTP", token: "http_request_error",
		next: "Write the proxy's address with http://, for https targets too."}
}

// unreachable is a dial of target along w that failed.
func unreachable(err error, w way, target string) *failure {
	switch {
	case errors.Is(err, errOwn):
		return looped([]byte(target))
	case errors.Is(err, errFull):
		return &failure{status: 503, stage: AtClient, cause: err.Error(), token: "connection_limit_reached",
			next: "Try again, or raise pool.per_host and pool.total in the settings.", fields: "Retry-After: 1\r\n"}
	}
	f := &failure{status: 502, stage: AtTarget, cause: reason(err), token: "destination_unavailable", hop: w.hop(target)}
	var e *socks.Error
	var u undecided
	switch {
	case errors.As(err, &u):
		f.stage, f.token = AtRule, "proxy_configuration_error"
		f.next = "Check the PAC script, or run: drawbridge check URL"
	case errors.Is(err, socks.ErrTarget):
		f.stage, f.token = AtRequest, "proxy_configuration_error"
		f.next = "The upstream's protocol has no way to say this target; try another kind of upstream, such as socks5."
	case errors.As(err, &e):
		f.bySOCKS(e)
	case w.upstream.Direct():
		if socks.ReplyFor(err) == socks.ConnectionRefused {
			f.token = "connection_refused"
		}
		f.next = "The built-in endpoint connects directly; check the address, and that this machine is online."
		if w.chosen {
			f.next = "The PAC script sends this target directly; check the address, the script, and that this machine is online."
		}
		if w.rule != "" {
			f.next = "The bypass pattern " + w.rule + " sends this target directly; check the address, the pattern, and that this machine is online."
		}
	default:
		f.stage = AtDial
		f.next = "Check the upstream's settings, or run: drawbridge check"
	}
	if timeout(err) {
		f.status, f.token = 504, "connection_timeout"
	}
	if outOfDescriptors(err) {
		f.status, f.token = 503, "connection_limit_reached"
		f.next, f.fields = "Too many connections are open on this machine; try again.", "Retry-After: 1\r\n"
	}
	if l, ok := errors.AsType[*lost](err); ok && l.shut {
		f.next += " The PAC script would go directly next; Drawbridge does so only where DIRECT comes first."
	}
	return f
}

// bySOCKS says which of the upstream's stages broke.
func (f *failure) bySOCKS(e *socks.Error) {
	switch e.Stage {
	case socks.StageDial:
		f.stage = AtDial
		f.next = "Check that the program behind " + e.Endpoint + " (ss-local, ssh -D, Tor, …) is running."
		if socks.ReplyFor(e.Err) == socks.ConnectionRefused {
			f.token = "connection_refused"
		}
	case socks.StageGreeting:
		f.stage, f.token = AtGreeting, "proxy_configuration_error"
		f.next = "Something answers at " + e.Endpoint + ", but not as the SOCKS endpoint that the settings name; check address and kind."
		if errors.Is(e, upstream.ErrNotProxy) {
			f.next = "Something answers at " + e.Endpoint + ", but not as the HTTP proxy that the settings name; check address and kind."
		}
		if errors.Is(e, socks.ErrMethod) {
			f.next = "Something at " + e.Endpoint + " wants another kind of login; check the upstream's user name and password."
		}
	case socks.StageLogin:
		f.stage, f.token = AtLogin, "proxy_configuration_error"
		f.next = "Check the upstream's user name and password."
	default:
		f.byReply(e.Reply)
	}
}

// byReply translates the reply of RFC 1928 §6.
func (f *failure) byReply(r socks.Reply) {
	f.stage = AtRequest
	f.next = "The upstream could not reach the target; check the address, or try another upstream."
	switch r {
	case socks.NotAllowed:
		f.status, f.stage, f.token = 403, AtRule, "http_request_denied"
		f.next = "The upstream's rules forbid this target; ask whoever runs it."
	case socks.NetworkUnreachable:
		f.token = "destination_ip_unroutable"
	case socks.HostUnreachable:
		f.token = "destination_unavailable"
	case socks.ConnectionRefused:
		f.stage, f.token = AtTarget, "connection_refused"
		f.next = "Nothing listens at the target's port."
	case socks.TTLExpired:
		f.status, f.token = 504, "connection_timeout"
	}
}

// broken is a target that took the request and then failed to answer it.
func broken(err error) *failure {
	f := &failure{status: 502, stage: AtTarget, token: "connection_terminated",
		next: "The target, or something on the way, ended the connection; try again."}
	var e *http1.Error
	switch {
	case errors.As(err, &e):
		f.cause, f.token = "the answer is malformed: "+e.Reason, "http_protocol_error"
		f.next = "The target does not speak correct HTTP; Drawbridge passes on no answer that could be read in two ways."
	case errors.Is(err, io.EOF):
		f.cause = "the target closed the connection without an answer"
	case errors.Is(err, io.ErrUnexpectedEOF):
		f.cause, f.token = "the target closed the connection in the middle of its answer", "http_response_incomplete"
	default:
		f.cause = reason(err)
	}
	if timeout(err) {
		f.status, f.token = 504, "connection_read_timeout"
	}
	return f
}

func timeout(err error) bool {
	var t interface{ Timeout() bool }
	return errors.As(relay.Cause(err), &t) && t.Timeout() || errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, context.DeadlineExceeded)
}

// reason is the text of an error without the addresses that package net puts
// around it: those of local sockets mean nothing to a user.
func reason(err error) string {
	switch e := err.(type) {
	case *lost:
		return e.Error()
	case undecided:
		return e.Error()
	}
	if p, ok := errors.AsType[*upstream.ProxyError](err); ok {
		return p.Error()
	}
	var e *socks.Error
	if errors.As(err, &e) {
		return e.Error()
	}
	var dns *net.DNSError
	if errors.As(err, &dns) {
		return dns.Error()
	}
	return cause(err)
}
