//go:build unix

package main_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// echo starts a server that sends back what it gets, and answers the end of one direction with the end of the other.
func echo(t testing.TB) (port string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				_, _ = io.Copy(conn, conn)
			}()
		}
	}()
	_, port = split(t, l.Addr().String())
	return port
}

// tunnel opens a tunnel for the length of the test.
func tunnel(t testing.TB, bridge *drawbridge, target string) net.Conn {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	conn, err := connect(ctx, bridge.addr, target)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

// across checks that a tunnel to an echo is alive.
func across(t testing.TB, conn net.Conn, message string) {
	t.Helper()
	_ = conn.SetDeadline(time.Now().Add(patience))
	if _, err := io.WriteString(conn, message); err != nil {
		t.Fatalf("a live tunnel was cut: %v", err)
	}
	got := make([]byte, len(message))
	if _, err := io.ReadFull(conn, got); err != nil || string(got) != message {
		t.Fatalf("a live tunnel was cut: %q, %v", got, err)
	}
}

// TestReload changes the upstream in the settings file in every way a person does it. New requests take the new one; a
// tunnel over the old one lives on.
func TestReload(t *testing.T) {
	t.Parallel()
	o := newOrigin(t, nil)
	echoes := echo(t)
	before := scripted(t, "before.test", o.port, echoes)
	after := scripted(t, "after.test", o.port, echoes)
	settings := func(upstream string) string {
		return fmt.Sprintf("version = 1\nlisten = [\"127.0.0.1:0\"]\n\n[[profile]]\nname = \"office\"\nurl = %q\n", upstream)
	}
	status := func(t *testing.T, bridge *drawbridge, name string) string {
		return string(curl(t, "-x", bridge.url(), "-o", os.DevNull, "-w", "%{http_code}", o.http(name, "/hello")).stdout)
	}

	tests := []struct {
		name   string
		change func(t *testing.T, bridge *drawbridge, path, content string)
	}{
		{"on SIGHUP", func(t *testing.T, bridge *drawbridge, path, content string) {
			write(t, filepath.Dir(path), filepath.Base(path), content, 0o600)
			bridge.signal(t, syscall.SIGHUP)
		}},
		{"written in place", func(t *testing.T, bridge *drawbridge, path, content string) {
			write(t, filepath.Dir(path), filepath.Base(path), content, 0o600)
		}},
		{"replaced by rename", func(t *testing.T, bridge *drawbridge, path, content string) {
			if err := os.Rename(write(t, filepath.Dir(path), "settings.new", content, 0o600), path); err != nil {
				t.Fatal(err)
			}
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			path := write(t, t.TempDir(), "settings.toml", settings(before), 0o600)
			bridge := run(t, "--settings", path)
			live := tunnel(t, bridge, "before.test:"+echoes)
			across(t, live, "first")

			// A mistake changes nothing and is told.
			test.change(t, bridge, path, "version = 1\nuse = [\n")
			eventually(t, "the mistake is told", func() bool {
				return strings.Contains(bridge.stderr.String()+bridge.stdout.String(), filepath.Base(path)+":")
			})
			if got := status(t, bridge, "before.test"); got != "200" {
				t.Errorf("with a mistake in the file a request is answered %s", got)
			}
			across(t, live, "second")

			test.change(t, bridge, path, settings(after))
			eventually(t, "the new upstream is used", func() bool { return status(t, bridge, "after.test") == "200" })
			if got := status(t, bridge, "before.test"); got != "502" {
				t.Errorf("a name that only the old upstream knows is answered %s", got)
			}
			across(t, live, "third")
		})
	}
}

// TestPortHeld: the second program says who has the port, and which one is free.
func TestPortHeld(t *testing.T) {
	t.Parallel()
	upstream := "socks5://" + freePort(t)
	first := run(t, "--upstream", upstream)
	second := client(t, exec.Command(program(t), "run", "--listen", first.addr, "--upstream", upstream))
	if second.exit != 1 {
		t.Errorf("exit %d, want 1", second.exit)
	}
	if !strings.Contains(second.stderr, first.addr) {
		t.Errorf("does not name the address %s:\n%s", first.addr, second.stderr)
	}
	if pid := fmt.Sprint(first.cmd.Process.Pid); os.Getuid() == 0 && !regexp.MustCompile(`\b`+pid+`\b`).MatchString(second.stderr) {
		t.Errorf("does not name process %s, which holds the port:\n%s", pid, second.stderr)
	}
	offered := ""
	for _, port := range regexp.MustCompile(`\b\d{4,5}\b`).FindAllString(second.stderr, -1) {
		if addr := "127.0.0.1:" + port; addr != first.addr && strings.Contains(second.stderr, addr) {
			offered = addr
		}
	}
	l, err := net.Listen("tcp", offered)
	if offered == "" || err != nil {
		t.Fatalf("offers no free port (%q, %v):\n%s", offered, err, second.stderr)
	}
	l.Close()
}

// TestTerminate: a polite signal ends the program well, whatever is open.
func TestTerminate(t *testing.T) {
	t.Parallel()
	for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
		t.Run(sig.String(), func(t *testing.T) {
			upstream, name := builtIn(t)
			bridge := run(t, "--upstream", upstream)
			across(t, tunnel(t, bridge, name+":"+echo(t)), "open")
			bridge.signal(t, sig)
			if got := bridge.wait(t); got != 0 {
				t.Errorf("exit %d", got)
			}
		})
	}
}

