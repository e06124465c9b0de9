package systemproxy

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// A winMachine is a machine with WinINet's options of the LAN and of what can be dialled.
type winMachine struct {
	*machine
	connections []connection
}

func newWinMachine(t testing.TB, connections ...connection) *winMachine {
	m := &winMachine{machine: newMachine(t), connections: connections}
	m.as = winDouble{m}
	return m
}

// A winDouble is that as a platform. It is what winINet is, with the system's own calls left out.
type winDouble struct{ *winMachine }

func (winDouble) name() string { return "windows" }

func (w winDouble) read(context.Context) ([]entry, error) { return winEntries(w.connections), nil }

func (w winDouble) plan(p Proxy, now []entry) []entry { return winPlan(p, now) }

func (w winDouble) user(p Proxy, now []entry) []entry { return winUser(p, now) }

func (w winDouble) write(ctx context.Context, entries []entry) error {
	for _, name := range winConnections(entries) {
		options, err := winOptions(entries, name)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(w.connections, func(c connection) bool { return c.name == name })
		if i < 0 {
			return errMissing
		}
		w.step() // all options of one are set at once
		w.writes++
		switch {
		case w.unsunk:
			return errors.New("it was set before it was written down")
		case w.refuse != nil:
			return w.refuse
		}
		w.set(&w.connections[i], options)
	}
	return verify(ctx, w, winKept(entries))
}

func (winDouble) set(c *connection, options []winOption) {
	for _, o := range options {
		switch o.option {
		case winFlags:
			c.flags = o.number
		case winServer:
			c.server = o.text
		case winBypass:
			c.bypass = o.text
		case winPAC:
			c.pac = o.text
		}
	}
}

// annasConnections are a LAN with a file, and two that are dialled.
func annasConnections() []connection {
	return []connection{
		{flags: winDirect | winByFile | 8, pac: "http://example/x.pac", bypass: "<local>"},
		{name: "Office VPN", flags: winDirect | winManual, server: "proxy.example:8080", bypass: "*.example;<local>"},
		{name: "Büro & 办公室 (2)", flags: winDirect | 8},
	}
}

func (m *winMachine) is(t testing.TB, want []connection) {
	t.Helper()
	if got, want := lines(winEntries(m.connections)), lines(winEntries(want)); got != want {
		t.Errorf("the system holds\n%s\nwant\n%s", got, want)
	}
}

func (m *winMachine) led(t testing.TB, p Proxy) {
	t.Helper()
	flags, at := winDirect|winManual, func(c connection) string { return c.server }
	want := p.Address
	if p.PAC != "" {
		flags, want, at = winDirect|winByFile, p.PAC, func(c connection) string { return c.pac }
	}
	for _, c := range m.connections {
		if c.flags != uint32(flags) || at(c) != want {
			t.Errorf("%q is not led to %v: %+v", c.name, p, c)
		}
	}
}

func TestWinGivesBack(t *testing.T) {
	ctx := t.Context()
	for _, ways := range [][]Proxy{{first}, {byFile}, {first, second}, {second, byFile}, {byFile, first}} {
		m := newWinMachine(t, annasConnections()...)
		l := m.start()
		if err := l.Take(ctx, ways[0]); err != nil {
			t.Fatal(err)
		}
		for _, p := range ways[1:] {
			m.led(t, ways[0])
			if err := l.Move(ctx, p); err != nil {
				t.Fatal(err)
			}
			m.led(t, p)
		}
		if err := l.Return(ctx); err != nil {
			t.Fatal(err)
		}
		m.is(t, annasConnections())
		m.clean(t)
	}
}

// Entries of the phone book come, go, and come back while the system is led to us.
func TestWinConnectionsComeAndGo(t *testing.T) {
	ctx := t.Context()
	for _, p := range []Proxy{first, byFile} {
		m := newWinMachine(t, annasConnections()[:2]...)
		l := m.start()
		if err := l.Take(ctx, p); err != nil {
			t.Fatal(err)
		}
		again := func(connections ...connection) {
			t.Helper()
			m.connections = connections
			if err := l.Move(ctx, p); err != nil {
				t.Fatal(err)
			}
			m.led(t, p)
			if s, err := l.Status(ctx); err != nil || len(s.Changed) > 0 {
				t.Errorf("Status = %+v, %v", s, err)
			}
		}
		lan, office, late := m.connections[0], m.connections[1], annasConnections()[2]
		again(lan, office, late)
		late = m.connections[2]
		again(lan)
		again(lan, late, office)
		m.connections = []connection{lan, office, late}
		if err := l.Return(ctx); err != nil {
			t.Fatal(err)
		}
		m.is(t, annasConnections())
		m.clean(t)
	}
}

// At whichever step the process dies, the next one gives all back, also where a connection has gone in between.
func TestWinDiesAnywhere(t *testing.T) {
	ctx := t.Context()
	for _, gone := range []bool{false, true} {
		for fuse := 0; ; fuse++ {
			m := newWinMachine(t, annasConnections()...)
			l := m.start()
			m.fuse = fuse
			lives := m.lives(l, func() {
				if err := errors.Join(l.Take(ctx, first), l.Move(ctx, byFile), l.Return(ctx)); err != nil {
					t.Error(err)
				}
			})
			want := annasConnections()
			if gone {
				m.connections, want = slices.Delete(m.connections, 1, 2), slices.Delete(want, 1, 2)
			}
			if _, err := m.start().Heal(ctx); err != nil {
				t.Error(err)
			}
			if m.is(t, want); t.Failed() {
				t.Fatalf("dead after %d steps", fuse)
			}
			m.clean(t)
			if lives {
				if fuse < 10 {
					t.Errorf("died %d times only", fuse)
				}
				break
			}
		}
	}
}

func TestWinRefuses(t *testing.T) {
	m := newWinMachine(t, annasConnections()...)
	m.refuse = errRefused
	if err := m.start().Take(t.Context(), first); !errors.Is(err, errRefused) {
		t.Errorf("Take = %v", err)
	}
	m.is(t, annasConnections())
	m.clean(t)
}

// What somebody else sets for one connection stays theirs, and the others go back.
func TestWinDrift(t *testing.T) {
	ctx := t.Context()
	m := newWinMachine(t, annasConnections()...)
	l := m.start()
	if err := l.Take(ctx, first); err != nil {
		t.Fatal(err)
	}
	m.connections[1].server, m.connections[1].flags = "theirs.example:1", winDirect
	if err := l.Move(ctx, first); err != nil {
		t.Fatal(err)
	}
	if s, err := l.Status(ctx); err != nil || strings.Join(s.Changed, ", ") != "server Office VPN, flags Office VPN" {
		t.Errorf("Status = %+v, %v", s, err)
	}
	if err := l.Return(ctx); err != nil {
		t.Fatal(err)
	}
	want := annasConnections()
	want[1].server, want[1].flags = "theirs.example:1", winDirect
	m.is(t, want)
	if v, _ := find(winEntries(m.connections), "flags"); v.Text != strconv.Itoa(winDirect|winByFile|8) {
		t.Errorf("the LAN's flags are %s", v.Text)
	}
}
