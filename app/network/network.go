// Package network tells that this machine's network has changed: an address, a
// link or a route has come, gone or become another one, as when a cable is
// plugged in, a Wi-Fi is joined, or a VPN goes up.
//
// Each system has its own way to tell ([Watch] waits for it, and costs nothing
// meanwhile): Linux a netlink socket, Windows a call back, macOS and FreeBSD a
// routing socket. What they say is only used to tell what matters from what
// does not, by pure functions, which are tested everywhere.
package network

import (
	"context"
	"sync"
	"time"
)

// A change comes as many messages: they count as one when nothing has come for calm, or when the first is late old.
const (
	calm = time.Second
	late = 5 * time.Second
)

// Watch calls changed after each change of the network, one call at a time, until ctx is done; then it returns nil. A
// change while changed runs leads to one more call. Where the system refuses to tell, it returns why.
func Watch(ctx context.Context, changed func()) error {
	s, err := open()
	if err != nil {
		return err
	}
	return follow(ctx, s, changed)
}

// A source tells of changes.
type source interface {
	// follow calls tell for each message that matters, until ctx is done; then it returns nil. It closes the source.
	follow(ctx context.Context, tell func()) error
}

func follow(ctx context.Context, s source, changed func()) error {
	ctx, cancel := context.WithCancel(ctx)
	told := make(chan struct{}, 1)
	var settling sync.WaitGroup
	settling.Go(func() { settle(ctx, told, changed) })
	err := s.follow(ctx, func() {
		select {
		case told <- struct{}{}:
		default: // it is known already
		}
	})
	cancel()
	settling.Wait()
	return err
}

// settle calls changed once for all that is told in one go, until ctx is done.
func settle(ctx context.Context, told <-chan struct{}, changed func()) {
	timer := time.NewTimer(0)
	timer.Stop()
	defer timer.Stop()
	var first time.Time // of those that are not passed on yet; zero: there are none
	for {
		select {
		case <-ctx.Done():
			return
		case <-told:
			if first.IsZero() {
				first = time.Now()
			}
			timer.Reset(min(calm, late-time.Since(first)))
		case <-timer.C:
			if ctx.Err() == nil {
				first = time.Time{}
				changed()
			}
		}
	}
}
