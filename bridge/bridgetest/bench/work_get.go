//go:build linux

package main

import (
	"errors"
	"slices"
	"time"
)

func workGet(b *bench, t *Table) {
	const clients = 64
	figures := []*Figure{
		t.figure("requests", "/s", ratioAtLeast(0.90)),
		t.figure("CPU", "µs/request", ratioAtMost(1.3)),
		t.figure("endpoint connections at once", "", atMost(clients)),
		t.figure("and with unused ones", "", Need{}),
		t.figure("endpoint connections made", "/1000 requests", Need{}),
	}
	all := b.stands(t, false)
	defer b.endAll(all)
	redials := map[string]bool{}
	b.rounds(figures, all, func(s *stand) ([]float64, error) {
		if _, _, _, err := b.peak(s); err != nil {
			return nil, err
		}
		// One target: its connections can be shared by all clients.
		r, err := b.do(s, job{Do: "get", Targets: b.targets[:1], Conns: clients, For: 2 * b.scale.slice})
		if err != nil {
			return nil, err
		}
		asked, seen, made, err := b.peak(s)
		if err != nil {
			return nil, err
		}
		if r.Redials > r.Ops/100 && !redials[s.name] {
			redials[s.name] = true
			t.note("%s closes the client's connection: %.0f %% of the requests needed another.", s.name, 100*float64(r.Redials)/float64(r.Ops))
		}
		if seen > 8*clients {
			t.note("%s leaves its connections to the endpoint open: it is started again for each round.", s.name)
			if err := b.restart(s); err != nil {
				return nil, err
			}
		}
		n := float64(r.Ops)
		return []float64{n / r.Seconds, s.cpuOr(r.CPU * 1e6 / n), float64(asked), float64(seen), 1000 * float64(made) / n}, nil
	})
}

func workTunnels(b *bench, t *Table) {
	figures := []*Figure{
		t.figure("tunnels", "/s", ratioAtLeast(0.95)),
		t.figure("CPU", "µs/tunnel", ratioAtMost(1.1)),
	}
	all := b.stands(t, false)
	defer b.endAll(all)
	b.rounds(figures, all, func(s *stand) ([]float64, error) {
		// A closed connection keeps its port for a second: no more than half the ports in a round.
		r, err := b.do(s, job{Do: "tunnels", Conns: 64, For: 2 * b.scale.slice, Count: 14000})
		if err != nil {
			return nil, err
		}
		n := float64(r.Ops)
		return []float64{n / r.Seconds, s.cpuOr(r.CPU * 1e6 / n)}, nil
	})
	t.note("Clients of relay and straight speak SOCKS5 in two flights, as most do.")
}

func workEcho(b *bench, t *Table) {
	type size struct {
		name    string
		bytes   int64
		figures []*Figure
	}
	var sizes []size
	for _, z := range []size{{"125 B", 125, nil}, {"16 KiB", 16 << 10, nil}} {
		z.figures = []*Figure{
			t.figure("round trips of "+z.name, "/s", ratioAtLeast(0.95)),
			t.figure("CPU, "+z.name, "µs/round trip", Need{}),
		}
		sizes = append(sizes, z)
	}
	all := b.stands(t, false)
	defer func() { b.endAll(all) }()
	for i, z := range sizes {
		if i > 0 {
			// Who does not know upgrades needs to be asked only once.
			all = slices.DeleteFunc(all, func(s *stand) bool {
				why, failed := sizes[0].figures[0].Fails[s.name]
				if failed {
					b.failed(z.figures, s.name, errors.New(why))
					b.end(s.instance)
				}
				return failed
			})
		}
		b.rounds(z.figures, all, func(s *stand) ([]float64, error) {
			r, err := b.do(s, job{Do: "echo", Conns: 16, Size: z.bytes, For: b.scale.slice})
			if err != nil {
				return nil, err
			}
			n := float64(r.Ops)
			return []float64{n / r.Seconds, s.cpuOr(r.CPU * 1e6 / n)}, nil
		})
	}
}

// between keeps the time between two jobs in which what is closed can end.
func (b *bench) between(d time.Duration) {
	select {
	case <-b.ctx.Done():
	case <-time.After(d):
	}
}
