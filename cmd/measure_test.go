//go:build linux

package cmd_test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
)

// TestMeasure prints what tray and window cost on this machine, beside what they may cost. It fails nobody: machines
// differ, and a noisy one is not a defect. `make bench-desktop` runs it.
func TestMeasure(t *testing.T) {
	if os.Getenv("MEASURE") == "" {
		t.Skip("measures only when asked to: make bench-desktop")
	}
	var table [][3]string
	row := func(what, got, limit string) { table = append(table, [3]string{what, got, limit}) }

	r := newRig(t, setup{}, `start = "on"`)
	row("icon in the panel after exec", milliseconds(r.iconTimes()), "100 ms")

	r.startTray()
	r.untilItCrosses()
	r.icon()
	time.Sleep(5 * time.Second) // what starting left behind is given back meanwhile
	row("tray, on and idle: resident", megabytes(r.tray.resident()), "15 MB")
	row("tray, on and idle: processor", perSecond(r.tray.busy(20*time.Second)), "2 ms a second")
	row("requests through it, times those of drawbridge run", r.against(), "")

	first, after := r.pictureTimes()
	row("window: first picture after exec", milliseconds(first), "600 ms")
	row("window: on the screen after exec", milliseconds(after), "")
	window := r.start("drawbridge-window")
	r.window()
	time.Sleep(5 * time.Second)
	row("window, open and idle: processor", percent(window.busy(20*time.Second)), "3 % of a core")
	row("window, open and idle: resident", megabytes(window.resident()), "")
	r.holdConnections(5000)
	r.keys(r.window(), "ctrl+3")
	time.Sleep(3 * time.Second)
	row("window, 5,000 connections shown: processor", percent(window.busy(10*time.Second)), "")
	row("tray beside it: resident", megabytes(r.tray.resident()), "")

	fmt.Printf("\n%-50s %14s   %s\n", "", "measured", "at most")
	for _, l := range table {
		fmt.Printf("%-50s %14s   %s\n", l[0], l[1], l[2])
	}
	r.tableBench()
}

// tableBench runs the benchmark of the table of connections, which needs no display.
func (r *rig) tableBench() {
	cmd := exec.Command("go", "test", "-trimpath", "-buildvcs=false", "-tags", "ci,migrated_fynedo,no_emoji", "-run", "^$", "-bench", "TenThousand", "../app/window")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	out, err := cmd.CombinedOutput()
	if err != nil {
		r.t.Errorf("go test -bench: %v\n%s", err, out)
		return
	}
	fmt.Printf("\n10,000 connections in the table, on the window's own goroutine (at most 100 ms at a time):\n")
	for line := range bytes.Lines(out) {
		if bytes.HasPrefix(line, []byte("Benchmark")) {
			fmt.Printf("%s", line)
		}
	}
}

// iconTimes are the times from exec until the panel knows the icon, of several starts.
func (r *rig) iconTimes() []time.Duration {
	r.t.Helper()
	r.must(r.bus.AddMatchSignal(dbus.WithMatchInterface("org.kde.StatusNotifierWatcher"), dbus.WithMatchMember("StatusNotifierItemRegistered")))
	signals := make(chan *dbus.Signal, 16)
	r.bus.Signal(signals)
	defer r.bus.RemoveSignal(signals)
	var times []time.Duration
	for range 9 {
		for quiet := false; !quiet; { // the panel has done with the one before
			select {
			case <-signals:
			case <-time.After(500 * time.Millisecond):
				quiet = true
			}
		}
		begin := time.Now()
		r.tray = r.start("drawbridge-tray")
		select {
		case <-signals:
			times = append(times, time.Since(begin))
		case <-time.After(patience):
			r.t.Fatalf("no icon\n%s", r.transcripts())
		}
		r.stop()
	}
	return times
}

