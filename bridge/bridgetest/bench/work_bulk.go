//go:build linux

package main

import (
	"fmt"
	"os"
	"time"
)

type shape struct {
	streams int
	dir     string
	figures []*Figure
}

func (z shape) String() string {
	if z.streams == 1 {
		return "1 stream " + z.dir
	}
	return fmt.Sprintf("%d streams %s", z.streams, z.dir)
}

func workBulk(b *bench, t *Table) {
	var shapes []shape
	for _, streams := range []int{1, 8} {
		for _, dir := range []string{"down", "up", "both"} {
			shapes = append(shapes, newShape(t, streams, dir, ratioAtLeast(0.95), ratioAtMost(1.05)))
		}
	}
	all := b.stands(t, false)
	defer b.endAll(all)
	b.bulk(all, shapes)
}

func workBulkUser(b *bench, t *Table) {
	shapes := []shape{
		newShape(t, 1, "down", Need{}, ratioAtMost(1.1)),
		newShape(t, 8, "both", Need{}, ratioAtMost(1.1)),
	}
	t.Title = fmt.Sprintf("bulk data as an ordinary user beside %d idle tunnels", b.scale.beside)
	if os.Geteuid() != 0 {
		t.note("The bench was not started by root: all programs run as its user and share that user's pipe memory. " +
			"Rivals that hold pipes while idle slow the others down; --without leaves them out.")
	}
	all := b.stands(t, true)
	defer b.endAll(all)
	var ready []*stand
	for _, s := range all {
		if _, err := b.do(s, job{Do: "hold", Conns: 8, Count: b.scale.beside}); err != nil {
			b.failed(t.Figures, s.name, err)
			continue
		}
		ready = append(ready, s)
	}
	b.bulk(ready, shapes)
	b.release()
}

func newShape(t *Table, streams int, dir string, speed, cost Need) shape {
	z := shape{streams: streams, dir: dir}
	z.figures = []*Figure{
		t.figure(z.String(), "MB/s", speed),
		t.figure(z.String()+", CPU", "s/GB", cost),
	}
	return z
}

func (b *bench) bulk(all []*stand, shapes []shape) {
	for _, z := range shapes {
		b.rounds(z.figures, all, func(s *stand) ([]float64, error) {
			r, err := b.do(s, job{Do: "bulk", Conns: z.streams, Dir: z.dir, For: b.scale.slice})
			if err != nil {
				return nil, err
			}
			n := float64(r.Bytes)
			return []float64{n / 1e6 / r.Seconds, s.cpuOr(r.CPU * 1e9 / n)}, nil
		})
	}
}

func (b *bench) release() {
	b.do(&stand{instance: &instance{}}, job{Do: "release"})
}

func workBodies(b *bench, t *Table) {
	const mostMemory = 12
	t.Title = fmt.Sprintf("one message of %d MiB at a time by plain HTTP", b.scale.body>>20)
	ways := []struct {
		name, do string
		figures  []*Figure
	}{{"answer", "download", nil}, {"upload", "upload", nil}}
	for i, w := range ways {
		ways[i].figures = []*Figure{
			t.figure(w.name, "MB/s", ratioAtLeast(0.95)),
			t.figure(w.name+", CPU", "s/GB", ratioAtMost(1.1)),
		}
	}
	memoryPeak := t.figure("most resident memory", "MB", atMost(mostMemory))
	all := b.stands(t, false)
	defer b.endAll(all)
	for _, w := range ways {
		b.rounds(w.figures, all, func(s *stand) ([]float64, error) {
			// Enough of them for a quarter of a second on a fast machine.
			r, err := b.do(s, job{Do: w.do, Size: b.scale.body, Count: max(1, int(b.scale.slice/(150*time.Millisecond)))})
			if err != nil {
				return nil, err
			}
			n := float64(r.Bytes)
			return []float64{n / 1e6 / r.Seconds, s.cpuOr(r.CPU * 1e9 / n)}, nil
		})
	}
	for _, s := range all {
		if s.process == nil {
			continue
		}
		if m, err := memory(s.pid, "VmHWM"); err != nil {
			memoryPeak.fail(s.name, err.Error())
		} else {
			memoryPeak.add(s.name, m/1e6)
		}
	}
}
