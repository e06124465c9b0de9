package window

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"fyne.io/fyne/v2"

	"github.com/drawbridge-app/drawbridge/app"
)

// busy is what an owner with a day's work tells at a time: tunnels and exchanges, open, idle and ended in each way.
func busy(now time.Time) []app.Connection {
	ago := func(s int) time.Time { return now.Add(-time.Duration(s) * time.Second) }
	return []app.Connection{
		{ID: 3, Kind: "connect", Client: "127.0.0.1:51002", Program: "firefox", PID: 2211, Target: "github.com:443", Route: "upstream", Via: "Office", Up: 48_210, Down: 1_204_000, Since: ago(11_100)},
		{ID: 9, Kind: "connect", Client: "127.0.0.1:51010", Program: "thunderbird", PID: 2310, Target: "imap.mail.example:993", Route: "upstream", Via: "Office", Up: 9_800, Down: 310_400, Since: ago(7_262)},
		{ID: 12, Kind: "upgrade", Client: "127.0.0.1:51033", Program: "slack", PID: 1990, Target: "wss-primary.chat.example:443", Route: "upstream", Via: "Office", Up: 1_204_811, Down: 8_113_000, Since: ago(1_805)},
		{ID: 21, Kind: "http", Client: "127.0.0.1:51090", Program: "apt-get", PID: 8122, Target: "deb.debian.org:80", Route: "upstream", Via: "Office", Up: 1_310, Down: 48_812_000, Since: ago(61)},
		{ID: 22, Kind: "connect", Client: "127.0.0.1:51092", Program: "git-remote-https", PID: 8140, Target: "git.corp:443", Route: "direct", Rule: "*.corp", Up: 2_112, Down: 91_004, Since: ago(48)},
		{ID: 25, Kind: "idle", Client: "127.0.0.1:51101", Program: "firefox", PID: 2211, Up: 812, Down: 12_400, Since: ago(33)},
		{ID: 26, Kind: "socks", Client: "192.168.1.20:40112", Target: "[2001:db8::17]:443", Route: "upstream", Via: "Office", Up: 0, Down: 0, Since: ago(21)},
		{ID: 24, Kind: "connect", Client: "127.0.0.1:51099", Program: "curl", PID: 8200, Target: "example.com:443", Route: "upstream", Via: "Office", Up: 790, Down: 5_200, Since: ago(35), Ended: ago(34), End: "finished"},
		{ID: 23, Kind: "http", Client: "127.0.0.1:51095", Program: "python3", PID: 8190, Target: "no-such-host.example:80", Route: "upstream", Via: "Office", Up: 140, Down: 0, Since: ago(40), Ended: ago(38), End: "failed", Cause: "Office: connect to no-such-host.example:80: host unreachable"},
		{ID: 20, Kind: "connect", Client: "127.0.0.1:51080", Program: "ssh", PID: 7001, Target: "build.example:22", Route: "upstream", Via: "Office", Up: 40_100, Down: 60_200, Since: ago(4_000), Ended: ago(12), End: "cut"},
		{ID: 18, Kind: "connect", Client: "127.0.0.1:51077", Program: "node", PID: 6003, Target: "registry.npmjs.org:443", Route: "upstream", Via: "Office", Up: 9_100, Down: 2_100_000, Since: ago(900), Ended: ago(20), End: "target", Cause: "read: connection reset by peer"},
		{ID: 17, Kind: "connect", Client: "127.0.0.1:51070", Program: "node", PID: 6003, Target: "telemetry.example:443", Route: "upstream", Via: "Office", Up: 300, Down: 120, Since: ago(1_100), Ended: ago(25), End: "never heard of"},
	}
}

// many are n connections.
func many(n int, now time.Time) []app.Connection {
	cs := make([]app.Connection, n)
	for i := range cs {
		cs[i] = app.Connection{
			ID: uint64(i + 1), Kind: "connect", Client: "127.0.0.1:51002", Program: "firefox", PID: 2211,
			Target: fmt.Sprintf("host-%05d.example:443", i*7919%n), Route: "upstream", Via: "Office",
			Up: int64(i) * 811, Down: int64(n-i) * 16_211, Since: now.Add(-time.Duration(i) * time.Second),
		}
	}
	return cs
}

// connectionsOf is the page of a window.
func connectionsOf(w *Window) *connectionsPage {
	for _, t := range w.tabs {
		if p, ok := t.page.(*connectionsPage); ok {
			return p
		}
	}
	return nil
}

// inUTC makes times of day the same wherever the test runs.
func inUTC(t *testing.T) {
	before := time.Local
	time.Local = time.UTC
	t.Cleanup(func() { time.Local = before })
}

func TestConnectionsPictures(t *testing.T) {
	inUTC(t)
	for _, tt := range []struct {
		name    string
		told    func(time.Time) []app.Connection
		prepare func(*connectionsPage)
	}{
		{"connections", busy, nil},
		{"connections-selected", busy, func(p *connectionsPage) { p.table.Select(5) }},
		{"connections-filtered", busy, func(p *connectionsPage) { p.filter.SetText("fire"); p.stages.SetSelectedIndex(int(openStage)) }},
		{"connections-question", busy, func(p *connectionsPage) { p.closeAll.OnTapped() }},
		{"connections-empty", func(time.Time) []app.Connection { return nil }, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				time.Sleep(12 * time.Hour) // to noon
				see(t, tt.name, "connections", &owner{connections: tt.told(time.Now())}, on(), func(w *Window) {
					w.fyne.Resize(fyne.NewSize(960, 640))
					synctest.Wait()
					if tt.prepare != nil {
						tt.prepare(connectionsOf(w))
					}
				})
			})
		})
	}
}
