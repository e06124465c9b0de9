//go:build linux

package main_test

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestServiceRun is the service without any manager: what starts it hears how far it is, and has a log that the journal
// understands. SIGHUP, with no terminal, does not end it.
func TestServiceRun(t *testing.T) {
	t.Parallel()
	o := newOrigin(t, nil)
	addr := freePort(t)
	settings := func(name string) string {
		return fmt.Sprintf("version = 1\nlisten = [%q]\n[[profile]]\nname = %q\nurl = \"direct://\"\n", addr, name)
	}
	dir := t.TempDir()
	path := write(t, dir, "settings.toml", settings("one"), 0o600)
	notices, err := os.MkdirTemp("", "db") // a socket's path has to be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(notices) })
	heard, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: filepath.Join(notices, "n"), Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { heard.Close() })
	hear := func(want string) {
		t.Helper()
		heard.SetReadDeadline(time.Now().Add(patience))
		buf := make([]byte, 4096)
		n, err := heard.Read(buf)
		if !strings.HasPrefix(string(buf[:n]), want) {
			t.Fatalf("heard %q, %v, want %q", buf[:n], err, want)
		}
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	var stream unix.Stat_t
	if err := unix.Fstat(int(w.Fd()), &stream); err != nil {
		t.Fatal(err)
	}
	var journal transcript
	var reading sync.WaitGroup
	reading.Go(func() {
		buf := make([]byte, 4096)
		for {
			n, err := r.Read(buf)
			_, _ = journal.Write(buf[:n])
			if err != nil {
				return
			}
		}
	})
	t.Cleanup(func() { reading.Wait(); r.Close() })
	cmd := exec.Command(program(t), "service", "run", "--settings", path)
	cmd.Env = append(environ(filepath.Join(dir, "home")), "NOTIFY_SOCKET="+filepath.Join(notices, "n"), fmt.Sprintf("JOURNAL_STREAM=%d:%d", stream.Dev, stream.Ino))
	cmd.Stderr = w
	p := start(t, cmd, nil)
	w.Close()

	hear("READY=1\nSTATUS=On.")
	if r := curl(t, "-x", "http://"+addr, o.http("localhost", "/hello")); !strings.HasPrefix(string(r.stdout), "hello from") {
		t.Errorf("it is ready, but: %s%s", r.stdout, r.stderr)
	}
	p.signal(t, syscall.SIGHUP)
	hear("RELOADING=1\nMONOTONIC_USEC=")
	hear("READY=1\n")
	write(t, dir, "settings.toml", settings("two"), 0o600)
	eventually(t, "the journal is told of the new settings", func() bool {
		return strings.Contains(journal.String(), "<6>msg=\"settings applied\"")
	})
	p.signal(t, syscall.SIGTERM)
	hear("STOPPING=1")
	if got := p.wait(t); got != 0 {
		t.Errorf("exit %d", got)
	}
	reading.Wait()
	for line := range strings.Lines(journal.String()) {
		if line[0] != '<' || strings.Contains(line, "time=") || strings.Contains(line, "level=") {
			t.Errorf("the journal gets %q", line)
		}
	}
}

// TestServiceRunOnTerminal is how a person tries what the service manager does.
func TestServiceRunOnTerminal(t *testing.T) {
	t.Parallel()
	o := newOrigin(t, nil)
	addr := freePort(t)
	dir := t.TempDir()
	path := write(t, dir, "settings.toml", fmt.Sprintf("version = 1\nlisten = [%q]\n[[profile]]\nname = \"near\"\nurl = \"direct://\"\n", addr), 0o600)
	screen, terminal := openTerminal(t)
	var seen transcript
	go func() {
		buf := make([]byte, 4096)
		for {
			n, err := screen.Read(buf)
			_, _ = seen.Write(buf[:n])
			if err != nil {
				return
			}
		}
	}()
	cmd := exec.Command(program(t), "service", "run", "--settings", path)
	cmd.Env = environ(filepath.Join(dir, "home"))
	cmd.Stdin, cmd.Stderr = terminal, terminal
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	p := start(t, cmd, nil)
	p.answering(t, addr)
	if r := curl(t, "-x", "http://"+addr, o.http("localhost", "/hello")); !strings.HasPrefix(string(r.stdout), "hello from") {
		t.Errorf("%s%s", r.stdout, r.stderr)
	}
	eventually(t, "the live line", func() bool { return strings.Contains(seen.String(), "tunnels 0") })
	if _, err := screen.Write([]byte{3}); err != nil { // Ctrl-C
		t.Fatal(err)
	}
	if got := p.wait(t); got != 0 {
		t.Errorf("exit %d\n%s", got, seen.String())
	}
}

// openTerminal opens a pseudo-terminal: what a person sees, and what a program has (pts(4)).
func openTerminal(t *testing.T) (screen, terminal *os.File) {
	t.Helper()
	screen, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("no pseudo-terminals here: %v", err)
	}
	t.Cleanup(func() { screen.Close() })
	if err := unix.IoctlSetPointerInt(int(screen.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	number, err := unix.IoctlGetInt(int(screen.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	terminal, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { terminal.Close() })
	return screen, terminal
}
