//go:build linux

package main

import (
	"errors"
	"fmt"
	"io"
	"sync/atomic"
	"time"
)

// getter asks for 1 KiB again and again on one connection.
func getter(j job, i int, redials *atomic.Int64) (worker, error) {
	c := newClient(j, i)
	request := c.request("GET", "/1k", "")
	fetch := func() error {
		if c.conn == nil {
			redials.Add(1)
			if err := c.connect(); err != nil {
				return err
			}
		}
		if _, err := c.conn.Write(request); err != nil {
			return err
		}
		return c.answer(1024)
	}
	once := func() error {
		old := c.conn != nil
		err := fetch()
		if err != nil && old && (errors.Is(err, io.EOF) || isReset(err)) {
			// A kept connection may end between two requests, and then the client opens another.
			c.close()
			err = fetch()
		}
		if c.last {
			c.close()
		}
		if err != nil {
			return fmt.Errorf("GET: %w", err)
		}
		return nil
	}
	return worker{once, c.close}, nil
}

// echoer upgrades a connection and sends messages of j.Size that come back.
func echoer(j job, i int, _ *atomic.Int64) (worker, error) {
	c := newClient(j, i)
	if err := c.upgrade(); err != nil {
		c.close()
		return worker{}, err
	}
	in := make([]byte, j.Size)
	return worker{func() error {
		if _, err := c.conn.Write(filler[8:][:j.Size]); err != nil {
			return err
		}
		k := copy(in, c.buf[c.r:c.w])
		c.r += k
		_, err := io.ReadFull(c.conn, in[k:])
		return err
	}, c.close}, nil
}

func (c *client) upgrade() error {
	if err := c.connect(); err != nil {
		return err
	}
	if _, err := c.conn.Write(c.request("GET", "/ws", "Connection: Upgrade\r\nUpgrade: websocket\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n")); err != nil {
		return err
	}
	head, err := c.head()
	if err != nil {
		return fmt.Errorf("upgrade: %w", err)
	}
	if status(head) != 101 {
		return refused("upgrade", head)
	}
	return nil
}

// tunneler opens a tunnel, has one byte echoed, and closes it in good order: our end goes through to the target, and
// the target's end comes back.
func tunneler(j job, i int, _ *atomic.Int64) (worker, error) {
	c := newClient(j, i)
	turn := i
	return worker{func() error {
		defer c.close()
		turn++
		c.target = j.Targets[turn%len(j.Targets)]
		if err := c.tunnel(); err != nil {
			return err
		}
		if err := c.echoByte(); err != nil {
			return err
		}
		if err := c.conn.CloseWrite(); err != nil {
			return err
		}
		c.conn.SetReadDeadline(time.Now().Add(5 * time.Second))
		if _, err := c.conn.Read(c.buf); err != io.EOF && !isReset(err) {
			return fmt.Errorf("end of the tunnel: %w", orUnexpected(err))
		}
		return nil
	}, c.close}, nil
}

func (c *client) echoByte() error {
	if _, err := c.conn.Write([]byte{'E'}); err != nil {
		return err
	}
	if _, err := io.ReadFull(c.conn, c.buf[:1]); err != nil {
		return fmt.Errorf("echo: %w", err)
	}
	return nil
}

func orUnexpected(err error) error {
	if err == nil {
		return errors.New("bytes that nobody sent")
	}
	return err
}
