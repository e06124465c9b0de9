package bridge

import "sync"

// A gate lets a bounded number of clients in at once. It is shut until its
// bound is set.
type gate struct {
	mu     sync.Mutex
	freed  sync.Cond
	in     int
	most   int
	closed bool
}

func (g *gate) set(most int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.freed.L = &g.mu
	g.most = most
	g.freed.Broadcast()
}

// enter waits for room; false: the gate was closed.
func (g *gate) enter() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	for g.in >= g.most && !g.closed {
		g.freed.Wait()
	}
	if g.closed {
		return false
	}
	g.in++
	return true
}

func (g *gate) leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.in--
	g.freed.Signal()
}

func (g *gate) close() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.closed = true
	g.freed.Broadcast()
}
