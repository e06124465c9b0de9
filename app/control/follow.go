package control

import (
	"context"
	"time"

	"github.com/drawbridge-app/drawbridge/app"
)

// Follow watches whoever owns the bridge, until ctx is done: it calls show with
// its states, and gone when there is no owner (also at the start) and each time
// when one has gone. The next one is found within a second. Calls come one at a
// time.
func Follow(ctx context.Context, path string, show func(app.State), gone func()) {
	const least, most = 20 * time.Millisecond, time.Second
	pause, told := least, false
	for ctx.Err() == nil {
		// An error other than that there is none, such as an owner of another
		// version, ends in the same way: when there is another owner.
		_ = Dial(path).Watch(ctx, func(s app.State) {
			pause, told = least, false
			show(s)
		})
		if ctx.Err() != nil {
			return
		}
		if !told {
			told = true
			gone()
		}
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
		pause = min(2*pause, most)
	}
}
