//go:build linux

package main

import (
	"fmt"
	"io"
	"sync"
	"time"
)

// runBulk moves data through j.Conns tunnels for j.For and counts every byte that arrived.
func runBulk(j job) (result, error) {
	var clients []*client
	defer func() {
		for _, c := range clients {
			c.close()
		}
	}()
	for i := range j.Conns {
		c := newClient(j, i)
		clients = append(clients, c)
		if err := c.tunnel(); err != nil {
			return result{}, err
		}
	}
	var (
		wg    sync.WaitGroup
		mu    sync.Mutex
		r     result
		first error
	)
	cpu, begin := cpuTime(j.PID), time.Now()
	for _, c := range clients {
		wg.Go(func() {
			n, err := c.bulk(j.Dir, j.For)
			mu.Lock()
			defer mu.Unlock()
			r.Bytes += n
			if err != nil && first == nil {
				first = fmt.Errorf("%s: %w", j.Dir, err)
			}
		})
	}
	wg.Wait()
	r.Seconds = time.Since(begin).Seconds()
	r.CPU = cpuTime(j.PID) - cpu
	return r, first
}

// bulk moves data for about d and returns how many bytes, both ways together.
func (c *client) bulk(dir string, d time.Duration) (int64, error) {
	command := map[string]string{"down": "D %d\n", "up": "U %d\n", "both": "B %d\n"}[dir]
	if _, err := fmt.Fprintf(c.conn, command, d.Milliseconds()); err != nil {
		return 0, err
	}
	var up, down int64
	var upErr, downErr error
	var wg sync.WaitGroup
	if dir != "down" {
		wg.Go(func() { up, upErr = sendFor(c.conn, d) })
	}
	if dir != "up" {
		down, downErr = receive(c.conn, nil)
	}
	wg.Wait()
	if upErr != nil {
		return 0, upErr
	}
	if downErr != nil {
		return 0, downErr
	}
	if dir != "down" {
		if _, err := io.ReadFull(c.conn, c.buf[:1]); err != nil {
			return 0, err
		}
	}
	return up + down, nil
}

// runBody moves j.Count bodies of j.Size as plain HTTP, one after the other on one connection.
func runBody(j job) (result, error) {
	c := newClient(j, 0)
	c.deadline = time.Now().Add(time.Minute)
	defer c.close()
	if err := c.connect(); err != nil {
		return result{}, err
	}
	var r result
	cpu, begin := cpuTime(j.PID), time.Now()
	for range j.Count {
		if c.conn == nil {
			if err := c.connect(); err != nil {
				return r, err
			}
		}
		var err error
		if j.Do == "download" {
			err = c.download(j.Size)
		} else {
			err = c.upload(j.Size)
		}
		if err != nil {
			return r, fmt.Errorf("%s: %w", j.Do, err)
		}
		if c.last {
			c.close()
		}
		r.Bytes += j.Size
		r.Ops++
	}
	r.Seconds = time.Since(begin).Seconds()
	r.CPU = cpuTime(j.PID) - cpu
	return r, nil
}

func (c *client) download(size int64) error {
	if _, err := c.conn.Write(c.request("GET", fmt.Sprintf("/bytes/%d", size), "")); err != nil {
		return err
	}
	return c.answer(size)
}

func (c *client) upload(size int64) error {
	if _, err := c.conn.Write(c.request("POST", "/upload", fmt.Sprintf("Content-Length: %d\r\n", size))); err != nil {
		return err
	}
	if err := sendN(c.conn, size); err != nil {
		return err
	}
	return c.answer(int64(len("ok\n")))
}
