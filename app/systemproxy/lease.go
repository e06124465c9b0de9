package systemproxy

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"

	"github.com/gofrs/flock"

	"github.com/drawbridge-app/drawbridge/app/autostart"
	"github.com/drawbridge-app/drawbridge/app/memory"
)

// ErrHeld is the answer while another process that lives holds the lease.
var ErrHeld = errors.New("another drawbridge that runs has set the system's proxy")

// ErrUnread says that the system's proxy could not be read, and that all is as it was.
var ErrUnread = errors.New("read the system's proxy")

// A Lease is our temporary ownership of the system's proxy setting. One process at a time holds it, from [Lease.Take] to
// [Lease.Return] or its death. Its methods may be called concurrently, and again after errors. Its fields are not changed
// after the first call of one.
type Lease struct {
	// AtLogin is a command that calls [HealAtLogin]. As long as the lease is taken, the user's next login starts it: after
	// a power cut nobody else may. Nil: it starts nothing.
	AtLogin func() *exec.Cmd
	Log     *slog.Logger // is told when that can't be arranged; nil: nobody is

	platform platform              // that of this session; nil: none, why says why
	why      error                 //
	named    func(string) platform // that of a journal; nil: none

	turn sync.Mutex // is held by who does something
	desk desk
	lock *flock.Flock // is held while there is a journal of ours

	login    login // nil: there is none
	reminded bool  // the next login heals
}

// Open returns the lease on the proxy setting of this user's session. It is always possible: where nothing can be set,
// [Lease.Supported] says why, and what another session has left behind can be given back still. The journal lies in
// package memory's folder.
func Open() (*Lease, error) {
	dir, err := memory.Dir()
	if err != nil {
		return nil, fmt.Errorf("lease of the system's proxy: %w", err)
	}
	here, why := current(os.Getenv)
	l := newLease(dir, here, why, func(name string) platform { return platformNamed(name, os.Getenv) })
	l.login = autostart.Heal
	return l, nil
}

func newLease(dir string, here platform, why error, named func(string) platform) *Lease {
	return &Lease{
		platform: here,
		why:      why,
		named:    named,
		desk:     desk{dir: dir, sync: (*os.File).Sync, step: func() {}},
		lock:     flock.New(filepath.Join(dir, "system-proxy.lock")),
	}
}

// Supported returns nil where the system's proxy can be set. Its error is a sentence for the user, with what to do
// instead.
func (l *Lease) Supported() error { return l.why }

// Take leads the system to p. What was left behind by one who died is the user's no more than before; what somebody else
// has set since is now what will come back. Taking again what is taken does nothing, and with another p leads there.
// After an error the user's own setting is back, as far as the system lets us.
func (l *Lease) Take(ctx context.Context, p Proxy) error {
	if l.platform == nil {
		return l.why
	}
	if err := p.check(); err != nil {
		return err
	}
	return l.exclusively(ctx, func(j *journal) error {
		if j != nil && j.Platform != l.platform.name() { // from another desktop of this user
			if err := l.giveBack(ctx, j); err != nil {
				return err
			}
			j = nil
		}
		if j == nil {
			j = &journal{Version: journalVersion, Platform: l.platform.name()}
		}
		return l.lead(ctx, j, p, true)
	})
}

// Move leads the system to another p, where it is still led to us: what somebody else changed meanwhile stays theirs. If
// nothing is taken, it does nothing. Moving to the same p leads what is new there. Errors are as with [Lease.Take], but
// after [ErrUnread] what was taken is so still.
func (l *Lease) Move(ctx context.Context, p Proxy) error {
	if err := p.check(); err != nil {
		return err
	}
	return l.exclusively(ctx, func(j *journal) error {
		if j == nil || l.platform == nil || j.Platform != l.platform.name() {
			return nil
		}
		return l.lead(ctx, j, p, false)
	})
}

// Return gives back what is still ours. Returning what is not taken does nothing. After an error the rest can still be
// returned.
func (l *Lease) Return(ctx context.Context) error {
	return l.exclusively(ctx, func(j *journal) error {
		if j == nil {
			return nil
		}
		return l.giveBack(ctx, j)
	})
}

// Heal is [Lease.Return] for what a process has left behind that is dead. It reports whether there was something. While
// another process lives that holds the lease, it returns [ErrHeld].
func (l *Lease) Heal(ctx context.Context) (healed bool, err error) {
	// Where nothing was left behind, as at most starts, not even the lock's file is made. A lease that is taken at this
	// very moment is its holder's.
	if j, err := l.desk.load(); err == nil && j == nil && !l.reminds() {
		return false, nil
	}
	err = l.exclusively(ctx, func(j *journal) error {
		if j == nil {
			return nil
		}
		healed = true
		return l.giveBack(ctx, j)
	})
	return healed && err == nil, err
}

