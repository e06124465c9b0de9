package systemproxy

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

// A run is one random history of a machine.
type run struct {
	*machine
	t       *testing.T
	random  *rand.Rand
	lease   *Lease
	theirs  []entry // what everybody but us wants there: what has to be there in the end
	history []string
}

// However often a process dies, and wherever: in the end the system holds what the user, and others, have set last.
func TestCrashAnywhere(t *testing.T) {
	dir := t.TempDir()
	histories(t, 10000, func(_ int, random *rand.Rand) []string {
		r := &run{t: t, random: random, machine: &machine{dir: dir, keys: off(), fuse: -1}}
		r.play()
		return r.history
	})
}

// histories plays so many random histories, or a thousand where tests are to be short, and says of the first that goes
// wrong what it was, and how to play it again.
func histories(t *testing.T, n int, play func(i int, random *rand.Rand) (history []string)) {
	t.Helper()
	if testing.Short() {
		n = 1000
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	for i := range n {
		history := play(i, rand.New(rand.NewPCG(seed, uint64(i))))
		if t.Failed() {
			t.Fatalf("seed %d, run %d:\n%s", seed, i, strings.Join(history, "\n"))
		}
	}
}

func (r *run) play() {
	for range r.random.IntN(4) { // the user's own proxy, in part or whole
		r.others()
	}
	r.theirs = slices.Clone(r.keys)
	r.lease = r.start()
	for range 3 + r.random.IntN(10) {
		switch r.random.IntN(10) {
		case 0, 1, 2:
			r.others()
		case 3:
			r.history = append(r.history, "refused:")
			r.refuse = errRefused
			r.act()
			r.refuse = nil
		default:
			r.fuse = r.random.IntN(24) // often more steps than there are
			r.act()
		}
		if r.t.Failed() {
			return
		}
	}
	r.history = append(r.history, "the last heal")
	r.lease.lock.Close()
	r.lease = r.start()
	if _, err := r.lease.Heal(r.t.Context()); err != nil {
		r.t.Error(err)
	}
	r.is(r.t, r.theirs)
	r.clean(r.t)
}

// others changes one key to what is not ours.
func (r *run) others() {
	e := &r.keys[r.random.IntN(len(r.keys))]
	was := e.Value
	switch r.random.IntN(3) {
	case 0:
		e.Value = value{Unset: true}
	case 1:
		e.Value, _ = find(off(), e.Key)
	}
	if e.Value == was || e.Key == "socks" && e.Value.Unset { // the latter may be ours
		e.Value = value{Text: fmt.Sprint("theirs", r.random.IntN(3))}
	}
	r.theirs = replaced(r.theirs, e.Key, e.Value)
	r.history = append(r.history, fmt.Sprintf("somebody sets %v", *e))
}

// act does something with the lease; the process may die of it, and then there is a new one.
func (r *run) act() {
	p := Proxy{Address: fmt.Sprint("127.0.0.1:109", r.random.IntN(3)), SOCKS: []string{"", "127.0.0.1:1"}[r.random.IntN(2)]}
	if r.random.IntN(4) == 0 {
		p.PAC = "http://" + p.Address + "/pac"
	}
	ctx := r.t.Context()
	var err error
	done := func() {}
	lives := r.lives(r.lease, func() {
		switch r.random.IntN(6) {
		case 0, 1, 2:
			r.history = append(r.history, fmt.Sprintf("take %v", p))
			err = r.lease.Take(ctx, p)
			done = func() {
				if e, differs := differing(r.plan(p, nil), r.keys); differs {
					r.t.Errorf("taken, and %s is not set", e.Key)
				}
			}
		case 3:
			r.history = append(r.history, fmt.Sprintf("move %v", p))
			err = r.lease.Move(ctx, p)
		case 4:
			r.history = append(r.history, "return")
			err = r.lease.Return(ctx)
			done = func() { r.is(r.t, r.theirs) }
		case 5:
			r.history = append(r.history, "heal")
			_, err = r.lease.Heal(ctx)
			done = func() { r.is(r.t, r.theirs) }
		}
	})
	switch {
	case !lives:
		r.history = append(r.history, "dead")
		r.lease = r.start()
		if r.random.IntN(2) == 0 {
			r.login()
		}
	case err == nil:
		done()
	case !errors.Is(err, errRefused):
		r.t.Error(err)
	}
}

// login is what happens after a power cut if nobody starts us: only what was asked for.
func (r *run) login() {
	r.history = append(r.history, "a login")
	if r.heals {
		if _, err := r.lease.Heal(r.t.Context()); err != nil {
			r.t.Error(err)
		}
	}
	r.is(r.t, r.theirs)
	r.clean(r.t)
}
