package bridgetest

import (
	"bytes"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// Delay is a relay that puts a distance between a client and a target. With R
// for the round trip, every byte arrives R/2 after it was sent. A real connection
// that far away takes R to set up; the loopback interface takes none, so what the
// client sends in the first R counts as sent at the end of it.
type Delay struct {
	Addr string

	target string
	trip   time.Duration
	server *server
	lost   atomic.Int64 // connections up to this number
}

// StartDelay starts a Delay, which ends with the test.
func StartDelay(t testing.TB, target string, roundTrip time.Duration) *Delay {
	t.Helper()
	d, err := NewDelay(target, roundTrip)
	if err != nil {
		t.Fatalf("start a delay: %v", err)
	}
	t.Cleanup(d.Close)
	return d
}

// NewDelay starts a Delay outside of a test; the caller closes it.
func NewDelay(target string, roundTrip time.Duration) (*Delay, error) {
	s, err := listen()
	if err != nil {
		return nil, err
	}
	d := &Delay{Addr: s.addr(), target: target, trip: roundTrip, server: s}
	s.start(d.serve)
	return d, nil
}

// Close cuts every connection and waits for the end.
func (d *Delay) Close() { d.server.close() }

// Accepted returns how many connections there have been.
func (d *Delay) Accepted() int { n, _, _ := d.server.counts(); return n }

// Open returns how many connections there are.
func (d *Delay) Open() int { _, n, _ := d.server.counts(); return n }

// Lose is what a sleep or another network does: on the connections that there are, nothing arrives any more, and
// neither end is told. Later ones work.
func (d *Delay) Lose() { d.lost.Store(int64(d.Accepted())) }

func (d *Delay) serve(client *net.TCPConn, number int) {
	begin := time.Now()
	target, err := d.server.dial(d.target)
	if err != nil {
		reset(client)
		return
	}
	defer d.server.done(target)
	var both sync.WaitGroup
	both.Go(func() { d.carry(number, target, client, begin.Add(d.trip)) })
	both.Go(func() { d.carry(number, client, target, begin.Add(d.trip/2)) })
	both.Wait()
}

// parcel is some bytes on their way, or the end of them.
type parcel struct {
	bytes []byte
	due   time.Time
	end   error
}

// carry moves bytes from one end to the other. Nothing counts as sent before
// earliest.
func (d *Delay) carry(number int, to, from *net.TCPConn, earliest time.Time) {
	way := make(chan parcel, 1024)
	go func() {
		defer close(way)
		b := make([]byte, 32<<10)
		for {
			n, err := from.Read(b)
			sent := time.Now()
			if sent.Before(earliest) {
				sent = earliest
			}
			p := parcel{bytes: bytes.Clone(b[:n]), due: sent.Add(d.trip / 2), end: err}
			way <- p
			if err != nil {
				return
			}
		}
	}()
	for p := range way {
		time.Sleep(time.Until(p.due))
		if int64(number) <= d.lost.Load() {
			continue
		}
		if _, err := to.Write(p.bytes); err != nil && p.end == nil {
			reset(from)
			continue // the reader ends by itself
		}
		switch p.end {
		case nil:
		case io.EOF:
			to.CloseWrite()
		default:
			reset(to)
			reset(from)
		}
	}
}