// TestFirstStart: without settings and without an endpoint at 127.0.0.1:1080 the program works at once, says that it
// goes direct, and gives a line to paste. Nothing is written.
func TestFirstStart(t *testing.T) {
	t.Parallel()
	if conn, err := net.Dial("tcp", "127.0.0.1:1080"); err == nil {
		conn.Close()
		missing(t, "something listens on 127.0.0.1:1080 here")
	}
	o := newOrigin(t, nil)
	home := t.TempDir()
	cmd := exec.Command(program(t), "run", "--listen", "127.0.0.1:0")
	cmd.Env = environ(home)
	bridge := start(t, cmd, nil)
	var said string
	var line []string
	eventually(t, "a line to paste", func() bool {
		said = bridge.stdout.String() + bridge.stderr.String()
		line = regexp.MustCompile(`curl -x (http://127\.0\.0\.1:\d+) http`).FindStringSubmatch(said)
		return line != nil
	})
	if got, want := string(curl(t, "-x", line[1], o.http("localhost", "/hello")).stdout), "hello from localhost:"+o.port; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	for _, want := range []string{"directly", "socks5://"} {
		if !strings.Contains(said, want) {
			t.Errorf("does not say %q:\n%s", want, said)
		}
	}
	_ = filepath.WalkDir(home, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			t.Errorf("wrote %s", path)
		}
		return nil
	})
}

// TestBadSettings: a file with a mistake is an error with its line, and stays as it is.
func TestBadSettings(t *testing.T) {
	t.Parallel()
	const content = "version = 1\n\nlissten = [\"127.0.0.1:0\"]\n"
	path := write(t, t.TempDir(), "settings.toml", content, 0o600)
	got := client(t, exec.Command(program(t), "run", "--settings", path))
	if got.exit != 2 || !strings.Contains(got.stderr, path+":3:") || !strings.Contains(got.stderr, "lissten") {
		t.Errorf("exit %d: %s", got.exit, got.stderr)
	}
	if now, err := os.ReadFile(path); err != nil || !bytes.Equal(now, []byte(content)) {
		t.Errorf("the file is now %q, %v", now, err)
	}
}

// TestExec runs one command through a bridge of its own and ends as that command ends.
func TestExec(t *testing.T) {
	t.Parallel()
	o := newOrigin(t, nil)
	path := need(t, "curl")
	upstream := scripted(t, "site.test", o.port, o.tls)
	for _, url := range []string{o.http("site.test", "/hello"), o.https("site.test", "/hello")} {
		got := succeed(t, exec.Command(program(t), "exec", "--upstream", upstream, "--",
			path, "-q", "-sS", "--max-time", "60", "--cacert", o.ca, url))
		if !strings.HasPrefix(string(got), "hello from site.test:") {
			t.Errorf("curl %s: %q", url, got)
		}
	}
	if got := client(t, exec.Command(program(t), "exec", "--upstream", upstream, "--", "sh", "-c", "exit 7")); got.exit != 7 {
		t.Errorf("a command's exit code 7 comes out as %d: %s", got.exit, got.stderr)
	}
}

// TestEnv: a shell that evaluates `drawbridge env` sends its programs across.
func TestEnv(t *testing.T) {
	t.Parallel()
	o := newOrigin(t, nil)
	need(t, "curl")
	upstream := scripted(t, "site.test", o.port, o.tls)
	settings := write(t, t.TempDir(), "settings.toml",
		fmt.Sprintf("version = 1\nlisten = [%q]\n[[profile]]\nname = \"office\"\nurl = %q\n", freePort(t), upstream), 0o600)
	run(t, "--settings", settings)
	for _, url := range []string{o.http("site.test", "/hello"), o.https("site.test", "/hello")} {
		got := succeed(t, exec.Command("sh", "-c",
			`eval "$("$0" env --shell sh --settings "$1")" && curl -q -sS --max-time 60 --cacert "$2" "$3"`,
			program(t), settings, o.ca, url))
		if !strings.HasPrefix(string(got), "hello from site.test:") {
			t.Errorf("curl %s: %q", url, got)
		}
	}
}
