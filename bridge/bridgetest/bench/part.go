//go:build linux

package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"syscall"
	"time"
)

// partVar names the part that a process of this binary plays; unset, it is the bench itself.
const partVar = "DRAWBRIDGE_BENCH_PART"

// playPart runs the part this process was started for, and reports false if it is none.
//
// A part reads one command a line from standard input, answers each with one line, and ends when the input does, so
// that none outlives the bench.
func playPart() bool {
	var err error
	switch part := os.Getenv(partVar); part {
	case "":
		return false
	case "origin":
		err = playOrigin()
	case "socks":
		err = playSOCKS()
	case "delay":
		err = playDelay()
	case "load":
		err = playLoad()
	case "relay":
		err = playRelay(os.Args[1], os.Args[2])
	default:
		err = fmt.Errorf("no part %q", part)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return true
}

// answer reads commands and answers each until standard input ends.
func answer(do func(command string) string) error {
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	for {
		line, err := in.ReadString('\n')
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if _, err := fmt.Println(do(strings.TrimSuffix(line, "\n"))); err != nil {
			return err
		}
	}
}

// A part is a child that plays one of the parts.
type part struct {
	*process
	mu sync.Mutex
	rd *bufio.Reader
}

// startPart starts this binary again, from path, to play the named part.
func startPart(path, name string, args ...string) (*part, error) {
	p, err := launch{path: path, args: args, env: []string{partVar + "=" + name}, stdin: true, stdout: true}.start()
	if err != nil {
		return nil, err
	}
	return &part{process: p, rd: bufio.NewReaderSize(p.out, 1<<20)}, nil
}

// ask sends one command and returns the answer. An answer that begins with "error: " is an error.
func (p *part) ask(command string) (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, err := io.WriteString(p.in, command+"\n"); err != nil {
		return "", p.why(err)
	}
	line, err := p.rd.ReadString('\n')
	if err != nil {
		return "", p.why(err)
	}
	line = strings.TrimSuffix(line, "\n")
	if text, bad := strings.CutPrefix(line, "error: "); bad {
		return "", fmt.Errorf("%s", text)
	}
	return line, nil
}

// listen opens a listener as lean as they come: no keep-alive options, no multipath TCP.
func listen(addr string) (*net.TCPListener, error) {
	lc := net.ListenConfig{KeepAlive: -1}
	lc.SetMultipathTCP(false)
	l, err := lc.Listen(context.Background(), "tcp4", addr)
	if err != nil {
		return nil, err
	}
	return l.(*net.TCPListener), nil
}

// dial is the counterpart of listen.
func dial(addr string) (*net.TCPConn, error) { return dialFrom(nil, addr) }

// dialFrom is dial from a certain local address; nil is any.
func dialFrom(local net.IP, addr string) (*net.TCPConn, error) {
	d := net.Dialer{KeepAlive: -1, Timeout: dialTimeout}
	d.SetMultipathTCP(false)
	if local != nil {
		d.LocalAddr = &net.TCPAddr{IP: local}
		d.Control = portAtConnect
	}
	c, err := d.Dial("tcp4", addr)
	if err != nil {
		return nil, err
	}
	return c.(*net.TCPConn), nil
}

// portAtConnect lets the port be chosen when the target is known, so that one port serves for many targets.
func portAtConnect(_, _ string, c syscall.RawConn) error {
	const ipBindAddressNoPort = 24 // IP_BIND_ADDRESS_NO_PORT, ip(7)
	var err error
	if e := c.Control(func(fd uintptr) {
		err = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_IP, ipBindAddressNoPort, 1)
	}); e != nil {
		return e
	}
	return err
}

// serve hands every connection of l to handle, each on its own goroutine, until l is closed.
func serve(l *net.TCPListener, handle func(*net.TCPConn)) {
	for {
		c, err := l.AcceptTCP()
		if err != nil {
			if isTemporary(err) {
				time.Sleep(10 * time.Millisecond) // out of descriptors, most likely
				continue
			}
			return
		}
		go handle(c)
	}
}
