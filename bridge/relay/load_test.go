package relay_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"testing"
)

// peerEnv turns this test binary into the other process (see TestMain): the far
// ends of tunnels, so that what is measured here is the relay's alone.
const peerEnv = "RELAY_TEST_PEERS"

// loadFiles is how many descriptors a load holds here, tunnels aside: two pipes
// and a handle on the process.
const loadFiles = 3

// load is the other process, with streams that run through a relay here.
type load struct {
	t      testing.TB
	cmd    *exec.Cmd
	orders io.WriteCloser
	report *bufio.Reader
	tunnel sync.WaitGroup
}

func newLoad(t testing.TB, streams int, start func(a, b net.Conn, done func())) *load {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	l := &load{t: t, cmd: exec.Command(os.Args[0])}
	l.cmd.Env = append(os.Environ(), peerEnv+"="+ln.Addr().String())
	l.cmd.Stderr = os.Stderr
	l.orders, _ = l.cmd.StdinPipe()
	out, _ := l.cmd.StdoutPipe()
	l.report = bufio.NewReader(out)
	if err := l.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	fmt.Fprintln(l.orders, streams)
	for range streams {
		var c [2]net.Conn
		for i := range c {
			if c[i], err = ln.Accept(); err != nil {
				t.Fatal(err)
			}
		}
		l.tunnel.Add(1)
		start(c[0], c[1], l.tunnel.Done)
	}
	t.Cleanup(l.end)
	return l
}

// end closes the far ends and waits for the tunnels.
func (l *load) end() {
	l.orders.Close()
	l.cmd.Wait()
	l.tunnel.Wait()
}

// do lets the peers work and waits until they have finished.
func (l *load) do(work string, amount int) {
	fmt.Fprintln(l.orders, work, amount)
	if _, err := l.report.ReadString('\n'); err != nil {
		l.t.Fatal(err)
	}
}

// peers is the main function of the other process.
func peers(addr string) {
	in := bufio.NewReader(os.Stdin)
	var streams int
	fmt.Fscanln(in, &streams)
	conns := make([][2]net.Conn, streams)
	for i := range conns {
		for j := range conns[i] {
			c, err := net.Dial("tcp", addr)
			if err != nil {
				panic(err)
			}
			conns[i][j] = c
		}
	}
	for {
		var work string
		var amount int
		if _, err := fmt.Fscanln(in, &work, &amount); err != nil {
			return
		}
		var all sync.WaitGroup
		for _, c := range conns {
			switch work {
			case "both":
				all.Go(func() { sendN(c[1], amount/2) })
				all.Go(func() { readN(c[0], amount/2) })
				all.Go(func() { sendN(c[0], amount/2) })
				all.Go(func() { readN(c[1], amount/2) })
			case "one":
				all.Go(func() { sendN(c[0], amount) })
				all.Go(func() { readN(c[1], amount) })
			case "trips":
				all.Go(func() {
					for range amount {
						readN(c[1], 1024)
						sendN(c[1], 1024)
					}
				})
				all.Go(func() {
					for range amount {
						sendN(c[0], 1024)
						readN(c[0], 1024)
					}
				})
			}
		}
		all.Wait()
		fmt.Println("done")
	}
}

func sendN(c net.Conn, n int) {
	b := make([]byte, min(n, 128<<10))
	for n > 0 {
		m, err := c.Write(b[:min(n, len(b))])
		if err != nil {
			panic(err)
		}
		n -= m
	}
}

func readN(c net.Conn, n int) {
	b := make([]byte, min(n, 128<<10))
	for n > 0 {
		m, err := c.Read(b[:min(n, len(b))])
		if err != nil {
			panic(err)
		}
		n -= m
	}
}

// use is what this process holds.
type use struct{ stack, heap, files int }

func measure() use {
	runtime.GC()
	runtime.GC() // the first leaves the pooled buffers to the second
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return use{int(m.StackInuse), int(m.HeapAlloc), openFiles()}
}
