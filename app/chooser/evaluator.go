package chooser

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"sync"
	"time"
)

// A Question is what an evaluator is sent: first a script, then, about it, any
// number of URLs. Or else it is to fetch a script.
type Question struct {
	Fetch    string `json:"fetch,omitempty"`    // the URL of a script, http or https
	ETag     string `json:"etag,omitempty"`     // of the one that is known; empty: none
	Modified string `json:"modified,omitempty"` // the same

	Script string `json:"script,omitempty"`
	URL    string `json:"url,omitempty"`
	Host   string `json:"host,omitempty"`
}

// A Reply is what an evaluator says to a Question.
type Reply struct {
	Text  string `json:"text,omitempty"`  // what FindProxyForURL returned, or the script that was fetched
	Error string `json:"error,omitempty"` // why there is none; of a script: why it cannot be taken
	Late  bool   `json:"late,omitempty"`  // the error is that the time was up

	Same     bool   `json:"same,omitempty"` // the script to be fetched is the one that is known
	ETag     string `json:"etag,omitempty"` // of the one that was fetched
	Modified string `json:"modified,omitempty"`
}

// ExitMemory is how an evaluator's process ends that has used up its memory.
const ExitMemory = 86

const (
	// evaluators is how many processes there are at once; more requests wait.
	evaluators = 2
	// queueing is how long one waits.
	queueing = 5 * time.Second
	// patience is how long a process may be silent before it is killed. Its own
	// bound is far below; it counts where the interpreter cannot be interrupted.
	patience = 3 * time.Second
	// fetching is the same for a script to be fetched.
	fetching = 15 * time.Second
	// idle is how long a second process is kept without work.
	idle = 30 * time.Second
)

// lateError is a script that took too long.
type lateError string

func (e lateError) Error() string { return string(e) }
func (e lateError) Unwrap() error { return context.DeadlineExceeded }

// rejected is a script that no evaluator takes, which another try does not change.
type rejected string

func (e rejected) Error() string { return string(e) }

// A crew is the processes that evaluate the newest edition of a script.
type crew struct {
	command func() (*exec.Cmd, error)
	turns   chan struct{} // one for each process that may be at work

	mu     sync.Mutex
	free   []*evaluator // used last is last
	closed bool
}

func (c *crew) init(command func() (*exec.Cmd, error)) {
	c.command, c.turns = command, make(chan struct{}, evaluators)
}

// try starts a process with a new edition, and keeps it if it takes that.
func (c *crew) try(ctx context.Context, e edition) error {
	v, err := c.start(ctx, e)
	if err == nil {
		c.keep(v)
	}
	return err
}

// ask has a process answer a question, which waits for its turn.
func (c *crew) ask(ctx context.Context, e edition, q Question) (string, error) {
	timer := time.NewTimer(queueing)
	defer timer.Stop()
	select {
	case c.turns <- struct{}{}:
		defer func() { <-c.turns }()
	case <-ctx.Done():
		return "", context.Cause(ctx)
	case <-timer.C:
		return "", lateError("all that evaluate it are busy with other requests")
	}
	v, err := c.take(ctx, e)
	if err != nil {
		return "", err
	}
	r, err := v.converse(ctx, q, patience)
	if err != nil {
		v.stop()
		return "", err
	}
	c.keep(v)
	switch {
	case r.Late:
		return "", lateError(r.Error)
	case r.Error != "":
		return "", errors.New(r.Error)
	}
	return r.Text, nil
}

// take returns a process that has e: a free one, or a new one.
func (c *crew) take(ctx context.Context, e edition) (*evaluator, error) {
	c.mu.Lock()
	for len(c.free) > 0 {
		v := c.free[len(c.free)-1]
		c.free = c.free[:len(c.free)-1]
		if v.edition == e.number {
			c.mu.Unlock()
			return v, nil
		}
		v.stop()
	}
	c.mu.Unlock()
	return c.start(ctx, e)
}

// keep makes a process free.
func (c *crew) keep(v *evaluator) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		v.stop()
		return
	}
	now := time.Now()
	v.since = now
	for len(c.free) > 0 && (now.Sub(c.free[0].since) > idle || c.free[0].edition < v.edition) {
		c.free[0].stop()
		c.free = c.free[1:]
	}
	c.free = append(c.free, v)
}

// close ends the processes, when nobody asks any more.
func (c *crew) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	for _, v := range c.free {
		v.stop()
	}
	c.free = nil
}

// An evaluator is one process. It serves one question at a time.
type evaluator struct {
	cmd     *exec.Cmd
	in      io.WriteCloser
	replies *json.Decoder
	edition int
	since   time.Time // it is free
	ended   sync.Once
}

// fetch has a process of its own fetch a script.
func (c *crew) fetch(ctx context.Context, q Question) (Reply, error) {
	v, err := c.spawn()
	if err != nil {
		return Reply{}, err
	}
	defer v.stop()
	r, err := v.converse(ctx, q, fetching)
	if err == nil && r.Error != "" {
		err = errors.New(r.Error)
	}
	return r, err
}

// start starts a process and gives it the script.
func (c *crew) start(ctx context.Context, e edition) (*evaluator, error) {
	v, err := c.spawn()
	if err != nil {
		return nil, err
	}
	v.edition = e.number
	r, err := v.converse(ctx, Question{Script: e.text}, patience)
	if err == nil && r.Error != "" {
		err = rejected(r.Error)
	}
	if err != nil {
		v.stop()
		return nil, err
	}
	return v, nil
}

// spawn starts a process.
func (c *crew) spawn() (*evaluator, error) {
	cmd, err := c.command()
	if err != nil {
		return nil, fmt.Errorf("start what evaluates it: %w", err)
	}
	cmd.Env = append([]string{}, needed()...) // and nothing else of ours
	cmd.SysProcAttr = apart()
	v := &evaluator{cmd: cmd}
	out, err := cmd.StdoutPipe()
	if err == nil {
		v.in, err = cmd.StdinPipe()
	}
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		return nil, fmt.Errorf("start what evaluates it: %w", err)
	}
	v.replies = json.NewDecoder(out)
	return v, nil
}

// converse asks one question. After an error the process is of no use any more.
func (v *evaluator) converse(ctx context.Context, q Question, limit time.Duration) (r Reply, err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, limit, lateError("what evaluates the script did not answer, and was killed"))
	defer cancel()
	stop := context.AfterFunc(ctx, func() { v.cmd.Process.Kill() })
	err = json.NewEncoder(v.in).Encode(q)
	if err == nil {
		err = v.replies.Decode(&r)
	}
	if !stop() {
		return r, context.Cause(ctx)
	}
	if err != nil {
		return r, v.died()
	}
	return r, nil
}

// died says why a process has ended while it was needed.
func (v *evaluator) died() error {
	v.stop()
	if v.cmd.ProcessState != nil && v.cmd.ProcessState.ExitCode() == ExitMemory {
		return errors.New("the script used up the memory that it may have")
	}
	return errors.New("the script brought down what evaluates it")
}

// stop ends the process and waits for that.
func (v *evaluator) stop() {
	v.ended.Do(func() {
		v.in.Close()
		v.cmd.Process.Kill()
		v.cmd.Wait() // that it was killed is no news
	})
}
