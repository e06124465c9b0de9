//go:build linux

package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
)

// playSOCKS is the SOCKS5 endpoint that everything under test relays through. It opens one listener for each program,
// so that it can tell their connections apart.
//
//	listen NAME   opens another listener and answers its address
//	peak NAME     answers how many connections with a request, and how many in all, it has had at once, and how many
//	              requests there were, since it was last asked
//	open NAME     answers how many connections it has now
func playSOCKS() error {
	doors := map[string]*door{}
	return answer(func(command string) string {
		verb, name, _ := strings.Cut(command, " ")
		d := doors[name]
		switch {
		case verb == "listen":
			l, err := listen("127.0.0.1:0")
			if err != nil {
				return "error: " + err.Error()
			}
			d = &door{from: net.IPv4(127, 0, 1, byte(1+len(doors)%250))}
			doors[name] = d
			go serve(l, d.handle)
			return l.Addr().String()
		case d == nil:
			return "error: no listener " + name
		case verb == "peak":
			d.mu.Lock()
			defer d.mu.Unlock()
			s := fmt.Sprint(d.asked.peak, d.all.peak, d.requests)
			d.asked.peak, d.all.peak, d.requests = d.asked.now, d.all.now, 0
			return s
		case verb == "open":
			d.mu.Lock()
			defer d.mu.Unlock()
			return fmt.Sprint(d.all.now)
		}
		return "error: no command " + verb
	})
}

// A door is one listener's tally.
type door struct {
	// from is the address that its connections to targets come from. Each door has all ports of its own, so that a
	// program that uses up its ports leaves the others theirs.
	from       net.IP
	mu         sync.Mutex
	all, asked gauge // every connection; those that have asked for a target
	requests   int
}

type gauge struct{ now, peak int }

func (g *gauge) add(n int) {
	g.now += n
	g.peak = max(g.peak, g.now)
}

func (d *door) count(g *gauge, n int) {
	d.mu.Lock()
	g.add(n)
	if g == &d.asked && n > 0 {
		d.requests++
	}
	d.mu.Unlock()
}

func (d *door) handle(c *net.TCPConn) {
	d.count(&d.all, 1)
	defer d.count(&d.all, -1)
	target, early, err := greet(c)
	if err != nil {
		c.Close()
		return
	}
	d.count(&d.asked, 1)
	defer d.count(&d.asked, -1)
	t, err := dialFrom(d.from, target)
	if err != nil {
		c.Write([]byte{5, 5, 0, 1, 0, 0, 0, 0, 0, 0})
		c.Close()
		return
	}
	_, err = c.Write([]byte{5, 0, 0, 1, 0, 0, 0, 0, 0, 0})
	if err == nil && len(early) > 0 {
		_, err = t.Write(early)
	}
	if err != nil {
		c.Close()
		t.Close()
		return
	}
	join(c, t)
}

// greet speaks the server's half of RFC 1928 up to the request, and returns its target and what came behind it. The
// request may come in one flight with the greeting.
func greet(c *net.TCPConn) (target string, early []byte, err error) {
	var b [512]byte
	n := 0
	need := func(k int) error {
		if n >= k {
			return nil
		}
		m, err := io.ReadAtLeast(c, b[n:], k-n)
		n += m
		return err
	}
	if err := need(2); err != nil {
		return "", nil, err
	}
	if b[0] != 5 {
		return "", nil, errors.New("not SOCKS5")
	}
	if err := need(2 + int(b[1])); err != nil {
		return "", nil, err
	}
	if _, err := c.Write([]byte{5, 0}); err != nil {
		return "", nil, err
	}
	n = copy(b[:], b[2+int(b[1]):n])
	if err := need(5); err != nil {
		return "", nil, err
	}
	var end int
	switch b[3] {
	case 1:
		end = 4 + 4
	case 3:
		end = 5 + int(b[4])
	case 4:
		end = 4 + 16
	default:
		return "", nil, errors.New("no such address type")
	}
	if err := need(end + 2); err != nil {
		return "", nil, err
	}
	host := net.IP(b[4:end]).String()
	if b[3] == 3 {
		host = string(b[5:end])
	}
	target = net.JoinHostPort(host, strconv.Itoa(int(b[end])<<8|int(b[end+1])))
	return target, bytes.Clone(b[end+2 : n]), nil
}
