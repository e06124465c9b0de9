//go:build !nosplice

package relay

import (
	"testing"
	"testing/synctest"
	"time"
)

// held is how many pipes are open, and whether the timer runs.
func (s *pipes) held() (int, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.open, s.trim != nil
}

func TestPipesRest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s pipes
		for range 3 { // the stock fills again after each rest
			var lent []pipe
			for range maxPipes {
				p, ok := s.get()
				if !ok {
					t.Fatal("no pipe")
				}
				lent = append(lent, p)
			}
			if _, ok := s.get(); ok {
				t.Errorf("more than %d pipes", maxPipes)
			}
			s.drop(lent[0])
			for _, p := range lent[1:] {
				s.put(p)
			}
			time.Sleep(pipeRest / 2) // in use: they stay
			p, _ := s.get()
			s.put(p)
			time.Sleep(pipeRest)
			synctest.Wait()
			if n, _ := s.held(); n != maxPipes-1 {
				t.Errorf("%d pipes while in use, want %d", n, maxPipes-1)
			}
			time.Sleep(2 * pipeRest)
			synctest.Wait()
			if n, timer := s.held(); n != 0 || timer {
				t.Errorf("%d pipes after a rest, timer %v; want neither", n, timer)
			}
		}
		p, _ := s.get()
		s.put(p)
		s.close()
		if n, timer := s.held(); n != 0 || timer {
			t.Errorf("%d pipes after close, timer %v; want neither", n, timer)
		}
	})
}
