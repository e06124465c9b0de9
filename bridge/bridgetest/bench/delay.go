//go:build linux

package main

import (
	"net"
	"strings"
	"syscall"
	"time"
)

// playDelay stands for distance: what passes through it takes as long as on a line with the given round trip. The
// connection itself is made at once, as it must be on loopback, but the first bytes wait for the round trip that it
// would have taken; after that, bytes take half a round trip each way.
//
//	listen ROUNDTRIP UPSTREAM   answers the address
func playDelay() error {
	return answer(func(command string) string {
		f := strings.Fields(command)
		if len(f) != 3 || f[0] != "listen" {
			return "error: no command " + command
		}
		r, err := time.ParseDuration(f[1])
		if err != nil {
			return "error: " + err.Error()
		}
		l, err := listen("127.0.0.1:0")
		if err != nil {
			return "error: " + err.Error()
		}
		go serve(l, func(c *net.TCPConn) {
			connected := time.Now().Add(r)
			u, err := dial(f[2])
			if err != nil {
				reset(c)
				return
			}
			done := make(chan struct{})
			go func() {
				carry(c, u, r/2, time.Time{})
				close(done)
			}()
			carry(u, c, r/2, connected)
			<-done
			c.Close()
			u.Close()
		})
		return l.Addr().String()
	})
}

// carry relays src to dst, each piece lag after it came, and none sent before start.
func carry(dst, src *net.TCPConn, lag time.Duration, start time.Time) {
	type piece struct {
		data []byte
		due  time.Time
	}
	pieces := make(chan piece, 1024)
	go func() {
		defer close(pieces)
		for {
			b := make([]byte, 16<<10)
			n, err := src.Read(b)
			sent := time.Now()
			if sent.Before(start) {
				sent = start
			}
			pieces <- piece{b[:n], sent.Add(lag)}
			if err != nil {
				return
			}
		}
	}()
	for p := range pieces {
		// Not time.Sleep: the runtime's timers may be a millisecond late, which is a twentieth of a round trip.
		if wait := time.Until(p.due); wait > 0 {
			ts := syscall.NsecToTimespec(int64(wait))
			syscall.Nanosleep(&ts, nil)
		}
		if len(p.data) == 0 {
			continue
		}
		if _, err := dst.Write(p.data); err != nil {
			src.CloseRead()
			break
		}
	}
	for range pieces {
	}
	dst.CloseWrite()
}
