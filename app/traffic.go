package app

import (
	"context"
	"math"
	"time"

	"github.com/drawbridge-app/drawbridge/bridge"
)

// mostSamples is how many seconds of traffic are remembered.
const mostSamples = 300

// feel looks at b once a second until ctx is done.
func (c *Controller) feel(ctx context.Context, b *bridge.Bridge) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-tick.C:
			c.sample(b.Stats(), now)
			c.look(b.Upstream())
		}
	}
}

// sample shows the sums at now, and the rates since the last sample. Where
// nothing moves nobody is woken.
func (c *Controller) sample(s bridge.Stats, now time.Time) {
	c.mu.Lock()
	rate := c.meter.read(s.Up, s.Down, now)
	t := Traffic{
		Clients: s.Clients, Tunnels: s.Tunnels, Up: s.Up, Down: s.Down,
		Exchanges: s.Exchanges, Tunnelled: s.Tunnelled, Failures: s.Failures,
		UpRate: rate.Up, DownRate: rate.Down,
	}
	differs := t != c.state.Traffic
	c.mu.Unlock()
	if differs {
		c.update(func(s *State) { s.Traffic = t })
	}
}

// History returns the traffic of the last seconds, at most 300, oldest first. A
// second that was spent off is zero.
func (c *Controller) History(context.Context) ([]Sample, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.gone {
		return nil, ErrNoOwner
	}
	if c.bridge == nil {
		c.meter.rest(time.Now())
	}
	return c.meter.samples(), nil
}

// A meter makes rates of sums, and remembers them. The zero value has seen
// nothing.
type meter struct {
	up, down int64
	at       time.Time // of the last reading
	ring     []Sample  // at most mostSamples
	oldest   int       // index in ring
}

// start begins to count from zero at now.
func (m *meter) start(now time.Time) {
	m.rest(now)
	m.up, m.down, m.at = 0, 0, now
}

// rest notes that nothing has moved until now.
func (m *meter) rest(now time.Time) {
	if m.at.IsZero() {
		return
	}
	if n := m.seconds(now); n > 0 {
		m.add(Sample{}, n)
		m.at = m.at.Add(time.Duration(n) * time.Second)
	}
}

// read returns the mean rates since the last reading.
func (m *meter) read(up, down int64, now time.Time) Sample {
	passed := now.Sub(m.at).Seconds()
	if passed <= 0 {
		return Sample{}
	}
	s := Sample{Up: float64(up-m.up) / passed, Down: float64(down-m.down) / passed}
	m.add(s, max(1, m.seconds(now)))
	m.up, m.down, m.at = up, down, now
	return s
}

// seconds is how many of them have passed, to the nearest.
func (m *meter) seconds(now time.Time) int {
	return int(min(math.Round(now.Sub(m.at).Seconds()), mostSamples))
}

// add remembers n seconds of s.
func (m *meter) add(s Sample, n int) {
	for range n {
		if len(m.ring) < mostSamples {
			m.ring = append(m.ring, s)
			continue
		}
		m.ring[m.oldest] = s
		m.oldest = (m.oldest + 1) % mostSamples
	}
}

func (m *meter) samples() []Sample {
	return append(append([]Sample{}, m.ring[m.oldest:]...), m.ring[:m.oldest]...)
}
