//go:build linux

package main

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// A job is what the bench asks of the load generator.
type job struct {
	Do      string        // one of the cases in load.do
	Via     string        // how to ask for a target: "http" or "socks"
	Addr    string        // of what is under test
	Targets []string      // host:port, taken in turn
	PID     int           // whose CPU time to take; 0: nobody's
	Conns   int           // at once
	For     time.Duration // how long
	Count   int           // or how many
	Size    int64         // of a message or a body, bytes
	Dir     string        // of bulk: down, up, both
}

// A result is what came of it.
type result struct {
	Ops     int64
	Bytes   int64
	Seconds float64
	CPU     float64   // seconds that PID used meanwhile
	Times   []float64 // seconds each
	Redials int64     // connections that the other side closed and we opened again
	Error   string
}

// grace is how much longer than asked a job may take before its connections time out.
const grace = 8 * time.Second

// playLoad is the load generator: jobs as JSON lines in, results as JSON lines out.
func playLoad() error {
	l := &load{}
	return answer(func(command string) string {
		var j job
		err := json.Unmarshal([]byte(command), &j)
		var r result
		if err == nil {
			r, err = l.do(j)
		}
		if err != nil {
			r = result{Error: reason(err)}
		}
		b, err := json.Marshal(r)
		if err != nil {
			return "error: " + err.Error()
		}
		return string(b)
	})
}

// reason is err without addresses, which say nothing to a reader of the table.
func reason(err error) string {
	var op *net.OpError
	if !errors.As(err, &op) {
		return err.Error()
	}
	short := op.Op + ": " + op.Err.Error()
	if op.Timeout() {
		short = "no answer in time (" + op.Op + ")"
	}
	return strings.Replace(err.Error(), op.Error(), short, 1)
}

// load is the state between jobs: the tunnels held open.
type load struct {
	held []*net.TCPConn
}

func (l *load) do(j job) (result, error) {
	switch j.Do {
	case "get":
		return repeat(j, getter)
	case "echo":
		return repeat(j, echoer)
	case "tunnels":
		return repeat(j, tunneler)
	case "bulk":
		return runBulk(j)
	case "download", "upload":
		return runBody(j)
	case "hold":
		return l.hold(j)
	case "release":
		for _, c := range l.held {
			reset(c)
		}
		l.held = nil
		return result{}, nil
	case "connects", "echoes", "gets":
		return runTimed(j)
	case "rtt":
		return runRoundTrips(j)
	}
	return result{}, fmt.Errorf("no job %q", j.Do)
}

// A worker is one client of a job that repeats something. once does it once; end is called after the last.
type worker struct {
	once func() error
	end  func()
}

// repeat has j.Conns workers do one thing again and again for j.For, or j.Count times in all. Making a worker is not
// counted, nor what it does for the first time.
func repeat(j job, prepare func(j job, i int, redials *atomic.Int64) (worker, error)) (result, error) {
	var (
		ready, done  sync.WaitGroup
		start        = make(chan struct{})
		stop, failed atomic.Bool
		ops, redials atomic.Int64
		first        error
		once         sync.Once
		workers      []worker
		mu           sync.Mutex // guards workers
	)
	fail := func(err error) {
		once.Do(func() { first = err })
		failed.Store(true)
		stop.Store(true)
	}
	for i := range j.Conns {
		ready.Add(1)
		done.Add(1)
		go func() {
			defer done.Done()
			w, err := prepare(j, i, &redials)
			if err == nil {
				err = w.once()
			}
			if err != nil {
				fail(err)
				ready.Done()
				if w.end != nil {
					w.end()
				}
				return
			}
			mu.Lock()
			workers = append(workers, w)
			mu.Unlock()
			ready.Done()
			<-start
			var n int64
			for !stop.Load() {
				if err := w.once(); err != nil {
					if !failed.Load() {
						fail(err)
					}
					break
				}
				n++
				if j.Count > 0 && n >= int64(j.Count/j.Conns) {
					break
				}
			}
			ops.Add(n)
		}()
	}
	ready.Wait()
	redials.Store(0)
	cpu, begin := cpuTime(j.PID), time.Now()
	close(start)
	timer := time.AfterFunc(j.For, func() { stop.Store(true) })
	done.Wait()
	timer.Stop()
	r := result{Ops: ops.Load(), Seconds: time.Since(begin).Seconds(), Redials: redials.Load()}
	if j.Do == "tunnels" {
		// Taking down the last ones is part of the work.
		time.Sleep(30 * time.Millisecond)
	}
	r.CPU = cpuTime(j.PID) - cpu
	for _, w := range workers {
		w.end()
	}
	return r, first
}

// A client is one client connection, and what it has read ahead.
type client struct {
	via, addr, target string
	conn              *net.TCPConn
	deadline          time.Time
	buf               []byte
	r, w              int
	last              bool // the other side closes after this answer
}

func newClient(j job, i int) *client {
	return &client{
		via: j.Via, addr: j.Addr, target: j.Targets[i%len(j.Targets)],
		deadline: time.Now().Add(j.For + grace),
		buf:      make([]byte, 8<<10),
	}
}

