package pac

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// The functions of a PAC script that ask the clock. Their arguments are what the
// script gave, as text; now is the local time.

// clock takes a last argument of GMT away, and gives the time that is meant.
func clock(args []string, now time.Time) ([]string, time.Time) {
	if n := len(args); n > 0 && strings.EqualFold(args[n-1], "GMT") {
		return args[:n-1], now.UTC()
	}
	return args, now
}

// between reports whether n is from a to b, both included. Where b is the smaller
// one, the range goes round the end.
func between(n, a, b int) bool {
	if a <= b {
		return a <= n && n <= b
	}
	return n >= a || n <= b
}

// weekdayRange is weekdayRange(wd1 [, wd2] [, "GMT"]).
func weekdayRange(args []string, now time.Time) bool {
	args, now = clock(args, now)
	if len(args) < 1 || len(args) > 2 {
		return false
	}
	from, to := weekday(args[0]), weekday(args[len(args)-1])
	return from >= 0 && to >= 0 && between(int(now.Weekday()), from, to)
}

func weekday(text string) int {
	return slices.Index([]string{"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"}, strings.ToUpper(text))
}

func month(text string) int {
	return 1 + slices.Index([]string{"JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"}, strings.ToUpper(text))
}

// dateRange is dateRange in all its forms: one or two of day, month and year, or
// of pairs or triples of them, and "GMT".
func dateRange(args []string, now time.Time) bool {
	args, now = clock(args, now)
	half := len(args) / 2
	if len(args) == 1 {
		half = 1
	} else if len(args) == 0 || len(args) > 6 || len(args)%2 == 1 {
		return false
	}
	from, fromParts, ok := date(args[:half], now)
	to, toParts, okToo := date(args[len(args)-half:], now)
	if !ok || !okToo || fromParts != toParts {
		return false
	}
	today := 0
	for i, n := range []int{now.Year() * 10000, int(now.Month()) * 100, now.Day()} {
		if fromParts[i] {
			today += n
		}
	}
	if fromParts[0] && from > to { // years do not go round
		return false
	}
	return between(today, from, to)
}

// date adds up the parts of a date: year, month, day.
func date(args []string, now time.Time) (sum int, parts [3]bool, ok bool) {
	for _, a := range args {
		n, err := strconv.Atoi(a)
		part, value := 0, n*10000
		switch {
		case err != nil:
			part, value = 1, month(a)*100
		case n < 32:
			part, value = 2, n
		}
		if value <= 0 || parts[part] {
			return 0, parts, false
		}
		parts[part] = true
		sum += value
	}
	return sum, parts, true
}

// timeRange is timeRange in all its forms: an hour, two hours, two times with
// minutes, or with seconds too, and "GMT". The last hour, minute or second named
// is in it to its end.
func timeRange(args []string, now time.Time) bool {
	args, now = clock(args, now)
	half := len(args) / 2
	switch len(args) {
	case 1:
		half = 1
	case 2, 4, 6:
	default:
		return false
	}
	from, ok := moment(args[:half])
	to, okToo := moment(args[len(args)-half:])
	const minute, hour = 60, 3600
	second := now.Hour()*hour + now.Minute()*minute + now.Second()
	switch half {
	case 1:
		second -= second % hour
	case 2:
		second -= second % minute
	}
	return ok && okToo && between(second, from, to)
}

// moment is a time in seconds.
func moment(args []string) (sum int, ok bool) {
	unit, most := 3600, 24
	for _, a := range args {
		n, err := strconv.Atoi(a)
		if err != nil || n < 0 || n > most {
			return 0, false
		}
		sum += n * unit
		unit, most = unit/60, 59
	}
	return sum, true
}
