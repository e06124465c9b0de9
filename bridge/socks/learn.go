package socks

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"
)

// learned is what a Dialer found out about its endpoint. The zero value knows
// nothing.
type learned struct {
	current atomic.Pointer[plan] // for the next dial; nil: to be worked out

	mu      sync.Mutex
	method  Method // what the endpoint chose among several; Auto: unknown
	flight  flight
	probes  int          // how many were begun
	replies atomic.Int32 // a replyShape
}

// flight is what is known about one flight.
type flight int

const (
	flightUnknown flight = iota
	flightProbing
	flightTaken
	flightBroken
)

// plan returns how to address the endpoint, by all that is known.
func (l *learned) plan(d *Dialer) *plan {
	if p := l.current.Load(); p != nil {
		return p
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	p := &plan{mayMix: d.Version == V5 && d.Method == Auto && d.credentials()}
	p.propose(d.Method)
	if p.mayMix && l.method != Auto {
		p.propose(l.method)
		p.remembered = true
	}
	if l.flight == flightUnknown && d.OneFlight == FlightYes {
		l.flight = flightTaken
	}
	// A segment with a request in it needs to know whether a login goes before.
	p.oneFlight = d.Version == V5 && d.OneFlight != FlightNo && l.flight == flightTaken && p.method != Auto
	l.current.Store(p)
	return p
}

// chose remembers the endpoint's choice among several methods.
func (l *learned) chose(method byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.method = None
	if method == methodPassword {
		l.method = Password
	}
	l.current.Store(nil)
}

func (l *learned) setFlight(f flight) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.flight = f
	l.current.Store(nil)
}

// forgetFlight makes the next ordinary dial ask again.
func (l *learned) forgetFlight() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.flight, l.probes = flightUnknown, 0
	l.current.Store(nil)
}

// The shapes of replies that an endpoint sends. Reading as much as the usual
// reply has saves a system call, but takes bytes of the target behind a shorter
// one, so it is done only once the usual shape was seen.
const (
	repliesUnknown int32 = iota
	repliesUsual
	repliesShort
)

// firstRead returns how many bytes of a reply may be asked for at first.
func (l *learned) firstRead() int {
	if l.replies.Load() == repliesUsual {
		return usualReply
	}
	return shortestReply
}

func (l *learned) replied(length int) {
	if l.replies.Load() == repliesUnknown && length >= usualReply {
		l.replies.CompareAndSwap(repliesUnknown, repliesUsual)
	}
}

func (l *learned) shortReplies() { l.replies.Store(repliesShort) }

// learn draws conclusions from a dial that succeeded by plan p.
func (d *Dialer) learn(p *plan) {
	if p.revisesOneFlight() {
		d.learned.setFlight(flightBroken)
	}
	if !p.oneFlight && d.OneFlight == FlightAuto && d.Version == V5 {
		d.probeInBackground()
	}
}

// learnFailure draws conclusions from the last attempt of a dial that failed.
func (d *Dialer) learnFailure(p *plan, err error) {
	e, ok := errors.AsType[*Error](err)
	if !ok {
		return
	}
	switch {
	case p.revisesOneFlight() && e.Reply != Succeeded:
		// A proper answer, where one flight had made it hang up. Had it hung up
		// both times, the target would be to blame.
		d.learned.setFlight(flightBroken)
	case p.oneFlight && e.Timeout() && e.Stage != StageDial && e.Stage != StageGreeting:
		// Perhaps only a slow target, or another endpoint has taken the place of
		// the one that was asked. It is cheap to ask again.
		d.learned.forgetFlight()
	}
}

// maxProbes bounds the attempts to find out about one flight while the endpoint
// cannot be reached for it.
const maxProbes = 3

// probeInBackground finds out about one flight, unless that is known, under way
// or was tried in vain.
func (d *Dialer) probeInBackground() {
	l := &d.learned
	l.mu.Lock()
	begin := l.flight == flightUnknown && l.probes < maxProbes
	if begin {
		l.flight = flightProbing
		l.probes++
	}
	l.mu.Unlock()
	if !begin {
		return
	}
	if !d.work.start(func(ctx context.Context) { d.probe(ctx) }) {
		l.setFlight(flightUnknown)
	}
}

// Probe finds out whether the endpoint takes greeting, login and request in one
// flight, and remembers it. It asks for a name that cannot exist: any answer to
// that request is a yes; hanging up, silence and nonsense are a no. The error
// tells why the endpoint could not be asked at all.
func (d *Dialer) Probe(ctx context.Context) (bool, error) {
	if err := d.checkLogin(); err != nil {
		return false, d.fail(StageLogin, "", err)
	}
	if d.Version != V5 {
		return true, nil // a SOCKS 4 handshake is one flight anyway
	}
	return d.probe(ctx)
}

func (d *Dialer) probe(ctx context.Context) (bool, error) {
	p := *d.learned.plan(d)
	if p.method == Auto {
		d.learned.setFlight(flightUnknown)
		return false, d.fail(StageGreeting, "", errors.New("the login method is not known yet"))
	}
	p.oneFlight = true

	ctx, cancel := context.WithTimeout(ctx, d.dialTimeout()+min(d.handshakeTimeout(), DefaultHandshakeTimeout))
	defer cancel()
	t := target{text: "one-flight.invalid:9", name: "one-flight.invalid", port: 9} // RFC 6761: it never exists
	conn, err := d.attempt(ctx, t, &p, nil)
	if conn != nil {
		conn.Close() // endpoints that agree before they try
	}
	answered, stage := replied(err)
	switch {
	case answered:
		d.learned.setFlight(flightTaken)
		return true, nil
	case stage == StageDial || d.work.stopped.Load():
		d.learned.setFlight(flightUnknown)
		return false, err
	case errors.Is(err, ErrMethod) || errors.Is(err, ErrLogin) || errors.Is(err, ErrNotSOCKS):
		d.learned.setFlight(flightUnknown)
		return false, err
	}
	d.learned.setFlight(flightBroken)
	return false, nil
}

// replied reports whether a request was answered, and else where it ended.
func replied(err error) (bool, Stage) {
	if err == nil {
		return true, StageRequest
	}
	e, ok := errors.AsType[*Error](err)
	if !ok {
		return false, StageDial
	}
	return e.Stage == StageRequest && e.Reply != Succeeded, e.Stage
}

// Learned returns the login method that the endpoint chose and whether it takes
// one flight; [Auto] and [FlightAuto] where that is not known.
func (d *Dialer) Learned() (Method, OneFlight) {
	p := d.learned.plan(d)
	d.learned.mu.Lock()
	defer d.learned.mu.Unlock()
	switch d.learned.flight {
	case flightTaken:
		return p.method, FlightYes
	case flightBroken:
		return p.method, FlightNo
	}
	return p.method, FlightAuto
}

func (d *Dialer) dialTimeout() time.Duration {
	if d.DialTimeout > 0 {
		return d.DialTimeout
	}
	return DefaultDialTimeout
}
