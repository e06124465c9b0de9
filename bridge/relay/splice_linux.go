//go:build !nosplice

package relay

import (
	"os"
	"sync/atomic"
	"syscall"
)

const (
	spliceMove     = 1
	spliceNonblock = 2

	// A splice of fewer bytes than this is not worth its second system call;
	// after so many of them in a row the stream is no longer bulk.
	smallSplice = 8 << 10
	smallInARow = 4
)

// A splicer moves one stream through a pipe, which it holds only while bytes
// are on their way.
type splicer struct {
	stock *pipes
	pipe  pipe
	held  bool

	most    int  // to take from the source at once
	pending int  // in the pipe
	waited  bool // for the source, in this call of raw.Read
	errno   syscall.Errno
}

// splice moves up to n bytes (no bound when n is negative) from socket to
// socket. It returns when they are moved, when it failed, or when the caller
// should go on with buffers: because the stream has stopped being bulk, no
// pipe is to be had, or splice(2) sees an end, which reading must confirm. Each
// splice is counted when it is done, so moved is never behind by more than a
// pipe.
func (p *Pump) splice(dst, src *Wire, n int64, moved *atomic.Int64) (m int64, err error) {
	if dst.raw == nil || src.raw == nil {
		return 0, nil
	}
	s := &splicer{stock: &p.pipes}
	defer s.release()
	fill, drain := s.fill, s.drain
	for small := 0; small < smallInARow && m != n; {
		s.most = pipeSize
		if n >= 0 {
			s.most = int(min(n-m, pipeSize))
		}
		s.waited = false
		if err := s.did("read", src.raw.Read(fill)); err != nil {
			return m, err
		}
		if s.pending == 0 {
			return m, nil
		}
		if s.pending < smallSplice {
			small++
		} else {
			small = 0
		}
		for s.pending > 0 {
			before := s.pending
			err := s.did("write", dst.raw.Write(drain))
			m += int64(before - s.pending)
			add(moved, int64(before-s.pending))
			if err != nil {
				return m, err
			}
		}
	}
	return m, nil
}

// fill moves bytes from the source into the pipe; none means: go on with
// buffers. While none are there it gives the pipe back before it waits.
//
// In front of an urgent byte splice(2) says that nothing is there, or even that
// the stream has ended, whatever follows. So neither is taken at its word.
func (s *splicer) fill(fd uintptr) bool {
	if !s.held {
		if s.pipe, s.held = s.stock.get(); !s.held {
			return true
		}
	}
	n, errno := splice(int(fd), s.pipe.w, s.most)
	switch errno {
	case 0:
		s.pending = n
		return true
	case syscall.EAGAIN:
		s.release()
		if s.waited && look(fd) != nothing {
			return true
		}
		s.waited = true
		return false
	case syscall.EINVAL, syscall.ENOSYS:
		return true
	}
	s.errno = errno
	return true
}

// drain moves what is in the pipe on to the destination.
func (s *splicer) drain(fd uintptr) bool {
	n, errno := splice(s.pipe.r, int(fd), s.pending)
	switch errno {
	case 0:
		s.pending -= n
		return true
	case syscall.EAGAIN:
		return false
	}
	s.errno = errno
	return true
}

// did joins what the poller and the system call said.
func (s *splicer) did(op string, err error) error {
	if err == nil && s.errno != 0 {
		err = os.NewSyscallError("splice", s.errno)
	}
	if err != nil {
		return &Error{Op: op, Err: err}
	}
	return nil
}

func (s *splicer) release() {
	if !s.held {
		return
	}
	s.held = false
	if s.pending > 0 {
		s.stock.drop(s.pipe)
	} else {
		s.stock.put(s.pipe)
	}
}

func splice(from, to, most int) (int, syscall.Errno) {
	for {
		n, err := syscall.Splice(from, nil, to, nil, most, spliceMove|spliceNonblock)
		if err == nil {
			return int(n), 0
		}
		errno, ok := err.(syscall.Errno)
		if !ok {
			errno = syscall.EIO
		}
		if errno != syscall.EINTR {
			return 0, errno
		}
	}
}
