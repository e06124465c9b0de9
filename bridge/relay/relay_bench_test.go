package relay_test

import (
	"fmt"
	"io"
	"net"
	"sync"
	"testing"

	"github.com/drawbridge-app/drawbridge/bridge/relay"
)

// The plain relay, two io.Copy, runs beside ours under the same load, which
// comes from another process, so that the CPU time is the relay's alone. The
// figures compare within one run only.

// relays are what the benchmarks compare.
var relays = []struct {
	name  string
	start func(a, b net.Conn, done func())
}{
	{"drawbridge", func(a, b net.Conn, done func()) {
		pump.Start(relay.Side{Wire: relay.NewWire(a)}, relay.Side{Wire: relay.NewWire(b)}, func(error) { done() })
	}},
	{"io.Copy", func(a, b net.Conn, done func()) {
		var both sync.WaitGroup
		copy := func(dst, src net.Conn) {
			io.Copy(dst, src)
			dst.(*net.TCPConn).CloseWrite()
		}
		both.Go(func() { copy(a, b) })
		both.Go(func() { copy(b, a) })
		go func() {
			both.Wait()
			a.Close()
			b.Close()
			done()
		}()
	}},
}

var pump relay.Pump

func BenchmarkBulk(b *testing.B) {
	const amount = 256 << 20
	for _, way := range []string{"one", "both"} {
		for _, streams := range []int{1, 8} {
			for _, r := range relays {
				b.Run(fmt.Sprintf("%s/%d/%s", way, streams, r.name), func(b *testing.B) {
					l := newLoad(b, streams, r.start)
					l.do(way, amount/8/streams) // out of slow start
					b.SetBytes(amount)
					cpu := cpuSeconds()
					for b.Loop() {
						l.do(way, amount/streams)
					}
					b.ReportMetric((cpuSeconds()-cpu)/(float64(b.N)*amount/1e9), "cpu-s/GB")
					b.ReportMetric(0, "ns/op")
				})
			}
		}
	}
}

func BenchmarkTrips(b *testing.B) {
	const amount = 16000
	for _, streams := range []int{1, 8, 64} {
		for _, r := range relays {
			b.Run(fmt.Sprintf("%d/%s", streams, r.name), func(b *testing.B) {
				l := newLoad(b, streams, r.start)
				l.do("trips", 100)
				cpu := cpuSeconds()
				for b.Loop() {
					l.do("trips", amount/streams)
				}
				b.ReportMetric((cpuSeconds()-cpu)*1e6/float64(b.N*amount), "cpu-µs/trip")
				b.ReportMetric(float64(b.N*amount)/b.Elapsed().Seconds(), "trips/s")
				b.ReportMetric(0, "ns/op")
			})
		}
	}
}

// BenchmarkIdle reports what one tunnel holds, its two connections included,
// when it has passed bulk both ways and waits.
func BenchmarkIdle(b *testing.B) {
	const tunnels = 1000
	for _, r := range relays {
		b.Run(r.name, func(b *testing.B) {
			var total use
			for b.Loop() {
				before := measure()
				l := newLoad(b, tunnels, r.start)
				l.do("both", 1<<20)
				after := measure()
				total.stack += after.stack - before.stack
				total.heap += after.heap - before.heap
				total.files += after.files - before.files
			}
			n := float64(b.N * tunnels)
			b.ReportMetric(float64(total.stack)/n, "stack-B/tunnel")
			b.ReportMetric(float64(total.heap)/n, "heap-B/tunnel")
			b.ReportMetric(float64(total.files)/n, "files/tunnel")
			b.ReportMetric(0, "ns/op")
		})
	}
}
