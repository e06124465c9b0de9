//go:build linux

package systemproxy_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/drawbridge-app/drawbridge/app/systemproxy"
	"github.com/drawbridge-app/drawbridge/app/tray/traytest"
)

// The test's program is also a holder of the lease, its guard, and what a login starts.
func TestMain(m *testing.M) {
	const role = "DRAWBRIDGE_TEST_ROLE"
	switch os.Getenv(role) {
	case "guard":
		if err := systemproxy.Guard(context.Background(), os.Stdin); err != nil {
			os.Exit(1)
		}
		os.Exit(0)
	case "login":
		if err := systemproxy.HealAtLogin(context.Background(), atLogin); err != nil {
			panic(err)
		}
		os.Exit(0)
	case "holder", "holder without a guard":
		hold(func() *exec.Cmd {
			cmd := exec.Command(os.Args[0])
			cmd.Env = append(os.Environ(), role+"=guard")
			return cmd
		}, os.Getenv(role) == "holder")
	}
	os.Exit(m.Run())
}

// atLogin is what a login starts while the lease is taken.
func atLogin() *exec.Cmd {
	return exec.Command("/usr/bin/env", "DRAWBRIDGE_TEST_ROLE=login", os.Args[0])
}

// hold takes the lease, says so, and at the end of its input gives it back.
func hold(guard func() *exec.Cmd, guarded bool) {
	ctx := context.Background()
	l, err := systemproxy.Open()
	if err != nil {
		panic(err)
	}
	l.AtLogin = atLogin
	g := &systemproxy.Guarded{Lease: l}
	if guarded {
		g.Command = guard
	}
	if err := g.Take(ctx, systemproxy.Bridge{Listen: "0.0.0.0:1095"}); err != nil {
		panic(err)
	}
	fmt.Println("taken")
	bufio.NewReader(os.Stdin).ReadByte()
	if err := g.Move(ctx, systemproxy.Bridge{Listen: "127.0.0.1:2095"}); err != nil {
		panic(err)
	}
	if err := g.Return(ctx); err != nil {
		panic(err)
	}
	os.Exit(0)
}

// holder is a process that holds the lease.
func (s *session) holder(role string) (kill, end func()) {
	s.Helper()
	process, wait, end := s.held(role)
	return func() { process.Kill(); wait() }, end
}

// held starts a process that holds the lease.
func (s *session) held(role string) (process *os.Process, wait func() error, end func()) {
	s.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "DRAWBRIDGE_TEST_ROLE="+role)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		s.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		s.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		s.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "taken\n" {
		s.Fatalf("it says %q, %v", line, err)
	}
	return cmd.Process, cmd.Wait, func() {
		in.Close()
		if err := cmd.Wait(); err != nil {
			s.Error(err)
		}
	}
}

// usersKDE is a file of the user's, with what KDE's own programs would write otherwise.
const usersKDE = "# mine\n[Proxy Settings]\nhttpProxy=http://proxy.example 8080\n  ProxyType = 1\n\n\n[Other]\nx=1"

// furnish sets what the user has, and returns the path of KDE's file and all that stands in GNOME's settings.
func (s *session) furnish() (file, before string) {
	s.Helper()
	s.set(".http", "host", "proxy.example")
	s.set("", "mode", "manual")
	file = filepath.Join(s.dir, "config", "kioslaverc")
	if err := os.WriteFile(file, []byte(usersKDE), 0o644); err != nil {
		s.Fatal(err)
	}
	return file, s.all()
}

func TestKilled(t *testing.T) {
	for _, desktop := range []string{"GNOME", "KDE"} {
		t.Run(desktop, func(t *testing.T) {
			s := newSession(t, desktop)
			file, before := s.furnish()
			kill, _ := s.holder("holder")
			if text, _ := os.ReadFile(file); s.all() == before || (string(text) == usersKDE) == (desktop == "KDE") {
				t.Fatal("nothing was set")
			}
			kill()
			traytest.Until(t, "the guard has given back", func() bool {
				text, err := os.ReadFile(file)
				return s.all() == before && string(text) == usersKDE && err == nil
			})
			traytest.Until(t, "the next login starts nothing", func() bool { return traytest.Entries(t, filepath.Join(s.dir, "config")) == "" })
			traytest.Until(t, "all is given back", func() bool { st, err := s.open().Status(t.Context()); return err == nil && !st.Taken })
		})
	}
}

