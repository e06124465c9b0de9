//go:build linux

package main

import (
	"errors"
	"net"
	"net/netip"
	"syscall"
	"time"
)

func workStart(b *bench, t *Table) {
	listening := t.figure("exec to listening", "ms", atMost(8))
	resident := t.figure("resident memory after start", "MB", atMost(10))
	out := map[string]bool{}
	for i := range b.scale.starts {
		for _, p := range b.programs {
			if p.path == "" && p.err == nil || out[p.name] || b.ctx.Err() != nil {
				continue
			}
			took, rss, err := b.startOnce(p, i%5 == 0)
			if err != nil {
				out[p.name] = true
				b.failed(t.Figures, p.name, err)
				continue
			}
			listening.add(p.name, 1e3*took.Seconds())
			if rss > 0 {
				resident.add(p.name, rss/1e6)
			}
		}
	}
	for _, p := range b.programs {
		if s := spread(listening.Samples[p.name]); s.N > 0 && p.name == judged {
			t.note("%s: at best %.1f ms, at worst %.1f ms. The time includes fork and exec.", p.name, s.Min, s.Max)
		}
	}
}

// startOnce returns how long p takes from just before exec until it accepts a connection, and its memory a moment
// after, if asked.
func (b *bench) startOnce(p program, weigh bool) (took time.Duration, rss float64, err error) {
	if p.err != nil {
		return 0, 0, p.err
	}
	addr, err := freePort()
	if err != nil {
		return 0, 0, err
	}
	upstream, err := b.socks.ask("listen start")
	if err != nil {
		return 0, 0, err
	}
	dir, err := b.newDir()
	if err != nil {
		return 0, 0, err
	}
	l, err := p.launch(addr, upstream, dir, 0)
	if err != nil {
		return 0, 0, err
	}
	begin := time.Now()
	proc, err := l.start()
	if err != nil {
		return 0, 0, err
	}
	in := &instance{program: p, process: proc, addr: addr}
	b.own(proc)
	defer b.end(in)
	if err := spinUntilOpen(proc, addr); err != nil {
		return 0, 0, proc.why(err)
	}
	took = time.Since(begin)
	if weigh {
		b.between(200 * time.Millisecond)
		rss, err = memory(proc.pid, "VmRSS")
	}
	return took, rss, err
}

// spinUntilOpen tries to connect about every 50 µs, with nothing of the runtime in between.
func spinUntilOpen(p *process, addr string) error {
	ap, err := netip.ParseAddrPort(addr)
	if err != nil {
		return err
	}
	to := &syscall.SockaddrInet4{Port: int(ap.Port()), Addr: ap.Addr().As4()}
	pause := syscall.NsecToTimespec(int64(50 * time.Microsecond))
	for end := time.Now().Add(startTime); time.Now().Before(end); {
		select {
		case <-p.exited:
			return errors.New("ended at once")
		default:
		}
		fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
		if err != nil {
			return err
		}
		err = syscall.Connect(fd, to)
		syscall.Close(fd)
		if err == nil {
			return nil
		}
		syscall.Nanosleep(&pause, nil)
	}
	return &net.OpError{Op: "dial", Err: errors.New("does not listen")}
}
