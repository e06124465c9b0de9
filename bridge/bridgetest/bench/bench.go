//go:build linux

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// A scale says how much of everything is done.
type scale struct {
	rounds int           // of every figure that is compared
	slice  time.Duration // how long one program works in one round
	starts int           // of each program
	idle   int           // tunnels
	beside int           // idle tunnels beside the ordinary user's bulk
	body   int64         // bytes of a big plain-HTTP message
	far    time.Duration // round trip to the distant endpoint
	times  int           // a latency is measured
	settle time.Duration // before memory is read
}

var (
	fullScale = scale{rounds: 7, slice: 500 * time.Millisecond, starts: 20, idle: 10000, beside: 200,
		body: 100 << 20, far: 20 * time.Millisecond, times: 15, settle: 2 * time.Second}
	quickScale = scale{rounds: 3, slice: 250 * time.Millisecond, starts: 7, idle: 2000, beside: 200,
		body: 100 << 20, far: 20 * time.Millisecond, times: 7, settle: time.Second}
)

// A bench is one run: the parts that every work shares, and the programs it compares.
type bench struct {
	ctx      context.Context
	scale    scale
	programs []program
	dir      string // everything temporary, removed at the end
	self     string // this binary, where an ordinary user can execute it
	limit    uint64 // descriptors that each process may have
	say      func(format string, args ...any)
	said     string // the last failure, not to repeat it

	socks, load, delay *part
	targets            []string // the origin
	count              int      // of stands so far

	mu      sync.Mutex
	running []*process
}

// open starts the shared parts. The caller closes the bench even if open fails.
func (b *bench) open() error {
	var err error
	if b.self, err = os.Executable(); err != nil {
		return err
	}
	copied := filepath.Join(b.dir, "bench")
	if err := copyFile(copied, b.self); err != nil {
		return err
	}
	b.self = copied
	for name, p := range map[string]**part{"socks": &b.socks, "load": &b.load, "delay": &b.delay} {
		if *p, err = b.startPart(name); err != nil {
			return err
		}
	}
	origin, err := b.startPart("origin")
	if err != nil {
		return err
	}
	line, err := origin.rd.ReadString('\n')
	if err != nil {
		return fmt.Errorf("origin: %w", origin.why(err))
	}
	for i := range originHosts {
		b.targets = append(b.targets, fmt.Sprintf("127.0.0.%d:%s", i+1, strings.TrimSpace(line)))
	}
	return nil
}

func (b *bench) startPart(name string) (*part, error) {
	p, err := startPart(b.self, name)
	if err != nil {
		return nil, err
	}
	b.own(p.process)
	return p, nil
}

// own remembers a process, so that it ends with the bench.
func (b *bench) own(p *process) {
	b.mu.Lock()
	b.running = append(b.running, p)
	late := b.ctx.Err() != nil
	b.mu.Unlock()
	if late {
		p.stop()
	}
}

// kill ends every process. What waits for an answer of one gets an error.
func (b *bench) kill() {
	b.mu.Lock()
	running := b.running
	b.mu.Unlock()
	for _, p := range running {
		p.stop()
	}
}

// end stops an instance and forgets it. The straight connection has nothing to stop.
func (b *bench) end(in *instance) {
	if in == nil || in.process == nil {
		return
	}
	in.process.stop()
	b.mu.Lock()
	b.running = slices.DeleteFunc(b.running, func(p *process) bool { return p == in.process })
	b.mu.Unlock()
}

// A stand is an instance with the SOCKS listener that is its own.
type stand struct {
	*instance
	door     string // the listener's name
	upstream string // its address, or that of the distance before it
	dir      string
	user     uint32
}

// stand starts p in front of a SOCKS listener of its own, so far away; as an ordinary user if asked and if we are root.
func (b *bench) stand(p program, far time.Duration, ordinary bool) (*stand, error) {
	if err := b.ctx.Err(); err != nil {
		return nil, err
	}
	b.count++
	door := p.name + strconv.Itoa(b.count)
	var user uint32
	if ordinary && os.Geteuid() == 0 {
		user = firstUser + uint32(b.count)
	}
	upstream, err := b.socks.ask("listen " + door)
	if err != nil {
		return nil, err
	}
	if far > 0 {
		if upstream, err = b.delay.ask(fmt.Sprint("listen ", far, " ", upstream)); err != nil {
			return nil, err
		}
	}
	dir, err := b.newDir()
	if err != nil {
		return nil, err
	}
	in, err := p.run("127.0.0.1:0", upstream, dir, user)
	if err != nil {
		return nil, err
	}
	if in.process != nil {
		b.own(in.process)
	}
	return &stand{in, door, upstream, dir, user}, nil
}

