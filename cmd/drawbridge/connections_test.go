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
	const wide = ` ID  KIND         UP    DOWN      AGE  VIA     PROGRAM           TARGET                                          STATE
  7  connect  1.2 kB  3.4 MB     1:30  Office  git-remote-https  a-rather-long-name.of-a-target.example.org:443  Open
112  idle        0 B     0 B     0:03  -       -                 -                                               Open
  5  http        1 B     0 B  2:00:00  direct  -                 b.corp:80                                       Failed: upstream dial: connection refused
`
	const narrow = ` ID  KIND         UP    DOWN      AGE  VIA     PROGRAM           TARGET                    STATE
  7  connect  1.2 kB  3.4 MB     1:30  Office  git-remote-https  a-rather-long-name.of-a…  Open
112  idle        0 B     0 B     0:03  -       -                 -                         Open
  5  http        1 B     0 B  2:00:00  direct  -                 b.corp:80                 Failed: upst…
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
