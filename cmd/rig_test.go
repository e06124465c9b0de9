//go:build linux

package cmd_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"

	"github.com/drawbridge-app/drawbridge/bridge/bridgetest"
)

// A rig is a desk with a SOCKS endpoint, a page and an echo behind it, and settings that name them.
type rig struct {
	*desk
	port  string // where the bridge listens
	socks string // host:port of the endpoint
	page  string // URL of a page
	echo  string // host:port of a server that sends back what it gets
	tray  *program
	jobs  []string // see workday
}

// remember makes the tray remember this of an earlier start.
func (r *rig) remember(text string) {
	r.t.Helper()
	path := r.memory()
	r.must(os.MkdirAll(filepath.Dir(path), 0o700))
	r.must(os.WriteFile(path, []byte(text), 0o600))
}

// memory is the path of what the tray remembers.
func (r *rig) memory() string { return r.file(".local/state/drawbridge/drawbridge-tray.json") }

// newRig makes a rig; more are further lines of the settings file's [desktop] table.
func newRig(t testing.TB, s setup, more ...string) *rig {
	t.Helper()
	r := &rig{desk: newDesk(t, s), port: freePort(t)}
	origin := bridgetest.StartOrigin(t, func(conn net.Conn) {
		if _, err := http.ReadRequest(bufio.NewReader(conn)); err == nil {
			io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 8\r\nConnection: close\r\n\r\ncrossed\n")
		}
	})
	echo := bridgetest.StartOrigin(t, func(conn net.Conn) { _, _ = io.Copy(conn, conn) })
	socks := bridgetest.StartSOCKS(t, bridgetest.SOCKS{Names: map[string]string{"page.test:80": origin.Addr, "other.test:80": origin.Addr, "echo.test:7": echo.Addr}})
	r.page, r.echo = "http://page.test/", "echo.test:7"
	r.settings(fmt.Sprintf("version = 1\nlisten = [\"127.0.0.1:%s\"]\nuse = \"Office\"\n\n[desktop]\n%s\n\n[[profile]]\nname = \"Office\"\nurl = \"socks5://%s\"\n"+
		"\n[[profile]]\nname = \"Nobody\"\nurl = \"socks5://127.0.0.1:%s\"\n", r.port, strings.Join(more, "\n"), socks.Addr, freePort(t)))
	r.socks = socks.Addr
	r.remember(`{"on": false}`)
	return r
}

// startTray starts the tray program and waits until it answers.
func (r *rig) startTray(args ...string) *program {
	r.t.Helper()
	r.tray = r.start("drawbridge-tray", args...)
	r.within("an owner", func() bool {
		if !r.tray.alive() {
			r.t.Fatalf("drawbridge-tray ended\n%s", r.transcripts())
		}
		_, code := r.run("drawbridge", "status")
		return code == 0
	})
	return r.tray
}

// status is what `drawbridge status --json` says.
type status struct {
	On      bool     `json:"on"`
	Listen  []string `json:"listen"`
	Why     string   `json:"raise_why"`
	Traffic struct {
		Tunnels int `json:"tunnels"`
	} `json:"traffic"`
	Profile struct {
		Name string `json:"name"`
	} `json:"profile"`
	Upstream struct {
		State string `json:"state"`
	} `json:"upstream"`
	Owner struct {
		Program string `json:"program"`
		PID     int    `json:"pid"`
	} `json:"owner"`
	Problems []any `json:"problems"`
}

func (r *rig) status() status {
	r.t.Helper()
	var s status
	r.must(json.Unmarshal([]byte(r.drawbridge("status", "--json")), &s))
	return s
}

// crosses reports whether curl gets the page through the bridge; refused says that nothing listens there.
func (r *rig) crosses() (ok, refused bool) {
	out, code := r.run("curl", "-sS", "--max-time", "20", "-x", "http://127.0.0.1:"+r.port, r.page)
	const couldNotConnect = 7
	return code == 0 && strings.Contains(out, "crossed"), code == couldNotConnect
}

func (r *rig) untilItCrosses() {
	r.t.Helper()
	r.within("curl passes", func() bool { ok, _ := r.crosses(); return ok })
}

func (r *rig) untilItRefuses() {
	r.t.Helper()
	r.within("curl is refused", func() bool { _, refused := r.crosses(); return refused })
}

// A stream is a tunnel through the bridge in which bytes go round all the time.
type stream struct {
	conn  net.Conn
	round atomic.Int64
	ended chan struct{}
}