// restart ends s's process and starts another in its place, which gives back whatever the first one held.
func (b *bench) restart(s *stand) error {
	if s.process == nil {
		return nil
	}
	b.end(s.instance)
	in, err := s.program.run("127.0.0.1:0", s.upstream, s.dir, s.user)
	if err != nil {
		return err
	}
	b.own(in.process)
	s.instance = in
	return nil
}

func (b *bench) newDir() (string, error) {
	dir, err := os.MkdirTemp(b.dir, "run")
	if err != nil {
		return "", err
	}
	return dir, os.Chmod(dir, 0o755)
}

// stands starts every program; one that cannot, or that does not relay through its endpoint, fails in all figures of t.
func (b *bench) stands(t *Table, ordinary bool) []*stand {
	var all []*stand
	for _, p := range b.programs {
		s, err := b.stand(p, 0, ordinary)
		if err == nil {
			if err = b.probe(s); err != nil {
				err = s.whyIf(err)
				b.end(s.instance)
			}
		}
		if err != nil {
			b.failed(t.Figures, p.name, err)
			continue
		}
		all = append(all, s)
	}
	return all
}

func (in *instance) whyIf(err error) error {
	if in.process == nil {
		return err
	}
	return in.process.why(err)
}

func (b *bench) endAll(all []*stand) {
	for _, s := range all {
		b.end(s.instance)
	}
}

func (b *bench) failed(figures []*Figure, name string, err error) {
	for _, f := range figures {
		f.fail(name, shorten(err.Error()))
	}
	line := fmt.Sprintf("%s fails: %v", name, err)
	if b.ctx.Err() == nil && line != b.said {
		b.said = line
		b.say("%s", line)
	}
}

// probe asks once for something through s, and looks that it went through the endpoint.
func (b *bench) probe(s *stand) error {
	if _, err := b.do(s, job{Do: "gets", Targets: b.targets[:1], Conns: 1, Count: 1}); err != nil {
		return err
	}
	_, _, requests, err := b.peak(s)
	if err == nil && requests == 0 {
		err = errors.New("does not go through the endpoint")
	}
	return err
}

// do has the load generator do j through s, with every target unless j names some.
func (b *bench) do(s *stand, j job) (result, error) {
	j.Via, j.Addr, j.PID = s.via, s.addr, s.processID()
	if j.Targets == nil {
		j.Targets = b.targets
	}
	text, err := json.Marshal(j)
	if err != nil {
		return result{}, err
	}
	answer, err := b.load.ask(string(text))
	if err != nil {
		return result{}, err
	}
	var r result
	if err := json.Unmarshal([]byte(answer), &r); err != nil {
		return result{}, err
	}
	if r.Error != "" {
		return r, errors.New(r.Error)
	}
	return r, nil
}

// peak is what the endpoint saw of s at once since it was last asked, and how many requests in all.
func (b *bench) peak(s *stand) (asked, all, requests int, err error) {
	line, err := b.socks.ask("peak " + s.door)
	if err != nil {
		return 0, 0, 0, err
	}
	_, err = fmt.Sscan(line, &asked, &all, &requests)
	return asked, all, requests, err
}

// rounds measures figures of all stands in turn, round after round, the order turned about each time, so that what
// else the machine does meets all alike. once returns a number for each figure, NaN where there is none. A program
// that fails twice in a row is out.
func (b *bench) rounds(figures []*Figure, all []*stand, once func(*stand) ([]float64, error)) {
	out, again := map[*stand]bool{}, map[*stand]bool{}
	for round := range b.scale.rounds {
		order := slices.Clone(all)
		if round%2 == 1 {
			slices.Reverse(order)
		}
		for _, s := range order {
			if out[s] || b.ctx.Err() != nil {
				continue
			}
			if round == 0 {
				if _, err := once(s); err != nil { // to warm it
					again[s] = true
				}
			}
			values, err := once(s)
			if err != nil && !again[s] {
				values, err = once(s)
			}
			again[s] = false
			if err != nil {
				out[s] = true
				b.failed(figures, s.name, err)
				// What it holds may hinder the others, and the next figures find it fresh.
				b.restart(s)
				continue
			}
			for i, v := range values {
				if !math.IsNaN(v) {
					figures[i].add(s.name, v)
				}
			}
		}
	}
}

// cpuOr is v for a stand with a process, and nothing for the straight connection.
func (s *stand) cpuOr(v float64) float64 {
	if s.process == nil {
		return math.NaN()
	}
	return v
}

func copyFile(to, from string) error {
	b, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, b, 0o755)
}
