//go:build linux

package cmd_test

import (
	"bufio"
	"fmt"
	"math"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/drawbridge-app/drawbridge/bridge/bridgetest"
)

// TestScreenshots makes the pictures of the README from the real programs. `make screenshots` runs it.
func TestScreenshots(t *testing.T) {
	dir := os.Getenv("SCREENSHOTS")
	if dir == "" {
		t.Skip("makes pictures only when asked to: make screenshots")
	}
	r := newRig(t, setup{})
	socks := r.workday(map[string]float64{
		"git github.com:443":               2.1e6,
		"npm npm.example.org:443":          0.9e6,
		"docker images.example.org:443":    1.4e6,
		"firefox intranet.example.org:443": 60e3,
		"slack wss.chat.example.org:443":   4e3,
		"java maven.example.org:443":       0.3e6,
	})
	r.port = "1095"
	r.settings(fmt.Sprintf(`version = 1
listen = ["127.0.0.1:1095"]
use = "Office"
bypass = ["<local>", "*.lan", "10.0.0.0/8"]

[desktop]
start = "on"
theme = "light"

[[profile]]
name = "Office"
url = "socks5://%s"

[[profile]]
name = "Tor"
url = "socks5://127.0.0.1:9050"

[[profile]]
name = "Home"
url = "socks5://home.example.org:1080"
user = "anna"
password = "secret"
`, socks))
	r.startTray()
	r.work()
	time.Sleep(2 * time.Minute) // for a chart with something in it
	for _, theme := range []string{"light", "dark"} {
		r.drawbridge("settings", "set", "desktop.theme", theme)
		if out, code := r.run("xfconf-query", "-c", "xfce4-panel", "-p", "/panels/dark-mode", "-s", strconv.FormatBool(theme == "dark")); code != 0 {
			t.Fatalf("xfconf-query: %s", out)
		}
		at := r.icon()
		window := r.start("drawbridge-window", "--page", "bridge")
		id := r.window()
		for i, page := range []string{"bridge", "upstreams", "connections", "settings"} {
			r.keys(id, "ctrl+"+itoa([]int{1, 2, 3, 6}[i]))
			time.Sleep(3 * time.Second)
			r.shoot(filepath.Join(dir, page+"-"+theme+".png"), "-window", id)
		}
		r.keys(id, "ctrl+w")
		window.ended()
		r.click(at, 3)
		time.Sleep(time.Second)
		r.run("xdotool", "mousemove", "20", "700") // away from menu and tooltip
		time.Sleep(2 * time.Second)
		r.shoot(filepath.Join(dir, "tray-"+theme+".png"), "-window", "root", "-crop", "360x320+920+0", "+repage")
		r.run("xdotool", "key", "Escape")
	}
	r.stop()
}

// shoot takes a picture, as small as it goes without a loss.
func (r *rig) shoot(path string, args ...string) {
	r.t.Helper()
	args = append(args, "-strip", "-define", "png:compression-level=9", path)
	if out, code := r.run("import", args...); code != 0 {
		r.t.Fatalf("import %s: %s", strings.Join(args, " "), out)
	}
}

// workday prepares programs with names that people know, each of which will load from a target at about so many bytes a
// second. It returns the address of the endpoint that knows the targets.
func (r *rig) workday(loads map[string]float64) (socks string) {
	r.t.Helper()
	curl, err := exec.LookPath("curl")
	r.must(err)
	names := make(map[string]string)
	for load, rate := range loads {
		program, target, _ := strings.Cut(load, " ")
		r.must(os.MkdirAll(r.file("bin"), 0o700))
		r.must(os.Symlink(curl, r.file("bin/"+program)))
		names[target] = bridgetest.StartOrigin(r.t, func(conn net.Conn) { comeAndGo(conn, rate) }).Addr
		r.jobs = append(r.jobs, load)
	}
	return bridgetest.StartSOCKS(r.t, bridgetest.SOCKS{Names: names}).Addr
}

// comeAndGo answers with bytes that come and go, about so many a second, until the client has enough.
func comeAndGo(conn net.Conn, rate float64) {
	if _, err := http.ReadRequest(bufio.NewReader(conn)); err != nil {
		return
	}
	fmt.Fprint(conn, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
	begin := time.Now()
	const step = 100 * time.Millisecond
	for {
		s := time.Since(begin).Seconds()
		wave := 1 + math.Sin(s/7+rate) + math.Sin(s/2.3)*math.Sin(s/31+rate)
		n := int(max(0, wave) * rate * step.Seconds())
		if _, err := conn.Write(make([]byte, max(n, 1))); err != nil {
			return
		}
		time.Sleep(step)
	}
}

// work starts the programs that workday has prepared.
func (r *rig) work() {
	for _, job := range r.jobs {
		program, target, _ := strings.Cut(job, " ")
		cmd := exec.Command(r.file("bin/"+program), "-sS", "-p", "-x", "http://127.0.0.1:"+r.port, "-o", "/dev/null", "http://"+target+"/")
		cmd.Env = r.env
		r.must(cmd.Start())
		r.t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	}
}