// pictureTimes are the times from exec until the window has its first picture, and until it is on the screen at all.
func (r *rig) pictureTimes() (pictured, mapped []time.Duration) {
	r.t.Helper()
	for range 7 {
		begin := time.Now()
		w := r.start("drawbridge-window")
		out, code := r.run("xdotool", "search", "--sync", "--onlyvisible", "--name", "^Drawbridge")
		if code != 0 {
			r.t.Fatalf("xdotool: %s", out)
		}
		mapped = append(mapped, time.Since(begin))
		id, _, _ := strings.Cut(strings.TrimSpace(out), "\n")
		r.within("a picture", func() bool { return r.colors(id) > 8 })
		pictured = append(pictured, time.Since(begin))
		r.keys(id, "ctrl+w")
		w.ended()
	}
	return pictured, mapped
}

// resident is the program's resident memory in bytes.
func (p *program) resident() int {
	p.desk.t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	p.desk.must(err)
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			n, err := strconv.Atoi(strings.Fields(rest)[0])
			p.desk.must(err)
			return n << 10
		}
	}
	return 0
}

// busy is how much processor time the program takes in a second, seen over a while.
func (p *program) busy(while time.Duration) time.Duration {
	p.desk.t.Helper()
	before := p.spent()
	time.Sleep(while)
	return time.Duration(float64(p.spent()-before) / while.Seconds())
}

// spent is the processor time of all its threads so far, as the scheduler counts it.
func (p *program) spent() (sum time.Duration) {
	tasks, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", p.cmd.Process.Pid))
	for _, task := range tasks {
		if text, err := os.ReadFile(task); err == nil {
			ns, _ := strconv.ParseInt(strings.Fields(string(text))[0], 10, 64)
			sum += time.Duration(ns)
		}
	}
	return sum
}

// against is how many requests a second pass the bridge inside the tray, as a share of those that pass the one on the
// command line: medians of alternating rounds.
func (r *rig) against() string {
	r.t.Helper()
	port := freePort(r.t)
	file := r.file("alone.toml")
	r.must(os.WriteFile(file, []byte(strings.Replace(r.content(), "127.0.0.1:"+r.port, "127.0.0.1:"+port, 1)), 0o600))
	r.start("drawbridge", "run", "--settings", file)
	r.within("the other bridge", func() bool {
		conn, err := net.Dial("tcp", "127.0.0.1:"+port)
		if err == nil {
			conn.Close()
		}
		return err == nil
	})
	var shares []float64
	for range 7 {
		tray, alone := r.requests(r.port), r.requests(port)
		shares = append(shares, float64(tray)/float64(alone))
	}
	slices.Sort(shares)
	return fmt.Sprintf("%.2f", shares[len(shares)/2])
}

// requests counts the requests that pass a bridge in a second, over four connections that are kept.
func (r *rig) requests(port string) int {
	proxy := &url.URL{Scheme: "http", Host: "127.0.0.1:" + port}
	client := &http.Client{Transport: &http.Transport{Proxy: http.ProxyURL(proxy), MaxIdleConnsPerHost: 4}}
	defer client.CloseIdleConnections()
	var wait sync.WaitGroup
	var mu sync.Mutex
	n := 0
	deadline := time.Now().Add(time.Second)
	for range 4 {
		wait.Go(func() {
			for time.Now().Before(deadline) {
				answer, err := client.Get(r.page)
				if err != nil {
					return
				}
				io.Copy(io.Discard, answer.Body)
				answer.Body.Close()
				mu.Lock()
				n++
				mu.Unlock()
			}
		})
	}
	wait.Wait()
	return n
}

// holdConnections keeps so many clients connected until the test ends.
func (r *rig) holdConnections(n int) {
	r.t.Helper()
	for range n {
		conn, err := net.Dial("tcp", "127.0.0.1:"+r.port)
		r.must(err)
		r.t.Cleanup(func() { conn.Close() })
	}
}

func milliseconds(times []time.Duration) string {
	slices.Sort(times)
	return fmt.Sprintf("%.0f ms", float64(times[len(times)/2])/float64(time.Millisecond))
}

func megabytes(n int) string { return fmt.Sprintf("%.1f MB", float64(n)/1e6) }

func perSecond(d time.Duration) string {
	return fmt.Sprintf("%.2f ms a s", float64(d)/float64(time.Millisecond))
}

func percent(d time.Duration) string {
	return fmt.Sprintf("%.2f %%", float64(d)/float64(time.Second)*100)
}
