package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/bridge/upstream"
)

// A console writes log lines and, on a terminal, keeps one live line below them.
type console struct {
	mu   sync.Mutex
	out  io.Writer
	term *os.File // nil when it is none
	line string   // that is shown; empty: none
}

func newConsole(out io.Writer) *console {
	c := &console{out: out}
	if f, ok := out.(*os.File); ok && isTerminal(f) {
		c.term = f
	}
	return c
}

const clearLine = "\r\x1b[K"

// Write writes whole lines; the live line stays the last.
func (c *console) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.line == "" {
		return c.out.Write(p)
	}
	var b bytes.Buffer
	b.WriteString(clearLine)
	b.Write(p)
	b.WriteString(c.line)
	if _, err := c.out.Write(b.Bytes()); err != nil {
		return 0, err
	}
	return len(p), nil
}

// live shows what line returns, anew every second until ctx is done. Elsewhere
// than on a terminal it does nothing.
func (c *console) live(ctx context.Context, line func() string) {
	if c.term == nil {
		return
	}
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		c.show(line())
		select {
		case <-ctx.Done():
			c.show("")
			return
		case <-tick.C:
		}
	}
}

func (c *console) show(line string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if w := width(c.term); w > 0 {
		if r := []rune(line); len(r) >= w {
			line = string(r[:w-1])
		}
	}
	if line != c.line {
		c.line = line
		io.WriteString(c.out, clearLine+line)
	}
}

// A meter makes rates of sums.
type meter struct {
	at       time.Time
	up, down int64
}

// newLiveLine returns a function that describes the bridge as it is now: rates
// since its last call, open tunnels, the upstream's state.
func newLiveLine(c *app.Controller) func() string {
	var last meter
	return func() string {
		b := c.Bridge()
		if b == nil {
			return "off"
		}
		s, now := b.Stats(), time.Now()
		seconds := now.Sub(last.at).Seconds()
		up, down := 0.0, 0.0
		if !last.at.IsZero() && seconds > 0 {
			up, down = float64(s.Up-last.up)/seconds, float64(s.Down-last.down)/seconds
		}
		last = meter{now, s.Up, s.Down}
		return fmt.Sprintf("down %s  up %s  tunnels %d  %s", rate(down), rate(up), s.Tunnels, upstreamState(b.Upstream()))
	}
}

// rate shows bytes a second in a width that does not jump.
func rate(perSecond float64) string {
	text := fmt.Sprintf("%.0f B/s", perSecond)
	for _, unit := range []string{"kB/s", "MB/s", "GB/s"} {
		if perSecond < 999.5 {
			break
		}
		perSecond /= 1000
		text = fmt.Sprintf("%.1f %s", perSecond, unit)
	}
	return fmt.Sprintf("%10s", text)
}

// upstreamState says in few words how the upstream is.
func upstreamState(u *upstream.Upstream) string {
	h := u.Health()
	switch {
	case u.Direct():
		return "direct"
	case h.LastSuccess.IsZero() && h.LastFailure.IsZero():
		return u.Name()
	case !h.OK():
		return u.Name() + " does not answer"
	case h.RoundTrip > 0:
		return fmt.Sprintf("%s ok, %s", u.Name(), milliseconds(h.RoundTrip))
	}
	return u.Name() + " ok"
}

func milliseconds(d time.Duration) string {
	ms := float64(d) / float64(time.Millisecond)
	if ms < 10 {
		return fmt.Sprintf("%.1f ms", ms)
	}
	return fmt.Sprintf("%.0f ms", ms)
}
