package window

import (
	"context"
	"errors"
	"time"

	"fyne.io/fyne/v2"

	"github.com/drawbridge-app/drawbridge/app"
)

// ask runs a question, which may wait, and then brings its answer to Fyne's goroutine, unless ctx has ended meanwhile.
func ask[T any](ctx context.Context, question func(context.Context) (T, error), then func(T, error)) {
	go func() {
		answer, err := question(ctx)
		fyne.Do(func() {
			if ctx.Err() == nil {
				then(answer, err)
			}
		})
	}()
}

// wait is a question whose answer is that the time has passed.
func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// An errand is an intent that waits to be sent, or for its answer.
type errand struct {
	intent app.Intent
	then   func(error)
}

// do sends an intent, after those before it were answered, lest they arrive in another order; then hears how it went. If
// then is nil, an error becomes a notice.
func (w *Window) do(i app.Intent, then func(error)) {
	if then == nil {
		then = func(err error) {
			if err != nil {
				w.fail(err)
			}
		}
	}
	if w.gone {
		then(app.ErrNoOwner)
		return
	}
	w.errands = append(w.errands, errand{i, then})
	if len(w.errands) == 1 {
		w.sendNext()
	}
}

// sendNext sends the first of the intents that wait.
func (w *Window) sendNext() {
	first := w.errands[0]
	ask(w.ctx, func(ctx context.Context) (struct{}, error) { return struct{}{}, w.owner.Do(ctx, first.intent) },
		func(_ struct{}, err error) {
			w.errands = w.errands[1:]
			if len(w.errands) > 0 {
				w.sendNext()
			}
			first.then(err)
		})
}

// explain says an error in the user's language where there is a sentence for it, and otherwise in its own words.
func (w *Window) explain(err error) string {
	for known, key := range map[error]string{
		app.ErrNoOwner:       "status.gone",
		app.ErrNoWindow:      "window.no_window",
		app.ErrNoFile:        "window.no_file",
		app.ErrNoSystemProxy: "window.no_system_proxy",
		app.ErrLeftAlone:     "window.left_alone",
	} {
		if errors.Is(err, known) {
			return w.say(key)
		}
	}
	return err.Error()
}
