package systemproxy

import (
	"context"
	"time"
)

// A session is the user's, whose end is waited for while the lease is taken: see watch and stop of each system. Where
// the end of a session is told by a signal, as the program's own is, there is nothing to wait for.

// sessionEnds gives the lease back, and returns when that is done: after that, this process may be dead at any moment,
// and its guard too. It waits neither for what another call of g waits for, nor long for the programs that are told.
func (g *Guarded) sessionEnds() {
	const (
		telling  = 100 * time.Millisecond
		patience = 3 * time.Second // Windows has some 5 s
	)
	done := make(chan struct{})
	go func() {
		defer close(done)
		ctx, cancel := context.WithTimeout(context.Background(), telling)
		defer cancel()
		if err := g.Lease.Return(ctx); err != nil {
			g.Lease.log().Error("the session ends, and the system's proxy is not given back", "err", err)
		}
	}()
	select {
	case <-done:
	case <-time.After(patience):
	}
}
