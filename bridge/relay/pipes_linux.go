//go:build !nosplice

package relay

import (
	"sync"
	"syscall"
	"time"
)

const (
	// pipeSize is what one splice moves at most, in bytes. A quarter of it costs a
	// single stream a quarter more CPU time.
	pipeSize = 1 << 20
	// maxPipes bounds the stock, of which all but the first maxWide pipes have
	// narrowSize only. The kernel lets an ordinary user hold 64 MiB in pipes
	// before it shrinks new ones to uselessness; this stays at 34 MiB, and leaves
	// room for the user's other programs. A copy that finds the stock empty goes
	// on with buffers.
	maxPipes   = 64
	maxWide    = 24
	narrowSize = 256 << 10
	// pipeRest is how long an unused pipe stays open.
	pipeRest = 2 * time.Second
	fSetPipe = 1031 // F_SETPIPE_SZ
)

// A pipe is empty whenever it lies in the stock.
type pipe struct{ r, w int }

// pipes is the stock of pipes of one Pump.
type pipes struct {
	mu   sync.Mutex
	free [maxPipes]pipe // the first n
	n    int
	open int         // free or lent
	used bool        // since the timer last looked
	trim *time.Timer // runs from the first put until rest finds nothing used
}

// get lends a pipe; false when the stock is exhausted or the system gives no
// useful pipe.
func (s *pipes) get() (pipe, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.n > 0 {
		s.n--
		return s.free[s.n], true
	}
	if s.open >= maxPipes {
		return pipe{}, false
	}
	p, ok := newPipe(s.open < maxWide)
	if ok {
		s.open++
	}
	return p, ok
}

func newPipe(wide bool) (pipe, bool) {
	var fd [2]int
	if syscall.Pipe2(fd[:], syscall.O_NONBLOCK|syscall.O_CLOEXEC) != nil {
		return pipe{}, false
	}
	p := pipe{r: fd[0], w: fd[1]}
	if wide && p.grow(pipeSize) || p.grow(narrowSize) {
		return p, true
	}
	p.close()
	return pipe{}, false
}

func (p pipe) grow(size uintptr) bool {
	_, _, errno := syscall.RawSyscall(syscall.SYS_FCNTL, uintptr(p.w), fSetPipe, size)
	return errno == 0
}

func (p pipe) close() {
	syscall.Close(p.r)
	syscall.Close(p.w)
}

// put gives an empty pipe back.
func (s *pipes) put(p pipe) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.free[s.n] = p
	s.n++
	s.used = true
	if s.trim == nil {
		s.trim = time.AfterFunc(pipeRest, s.rest)
	}
}

// drop closes a pipe that may still hold bytes.
func (s *pipes) drop(p pipe) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open--
	p.close()
}

// rest closes the stock when nobody needed it for a while.
func (s *pipes) rest() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.trim == nil {
		return // closed meanwhile
	}
	if s.used {
		s.used = false
		s.trim.Reset(pipeRest)
		return
	}
	s.trim = nil
	s.closeFree()
}

func (s *pipes) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.trim != nil {
		s.trim.Stop()
		s.trim = nil
	}
	s.closeFree()
}

func (s *pipes) closeFree() {
	for _, p := range s.free[:s.n] {
		p.close()
	}
	s.open -= s.n
	s.n = 0
}
