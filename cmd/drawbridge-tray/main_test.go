//go:build linux

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/app/control"
	"github.com/drawbridge-app/drawbridge/app/tray/traytest"
	"github.com/drawbridge-app/drawbridge/assets"
)

func TestClickTurnsOnAndOff(t *testing.T) {
	p := newPlace(t)
	panel := p.bus.NewPanel(t)
	x := p.start("--hidden")
	icon := p.icon(panel)
	if !icon.Is(assets.Off, true) {
		t.Error("the icon does not begin with off")
	}
	origin := newOrigin(t)
	through := &http.Client{Transport: &http.Transport{
		Proxy:             func(*http.Request) (*url.URL, error) { return &url.URL{Scheme: "http", Host: p.listen}, nil },
		DisableKeepAlives: true,
	}}
	if err := icon.Tap(); err != nil {
		t.Fatal(err)
	}
	icon.Shows(assets.On, true)
	res, err := through.Get("http://" + origin + "/")
	if err != nil || res.StatusCode != 200 {
		t.Fatalf("through the bridge: %v, %v", res, err)
	}
	res.Body.Close()
	time.Sleep(500 * time.Millisecond) // or it would be a double click
	if err := icon.Tap(); err != nil {
		t.Fatal(err)
	}
	icon.Shows(assets.Off, true)
	if res, err := through.Get("http://" + origin + "/"); err == nil {
		res.Body.Close()
		t.Error("the bridge is off, and a request went through")
	}
	icon.Click("Quit")
	if code, _ := x.exits(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	if _, err := os.Lstat(p.socket); err == nil {
		t.Error("the socket stayed")
	}
}

// newOrigin is a site.
func newOrigin(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "hello") })}
	go s.Serve(l)
	t.Cleanup(func() { s.Close() })
	return l.Addr().String()
}

// The first time, the window opens with its assistant, and the bridge is off; later the bridge is as it was.
func TestFirstStartAndThoseAfter(t *testing.T) {
	p := newPlace(t)
	panel := p.bus.NewPanel(t)
	x := p.start()
	p.icon(panel)
	p.opens("SOCKET\n")
	if p.state().On {
		t.Error("the bridge is on the first time")
	}
	p.do(app.TurnOn)
	x.cmd.Process.Signal(syscall.SIGTERM)
	if code, said := x.exits(); code != 0 {
		t.Errorf("exit code %d, %q", code, said)
	}
	for _, tt := range []struct {
		settings string
		then     app.Verb
		want     bool
	}{
		{"", app.TurnOff, true}, // as it was
		{"", app.TurnOff, false},
		{"[desktop]\nstart = \"on\"", app.TurnOn, true},
		{"[desktop]\nstart = \"off\"", app.TurnOn, false},
	} {
		p.settle(tt.settings)
		x := p.start()
		p.icon(panel)
		traytest.Until(t, "it is started", func() bool { _, err := control.Dial(p.socket).State(t.Context()); return err == nil })
		if on := p.state().On; on != tt.want {
			t.Errorf("with %q it is on: %v", tt.settings, on)
		}
		p.do(tt.then)
		x.cmd.Process.Signal(os.Interrupt)
		if code, said := x.exits(); code != 0 {
			t.Errorf("exit code %d, %q", code, said)
		}
	}
	p.opens("SOCKET\n") // no other one
}

func TestSecondStartOpensTheWindow(t *testing.T) {
	p := newPlace(t)
	panel := p.bus.NewPanel(t)
	p.start("--hidden")
	p.icon(panel)
	if code, said := p.start("--hidden").exits(); code != 0 || said != "" {
		t.Errorf("exit code %d, %q", code, said)
	}
	if code, said := p.start("--at-login").exits(); code != 0 || said != "" {
		t.Errorf("exit code %d, %q", code, said)
	}
	if s := p.state(); s.Raise != 0 {
		t.Error("a start at login asked for the window of the tray that ran already")
	}
	if code, said := p.start().exits(); code != 0 || said != "" {
		t.Errorf("exit code %d, %q", code, said)
	}
	p.opens("SOCKET\n")
	if code, _ := p.start("--open-window").exits(); code != 0 { // it is open: it comes to the front
		t.Errorf("exit code %d", code)
	}
	if s := p.state(); s.Raise != 2 {
		t.Errorf("the window was raised %d times", s.Raise)
	}
	p.opens("SOCKET\n")
}

