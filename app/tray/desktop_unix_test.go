//go:build linux || freebsd || netbsd

package tray

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/app/tray/traytest"
)

// A process runs its tray once, so each test has one in a process of its own: this test binary, told so. It reads
// states from its input, and writes what it is asked for to its output, a JSON object a line.
const childEnv = "DRAWBRIDGE_TEST_TRAY"

// With slowEnv, what the tray asks of its owner is done when the next state comes.
const slowEnv = "DRAWBRIDGE_TEST_SLOW"

func TestMain(m *testing.M) {
	if os.Getenv(childEnv) != "" {
		os.Exit(child())
	}
	os.Exit(m.Run())
}

// A wish is what the tray asked for.
type wish struct {
	Intent *app.Intent `json:"intent,omitempty"`
	Other  string      `json:"other,omitempty"` // window, no host, quit, check
}

// pipes is an owner at the other end of stdin and stdout.
type pipes struct {
	out  *json.Encoder
	done chan struct{} // what was asked for is done; nil: it is at once
}

func (p pipes) say(w wish) { p.out.Encode(w) }

func (p pipes) Watch(ctx context.Context, show func(app.State)) error {
	states := make(chan app.State)
	go func() {
		defer close(states)
		for d := json.NewDecoder(os.Stdin); ; {
			var s app.State
			if d.Decode(&s) != nil {
				return
			}
			states <- s
		}
	}()
	for {
		select {
		case <-ctx.Done():
			return nil
		case s, ok := <-states:
			if !ok {
				return app.ErrNoOwner
			}
			show(s)
			select {
			case p.done <- struct{}{}:
			default:
			}
		}
	}
}

func (p pipes) Do(ctx context.Context, want app.Intent) error {
	p.say(wish{Intent: &want})
	if p.done != nil {
		select {
		case <-p.done:
		case <-ctx.Done():
		}
	}
	if want.Verb == app.OpenWindow {
		return app.ErrNoWindow
	}
	return nil
}

func (p pipes) Check(context.Context, app.CheckRequest) (app.Check, error) {
	p.say(wish{Other: "check"})
	return app.Check{Stages: []app.Stage{{Name: "answer", Ms: 12}}}, nil
}

func child() int {
	log.SetOutput(io.Discard) // systray's
	if err := Possible(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	p := pipes{out: json.NewEncoder(os.Stdout)}
	if os.Getenv(slowEnv) != "" {
		p.done = make(chan struct{})
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	t := &Tray{
		Owner:  p,
		Quit:   func() { p.say(wish{Other: "quit"}); cancel() },
		Window: func() error { p.say(wish{Other: "window"}); return nil },
		NoHost: func() { p.say(wish{Other: "no host"}) },

		Patience: time.Second,
	}
	if err := t.Run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 3
	}
	return 0
}

// A program is a tray in a process of its own.
type program struct {
	t      *testing.T
	bus    *traytest.Bus
	cmd    *exec.Cmd
	in     io.WriteCloser
	wishes chan wish
	stderr strings.Builder
	icon   *traytest.Icon
}

// start runs a tray, without any state yet.
func start(t *testing.T, b *traytest.Bus, env ...string) *program {
	t.Helper()
	p := &program{t: t, bus: b, cmd: exec.Command(os.Args[0]), wishes: make(chan wish, 64)}
	p.cmd.Env = append(os.Environ(), childEnv+"=1", "DISPLAY=:none", "LC_ALL=C.UTF-8", "XDG_CURRENT_DESKTOP=test", "GORACE=exitcode=0")
	if b != nil {
		p.cmd.Env = append(p.cmd.Env, "DBUS_SESSION_BUS_ADDRESS="+b.Address)
	}
	p.cmd.Env = append(p.cmd.Env, env...)
	p.cmd.Stderr = &p.stderr
	var err error
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for d := json.NewDecoder(out); ; {
			var w wish
			if d.Decode(&w) != nil {
				return
			}
			p.wishes <- w
		}
	}()
	t.Cleanup(func() {
		p.cmd.Process.Kill()
		<-ended
		p.cmd.Wait()
		said := p.stderr.String()
		if traytest.Race(said) {
			t.Error("a data race")
		}
		if t.Failed() && said != "" {
			t.Logf("the tray said: %s", said)
		}
	})
	return p
}

// show gives the tray a state.
func (p *program) show(s app.State) {
	p.t.Helper()
	if err := json.NewEncoder(p.in).Encode(s); err != nil {
		p.t.Fatal(err)
	}
}

// wish waits for what the tray asks for next.
func (p *program) wish() wish {
	p.t.Helper()
	select {
	case w := <-p.wishes:
		return w
	case <-time.After(traytest.Patience):
		p.t.Fatal("the tray asked for nothing")
		return wish{}
	}
}

// wants checks that the next that the tray asks for is an intent.
func (p *program) wants(verb app.Verb) app.Intent {
	p.t.Helper()
	w := p.wish()
	if w.Intent == nil || w.Intent.Verb != verb {
		p.t.Fatalf("the tray asked for %+v %q, want intent %q", w.Intent, w.Other, verb)
	}
	return *w.Intent
}

// exit waits for the process to end and returns its code.
func (p *program) exit() int {
	p.t.Helper()
	done := make(chan error, 1)
	go func() { done <- p.cmd.Wait() }()
	select {
	case err := <-done:
		var exit *exec.ExitError
		if err != nil && !errors.As(err, &exit) {
			p.t.Fatal(err)
		}
		return p.cmd.ProcessState.ExitCode()
	case <-time.After(traytest.Patience):
		p.t.Fatal("the tray goes on")
		return -1
	}
}

// registered waits until the tray's icon is at the panel.
func (p *program) registered(on *traytest.Panel) {
	p.t.Helper()
	if p.icon = on.Icon(p.t, traytest.Patience); p.icon == nil {
		p.t.Fatal("no icon came")
	}
}