// On KDE that is a file of the user's, too, which comes back to the letter.
func TestPowerCutThenLogin(t *testing.T) {
	for _, desktop := range []string{"GNOME", "KDE"} {
		t.Run(desktop, func(t *testing.T) {
			s := newSession(t, desktop)
			file, before := s.furnish()
			config := filepath.Join(s.dir, "config")
			healed := func() bool {
				text, err := os.ReadFile(file)
				return s.all() == before && string(text) == usersKDE && err == nil
			}
			process, wait, _ := s.held("holder")
			traytest.PowerCut(t, process)
			wait()
			if text, err := os.ReadFile(file); s.all() == before || (string(text) == usersKDE) == (desktop == "KDE") || err != nil {
				t.Fatalf("after the power cut it holds\n%s, %s, %v", s.all(), text, err)
			}
			if n := traytest.Login(t, config, nil); n != 1 {
				t.Errorf("the login starts %d", n)
			}
			traytest.Until(t, "the login has given back", healed)
			traytest.Until(t, "the next login starts nothing", func() bool { return traytest.Entries(t, config) == "" })
			if st, err := s.open().Status(t.Context()); st.Taken || err != nil {
				t.Errorf("Status = %+v, %v", st, err)
			}
		})
	}
}

// A login while the lease is held, as on a second screen, changes nothing, and the one after a power cut heals still.
func TestLoginWhileHeld(t *testing.T) {
	s := newSession(t, "GNOME")
	before := s.all()
	config := filepath.Join(s.dir, "config")
	process, wait, _ := s.held("holder")
	taken, entries := s.all(), traytest.Entries(t, config)
	if entries == "" || taken == before {
		t.Fatal("nothing was set")
	}
	if err := os.RemoveAll(filepath.Join(config, "autostart")); err != nil { // Windows forgets before it starts
		t.Fatal(err)
	}
	login := atLogin()
	if out, err := login.CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("the login says %s, %v", out, err)
	}
	if now := s.all(); now != taken {
		t.Errorf("it holds\n%swant\n%s", now, taken)
	}
	if now := traytest.Entries(t, config); now != entries {
		t.Errorf("the next login is\n%swant\n%s", now, entries)
	}
	traytest.PowerCut(t, process)
	wait()
	traytest.Login(t, config, nil)
	traytest.Until(t, "the login has given back", func() bool { return s.all() == before })
	traytest.Until(t, "the next login starts nothing", func() bool { return traytest.Entries(t, config) == "" })
}

func TestKilledWithoutGuard(t *testing.T) {
	s := newSession(t, "GNOME")
	s.set("", "autoconfig-url", "http://proxy.example/x.pac")
	s.set("", "mode", "auto")
	before := s.all()
	kill, _ := s.holder("holder without a guard")
	if healed, err := s.open().Heal(t.Context()); healed || err == nil {
		t.Errorf("while it lives: Heal = %v, %v", healed, err)
	}
	kill()
	if st, err := s.open().Status(t.Context()); !st.Taken || st.Held || st.Proxy != "127.0.0.1:1095" || err != nil {
		t.Errorf("Status = %+v, %v", st, err)
	}
	if healed, err := s.open().Heal(t.Context()); !healed || err != nil {
		t.Errorf("Heal = %v, %v", healed, err)
	}
	if after := s.all(); after != before {
		t.Errorf("it holds\n%swant\n%s", after, before)
	}
}

// The next owner begins with giving back.
func TestKilledThenBegun(t *testing.T) {
	s := newSession(t, "GNOME")
	before := s.all()
	kill, _ := s.holder("holder without a guard")
	kill()
	var said bytes.Buffer
	g, err := systemproxy.Begin(t.Context(), slog.New(slog.NewTextHandler(&said, nil)), nil, nil)
	if g == nil || err != nil || strings.Count(said.String(), "\n") != 1 || !strings.Contains(said.String(), "is given back") {
		t.Errorf("Begin = %v, %v, and it says %s", g, err, &said)
	}
	if after := s.all(); after != before {
		t.Errorf("it holds\n%swant\n%s", after, before)
	}
	t.Setenv("XDG_CURRENT_DESKTOP", "")
	said.Reset()
	if g, err := systemproxy.Begin(t.Context(), slog.New(slog.NewTextHandler(&said, nil)), nil, nil); g != nil || err == nil || said.Len() > 0 {
		t.Errorf("without a desktop: Begin = %v, %v, and it says %s", g, err, &said)
	}
}

// An end in order leaves neither a setting nor a guard behind: Return waits for that.
func TestOrderlyEnd(t *testing.T) {
	s := newSession(t, "GNOME")
	before := s.all()
	_, end := s.holder("holder")
	end()
	if after := s.all(); after != before {
		t.Errorf("it holds\n%swant\n%s", after, before)
	}
	if left := traytest.Entries(t, filepath.Join(s.dir, "config")); left != "" {
		t.Errorf("the next login starts\n%s", left)
	}
}