func TestNoPanelOpensTheWindow(t *testing.T) {
	p := newPlace(t)
	p.remember(t)
	p.start()
	p.opens("--why no-tray SOCKET\n")
}

// The window that the first start has opened is told that nothing shows the icon.
func TestNoPanelAtTheFirstStart(t *testing.T) {
	p := newPlace(t)
	p.start()
	traytest.Until(t, "the window is told why", func() bool {
		s, err := control.Dial(p.socket).State(t.Context())
		return err == nil && s.RaiseWhy == noTray
	})
	p.opens("SOCKET\n")
}

// remember makes the next start not the first.
func (p *place) remember(t *testing.T) {
	t.Helper()
	dir := filepath.Join(p.dir, "drawbridge")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(remembered{})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".json"), text, 0o600); err != nil {
		t.Fatal(err)
	}
}

// Where a bridge runs already without a desktop, the icon is a face of that. When it has gone, it can be turned on here.
func TestFaceOfAnother(t *testing.T) {
	p := newPlace(t)
	panel := p.bus.NewPanel(t)
	listener, err := control.Listen(p.socket)
	if err != nil {
		t.Fatal(err)
	}
	headless := &app.Controller{File: p.file(), Process: app.Process{Program: "drawbridge run", PID: os.Getpid()}}
	headless.Reload(t.Context())
	served := make(chan error, 1)
	ctx, stop := context.WithCancel(t.Context())
	go func() { served <- control.Serve(ctx, listener, headless) }()

	x := p.start("--hidden")
	icon := p.icon(panel)
	icon.Shows(assets.Off, true)
	icon.Click("On")
	icon.Shows(assets.On, true)
	if !headless.State().On {
		t.Error("another bridge was turned on")
	}
	icon.Click("Open window")
	p.opens("SOCKET\n")

	headless.Close()
	stop()
	if err := <-served; err != nil {
		t.Error(err)
	}
	icon.Shows(assets.Error, true)
	icon.Click("On")
	icon.Shows(assets.On, true)
	if s := p.state(); s.Owner.Program != name || s.Owner.PID != x.cmd.Process.Pid {
		t.Errorf("the owner is %+v", s.Owner)
	}
	icon.Click("Quit")
	if code, said := x.exits(); code != 0 {
		t.Errorf("exit code %d, %q", code, said)
	}
	if _, err := os.Lstat(p.socket); err == nil {
		t.Error("the socket stayed")
	}
}

func TestWrongSettings(t *testing.T) {
	p := newPlace(t)
	panel := p.bus.NewPanel(t)
	p.settle("colour = 7")
	p.start("--hidden")
	icon := p.icon(panel)
	icon.Shows(assets.Error, true)
	p.settle("")
	icon.Shows(assets.Off, true)
	if p.state().On {
		t.Error("what nobody turned on is on")
	}
}

func TestFlags(t *testing.T) {
	for _, tt := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"--help"}, 0, "Usage: drawbridge-tray"},
		{[]string{"--version"}, 0, "drawbridge-tray "},
		{[]string{"--bogus"}, 2, "drawbridge-tray: flag provided but not defined: -bogus; see drawbridge-tray --help\n"},
		{[]string{"on"}, 2, `unknown argument "on"`},
		{[]string{"--hidden", "--open-window"}, 2, "contradict"},
	} {
		var out, trouble bytes.Buffer
		code := run(tt.args, &out, &trouble)
		if said := out.String() + trouble.String(); code != tt.code || !strings.Contains(said, tt.says) {
			t.Errorf("%q: exit code %d, %q", tt.args, code, said)
		}
	}
}

func TestNoDesktop(t *testing.T) {
	t.Setenv("DISPLAY", "")
	t.Setenv("WAYLAND_DISPLAY", "")
	var out, trouble bytes.Buffer
	if code := run(nil, &out, &trouble); code != 1 || !strings.HasSuffix(trouble.String(), "use: drawbridge run\n") || strings.Count(trouble.String(), "\n") != 1 {
		t.Errorf("exit code %d, %q", code, &trouble)
	}
}
