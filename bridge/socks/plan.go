package socks

import (
	"bytes"
	"errors"
)

// plan is how an attempt addresses the endpoint. It is shared between dials and
// never changed: a revision is a new plan.
type plan struct {
	offer     []byte // login methods, RFC 1928 section 3
	method    Method // the one that is known or demanded; Auto while both are offered
	oneFlight bool

	mayMix     bool  // credentials and Auto: none and password may be offered together
	remembered bool  // method is what the endpoint chose earlier
	previous   *plan // what this plan is a revision of
}

func (p *plan) appendGreeting(b []byte) []byte {
	b = append(b, version5, byte(len(p.offer)))
	return append(b, p.offer...)
}

// accept checks the endpoint's choice.
func (p *plan) accept(chosen byte) error {
	switch {
	case bytes.IndexByte(p.offer, chosen) >= 0:
		return nil
	case chosen == methodRefused:
		return ErrMethod
	}
	return malformedError("it chose a login method that was not offered")
}

// revisesOneFlight reports whether the plan came after one flight that broke.
func (p *plan) revisesOneFlight() bool {
	return !p.oneFlight && p.previous != nil && p.previous.oneFlight
}

// revise returns another plan after err, if there is one that may do better. Each
// revision gives something up for good, so there are only ever a few.
func (p *plan) revise(err error) (*plan, bool) {
	e, ok := errors.AsType[*Error](err)
	if !ok {
		return nil, false
	}
	next := *p
	next.previous = p
	refused := errors.Is(e.Err, ErrMethod)
	switch {
	case p.oneFlight && broke(err):
		next.oneFlight = false
	case p.remembered && refused:
		next.propose(Auto)
		next.remembered, next.oneFlight = false, false
	case len(p.offer) > 1 && e.Stage == StageGreeting && (refused || broke(err)):
		// Some endpoints that want a password refuse to hear of none.
		next.propose(Password)
	case errors.Is(e.Err, errOverread):
		// The Dialer reads more carefully from now on.
	default:
		return nil, false
	}
	return &next, true
}

// propose sets what the greeting offers; Auto stands for whatever the
// credentials allow.
func (p *plan) propose(m Method) {
	p.method = m
	switch {
	case m == None || m == Auto && !p.mayMix:
		p.method = None
		p.offer = []byte{methodNone}
	case m == Password:
		p.offer = []byte{methodPassword}
	default:
		p.offer = []byte{methodPassword, methodNone}
	}
}
