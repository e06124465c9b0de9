package systemproxy

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// A macRun is one random history of a mac. theirs are the services as everybody but us wants them: what has to be there
// in the end.
type macRun struct {
	*mac
	t       *testing.T
	random  *rand.Rand
	lease   *Lease
	theirs  []*macService
	added   int
	history []string
}

// However often a process dies, and wherever, whatever services come, go, and are changed by others: in the end
// networksetup prints what the user, and others, have set last.
func TestMacRandomHistories(t *testing.T) {
	dir := t.TempDir()
	histories(t, 3000, func(i int, random *rand.Rand) []string {
		r := &macRun{t: t, random: random, mac: &mac{machine: &machine{dir: dir, fuse: -1}, exits: i%2 == 0}}
		r.as = networkSetup{r.run}
		r.play()
		return r.history
	})
}

func (r *macRun) note(format string, args ...any) {
	r.history = append(r.history, fmt.Sprintf(format, args...))
}

func (r *macRun) play() {
	for _, s := range macServicesOfAnna()[:1+r.random.IntN(5)] {
		r.comes(s)
	}
	for range r.random.IntN(6) {
		r.others()
	}
	r.lease = r.start()
	for range 3 + r.random.IntN(10) {
		switch r.random.IntN(12) {
		case 0, 1:
			r.others()
		case 2:
			r.added++
			r.comes(&macService{name: fmt.Sprintf("New (%d)", r.added), url: "http://new.example/", urlOn: r.random.IntN(2) == 0})
		case 3:
			r.goes()
		case 4:
			s := r.random.IntN(len(r.services))
			r.services[s].disabled = !r.services[s].disabled
			r.theirs[s].disabled = r.services[s].disabled
			r.note("%q is disabled: %v", r.services[s].name, r.services[s].disabled)
		case 5:
			r.refusal = []string{macUnauthorized, macInvalid, "-"}[r.random.IntN(3)]
			r.note("refused:")
			r.act()
			r.refusal = ""
		default:
			r.fuse = r.random.IntN(90) // often more steps than there are
			r.act()
		}
		if r.t.Failed() {
			return
		}
	}
	r.note("the last heal")
	r.lease.lock.Close()
	r.lease = r.start()
	if _, err := r.lease.Heal(r.t.Context()); err != nil {
		r.t.Error(err)
	}
	r.holds()
	r.clean(r.t)
	r.lease.lock.Close()
}

func (r *macRun) comes(s *macService) {
	own := *s
	r.services = append(r.services, s)
	r.theirs = append(r.theirs, &own)
	r.note("%q comes", s.name)
}

func (r *macRun) goes() {
	if len(r.services) == 1 {
		return
	}
	i := r.random.IntN(len(r.services))
	r.note("%q goes", r.services[i].name)
	r.services = slices.Delete(slices.Clone(r.services), i, i+1)
	r.theirs = slices.Delete(slices.Clone(r.theirs), i, i+1)
}

// others set something to what is not ours.
func (r *macRun) others() {
	i := r.random.IntN(len(r.services))
	name := fmt.Sprint("theirs", r.random.IntN(3), ".example")
	kind, what := r.random.IntN(3), r.random.IntN(5)
	for _, s := range []*macService{r.services[i], r.theirs[i]} {
		switch what {
		case 0, 1:
			s.proxies[kind].host, s.proxies[kind].port = name, "80"
		case 2:
			s.url = "http://" + name + "/"
		case 3:
			s.bypass = []string{name, "*.local"}
		case 4:
			s.discovery = true
		}
	}
	r.note("somebody sets %q: %d %d %s", r.services[i].name, what, kind, name)
}

// act does something with the lease; the process may die of it, and then there is a new one.
func (r *macRun) act() {
	p := Proxy{Address: fmt.Sprint("127.0.0.1:109", r.random.IntN(3)), SOCKS: "127.0.0.1:1"}
	if r.random.IntN(3) == 0 {
		p.PAC = "http://" + p.Address + "/pac"
	}
	ctx := r.t.Context()
	var err error
	done := func() {}
	lives := r.lives(r.lease, func() {
		switch r.random.IntN(6) {
		case 0, 1:
			r.note("take %v", p)
			err = r.lease.Take(ctx, p)
			done = func() { r.led(r.t, p) }
		case 2, 3:
			r.note("move %v", p)
			err = r.lease.Move(ctx, p)
		case 4:
			r.note("return")
			err = r.lease.Return(ctx)
			done = r.holds
		case 5:
			r.note("heal")
			_, err = r.lease.Heal(ctx)
			done = r.holds
		}
	})
	switch {
	case !lives:
		r.note("dead")
		r.lease = r.start()
	case err == nil:
		done()
	case r.refusal == "":
		r.t.Error(err)
	default:
		r.note("%v", err)
	}
}

// holds fails the test if the system is not as everybody else wants it.
func (r *macRun) holds() {
	r.t.Helper()
	want := &mac{services: r.theirs}
	r.is(r.t, want.letter())
}
