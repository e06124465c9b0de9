package socks

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/drawbridge-app/drawbridge/bridge/relay"
)

// What an [Error] wraps where a caller may want to tell the user something
// particular.
var (
	// ErrLogin: the endpoint refused the user name or password.
	ErrLogin = errors.New("login refused")

	// ErrMethod: the endpoint takes none of the login methods offered. Without
	// credentials it usually means that it wants some.
	ErrMethod = errors.New("no acceptable login method")

	// ErrNotSOCKS: what listens there speaks another protocol.
	ErrNotSOCKS = errors.New("not a SOCKS server")

	// ErrClosed: the endpoint hung up, or reset the connection, in the middle of
	// the conversation.
	ErrClosed = errors.New("the endpoint hung up")

	// ErrMalformed: the endpoint began as a SOCKS server, and then broke the
	// protocol.
	ErrMalformed = errors.New("malformed answer")

	// ErrTarget: the target is malformed, or the SOCKS version in use has no way
	// to express it. Nothing was dialled.
	ErrTarget = errors.New("bad target")
)

// Error is the failure of one dial, and the only type of error that
// [Dialer.DialContext] returns.
type Error struct {
	Stage    Stage
	Endpoint string // the endpoint's address
	Target   string // empty before the request stage
	Reply    Reply  // the endpoint's answer, or Succeeded when it gave none
	Code     byte   // the same as it was received: SOCKS 4 has its own numbers
	Err      error  // the cause; nil when Reply says it all
}

// Error reads like
//
//	socks 127.0.0.1:1080: request example.com:443: connection refused (reply 5)
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("socks ")
	b.WriteString(e.Endpoint)
	b.WriteString(": ")
	b.WriteString(string(e.Stage))
	if e.Target != "" {
		b.WriteByte(' ')
		b.WriteString(e.Target)
	}
	b.WriteString(": ")
	switch {
	case e.Err != nil:
		b.WriteString(e.Err.Error())
	default:
		fmt.Fprintf(&b, "%v (reply %d)", e.Reply, e.Code)
	}
	return b.String()
}

// Unwrap returns the cause, which may be nil.
func (e *Error) Unwrap() error { return e.Err }

// Timeout reports whether a stage took longer than allowed. An endpoint that
// answers that its own way to the target timed out is not a timeout.
func (e *Error) Timeout() bool {
	return isTimeout(e.Err) || errors.Is(e.Err, os.ErrDeadlineExceeded)
}

// Temporary is there for [net.Error] and always false.
func (e *Error) Temporary() bool { return false }

// Is makes every timeout equal to [os.ErrDeadlineExceeded], every way of hanging
// up to [ErrClosed] and every breach of the protocol to [ErrMalformed], wherever
// it came from.
func (e *Error) Is(target error) bool {
	switch target {
	case os.ErrDeadlineExceeded:
		return e.Timeout()
	case ErrClosed:
		return errors.Is(e.Err, io.ErrUnexpectedEOF) || hungUp(e.Err)
	case ErrMalformed:
		_, ok := errors.AsType[malformedError](e.Err)
		return ok
	}
	return false
}

// replyError is a refusal by the endpoint. It travels inside this package only.
type replyError struct {
	reply Reply
	code  byte
}

func (e *replyError) Error() string { return e.reply.String() }

// lateError is a stage that ran out of time.
type lateError time.Duration

func (e lateError) Error() string   { return fmt.Sprintf("no answer within %v", time.Duration(e)) }
func (e lateError) Timeout() bool   { return true }
func (e lateError) Temporary() bool { return false }
func (e lateError) Unwrap() error   { return os.ErrDeadlineExceeded }

// malformedError is an answer that breaks the protocol.
type malformedError string

func (e malformedError) Error() string { return "malformed answer: " + string(e) }

// notSOCKS quotes the first line of what an endpoint of another kind said.
func notSOCKS(said []byte) error {
	const enough = 60
	line := said
	for i, c := range line {
		if c == '\r' || c == '\n' || i == enough {
			line = line[:i]
			break
		}
	}
	return fmt.Errorf("%w: it answered %q", ErrNotSOCKS, line)
}

// bare strips the "dial tcp 127.0.0.1:1080" or "read tcp …->…" that package net
// puts in front: the stage and the endpoint are said already.
func bare(err error) error {
	err = relay.Cause(err)
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return errClosed
	}
	return err
}

// errClosed is an endpoint that hung up in the middle of a handshake.
var errClosed = fmt.Errorf("the endpoint closed the connection: %w", io.ErrUnexpectedEOF)

// broke reports whether an endpoint ended or garbled the conversation, as
// opposed to answering it, staying silent or being out of reach.
func broke(err error) bool {
	e, ok := errors.AsType[*Error](err)
	if !ok || e.Stage == StageDial || e.Reply != Succeeded || e.Timeout() {
		return false
	}
	return errors.Is(e, ErrMalformed) || errors.Is(e, ErrClosed)
}
