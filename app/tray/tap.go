package tray

import "time"

// doubleClick is how far apart two clicks may be that are meant as one, on most systems.
const doubleClick = 500 * time.Millisecond

// taps tells clicks on the icon from the second halves of double clicks. The zero value is ready.
type taps struct{ last time.Time }

// counts reports whether a click at this moment is one of its own.
func (t *taps) counts(now time.Time) bool {
	if !t.last.IsZero() && now.Sub(t.last) < doubleClick {
		return false
	}
	t.last = now
	return true
}
