package app

import (
	"context"
	"time"

	"github.com/drawbridge-app/drawbridge/app/memory"
	"github.com/drawbridge-app/drawbridge/app/update"
)

// Look looks once for a version that is newer than ours, through the running bridge that s is the state of: for a program
// that does not own it. What was seen is remembered, as an owner does. The error is a [update.Failure], or [ErrNoUpdates]
// where this program was built without keys.
func (u Updates) Look(ctx context.Context, s State, ours string) (Update, error) {
	if u.why(ours) != "" {
		return Update{Why: u.why(ours)}, ErrNoUpdates
	}
	var kept keptUpdates
	memory.Load(updatesMemory, &kept)
	now := time.Now()
	found := Update{Checked: kept.At}
	way, err := s.way(u.Roots)
	var a update.Announcement
	var m update.Manifest
	if err == nil {
		a, m, err = u.Feed.Read(ctx, way, kept.Seen, now)
	}
	if err != nil {
		found.fail(err)
		return found, err
	}
	kept.Seen, kept.Last, kept.At, kept.Next = kept.Seen.After(m), a, now, now.Add(weekly)
	_ = memory.Save(updatesMemory, kept) // where nothing can be remembered, it is found out all the same
	f := follower{c: &Controller{Updates: u, Process: Process{Version: ours}}}
	f.believe(ctx, m.Release)
	found.Checked = now
	found.fill(m.Release, ours, f.source)
	return found, nil
}
