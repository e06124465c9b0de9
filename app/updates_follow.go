package app

import (
	"cmp"
	"context"
	"time"

	"github.com/drawbridge-app/drawbridge/app/memory"
	"github.com/drawbridge-app/drawbridge/app/update"
)

// A follower is what looks for newer versions. Its fields belong to the goroutine of FollowUpdates.
type follower struct {
	c         *Controller
	source    update.Source     // how this program was installed; the zero value: not asked yet
	release   update.Release    // the newest that is believed; its version may be ours
	installer *update.Installer // that was downloaded; nil: none
	opened    bool              // it was, so that it is still needed when this program ends
	kept      keptUpdates
	work      task
	done      chan func() // what the work's end changes here
	wanted    bool        // while it looks: the settings want that, or did not want it already when it began
	refused   bool        // it is not wanted any more: what was found meanwhile does not count
}

// keptUpdates is what is remembered from one run to the next.
type keptUpdates struct {
	Seen  update.Seen         `json:"seen"`
	Last  update.Announcement `json:"last,omitzero"` // the newest
	At    time.Time           `json:"at,omitzero"`   // when that was read
	Next  time.Time           `json:"next,omitzero"` // look again then
	Told  string              `json:"told,omitempty"`
	Stale string              `json:"stale,omitempty"` // path of an installer that was opened: it goes when it has done its work
}

// updatesMemory is the name that it is remembered by.
const updatesMemory = "updates"

// FollowUpdates looks for a newer version once a week, where the settings want it, and does what intents want of it,
// until ctx is done. It returns at once where this program was built without keys.
func (c *Controller) FollowUpdates(ctx context.Context) {
	if c.Updates.why(c.Process.Version) != "" {
		return
	}
	wishes := make(chan updateWish)
	c.update(func(*State) { c.wishes = wishes })
	defer c.update(func(*State) { c.wishes = nil })
	f := &follower{c: c, done: make(chan func())}
	f.recall(ctx)
	defer f.leave()
	tick := time.NewTicker(cmp.Or(c.Updates.Round, lookRound))
	defer tick.Stop()
	for {
		changed := f.heed()
		select {
		case <-ctx.Done():
			return
		case <-changed:
		case <-tick.C:
			f.sweep()
			if !f.work.runs() && c.State().mayLook() && due(time.Now(), f.kept.Next) {
				f.check(true)
			}
		case want := <-wishes:
			f.do(want.verb)
			close(want.taken)
		case end := <-f.done:
			f.heed()
			f.work.stop()
			end()
		}
	}
}

// heed ends a look that runs when the settings do not want looking any more. While one does, it returns what is closed
// when the settings may have changed.
func (f *follower) heed() (changed <-chan struct{}) {
	s, changed, _ := f.c.next()
	if s.Update.Doing != CheckUpdate {
		return nil
	}
	wants := s.Settings.Desktop.Updates
	if f.wanted && !wants && f.work.runs() {
		f.refused = true
		f.work.cancel()
	}
	f.wanted = wants
	return changed
}

// An updateWish is an intent about updates. taken is closed as soon as State says what comes of it.
type updateWish struct {
	verb  Verb
	taken chan struct{}
}

