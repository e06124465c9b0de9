package window

import (
	"context"

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

// do sends an intent; then, which may be nil, hears how it went.
func (w *Window) do(i app.Intent, then func(error)) {
	ask(w.ctx, func(ctx context.Context) (struct{}, error) { return struct{}{}, w.owner.Do(ctx, i) },
		func(_ struct{}, err error) {
			if then != nil {
				then(err)
			}
		})
}