// exclusively calls f with the journal, nil if there is none, while no other process can change it. The lock is held on
// as long as there is a journal, and the next login is ours as long.
func (l *Lease) exclusively(ctx context.Context, f func(*journal) error) error {
	l.turn.Lock()
	defer l.turn.Unlock()
	if err := l.acquire(ctx); err != nil {
		return err
	}
	j, err := l.desk.load()
	if err == nil {
		err = f(j)
	}
	left, unread := l.desk.load()
	if left == nil && unread == nil {
		l.forget()
	}
	if left == nil {
		err = errors.Join(err, l.lock.Unlock())
	}
	return err
}

// holding reports whether this process has something to give back.
func (l *Lease) holding() bool {
	l.turn.Lock()
	defer l.turn.Unlock()
	return l.lock.Locked()
}

// acquire takes the lock, which others hold for moments, or for as long as they hold the lease.
func (l *Lease) acquire(ctx context.Context) error {
	const patience, pause = time.Second, 20 * time.Millisecond
	if l.lock.Locked() {
		return nil
	}
	if err := os.MkdirAll(l.desk.dir, 0o700); err != nil {
		return fmt.Errorf("lease of the system's proxy: %w", err)
	}
	waiting, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	ok, err := l.lock.TryLockContext(waiting, pause)
	switch {
	case ok:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case err == nil || errors.Is(err, context.DeadlineExceeded):
		return ErrHeld
	}
	return fmt.Errorf("lease of the system's proxy: %w", err)
}

// lead sets what leads to p, the next login and the journal first. Keys that somebody else has changed since are taken anew if all is true,
// otherwise left alone.
func (l *Lease) lead(ctx context.Context, j *journal, p Proxy, all bool) error {
	now, err := l.platform.read(ctx)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUnread, err)
	}
	if choosy, ok := l.platform.(interface{ refuse(Proxy, []entry) error }); ok && all {
		if err := choosy.refuse(p, l.platform.user(p, now)); err != nil {
			return fmt.Errorf("set the system's proxy: %w", err)
		}
	}
	want := l.platform.plan(p, now)
	claimed := j.clone()
	claimed.Proxy = cmp.Or(p.PAC, p.Address)
	changes, err := claimed.lead(want, now, l.platform.user(p, now), all)
	if err != nil {
		return fmt.Errorf("set the system's proxy: %w", err)
	}
	settled := claimed.settled(want, now)
	if len(changes) == 0 && settled.equal(j) {
		return nil
	}
	l.remind()
	if err := l.desk.save(claimed); err != nil {
		return err
	}
	if err := l.platform.write(ctx, changes); err != nil {
		err = fmt.Errorf("set the system's proxy: %w", err)
		return errors.Join(err, l.giveBack(context.WithoutCancel(ctx), claimed))
	}
	if settled.equal(claimed) {
		return nil
	}
	return l.desk.save(settled)
}

// giveBack sets what the user had where what is there is still ours, what makes us effective first, and then forgets
// the journal.
func (l *Lease) giveBack(ctx context.Context, j *journal) error {
	p := l.named(j.Platform)
	if p == nil {
		return fmt.Errorf("give back the system's proxy: %q can't be reached from here", j.Platform)
	}
	now, err := p.read(ctx)
	if err != nil {
		return fmt.Errorf("give back the system's proxy: %w", err)
	}
	if changes := j.back(now); len(changes) > 0 {
		if err := p.write(ctx, changes); err != nil {
			return fmt.Errorf("give back the system's proxy: %w", err)
		}
	}
	return l.desk.remove()
}

// A Status is what is known of the lease without taking part in it.
type Status struct {
	Taken   bool     // something has to be given back
	Held    bool     // by a process that lives; otherwise [Lease.Heal] gives back
	Proxy   string   // where the system was led to: an address or a URL
	Changed []string // keys that somebody else has changed since
}

// Status looks at the lease of whatever process. It changes nothing.
func (l *Lease) Status(ctx context.Context) (Status, error) {
	l.turn.Lock()
	defer l.turn.Unlock()
	j, err := l.desk.load()
	if err != nil || j == nil {
		return Status{}, err
	}
	s := Status{Taken: true, Held: l.lock.Locked(), Proxy: j.Proxy}
	if !s.Held {
		free, err := l.lock.TryLock()
		if err != nil {
			return s, fmt.Errorf("lease of the system's proxy: %w", err)
		}
		if s.Held = !free; free {
			if err := l.lock.Unlock(); err != nil {
				return s, fmt.Errorf("lease of the system's proxy: %w", err)
			}
		}
	}
	p := l.named(j.Platform)
	if p == nil {
		return s, nil
	}
	now, err := p.read(ctx)
	if err != nil {
		return s, fmt.Errorf("read the system's proxy: %w", err)
	}
	s.Changed = j.changed(now)
	return s, nil
}