// wishUpdate hands an intent to who follows updates.
func (c *Controller) wishUpdate(ctx context.Context, want Verb) error {
	c.mu.Lock()
	wishes := c.wishes
	c.mu.Unlock()
	if wishes == nil {
		return ErrNoUpdates
	}
	const moment = 5 * time.Second // it may be ending, or opening an installer
	ctx, cancel := context.WithTimeoutCause(ctx, moment, ErrNoUpdates)
	defer cancel()
	wish := updateWish{want, make(chan struct{})}
	select {
	case wishes <- wish:
		<-wish.taken
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// recall takes up what an earlier run knew.
func (f *follower) recall(ctx context.Context) {
	ours := f.c.Process.Version
	if !memory.Load(updatesMemory, &f.kept) {
		f.kept = keptUpdates{Next: time.Now().Add(firstLook)}
		f.keep()
	}
	if m, err := f.c.Updates.Feed.Keys.Open(f.kept.Last, f.kept.Seen, time.Now()); err == nil {
		f.believe(ctx, m.Release)
	}
	f.sweep()
	f.c.update(func(now *State) {
		now.Update = Update{Checked: f.kept.At}
		now.Update.fill(f.release, ours, f.source)
	})
}

// believe makes r the newest release. How this program was installed is asked for only once there is a newer one.
func (f *follower) believe(ctx context.Context, r update.Release) {
	f.release = r
	if f.source.Kind != "" || !update.Newer(r.Version, f.c.Process.Version) {
		return
	}
	if find := f.c.Updates.Source; find != nil {
		f.source = find(ctx)
	} else {
		f.source = update.Here(ctx)
	}
}

// sweep removes the installer that has made this version, or one as new, of an older one. It may run for as long as
// somebody looks at its last page.
func (f *follower) sweep() {
	if f.kept.Stale != "" && !update.Newer(f.release.Version, f.c.Process.Version) && f.forgetStale() {
		f.keep()
	}
}

// forgetStale removes the installer that was opened, and reports whether it could.
func (f *follower) forgetStale() bool {
	if f.kept.Stale != "" && (&update.Installer{Path: f.kept.Stale}).Remove() != nil {
		return false
	}
	f.kept.Stale = ""
	return true
}

func (f *follower) keep() {
	if err := memory.Save(updatesMemory, f.kept); err != nil {
		f.c.Logger().Warn("what is known of newer versions is not remembered", "err", err)
	}
}

// leave ends what runs. What was downloaded and not opened goes.
func (f *follower) leave() {
	if f.work.runs() {
		f.work.cancel()
		end := <-f.done
		f.work.stop()
		end()
	}
	if !f.opened {
		f.installer.Remove()
	}
}

func (f *follower) do(want Verb) {
	switch want {
	case StopUpdate:
		if f.work.runs() {
			f.work.cancel()
		}
	case CheckUpdate:
		if !f.work.runs() {
			f.check(false)
		}
	case DownloadUpdate:
		if !f.work.runs() {
			f.download()
		}
	case OpenUpdate:
		f.open()
	}
}

// run does something on a goroutine of its own; what it returns is called when it has ended, on the follower's.
func (f *follower) run(doing Verb, do func(ctx context.Context) (end func())) {
	f.c.update(func(now *State) {
		now.Update.Doing, now.Update.Done = doing, 0
		now.Update.fail(nil)
	})
	f.work.start(func(ctx context.Context) {
		f.done <- do(ctx) // FollowUpdates takes it, or leave
	})
}

// ended says that what ran has, and how.
func (f *follower) ended(err error) {
	f.c.update(func(now *State) {
		now.Update.Doing, now.Update.Done = "", 0
		now.Update.fail(err)
	})
}

// check reads the feed. One that nobody has asked for, and that fails, is tried again later.
func (f *follower) check(alone bool) {
	c, seen := f.c, f.kept.Seen
	f.wanted, f.refused = alone || c.State().Settings.Desktop.Updates, false
	f.run(CheckUpdate, func(ctx context.Context) func() {
		way, err := c.State().way(c.Updates.Roots)
		var a update.Announcement
		var m update.Manifest
		if err == nil {
			a, m, err = c.Updates.Feed.Read(ctx, way, seen, time.Now())
		}
		return func() { f.checked(context.WithoutCancel(ctx), a, m, err, alone) }
	})
}

func (f *follower) checked(ctx context.Context, a update.Announcement, m update.Manifest, err error, alone bool) {
	now, c := time.Now(), f.c
	if f.refused {
		err = context.Canceled
	}
	if err != nil {
		c.Logger().Info("no newer version could be looked for", "err", err)
		if alone && !f.refused {
			f.kept.Next = now.Add(afterFailed)
			f.keep()
		}
		f.ended(err)
		return
	}
	f.believe(ctx, m.Release)
	if a, _ := m.Release.FitHere(f.source); f.installer != nil && f.installer.Artifact != a { // it is not the newest any more
		f.drop()
	}
	f.kept.Seen, f.kept.Last, f.kept.At, f.kept.Next = f.kept.Seen.After(m), a, now, now.Add(weekly)
	newer := update.Newer(m.Release.Version, c.Process.Version)
	news := newer && f.kept.Told != m.Release.Version
	if news {
		f.kept.Told = m.Release.Version
		c.Logger().Info("there is a newer version", "version", m.Release.Version)
	}
	f.keep()
	c.update(func(s *State) {
		s.Update.Checked = now
		s.Update.fill(m.Release, c.Process.Version, f.source)
		s.Update.Doing, s.Update.News = "", s.Update.News || news
		if f.installer != nil {
			s.Update.Stage = UpdateReady
		}
	})
}

// drop removes what was downloaded.
func (f *follower) drop() {
	f.installer.Remove()
	f.installer, f.opened = nil, false
}

// download fetches what updates this installation, if that is not a package manager's business.
func (f *follower) download() {
	c := f.c
	a, ok := f.release.FitHere(f.source)
	if !ok || c.State().Update.Stage == "" {
		f.ended(&update.Failure{Code: update.Nothing, Err: errNothing})
		return
	}
	f.drop()
	f.forgetStale()
	f.keep()
	c.update(func(now *State) { now.Update.Stage = UpdateAvailable })
	f.run(DownloadUpdate, func(ctx context.Context) func() {
		way, err := c.State().way(c.Updates.Roots)
		var i *update.Installer
		if err == nil {
			i, err = update.Download(ctx, way, a, c.Updates.Dir, c.progress(a.Size))
		}
		return func() { f.downloaded(i, err) }
	})
}

// progress shows how much is here, at each hundredth.
func (c *Controller) progress(size int64) func(done int64) {
	shown := int64(0)
	return func(done int64) {
		if done-shown >= size/100 || done == size {
			shown = done
			c.update(func(now *State) { now.Update.Done = done })
		}
	}
}

func (f *follower) downloaded(i *update.Installer, err error) {
	f.ended(err)
	if err != nil {
		f.c.Logger().Warn("the newer version was not downloaded", "err", err)
		return
	}
	f.installer = i
	f.c.update(func(now *State) { now.Update.Stage = UpdateReady })
}

// open starts the installer, after one more look at it. What is not what it was is not kept.
func (f *follower) open() {
	c := f.c
	if f.installer == nil {
		c.update(func(now *State) { now.Update.fail(&update.Failure{Code: update.Nothing, Err: errNothing}) })
		return
	}
	open := c.Updates.Open
	if open == nil {
		open = (*update.Installer).Open
	}
	err := open(f.installer)
	c.update(func(now *State) { now.Update.fail(err) })
	switch code := update.CodeOf(err); {
	case err == nil:
		f.opened, f.kept.Stale = true, f.installer.Path
		f.keep()
	case code == update.Tampered || code == update.Disk:
		f.drop()
		c.update(func(now *State) { now.Update.Stage = UpdateAvailable })
	}
	if err != nil {
		c.Logger().Warn("the installer was not opened", "err", err)
	}
}
