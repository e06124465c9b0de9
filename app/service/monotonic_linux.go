package service

import (
	"time"

	"golang.org/x/sys/unix"
)

// monotonic is the time of the clock CLOCK_MONOTONIC.
func monotonic() time.Duration {
	var now unix.Timespec
	_ = unix.ClockGettime(unix.CLOCK_MONOTONIC, &now) // which cannot fail
	return time.Duration(now.Nano())
}
