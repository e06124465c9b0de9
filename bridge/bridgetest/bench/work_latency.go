//go:build linux

package main

import "time"

func workLatency(b *bench, t *Table) {
	// More at once than anybody keeps spares for, so that the one in the middle has none.
	const burst = 24
	far := b.scale.far
	first := t.figure("first CONNECT after start", "R", Need{})
	without := t.figure("CONNECT without a spare", "R", atMost(2.2))
	spare := t.figure("CONNECT with a spare", "R", atMost(1.2))
	whole := t.figure("the same, to the first byte back", "R", Need{})
	firstGet := t.figure("first GET of a target", "R", Need{})
	later := t.figure("later GETs, each from a new client", "R", atMost(1.1))

	r, err := b.roundTrip(far)
	if err != nil {
		for _, p := range b.programs {
			b.failed(t.Figures, p.name, err)
		}
		return
	}
	out := map[string]bool{}
	drop := func(name string, err error) {
		out[name] = true
		for _, f := range t.Figures {
			// What was measured before stays: a program may know CONNECT and not GET.
			if len(f.Samples[name]) == 0 {
				b.failed([]*Figure{f}, name, err)
			}
		}
	}
	timed := func(s *stand, f *Figure, j job) {
		if out[s.name] || b.ctx.Err() != nil {
			return
		}
		res, err := b.do(s, j)
		if err != nil {
			res, err = b.do(s, j)
		}
		if err != nil {
			drop(s.name, err)
			return
		}
		f.add(s.name, median(res.Times)/r)
	}
	one := job{Conns: 1, Count: 1}
	do := func(name string) job { j := one; j.Do = name; return j }

	for range 3 {
		for _, p := range b.programs {
			if out[p.name] {
				continue
			}
			s, err := b.stand(p, far, false)
			if err != nil {
				drop(p.name, err)
				continue
			}
			timed(s, first, do("connects"))
			b.end(s.instance)
		}
	}
	var all []*stand
	defer func() { b.endAll(all) }()
	for _, p := range b.programs {
		if out[p.name] {
			continue
		}
		s, err := b.stand(p, far, false)
		if err != nil {
			drop(p.name, err)
			continue
		}
		all = append(all, s)
		timed(s, &Figure{}, do("connects")) // whatever it learns from the first
	}
	rest := 10 * far // for a program to make itself ready again
	for range 3 {
		b.between(rest)
		for _, s := range all {
			timed(s, without, job{Do: "connects", Conns: burst, Count: burst})
		}
	}
	for i := 1; i <= 3; i++ {
		for _, s := range all {
			get := do("gets")
			get.Targets = b.targets[i : i+1]
			timed(s, firstGet, get)
		}
	}
	for range b.scale.times {
		b.between(rest)
		for _, s := range all {
			timed(s, spare, do("connects"))
		}
		b.between(rest)
		for _, s := range all {
			timed(s, whole, do("echoes"))
		}
		for _, s := range all {
			get := do("gets")
			get.Targets = b.targets[1:2]
			timed(s, later, get)
		}
	}
	t.note("R is %v (%.1f ms by an echo). A connection's set-up counts as one R. Without a spare: the median of %d CONNECTs at once.", far, 1e3*r, burst)
	for _, s := range all {
		if v := spread(spare.Samples[s.name]); v.N > 0 && v.Median < 0.9 {
			t.note("%s answers CONNECT before its endpoint has answered.", s.name)
		}
	}
}

// roundTrip is what a round trip over that distance really takes here, in seconds.
func (b *bench) roundTrip(far time.Duration) (float64, error) {
	s, err := b.stand(straight(), far, false)
	if err != nil {
		return 0, err
	}
	r, err := b.do(s, job{Do: "rtt", Count: 21})
	if err != nil {
		return 0, err
	}
	return median(r.Times), nil
}
