package window

import (
	"context"
	"time"
)

// pollPause is how long a poll rests between an answer and the next question.
const pollPause = time.Second

// poll asks a question at once, and again a while after each answer, until ctx ends. So no two of them overlap, however
// slow the owner is.
func poll[T any](ctx context.Context, question func(context.Context) (T, error), then func(T, error)) {
	if ctx.Err() != nil {
		return
	}
	ask(ctx, question, func(answer T, err error) {
		then(answer, err)
		ask(ctx, pausePoll, func(struct{}, error) { poll(ctx, question, then) })
	})
}

// pausePoll waits for as long as a poll rests.
func pausePoll(ctx context.Context) (struct{}, error) {
	timer := time.NewTimer(pollPause)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
	return struct{}{}, nil
}
