//go:build linux

package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"syscall"
	"time"
)

// dialTimeout bounds every connection attempt of our own parts.
const dialTimeout = 10 * time.Second

// playRelay is the baseline: it joins every connection to listenAddr with one to upstream and knows no protocol.
func playRelay(listenAddr, upstream string) error {
	l, err := listen(listenAddr)
	if err != nil {
		return err
	}
	fmt.Println(l.Addr())
	go serve(l, func(c *net.TCPConn) {
		u, err := dial(upstream)
		if err != nil {
			reset(c)
			return
		}
		join(c, u)
	})
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

// join relays both ways until both have ended, and closes both connections.
func join(a, b *net.TCPConn) {
	done := make(chan struct{})
	go func() {
		pump(a, b)
		close(done)
	}()
	pump(b, a)
	<-done
	a.Close()
	b.Close()
}

// pump relays src to dst: read and write while little comes, splice(2) after two full buffers. The end of src becomes
// the end of dst; an error cuts both.
func pump(dst, src *net.TCPConn) {
	err := copyFirst(dst, src)
	if err == nil {
		_, err = io.Copy(dst, src)
	}
	if err == nil || errors.Is(err, io.EOF) {
		err = dst.CloseWrite()
	}
	if err != nil && !errors.Is(err, net.ErrClosed) && !errors.Is(err, syscall.ENOTCONN) {
		reset(dst)
		reset(src)
	}
}

var buffers = sync.Pool{New: func() any { b := make([]byte, 32<<10); return &b }}

// copyFirst returns nil after two full buffers in a row, or the error that ended it, io.EOF included.
func copyFirst(dst, src *net.TCPConn) error {
	b := buffers.Get().(*[]byte)
	defer buffers.Put(b)
	for full := 0; full < 2; {
		n, err := src.Read(*b)
		if n > 0 {
			if _, err := dst.Write((*b)[:n]); err != nil {
				return err
			}
		}
		if err != nil {
			return err
		}
		if n == len(*b) {
			full++
		} else {
			full = 0
		}
	}
	return nil
}

func reset(c *net.TCPConn) {
	c.SetLinger(0)
	c.Close()
}

func isTemporary(err error) bool {
	for _, e := range []syscall.Errno{syscall.EMFILE, syscall.ENFILE, syscall.ECONNABORTED, syscall.EINTR} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

func isReset(err error) bool {
	return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}
