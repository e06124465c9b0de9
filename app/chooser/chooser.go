// Package chooser asks a PAC script through which proxy each request goes: the
// other end of [bridge.Chooser].
//
// A [Chooser] keeps the script up to date (load.go), asks processes that evaluate
// it (evaluator.go), and reads what they answer (answer.go). The processes are the
// program drawbridge-pac, which package pac is part of: whatever a script does, it
// does not do it to the bridge.
package chooser

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os/exec"
	"sync"
	"time"

	"github.com/drawbridge-app/drawbridge/app/programs"
	"github.com/drawbridge-app/drawbridge/bridge"
	"github.com/drawbridge-app/drawbridge/bridge/upstream"
)

// A Chooser decides by one script. Its methods may be called concurrently; its
// fields are not changed after the first call.
type Chooser struct {
	// URL is where the script is, as [upstream.Endpoint] has it: of scheme file,
	// http or https.
	URL string
	// Log hears what becomes of the script; nil: nobody does.
	Log *slog.Logger
	// Evaluator is a command whose process calls pac.Serve; nil: the program
	// drawbridge-pac beside this one.
	Evaluator func() (*exec.Cmd, error)

	script  script
	crew    crew
	once    sync.Once
	ctx     context.Context // ends with Close; no request's context, so nobody hands one in
	cancel  context.CancelFunc
	running sync.WaitGroup
}

var _ bridge.Chooser = (*Chooser)(nil)

// Evaluate is the argument by which the program drawbridge-pac is asked to evaluate scripts.
const Evaluate = "evaluate"

// ofProgram is the usual Evaluator.
func ofProgram() (*exec.Cmd, error) {
	path, err := programs.Find(programs.PAC)
	if err != nil {
		return nil, err
	}
	return exec.Command(path, Evaluate), nil
}

func (c *Chooser) begin() {
	c.once.Do(func() {
		c.ctx, c.cancel = context.WithCancel(context.Background())
		if c.Log == nil {
			c.Log = slog.New(slog.DiscardHandler)
		}
		if c.Evaluator == nil {
			c.Evaluator = ofProgram
		}
		c.crew.init(c.Evaluator)
		c.script.source = c.sourceOf(c.URL)
	})
}

// Choose implements [bridge.Chooser].
func (c *Chooser) Choose(ctx context.Context, url, host string) ([]string, error) {
	_, ways, err := c.Ask(ctx, url, host)
	return ways, err
}

// Ask is Choose that returns the script's own words, too.
func (c *Chooser) Ask(ctx context.Context, url, host string) (said string, ways []string, err error) {
	c.begin()
	e, err := c.edition(ctx)
	if err != nil {
		return "", nil, fmt.Errorf("PAC script %s: %w", c.URL, err)
	}
	said, err = c.crew.ask(ctx, e, Question{URL: url, Host: host})
	if err == nil {
		ways, err = ParseAnswer(said)
	}
	if err != nil {
		return said, nil, fmt.Errorf("PAC script %s: %w", c.URL, err)
	}
	return said, ways, nil
}

// Ready loads the script, if that is due, and returns what stands against using it.
func (c *Chooser) Ready(ctx context.Context) error {
	c.begin()
	if _, err := c.edition(ctx); err != nil {
		return fmt.Errorf("PAC script %s: %w", c.URL, err)
	}
	return nil
}

// Close ends the processes. Choose goes on with the script as it is, for requests
// that are under way, at the price of a process for each.
func (c *Chooser) Close() error {
	c.begin()
	c.script.mu.Lock() // under which what runs begins
	c.cancel()
	c.script.mu.Unlock()
	c.running.Wait()
	c.crew.close()
	return nil
}

// An edition is a script that evaluators have taken.
type edition struct {
	text   string
	number int
}

// errClosed is Choose after Close, where there is no script yet.
var errClosed = errors.New("the chooser is closed")

// script is what is known of a script.
type script struct {
	source source

	mu      sync.Mutex
	good    edition       // the last one that was taken; number 0: none yet
	err     error         // why there is no newer one; nil: there is none
	looked  time.Time     // when the last look at the source ended
	looking chan struct{} // closed with the look that is under way; nil: there is none
	failed  int           // how many looks in a row brought nothing
}

// edition returns the newest script that is any good, and has the source looked at
// from time to time. It waits only for the first one.
func (c *Chooser) edition(ctx context.Context) (edition, error) {
	s := &c.script
	s.mu.Lock()
	if s.looking == nil && time.Since(s.looked) >= s.pause() && c.ctx.Err() == nil {
		done := make(chan struct{})
		s.looking = done
		c.running.Go(func() { c.look(); close(done) })
	}
	good, err, looking := s.good, s.err, s.looking
	s.mu.Unlock()
	switch {
	case good.number > 0:
		return good, nil
	case c.ctx.Err() != nil:
		return edition{}, errClosed
	case looking == nil:
		return edition{}, unready{err}
	}
	select {
	case <-looking:
	case <-ctx.Done():
		return edition{}, context.Cause(ctx)
	case <-c.ctx.Done():
		return edition{}, errClosed
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.good.number == 0 {
		return edition{}, unready{s.err}
	}
	return s.good, nil
}

// unready is an error that befalls every request.
type unready struct{ error }

func (u unready) Unwrap() []error { return []error{u.error, upstream.ErrUnready} }

// pause is how long the source is left alone: longer with each look in vain, while
// there is no script at all. The caller holds the lock.
func (s *script) pause() time.Duration {
	switch {
	case s.good.number > 0:
		return s.source.every()
	case s.failed == 0:
		return 0
	}
	return min(s.source.every(), time.Second<<min(s.failed-1, 5))
}

// look looks at the source once, and takes over what is new and good.
func (c *Chooser) look() {
	s := &c.script
	text, changed, err := s.source.read(c.ctx)
	s.mu.Lock()
	next := edition{text, s.good.number + 1}
	s.mu.Unlock()
	if err == nil && changed {
		err = c.crew.try(c.ctx, next)
		if _, final := errors.AsType[rejected](err); err != nil && !final {
			s.source.forget()
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	before := s.err
	s.looked, s.looking = time.Now(), nil
	switch {
	case c.ctx.Err() != nil:
		s.err = errClosed
	case err != nil:
		s.err = err
		s.failed++
		if before == nil || before.Error() != err.Error() {
			c.Log.Warn("PAC script not read", "script", c.URL, "err", err, "the last one holds", s.good.number > 0)
		}
	case changed:
		s.good, s.err, s.failed = next, nil, 0
		c.Log.Info("PAC script read", "script", c.URL, "bytes", len(text))
	}
}
