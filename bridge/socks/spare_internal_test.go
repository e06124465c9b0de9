package socks

import (
	"net"
	"testing"
	"time"
)

// lonely returns a connection that nobody needs at the other end.
func lonely(t *testing.T) net.Conn {
	here, there := net.Pipe()
	t.Cleanup(func() { here.Close(); there.Close() })
	return here
}

func TestSparesAreUsedOldestFirst(t *testing.T) {
	d := &Dialer{Spares: 2}
	t.Cleanup(func() { d.Close() })
	first, second, third := lonely(t), lonely(t), lonely(t)
	now := time.Now()
	if !d.keep(first, now) || !d.keep(second, now) {
		t.Error("a spare was not kept")
	}
	if d.keep(third, now) {
		t.Error("one spare too many was kept")
	}
	for i, want := range []net.Conn{first, second, nil} {
		if got := d.takeSpare(); got != want {
			t.Errorf("spare %d is another one", i)
		}
	}
}

func TestSparesGrowTooOld(t *testing.T) {
	d := &Dialer{Spares: 3}
	t.Cleanup(func() { d.Close() })
	now := time.Now()
	older, old, young := lonely(t), lonely(t), lonely(t)
	d.keep(older, now.Add(-spareAge-time.Second))
	d.keep(old, now.Add(-spareAge))
	d.keep(young, now)
	if got := d.takeSpare(); got != young {
		t.Error("an old spare was used")
	}
}

func TestRefillPolicy(t *testing.T) {
	now := time.Now()
	tests := []struct {
		name   string
		dialer Dialer
		spares spares
		want   bool
	}{
		{name: "after a dial", spares: spares{lastDial: now, setUp: time.Second, measuredAt: now}, want: true},
		{name: "long after a dial", spares: spares{lastDial: now.Add(-spareUse - 1), setUp: time.Second, measuredAt: now}},
		{name: "after a failure", spares: spares{lastDial: now, restTill: now.Add(1), setUp: time.Second, measuredAt: now}},
		{name: "enough of them", spares: spares{lastDial: now, building: 8, setUp: time.Second, measuredAt: now}},
		{name: "many at once", spares: spares{lastDial: now, building: spareBuilders, setUp: time.Second, measuredAt: now}},
		{name: "nearby", spares: spares{lastDial: now, setUp: time.Millisecond, measuredAt: now}},
		{name: "nearby some time ago", spares: spares{lastDial: now, setUp: time.Millisecond, measuredAt: now.Add(-spareMeasure - 1)}, want: true},
		{name: "nearby some time ago, measuring", spares: spares{lastDial: now, building: 1, setUp: time.Millisecond, measuredAt: now.Add(-spareMeasure - 1)}},
	}
	for i := range tests {
		test := &tests[i]
		test.dialer.Spares = 8
		if got := test.spares.mayBuild(&test.dialer, now); got != test.want {
			t.Errorf("%s: mayBuild() = %v, want %v", test.name, got, test.want)
		}
	}
}