// startStream opens a tunnel to the echo and keeps it busy until the test ends.
func (r *rig) startStream() *stream {
	r.t.Helper()
	conn, err := net.Dial("tcp", "127.0.0.1:"+r.port)
	r.must(err)
	s := &stream{conn: conn, ended: make(chan struct{})}
	fmt.Fprintf(conn, "CONNECT %s HTTP/1.1\r\nHost: %[1]s\r\n\r\n", r.echo)
	br := bufio.NewReader(conn)
	answer, err := http.ReadResponse(br, nil)
	r.must(err)
	if answer.StatusCode != 200 {
		r.t.Fatalf("CONNECT %s: %s", r.echo, answer.Status)
	}
	go func() {
		defer close(s.ended)
		block := make([]byte, 1000)
		for {
			if _, err := conn.Write(block); err != nil {
				return
			}
			if _, err := io.ReadFull(br, block); err != nil {
				return
			}
			s.round.Add(1)
			time.Sleep(5 * time.Millisecond)
		}
	}()
	r.t.Cleanup(func() { conn.Close(); <-s.ended })
	return s
}

// goesOn waits until more bytes have gone round, and fails if the tunnel was cut.
func (r *rig) goesOn(s *stream) {
	r.t.Helper()
	before := s.round.Load()
	r.within("the tunnel streams on", func() bool {
		select {
		case <-s.ended:
			r.t.Fatalf("the tunnel was cut\n%s", r.transcripts())
		default:
		}
		return s.round.Load() > before+3
	})
}

// item is our icon's object on the bus.
func (r *rig) item() dbus.BusObject {
	r.t.Helper()
	name := fmt.Sprintf("org.kde.StatusNotifierItem-%d-1", r.tray.cmd.Process.Pid)
	item := r.bus.Object(name, "/StatusNotifierItem")
	r.within("the icon on the bus", func() bool {
		_, err := item.GetProperty("org.kde.StatusNotifierItem.Menu") // systray has the name before it answers
		return err == nil
	})
	return item
}

// A layout is a menu as com.canonical.dbusmenu gives it.
type layout struct {
	ID         int32
	Properties map[string]dbus.Variant
	Children   []dbus.Variant
}

// An entry is an item of our menu.
type entry struct {
	id      int32
	label   string
	ticked  bool
	enabled bool
	visible bool
	below   []entry
}

// menu reads our menu.
func (r *rig) menu() []entry {
	r.t.Helper()
	path, err := r.item().GetProperty("org.kde.StatusNotifierItem.Menu")
	r.must(err)
	var revision uint32
	var root layout
	menu := r.bus.Object(r.item().Destination(), path.Value().(dbus.ObjectPath))
	r.must(menu.Call("com.canonical.dbusmenu.GetLayout", 0, int32(0), int32(-1), []string{}).Store(&revision, &root))
	return entries(root)
}

func entries(l layout) []entry {
	var es []entry
	for _, child := range l.Children {
		var below layout
		if dbus.Store([]any{child.Value()}, &below) != nil {
			continue
		}
		e := entry{id: below.ID, enabled: true, visible: true, below: entries(below)}
		if v, ok := below.Properties["label"]; ok {
			e.label, _ = v.Value().(string)
		}
		if v, ok := below.Properties["toggle-state"]; ok {
			n, _ := v.Value().(int32)
			e.ticked = n == 1
		}
		if v, ok := below.Properties["enabled"]; ok {
			e.enabled, _ = v.Value().(bool)
		}
		if v, ok := below.Properties["visible"]; ok {
			e.visible, _ = v.Value().(bool)
		}
		es = append(es, e)
	}
	return es
}

// find returns the visible menu item of a label, or else the first whose label has that in it.
func (r *rig) find(label string) (found entry) {
	r.t.Helper()
	r.within("a menu item "+label, func() bool {
		found = entry{}
		var walk func([]entry)
		walk = func(es []entry) {
			for _, e := range es {
				if e.visible && (e.label == label || found.label == "" && strings.Contains(e.label, label)) {
					found = e
				}
				walk(e.below)
			}
		}
		walk(r.menu())
		return found.label != ""
	})
	return found
}

// choose clicks a menu item as a panel does.
func (r *rig) choose(label string) {
	r.t.Helper()
	e := r.find(label)
	path, err := r.item().GetProperty("org.kde.StatusNotifierItem.Menu")
	r.must(err)
	menu := r.bus.Object(r.item().Destination(), path.Value().(dbus.ObjectPath))
	r.must(menu.Call("com.canonical.dbusmenu.Event", 0, e.id, "clicked", dbus.MakeVariant(0), uint32(0)).Err)
}

// stop ends the tray as a session does, which has to go well.
func (r *rig) stop() {
	r.t.Helper()
	r.tray.signal(syscall.SIGTERM)
	if code := r.tray.ended(); code != 0 {
		r.t.Errorf("drawbridge-tray: exit code %d after SIGTERM\n%s", code, r.tray.said.String())
	}
}
