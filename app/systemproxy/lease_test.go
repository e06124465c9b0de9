package systemproxy

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
)

var (
	first  = Proxy{Address: "127.0.0.1:1095"}
	second = Proxy{Address: "127.0.0.1:2095", SOCKS: "127.0.0.1:2096"}
	byFile = Proxy{PAC: "http://127.0.0.1:1095/x/proxy.pac"}
)

// own is a proxy of the user's.
func own() []entry {
	return []entry{
		text("http", "proxy.example:8080"), text("https", ""), {"socks", value{Unset: true}}, text("bypass", "*.example"),
		text("pac", "http://example/pac"), text("mode", "pac"),
	}
}

// A change of the bypass list is one for the system, where what it has is ours.
func TestBypassChanges(t *testing.T) {
	m := newMachine(t)
	g := &Guarded{Lease: m.start()}
	b := Bridge{Listen: "0.0.0.0:1095", SOCKS: true, Bypass: []string{"*.corp", "10.0.0.0/8"}}
	holds := func(bypass string) {
		t.Helper()
		m.is(t, []entry{
			text("http", "127.0.0.1:1095"), text("https", "127.0.0.1:1095"), text("socks", "127.0.0.1:1095"), text("bypass", bypass),
			{"pac", value{Unset: true}}, text("mode", "manual"),
		})
	}
	if err := g.Take(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	holds("[local .corp 10.0.0.0/8]")
	move := func(bypass ...string) {
		t.Helper()
		b.Bypass = bypass
		if err := g.Move(t.Context(), b); err != nil {
			t.Fatal(err)
		}
	}
	move("*.corp")
	holds("[local .corp]")
	m.keys = replaced(m.keys, "bypass", text("", "theirs").Value)
	move("10.0.0.0/8")
	holds("theirs")
	if changed, err := g.Changed(t.Context()); !slices.Equal(changed, []string{"bypass"}) || err != nil {
		t.Errorf("Changed = %q, %v", changed, err)
	}
	b.Bypass = []string{"["}
	if err := g.Move(t.Context(), b); err == nil {
		t.Error("a pattern that means nothing is taken")
	}
	if err := g.Return(t.Context()); err != nil {
		t.Fatal(err)
	}
	m.is(t, replaced(off(), "bypass", text("", "theirs").Value))
	m.clean(t)
}

func TestWhatTheUserHadComesBack(t *testing.T) {
	ctx := t.Context()
	for _, tt := range []struct {
		name string
		do   func(l *Lease) error
	}{
		{"at once", func(l *Lease) error { return l.Take(ctx, first) }},
		{"taken twice", func(l *Lease) error { return errors.Join(l.Take(ctx, first), l.Take(ctx, first)) }},
		{"taken for another", func(l *Lease) error { return errors.Join(l.Take(ctx, first), l.Take(ctx, second)) }},
		{"moved", func(l *Lease) error { return errors.Join(l.Take(ctx, first), l.Move(ctx, second)) }},
		{"moved to a file", func(l *Lease) error { return errors.Join(l.Take(ctx, second), l.Move(ctx, byFile)) }},
		{"moved from a file", func(l *Lease) error { return errors.Join(l.Take(ctx, byFile), l.Move(ctx, first)) }},
		{"returned twice", func(l *Lease) error { return errors.Join(l.Take(ctx, first), l.Return(ctx)) }},
		{"never taken", func(*Lease) error { return nil }},
		{"moved, never taken", func(l *Lease) error { return l.Move(ctx, first) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := newMachine(t)
			m.keys = own()
			l := m.start()
			if err := tt.do(l); err != nil {
				t.Fatal(err)
			}
			if err := l.Return(ctx); err != nil {
				t.Fatal(err)
			}
			m.is(t, own())
			m.clean(t)
		})
	}
}

func TestTakeSetsAll(t *testing.T) {
	m := newMachine(t)
	l := m.start()
	for _, p := range []Proxy{first, second, byFile, first} {
		if err := l.Take(t.Context(), p); err != nil {
			t.Fatal(err)
		}
		if e, differs := differing(m.plan(p, nil), m.keys); differs {
			t.Errorf("%v: %s is not set", p, e.Key)
		}
	}
	before := m.writes
	if err := l.Take(t.Context(), first); err != nil || m.writes != before {
		t.Errorf("taking again: %d writes, %v", m.writes-before, err)
	}
}

func TestWhatOthersChangedStaysTheirs(t *testing.T) {
	ctx := t.Context()
	m := newMachine(t)
	m.keys = own()
	l := m.start()
	if err := l.Take(ctx, first); err != nil {
		t.Fatal(err)
	}
	m.keys = replaced(m.keys, "bypass", value{Text: "theirs"})
	if s, err := l.Status(ctx); err != nil || !slices.Equal(s.Changed, []string{"bypass"}) {
		t.Errorf("Status = %+v, %v", s, err)
	}
	if err := l.Move(ctx, second); err != nil {
		t.Fatal(err)
	}
	if v, _ := find(m.keys, "bypass"); v.Text != "theirs" {
		t.Errorf("moving changed it to %q", v.Text)
	}
	if v, _ := find(m.keys, "http"); v.Text != second.Address {
		t.Errorf("moved to %q", v.Text)
	}
	if err := l.Return(ctx); err != nil {
		t.Fatal(err)
	}
	m.is(t, replaced(own(), "bypass", value{Text: "theirs"}))
}

// Without a journal, as after somebody has deleted it, what leads to us is nobody's.
func TestOurOwnAddressIsNeverTheUsers(t *testing.T) {
	m := newMachine(t)
	for _, e := range m.plan(first, nil) {
		m.keys = replaced(m.keys, e.Key, e.Value)
	}
	l := m.start()
	if err := l.Take(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	if err := l.Return(t.Context()); err != nil {
		t.Fatal(err)
	}
	if v, _ := find(m.keys, "mode"); v.Text != "none" {
		t.Errorf("the mode is %q", v.Text)
	}
	for _, e := range m.keys {
		if strings.Contains(e.Value.Text, first.Address) {
			t.Errorf("%s still leads to us", e.Key)
		}
	}
}

func TestTwoProcesses(t *testing.T) {
	ctx := t.Context()
	m := newMachine(t)
	m.keys = own()
	one, other := m.start(), m.start()
	if err := one.Take(ctx, first); err != nil {
		t.Fatal(err)
	}
	var others sync.WaitGroup // each waits for a while
	for name, do := range map[string]func(l *Lease) error{
		"take": func(l *Lease) error { return l.Take(ctx, second) }, "move": func(l *Lease) error { return l.Move(ctx, second) },
		"return": func(l *Lease) error { return l.Return(ctx) }, "heal": func(l *Lease) error { _, err := l.Heal(ctx); return err },
	} {
		third := m.start()
		others.Go(func() {
			if err := do(third); !errors.Is(err, ErrHeld) {
				t.Errorf("%s by another: %v", name, err)
			}
		})
	}
	others.Wait()
	if s, err := other.Status(ctx); err != nil || !s.Taken || !s.Held || s.Proxy != first.Address || s.Changed != nil {
		t.Errorf("Status = %+v, %v", s, err)
	}
	one.lock.Close() // dies
	if s, err := other.Status(ctx); err != nil || !s.Taken || s.Held {
		t.Errorf("after its death: Status = %+v, %v", s, err)
	}
	if healed, err := other.Heal(ctx); !healed || err != nil {
		t.Errorf("Heal = %v, %v", healed, err)
	}
	m.is(t, own())
	if healed, err := other.Heal(ctx); healed || err != nil {
		t.Errorf("Heal again = %v, %v", healed, err)
	}
	if err := one.Take(ctx, first); err != nil { // the other has let go
		t.Error(err)
	}
}

func TestFailedTakeGivesBack(t *testing.T) {
	m := newMachine(t)
	m.keys = own()
	m.refuse = errRefused
	l := m.start()
	if err := l.Take(t.Context(), first); !errors.Is(err, errRefused) {
		t.Errorf("Take = %v", err)
	}
	m.is(t, own())
	m.clean(t)
	if err := l.Take(t.Context(), Proxy{Address: "nowhere"}); err == nil || !strings.Contains(err.Error(), `"nowhere"`) {
		t.Errorf("Take = %v", err)
	}
}

// A login that can't be changed is told, and no reason to do without the lease.
func TestLoginThatCannotBeChanged(t *testing.T) {
	m := newMachine(t)
	m.keys = own()
	m.locked = errRefused
	l := m.start()
	var said bytes.Buffer
	l.Log = slog.New(slog.NewTextHandler(&said, nil))
	if err := l.Take(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	if v, _ := find(m.keys, "http"); v.Text != first.Address {
		t.Errorf("it leads to %q", v.Text)
	}
	if err := l.Return(t.Context()); err != nil {
		t.Fatal(err)
	}
	m.is(t, own())
	m.clean(t)
	if strings.Count(said.String(), "level=WARN") != 2 || strings.Count(said.String(), errRefused.Error()) != 2 {
		t.Errorf("it says %s", &said)
	}
}

// The next login is ours from before something is set until after it is given back, and no longer.
func TestLoginHealsWhileTaken(t *testing.T) {
	ctx := t.Context()
	m := newMachine(t)
	l := m.start()
	heals := func(want bool, after string) {
		t.Helper()
		if m.heals != want {
			t.Errorf("%s: the next login heals: %v", after, m.heals)
		}
	}
	for _, do := range []struct {
		name string
		do   func() error
		want bool
	}{
		{"moved, never taken", func() error { return l.Move(ctx, first) }, false},
		{"taken", func() error { return l.Take(ctx, first) }, true},
		{"moved", func() error { return l.Move(ctx, second) }, true},
		{"looked at", func() error { _, err := l.Status(ctx); return err }, true},
		{"returned", func() error { return l.Return(ctx) }, false},
	} {
		if err := do.do(); err != nil {
			t.Errorf("%s: %v", do.name, err)
		}
		heals(do.want, do.name)
	}
	m.refuse = errRefused
	if err := l.Take(ctx, first); !errors.Is(err, errRefused) {
		t.Errorf("Take = %v", err)
	}
	heals(false, "failed to take")
	m.refuse = nil
	if err := l.Take(ctx, first); err != nil {
		t.Fatal(err)
	}
	m.refuse = errRefused
	if err := l.Return(ctx); !errors.Is(err, errRefused) {
		t.Errorf("Return = %v", err)
	}
	heals(true, "failed to return")
	m.refuse = nil
	if err := l.Return(ctx); err != nil {
		t.Fatal(err)
	}
	m.heals = true // somebody died after the journal was gone
	if healed, err := m.start().Heal(ctx); healed || err != nil {
		t.Errorf("Heal = %v, %v", healed, err)
	}
	heals(false, "nothing to heal")
}

func TestFailedReturnCanBeRepeated(t *testing.T) {
	m := newMachine(t)
	m.keys = own()
	l := m.start()
	if err := l.Take(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	m.refuse = errRefused
	if err := l.Return(t.Context()); !errors.Is(err, errRefused) {
		t.Errorf("Return = %v", err)
	}
	m.refuse = nil
	if err := l.Return(t.Context()); err != nil {
		t.Error(err)
	}
	m.is(t, own())
}

func TestUnsupported(t *testing.T) {
	why := unsupported("LXQt")
	l := newLease(t.TempDir(), nil, why, func(string) platform { return nil })
	if l.Supported() != why || l.Take(t.Context(), first) != why {
		t.Errorf("Supported = %v", l.Supported())
	}
	if !strings.Contains(why.Error(), "LXQt") || !strings.Contains(why.Error(), "drawbridge env") {
		t.Errorf("why = %q", why)
	}
	if healed, err := l.Heal(t.Context()); healed || err != nil {
		t.Errorf("Heal = %v, %v", healed, err)
	}
}

// What cannot be understood is neither believed nor thrown away.
func TestStrangeJournal(t *testing.T) {
	for _, tt := range []struct{ text, says string }{
		{"{", "system-proxy.json"},
		{`{"version": 2}`, "version 2"},
		{`{"version": 1, "platform": "plan9"}`, `"plan9"`},
	} {
		m := newMachine(t)
		l := m.start()
		if err := os.WriteFile(l.desk.path(), []byte(tt.text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, heal := l.Heal(t.Context())
		for name, err := range map[string]error{"Heal": heal, "Return": l.Return(t.Context()), "Take": l.Take(t.Context(), first)} {
			if err == nil || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("%s with %s: %v", name, tt.text, err)
			}
		}
		m.is(t, off())
		if text, err := os.ReadFile(l.desk.path()); string(text) != tt.text {
			t.Errorf("the journal is now %q, %v", text, err)
		}
	}
}

func TestGivenUp(t *testing.T) {
	m := newMachine(t)
	one, other := m.start(), m.start()
	if err := one.Take(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := other.Return(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Return = %v", err)
	}
}

// Without a guard nothing is set: it could stay behind.
func TestNoGuard(t *testing.T) {
	m := newMachine(t)
	g := &Guarded{Lease: m.start(), Command: func() *exec.Cmd { return exec.Command(m.dir) }}
	if err := g.Take(t.Context(), Bridge{Listen: first.Address}); err == nil || !strings.Contains(err.Error(), "start the guard") {
		t.Errorf("Take = %v", err)
	}
	for _, address := range []string{"", "nowhere", "127.0.0.1:0"} {
		if err := g.Take(t.Context(), Bridge{Listen: address}); err == nil {
			t.Errorf("Take(%q): no error", address)
		}
	}
	m.is(t, off())
	m.clean(t)
}
