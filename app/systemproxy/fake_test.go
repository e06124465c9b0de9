package systemproxy

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"testing"

	"github.com/drawbridge-app/drawbridge/bridge/route"
)

// A machine is what outlives our processes: a system with a proxy setting, and a disk.
type machine struct {
	dir     string
	keys    []entry
	started []*Lease // processes
	as      platform // how processes see it; nil: as it is

	fuse   int   // steps until the process dies; negative: it lives
	refuse error // of every write
	writes int
	unsunk bool  // something was written to the disk that a power cut would lose
	heals  bool  // the next login heals
	locked error // no login can be changed
}

// dead is what a process panics with at the step that kills it.
type dead struct{}

// off is a system on which nobody has set anything.
func off() []entry {
	return []entry{
		{"http", value{}}, {"https", value{}}, {"socks", value{Unset: true}}, {"bypass", value{Text: "localhost"}},
		{"pac", value{Unset: true}}, {"mode", value{Text: "none"}},
	}
}

func newMachine(t testing.TB) *machine {
	m := &machine{dir: t.TempDir(), keys: off(), fuse: -1}
	t.Cleanup(func() { // Windows removes no file that is open
		for _, l := range m.started {
			l.lock.Close()
		}
	})
	return m
}

// start is a new process on the machine. Its files are not really synced: that would take hours.
func (m *machine) start() *Lease {
	here := platform(m)
	if m.as != nil {
		here = m.as
	}
	l := newLease(m.dir, here, nil, func(name string) platform {
		if name == here.name() {
			return here
		}
		return nil
	})
	l.login, l.AtLogin = atLogin{m}, func() *exec.Cmd { return exec.Command("/bin/drawbridge", "heal") }
	m.unsunk = false
	l.desk.step = func() {
		m.step()
		m.unsunk = runtime.GOOS != "windows" // where folders are not synced
	}
	m.started = append(m.started, l)
	l.desk.sync = func(*os.File) error { m.unsunk = false; return nil }
	return l
}

// step is one after which the process may be dead.
func (m *machine) step() {
	if m.fuse == 0 {
		panic(dead{})
	}
	m.fuse--
}

// An atLogin is the machine's user's login.
type atLogin struct{ *machine }

func (m atLogin) Enabled() (bool, error) { return m.heals, nil }

func (m atLogin) Enable(command ...string) error {
	if !slices.Equal(command, []string{"/bin/drawbridge", "heal"}) {
		return fmt.Errorf("the login would start %q", command)
	}
	m.step()
	m.heals = m.locked == nil
	return m.locked
}

func (m atLogin) Disable() error {
	m.step()
	if m.locked == nil {
		m.heals = false
	}
	return m.locked
}

// lives calls f, and reports whether the process has outlived it. If not, its lock is gone, as with any process.
func (m *machine) lives(l *Lease, f func()) (lives bool) {
	defer func() {
		m.fuse = -1
		switch r := recover(); r {
		case nil:
			lives = true
		case dead{}:
			l.lock.Close()
		default:
			panic(r)
		}
	}()
	f()
	return true
}

func (m *machine) name() string { return "fake" }

func (m *machine) read(context.Context) ([]entry, error) { return slices.Clone(m.keys), nil }

func (m *machine) write(_ context.Context, entries []entry) error {
	for _, e := range entries {
		m.step()
		m.writes++
		if m.unsunk {
			return errors.New("it was set before it was written down")
		}
		if m.refuse != nil {
			return m.refuse
		}
		if _, ok := find(m.keys, e.Key); !ok {
			return errMissing
		}
		m.keys = replaced(m.keys, e.Key, e.Value)
	}
	return nil
}

func (m *machine) plan(p Proxy, _ []entry) []entry {
	if p.PAC != "" {
		return []entry{text("pac", p.PAC), text("mode", "pac")}
	}
	return []entry{
		text("http", p.Address), text("https", p.Address), {"socks", value{Text: p.SOCKS, Unset: p.SOCKS == ""}},
		text("bypass", fmt.Sprint(p.bypass(route.Go, "local"))), text("mode", "manual"),
	}
}

func (m *machine) user(p Proxy, now []entry) []entry {
	for _, key := range []string{"http", "https"} {
		if v, _ := find(now, key); p.Address != "" && v.Text == p.Address {
			now = replaced(now, key, value{})
			if mode, _ := find(now, "mode"); mode.Text == "manual" {
				now = replaced(now, "mode", value{Text: "none"})
			}
		}
	}
	return now
}

// is fails the test if the system does not hold these keys.
func (m *machine) is(t testing.TB, want []entry) {
	t.Helper()
	if !slices.Equal(m.keys, want) {
		t.Errorf("the system holds\n%v, want\n%v", m.keys, want)
	}
}

// clean fails the test if something is left to be given back, or a file lies about.
func (m *machine) clean(t testing.TB) {
	t.Helper()
	left, err := os.ReadDir(m.dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range left {
		if f.Name() != "system-proxy.lock" && f.Name() != "system-proxy.json.new" {
			t.Errorf("left behind: %s", f.Name())
		}
	}
	if m.heals {
		t.Error("the next login heals what is given back")
	}
}

var errRefused = errors.New("refused")