// connect opens the connection, for requests: through a SOCKS endpoint that is a tunnel to the target, to an HTTP
// proxy nothing but the connection.
func (c *client) connect() error {
	conn, err := dial(c.addr)
	if err != nil {
		return err
	}
	conn.SetDeadline(c.deadline)
	c.conn, c.r, c.w, c.last = conn, 0, 0, false
	if c.via == "socks" {
		return c.socks()
	}
	return nil
}

// tunnel opens a tunnel to the target.
func (c *client) tunnel() error {
	if err := c.connect(); err != nil || c.via == "socks" {
		return err
	}
	if _, err := fmt.Fprintf(c.conn, "CONNECT %s HTTP/1.1\r\nHost: %s\r\n\r\n", c.target, c.target); err != nil {
		return err
	}
	head, err := c.head()
	if err != nil {
		return fmt.Errorf("CONNECT: %w", err)
	}
	if status(head)/100 != 2 {
		return refused("CONNECT", head)
	}
	if c.r != c.w {
		return errors.New("bytes behind the answer to CONNECT that nobody sent")
	}
	return nil
}

// socks is the handshake of an ordinary client: the request waits for the answer to the greeting.
func (c *client) socks() error {
	if _, err := c.conn.Write([]byte{5, 1, 0}); err != nil {
		return err
	}
	var b [10]byte
	if _, err := io.ReadFull(c.conn, b[:2]); err != nil {
		return fmt.Errorf("SOCKS greeting: %w", err)
	}
	ap, err := netip.ParseAddrPort(c.target)
	if err != nil {
		return err
	}
	ip := ap.Addr().As4()
	req := append([]byte{5, 1, 0, 1}, ip[:]...)
	if _, err := c.conn.Write(binary.BigEndian.AppendUint16(req, ap.Port())); err != nil {
		return err
	}
	if _, err := io.ReadFull(c.conn, b[:]); err != nil {
		return fmt.Errorf("SOCKS request: %w", err)
	}
	if b[0] != 5 || b[1] != 0 {
		return fmt.Errorf("SOCKS answered %d", b[1])
	}
	return nil
}

// request is a head for path in the form that the connection asks for, with the fields that a small client sends.
func (c *client) request(method, path, fields string) []byte {
	uri := path
	if c.via == "http" {
		uri = "http://" + c.target + path
	}
	return fmt.Appendf(nil, "%s %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: bench/1\r\nAccept: */*\r\n%s\r\n", method, uri, c.target, fields)
}

// head reads an answer's head. It is valid until the next read.
func (c *client) head() ([]byte, error) {
	for seen := c.r; ; {
		if i := bytes.Index(c.buf[seen:c.w], []byte("\r\n\r\n")); i >= 0 {
			h := c.buf[c.r : seen+i+4]
			c.r = seen + i + 4
			return h, nil
		}
		seen = max(c.r, c.w-3)
		if c.r > 0 {
			n := copy(c.buf, c.buf[c.r:c.w])
			seen -= c.r
			c.r, c.w = 0, n
		}
		if c.w == len(c.buf) {
			return nil, errors.New("answer's head too long")
		}
		n, err := c.conn.Read(c.buf[c.w:])
		c.w += n
		if err != nil {
			if err == io.EOF && c.w > c.r {
				err = io.ErrUnexpectedEOF
			}
			return nil, err
		}
	}
}

// answer reads a whole answer and returns the size of its body, which must be want.
func (c *client) answer(want int64) error {
	head, err := c.head()
	if err != nil {
		return err
	}
	if status(head) != 200 {
		return refused("request", head)
	}
	size := contentLength(head)
	for _, name := range []string{"connection", "proxy-connection"} {
		if bytes.EqualFold(field(head, name), []byte("close")) {
			c.last = true
		}
	}
	if bytes.HasPrefix(head, []byte("HTTP/1.0")) && !bytes.EqualFold(field(head, "connection"), []byte("keep-alive")) {
		c.last = true
	}
	if size < 0 {
		if field(head, "transfer-encoding") != nil {
			return errors.New("the answer's framing was changed to chunked")
		}
		size, c.last = want, true // ends with the connection
	}
	if size != want {
		return fmt.Errorf("answer of %d bytes, want %d", size, want)
	}
	k := min(size, int64(c.w-c.r))
	c.r += int(k)
	size -= k
	// What fits is read with the next head's buffer: one read takes the rest in most cases.
	for size > 0 && size <= int64(len(c.buf)) {
		n, err := c.conn.Read(c.buf[:size])
		size -= int64(n)
		if err != nil {
			return err
		}
	}
	if size > 0 {
		return discard(c.conn, size)
	}
	return nil
}

func (c *client) close() {
	if c.conn != nil {
		c.conn.Close()
		c.conn = nil
	}
}

// status is an answer's code, or 0.
func status(head []byte) int {
	if len(head) < 12 {
		return 0
	}
	n, _ := strconv.Atoi(string(head[9:12]))
	return n
}

// refused is the error for an answer that is not what was wanted, with the proxy's own reason if it gives one (RFC 9209).
func refused(what string, head []byte) error {
	if why := field(head, "proxy-status"); why != nil {
		return fmt.Errorf("%s answered %d (%s)", what, status(head), why)
	}
	return fmt.Errorf("%s answered %d", what, status(head))
}

// median is the middle of v.
func median(v []float64) float64 { return spread(slices.Clone(v)).Median }
