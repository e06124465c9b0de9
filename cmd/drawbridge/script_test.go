package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/app/control"
)

// The test binary, called by the program's name, is the program: that is how the scripts in testdata/script run it
// without building it. It is no TestMain, since the end-to-end tests have that.
func init() {
	if strings.TrimSuffix(filepath.Base(os.Args[0]), ".exe") == "drawbridge" {
		main()
	}
}

func TestScripts(t *testing.T) {
	dir := t.TempDir()
	program(t, dir)
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("PATH", dir+string(filepath.ListSeparator)+env.Getenv("PATH"))
			env.Setenv("XDG_CONFIG_HOME", filepath.Join(env.WorkDir, "config"))
			env.Setenv("SHELL", "/bin/bash")
			sockets, err := os.MkdirTemp("", "db") // a socket's path has to be short
			env.Defer(func() { os.RemoveAll(sockets) })
			env.Values[tunnelKey{}] = new(net.Conn)
			env.Setenv("DRAWBRIDGE_SOCKET", filepath.Join(sockets, "s"))
			return err
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":  exits,
			"await":  await,
			"serves": serves,
			"tunnel": tunnelled,
		},
	})
}

// program puts the test binary into dir under the program's name.
func program(t *testing.T, dir string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS != "windows" {
		if err := os.Symlink(self, filepath.Join(dir, "drawbridge")); err != nil {
			t.Fatal(err)
		}
		return
	}
	from, err := os.Open(self)
	if err != nil {
		t.Fatal(err)
	}
	defer from.Close()
	to, err := os.OpenFile(filepath.Join(dir, "drawbridge.exe"), os.O_CREATE|os.O_WRONLY, 0o755)
	if err != nil {
		t.Fatal(err)
	}
	defer to.Close()
	if _, err := io.Copy(to, from); err != nil {
		t.Fatal(err)
	}
}

// exits runs a command line in this process and compares its exit code: `exits 2 settings get foo`. Its outputs are
// there for stdout and stderr to look at.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: exits CODE ARGUMENT…")
	}
	err := ts.Exec("drawbridge", args[1:]...)
	got := "0"
	var code interface{ ExitCode() int }
	if err != nil {
		var ok bool
		if code, ok = err.(interface{ ExitCode() int }); !ok {
			ts.Fatalf("drawbridge %q: %v", args[1:], err)
		}
		got = string(rune('0' + code.ExitCode()))
	}
	if got != args[0] {
		ts.Fatalf("drawbridge %q exits with %s, want %s", args[1:], got, args[0])
	}
}

// until asks again and again, for as long as one may wait.
func until(ts *testscript.TestScript, what string, is func() bool) {
	for deadline := time.Now().Add(20 * time.Second); !is(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			ts.Fatalf("it does not come to %s", what)
		}
	}
}

// await waits until a file, or the owner's sentence, holds what a pattern describes: `await 'On\.'`, `await 'Off\.' out.txt`.
func await(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: await PATTERN [FILE]")
	}
	pattern := regexp.MustCompile(args[0])
	until(ts, args[0], func() bool {
		if len(args) > 1 {
			text, _ := os.ReadFile(ts.MkAbs(args[1]))
			return pattern.Match(text)
		}
		s, err := control.Dial(ts.Getenv("DRAWBRIDGE_SOCKET")).State(context.Background())
		return err == nil && pattern.MatchString(english().Status(s))
	})
}

// bridgeOf is where the script's bridge listens.
func bridgeOf(ts *testscript.TestScript) (app.State, *control.Client) {
	c := control.Dial(ts.Getenv("DRAWBRIDGE_SOCKET"))
	s, err := c.State(context.Background())
	ts.Check(err)
	return s, c
}

// serves asks the bridge for something, as curl would, where it listens or did when it was asked last.
func serves(ts *testscript.TestScript, neg bool, _ []string) {
	s, _ := bridgeOf(ts)
	if len(s.Listen) > 0 {
		ts.Setenv("LISTEN", s.Listen[0])
	}
	conn, err := net.Dial("tcp", ts.Getenv("LISTEN"))
	if err == nil {
		conn.Close()
	}
	if (err == nil) == neg {
		ts.Fatalf("connect to %q: %v", ts.Getenv("LISTEN"), err)
	}
}

// tunnelled opens a tunnel through the bridge, to an echo, and sets ID to its number; negated it waits until that one is cut.
func tunnelled(ts *testscript.TestScript, neg bool, _ []string) {
	if neg {
		conn, _ := ts.Value(tunnelKey{}).(*net.Conn)
		ts.Check((*conn).SetDeadline(time.Now().Add(20 * time.Second)))
		if _, err := (*conn).Read(make([]byte, 1)); err == nil || os.IsTimeout(err) {
			ts.Fatalf("the tunnel is alive: %v", err)
		}
		return
	}
	echo, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Defer(func() { echo.Close() })
	go func() {
		if conn, err := echo.Accept(); err == nil {
			_, _ = io.Copy(conn, conn)
			conn.Close()
		}
	}()
	s, c := bridgeOf(ts)
	conn, err := net.Dial("tcp", s.Listen[0])
	ts.Check(err)
	ts.Defer(func() { conn.Close() })
	fmt.Fprintf(conn, "CONNECT %s HTTP/1.1\r\nHost: x\r\n\r\n", echo.Addr())
	line, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil || !strings.Contains(line, " 200 ") {
		ts.Fatalf("CONNECT is answered %q, %v", line, err)
	}
	list, err := c.Connections(context.Background())
	ts.Check(err)
	for _, one := range list {
		if one.Target == echo.Addr().String() {
			ts.Setenv("ID", strconv.FormatUint(one.ID, 10))
		}
	}
	*ts.Value(tunnelKey{}).(*net.Conn) = conn
}

type tunnelKey struct{}
