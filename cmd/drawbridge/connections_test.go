package main

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/drawbridge-app/drawbridge/app"
)

func TestPrintConnections(t *testing.T) {
	now := time.Unix(100000, 0)
	list := []app.Connection{
		{ID: 7, Kind: "connect", Target: "a-rather-long-name.of-a-target.example.org:443", Route: "upstream", Via: "Office", Program: "git-remote-https",
			Up: 1200, Down: 3_400_000, Since: now.Add(-90 * time.Second)},
		{ID: 112, Kind: "idle", Since: now.Add(-3 * time.Second)},
		{ID: 5, Kind: "http", Target: "b.corp:80", Route: "direct", Via: "built-in endpoint", Up: 1, Since: now.Add(-3 * time.Hour), Ended: now.Add(-time.Hour),
			End: "failed", Cause: "upstream dial: connection refused"},
	}
	const wide = ` ID  KIND         UP    DOWN    AGE  VIA     PROGRAM           TARGET                                          STATE
  7  connect  1.2 kB  3.4 MB  1 min  Office  git-remote-https  a-rather-long-name.of-a-target.example.org:443  open
112  idle        0 B     0 B    3 s  -       -                 -                                               open
  5  http        1 B     0 B    2 h  direct  -                 b.corp:80                                       failed: upstream dial: connection refused
`
	const narrow = ` ID  KIND         UP    DOWN    AGE  VIA     PROGRAM           TARGET                      STATE
  7  connect  1.2 kB  3.4 MB  1 min  Office  git-remote-https  a-rather-long-name.of-a-t…  open
112  idle        0 B     0 B    3 s  -       -                 -                           open
  5  http        1 B     0 B    2 h  direct  -                 b.corp:80                   failed: upst…
`
	for columns, want := range map[int]string{0: wide, 104: narrow, 500: wide} {
		var out strings.Builder
		if err := printConnections(&out, list, now, columns); err != nil || out.String() != want {
			t.Errorf("printConnections in %d columns: %v\n%s\nwant\n%s", columns, err, &out, want)
		}
		for line := range strings.Lines(out.String()) {
			if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); columns > 0 && n > columns {
				t.Errorf("a line in %d columns has %d", columns, n)
			}
		}
	}
	var out strings.Builder
	if err := printConnections(&out, nil, now, 80); err != nil || out.String() != "There are no connections.\n" {
		t.Errorf("printConnections of none: %q, %v", &out, err)
	}
}

func TestSentence(t *testing.T) {
	on := func(url string, h app.Health) app.State {
		s := app.State{On: true, Upstream: h}
		s.Profile.Name, s.Profile.URL = "Office", url
		return s
	}
	const socks = "socks5://127.0.0.1:1080"
	for _, test := range []struct {
		state app.State
		want  string
	}{
		{app.State{}, "Off."},
		{on("direct://", app.Health{}), "On. Traffic goes directly: the built-in endpoint is in use."},
		{on(socks, app.Health{}), "On. Traffic crosses through Office."},
		{on(socks, app.Health{State: app.Up, Greeting: 12.3}), "On. Traffic crosses through Office, 12 ms."},
		{on(socks, app.Health{State: app.Down, Greeting: 12.3, Cause: "refused"}),
			"On, but Office does not answer: nothing listens there; check that its program is running."},
		{on(socks, app.Health{State: app.Down, Cause: "other"}), "On, but Office does not answer: run drawbridge check to see why."},
	} {
		if got := sentence(test.state); got != test.want {
			t.Errorf("sentence(%+v) = %q, want %q", test.state.Upstream, got, test.want)
		}
	}
}

func TestAge(t *testing.T) {
	for passed, want := range map[time.Duration]string{
		-time.Second: "0 s", 0: "0 s", 59900 * time.Millisecond: "59 s", time.Minute: "1 min", 59 * time.Minute: "59 min",
		time.Hour: "1 h", 47 * time.Hour: "47 h", 72 * time.Hour: "3 days",
	} {
		if got := age(passed); got != want {
			t.Errorf("age(%v) = %q, want %q", passed, got, want)
		}
	}
}
