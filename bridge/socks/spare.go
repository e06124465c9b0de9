package socks

import (
	"context"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/drawbridge-app/drawbridge/bridge/relay"
)

const (
	// Endpoints such as dante hang up half a minute after a greeting that no
	// request followed.
	spareAge = 20 * time.Second

	// Spares are renewed for this long after the last dial.
	spareUse = 60 * time.Second

	// Spares opened at the same time, however many are missing.
	spareBuilders = 4

	// The pause after an endpoint did not let a spare be opened.
	spareRest = time.Second

	// How often the set-up time is measured again while it is too short for
	// spares to be worth it.
	spareMeasure = 30 * time.Second

	defaultSpareAbove = 3 * time.Millisecond
)

// spares are connections that wait at the point where a request can be sent.
// They are used oldest first: each is then used before it gets too old, and the
// set as a whole stays young; the newest first would leave the others to expire
// unused.
type spares struct {
	mu       sync.Mutex
	idle     []spare // oldest first
	building int
	lastDial time.Time
	restTill time.Time   // after a failure
	renew    *time.Timer // fires when the oldest has reached its age

	setUp      time.Duration // what one costs, by the better measurements
	measuredAt time.Time
}

type spare struct {
	conn net.Conn
	born time.Time // without a monotonic part: while a machine sleeps, spares age
}

// takeSpare returns a connection that is greeted and still alive, or nil.
func (d *Dialer) takeSpare() net.Conn {
	if d.Spares <= 0 || d.Version != V5 {
		return nil
	}
	now := time.Now()
	for {
		s, ok := d.spares.oldest(now)
		if !ok {
			return nil
		}
		if now.Sub(s.born) < spareAge && alive(s.conn) {
			return s.conn
		}
		s.conn.Close()
	}
}

func (s *spares) oldest(now time.Time) (spare, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lastDial = now
	if len(s.idle) == 0 {
		return spare{}, false
	}
	first := s.idle[0]
	s.idle = slices.Delete(s.idle, 0, 1)
	return first, true
}

// refill begins to replace what is missing, and returns at once.
func (d *Dialer) refill() {
	if d.Spares <= 0 || d.Version != V5 {
		return
	}
	for d.spares.mayBuild(d, time.Now()) {
		if !d.work.start(d.buildSpares) {
			d.spares.built()
			return
		}
	}
}

// mayBuild reports whether one more is to be opened, and counts it as begun.
func (s *spares) mayBuild(d *Dialer, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case len(s.idle)+s.building >= d.Spares, s.building >= spareBuilders:
		return false
	case now.Before(s.restTill), now.Sub(s.lastDial) > spareUse, !s.worthwhile(d, now):
		return false
	}
	s.building++
	return true
}

// worthwhile reports whether a spare saves more time than it costs work. Where it
// does not, one is opened every now and then to see whether that has changed.
func (s *spares) worthwhile(d *Dialer, now time.Time) bool {
	above := d.SpareAbove
	if above == 0 {
		above = defaultSpareAbove
	}
	if s.setUp >= above {
		return true
	}
	return s.building == 0 && now.Sub(s.measuredAt) > spareMeasure
}

// measured notes how long a set-up took. A machine under load makes it look
// longer than it is, so short times count at once and long ones little by little.
func (s *spares) measured(took time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.measuredAt.IsZero() || took < s.setUp {
		s.setUp = took
	} else {
		s.setUp += (took - s.setUp) / 8
	}
	s.measuredAt = time.Now()
}

func (s *spares) built() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.building--
}

// buildSpares opens one spare after another while they are missing.
func (d *Dialer) buildSpares(ctx context.Context) {
	for {
		begin := time.Now()
		conn, err := d.greeted(ctx, begin)
		d.spares.built()
		if err != nil {
			d.spares.rest(begin)
			return
		}
		d.spares.measured(time.Since(begin))
		if !d.keep(conn, begin) || !d.spares.mayBuild(d, time.Now()) {
			return
		}
	}
}

// greeted opens a connection up to the point where a request can be sent.
func (d *Dialer) greeted(ctx context.Context, begin time.Time) (net.Conn, error) {
	conn, err := d.connect(ctx, begin)
	if err != nil {
		return nil, err
	}
	h := handshake{conn: conn, plan: d.learned.plan(d), begin: begin}
	if err := d.converse(ctx, h, (*handshake).greet); err != nil {
		return nil, err
	}
	return conn, nil
}

func (s *spares) rest(now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.restTill = now.Add(spareRest)
}

// keep adds a spare, unless there is no more room or the Dialer is closed.
func (d *Dialer) keep(conn net.Conn, born time.Time) bool {
	s := &d.spares
	s.mu.Lock()
	defer s.mu.Unlock()
	if d.work.stopped.Load() || len(s.idle) >= d.Spares {
		conn.Close()
		return false
	}
	s.idle = append(s.idle, spare{conn, born.Round(0)})
	if len(s.idle) == 1 {
		s.watch(d, born)
	}
	return true
}

// watch sees to it that the oldest spare is renewed in time. The caller holds mu.
func (s *spares) watch(d *Dialer, born time.Time) {
	left := max(time.Until(born.Add(spareAge)), 0)
	if s.renew == nil {
		s.renew = time.AfterFunc(left, func() { d.work.start(d.renewSpares) })
		return
	}
	s.renew.Reset(left)
}

// renewSpares drops what is too old, and replaces it if dials still come.
func (d *Dialer) renewSpares(context.Context) {
	for _, conn := range d.spares.expired(d, time.Now()) {
		conn.Close()
	}
	d.refill()
}

func (s *spares) expired(d *Dialer, now time.Time) []net.Conn {
	s.mu.Lock()
	defer s.mu.Unlock()
	var old []net.Conn
	for len(s.idle) > 0 && now.Sub(s.idle[0].born) >= spareAge {
		old = append(old, s.idle[0].conn)
		s.idle = slices.Delete(s.idle, 0, 1)
	}
	if len(s.idle) > 0 {
		s.watch(d, s.idle[0].born)
	}
	return old
}

// FreeIdle closes the spare connections; they come back with the next dials. Call
// it when descriptors run out.
func (d *Dialer) FreeIdle() {
	s := &d.spares
	s.mu.Lock()
	idle := s.idle
	s.idle = nil
	if s.renew != nil {
		s.renew.Stop()
	}
	s.mu.Unlock()
	for _, spare := range idle {
		spare.conn.Close()
	}
}

// alive reports whether an idle connection can still be used. Anything but
// silence is wrong: the endpoint has hung up, or it talks out of turn. One that
// cannot be looked at shows that when the request is sent, and the dial begins
// anew.
func alive(conn net.Conn) bool {
	tcp, ok := conn.(*net.TCPConn)
	return !ok || relay.Quiet(tcp)
}
