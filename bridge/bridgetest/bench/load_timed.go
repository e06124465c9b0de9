//go:build linux

package main

import (
	"fmt"
	"net"
	"sync"
	"time"
)

// hold opens j.Count tunnels, j.Conns at once, has one byte echoed through each, and keeps them. Times says how long
// the first tenth and the last tenth took.
func (l *load) hold(j job) (result, error) {
	j.For += time.Hour // the deadlines: held tunnels outlive this job
	var (
		wg    sync.WaitGroup
		mu    sync.Mutex
		next  int
		ended []time.Duration
		first error
	)
	begin := time.Now()
	for range j.Conns {
		wg.Go(func() {
			for {
				mu.Lock()
				i := next
				next++
				stop := i >= j.Count || first != nil
				mu.Unlock()
				if stop {
					return
				}
				c := newClient(j, i)
				c.buf = c.buf[:512]
				err := func() error {
					if err := c.tunnelBy(time.Now().Add(grace)); err != nil {
						return err
					}
					return c.echoByte()
				}()
				mu.Lock()
				if c.conn != nil {
					c.conn.SetDeadline(time.Time{})
					l.held = append(l.held, c.conn)
				}
				ended = append(ended, time.Since(begin))
				if err != nil && first == nil {
					first = fmt.Errorf("tunnel %d of %d: %w", i+1, j.Count, err)
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if first != nil {
		for _, c := range l.held {
			reset(c)
		}
		l.held = nil
		return result{}, first
	}
	tenth := max(1, j.Count/10)
	before := time.Duration(0)
	if j.Count > tenth {
		before = ended[j.Count-tenth-1]
	}
	return result{
		Ops: int64(j.Count), Seconds: ended[j.Count-1].Seconds(),
		Times: []float64{ended[tenth-1].Seconds() / float64(tenth), (ended[j.Count-1] - before).Seconds() / float64(tenth)},
	}, nil
}

func (c *client) tunnelBy(deadline time.Time) error {
	c.deadline = deadline
	return c.tunnel()
}

// runTimed opens j.Count tunnels ("connects"), or has a byte echoed through each too ("echoes"), or asks for 1 KiB
// j.Count times ("gets"), every time as a new client and j.Conns at once, and returns how long each took.
func runTimed(j job) (result, error) {
	var (
		mu    sync.Mutex
		r     result
		first error
		conns []*net.TCPConn
	)
	one := func(i int) {
		c := newClient(j, i)
		begin := time.Now()
		var err error
		switch j.Do {
		case "connects":
			err = c.tunnel()
		case "echoes":
			if err = c.tunnel(); err == nil {
				err = c.echoByte()
			}
		default:
			if err = c.connect(); err == nil {
				err = c.get()
			}
		}
		took := time.Since(begin).Seconds()
		mu.Lock()
		defer mu.Unlock()
		r.Times = append(r.Times, took)
		if c.conn != nil {
			conns = append(conns, c.conn)
		}
		if err != nil && first == nil {
			first = err
		}
	}
	for i := 0; i < j.Count && first == nil; {
		var wg sync.WaitGroup
		for range j.Conns {
			wg.Go(func() { one(i) })
			i++
		}
		wg.Wait()
	}
	for _, c := range conns {
		c.Close()
	}
	return r, first
}

func (c *client) get() error {
	if _, err := c.conn.Write(c.request("GET", "/1k", "")); err != nil {
		return err
	}
	return c.answer(1024)
}

// runRoundTrips times j.Count echoes of a byte through one tunnel.
func runRoundTrips(j job) (result, error) {
	c := newClient(j, 0)
	defer c.close()
	if err := c.tunnel(); err != nil {
		return result{}, err
	}
	var r result
	for range j.Count {
		begin := time.Now()
		if err := c.echoByte(); err != nil {
			return r, err
		}
		r.Times = append(r.Times, time.Since(begin).Seconds())
	}
	return r, nil
}
