package window

import (
	"context"
	"sync"

	"fyne.io/fyne/v2"

	"github.com/drawbridge-app/drawbridge/app"
)

// Follow shows what watch tells of the owner, until the window is closed: states, and that there is nobody. watch runs on
// a goroutine of its own and ends with its context. Where the window is slower than what it is told, it shows the newest.
func (w *Window) Follow(watch func(ctx context.Context, show func(app.State), gone func())) {
	f := &follower{w: w}
	go watch(w.ctx, func(s app.State) { f.tell(&s) }, func() { f.tell(nil) })
}

// A follower brings the newest state to Fyne's goroutine.
type follower struct {
	w *Window

	mu      sync.Mutex
	newest  *app.State // nil: nobody owns the bridge
	waiting bool       // to be shown
}

func (f *follower) tell(s *app.State) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.newest = s
	if f.waiting {
		return
	}
	f.waiting = true
	fyne.Do(f.show)
}

func (f *follower) show() {
	f.mu.Lock()
	s := f.newest
	f.waiting = false
	f.mu.Unlock()
	switch {
	case f.w.ctx.Err() != nil:
	case s == nil:
		f.w.Gone()
	default:
		f.w.Show(*s)
	}
}
