package words

import (
	"fmt"
	"strconv"
	"time"
)

// Bytes shows a count of bytes in four figures at most: "0 B", "12.3 kB", "4.07 GB". Units are powers of 1000.
func Bytes(n int64) string { return scaled(float64(n)) }

// Rate shows bytes a second, as Bytes does: "1.2 MB/s".
func Rate(perSecond float64) string { return scaled(perSecond) + "/s" }

func scaled(n float64) string {
	units := []string{"B", "kB", "MB", "GB", "TB", "PB"}
	i := 0
	for ; n >= 999.5 && i < len(units)-1; i++ {
		n /= 1000
	}
	if i == 0 || n >= 99.95 {
		return fmt.Sprintf("%.0f %s", n, units[i])
	}
	return fmt.Sprintf("%.1f %s", n, units[i])
}

// Milliseconds shows a time of so many milliseconds, with one decimal below ten.
func (l *Language) Milliseconds(ms float64) string {
	decimals := 0
	if ms < 10 {
		decimals = 1
	}
	return l.Say("unit.ms", "n", strconv.FormatFloat(ms, 'f', decimals, 64))
}

// Age shows how long something has lasted, in its two largest units: "0:07", "12:30", "3:05:00", "2 d 04:10".
func Age(d time.Duration) string {
	s := int(d.Round(time.Second).Seconds())
	switch day := 24 * 60 * 60; {
	case s < 0:
		return "0:00"
	case s < 3600:
		return fmt.Sprintf("%d:%02d", s/60, s%60)
	case s < day:
		return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
	default:
		return fmt.Sprintf("%d d %02d:%02d", s/day, s%day/3600, s/60%60)
	}
}
