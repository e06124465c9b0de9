//go:build unix

// Package main_test runs the real program between real clients (curl, git, npm, Chromium) and real SOCKS endpoints
// (ss-local, dante, microsocks, ssh -D, and our own), everything on loopback.
//
// A program that is not installed skips its tests; with CI=true it fails them, because there `make test` has installed
// everything first. DRAWBRIDGE names a built program to test instead of building one.
package main_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// patience bounds every wait. Nothing is expected to take this long; a slow machine is not a failure.
const patience = 60 * time.Second

// builds is where the program is built; TestMain removes it.
var builds string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "drawbridge-e2e-")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(dir)
		builds = dir
		return m.Run()
	}())
}

var build = sync.OnceValues(func() (string, error) {
	if path := os.Getenv("DRAWBRIDGE"); path != "" {
		return filepath.Abs(path)
	}
	path := filepath.Join(builds, "drawbridge")
	cmd := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-o", builds+"/", ".", "../drawbridge-pac")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return path, nil
})

// program returns the path of the built drawbridge.
func program(t testing.TB) string {
	t.Helper()
	path, err := build()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// need returns the path of the first of these programs that is installed. Without one the test is skipped, except in
// CI, where that is a failure.
func need(t testing.TB, names ...string) string {
	t.Helper()
	path, ok := installed(names...)
	if !ok {
		missing(t, strings.Join(names, " or ")+" is not installed")
	}
	return path
}

// installed returns the path of the first of these programs that is there.
func installed(names ...string) (string, bool) {
	for _, name := range names {
		for _, dir := range []string{"", "/usr/sbin", "/sbin"} { // where servers are is not on every user's PATH
			if path, err := exec.LookPath(filepath.Join(dir, name)); err == nil {
				return path, true
			}
		}
	}
	return "", false
}

// missing skips the test because this machine lacks something; in CI it fails it.
func missing(t testing.TB, why string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatal(why)
	}
	t.Skip(why)
}

// environ is this process's environment without what would steer a client or the program by accident, and with a home
// of its own.
func environ(home string, more ...string) []string {
	var env []string
	for _, entry := range os.Environ() {
		name, _, _ := strings.Cut(entry, "=")
		lower := strings.ToLower(name)
		if strings.HasSuffix(lower, "_proxy") || strings.HasPrefix(lower, "xdg_") || strings.HasPrefix(lower, "git_") ||
			strings.HasPrefix(lower, "npm_") || strings.HasPrefix(lower, "drawbridge") || lower == "home" {
			continue
		}
		env = append(env, entry)
	}
	return append(append(env, "HOME="+home, "XDG_CONFIG_HOME="+filepath.Join(home, ".config"), "DRAWBRIDGE_SOCKET="+home+".socket"), more...)
}

// transcript collects what a process says, for failure reports and for tests that look for a line.
type transcript struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (t *transcript) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.buf.Write(p)
}

func (t *transcript) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.buf.String()
}

// process is a program that a test started. It does not outlive the test.
type process struct {
	cmd    *exec.Cmd
	stdout transcript
	stderr transcript
	exited chan struct{} // closed when it has ended; cmd.ProcessState is set then
}

// start starts cmd in a process group of its own, unless it says otherwise, as it may of standard error. tap, if not nil,
// also gets standard output.
func start(t testing.TB, cmd *exec.Cmd, tap io.Writer) *process {
	t.Helper()
	p := &process{cmd: cmd, exited: make(chan struct{})}
	cmd.Stdout = &p.stdout
	if cmd.Stderr == nil {
		cmd.Stderr = &p.stderr
	}
	if tap != nil {
		cmd.Stdout = io.MultiWriter(&p.stdout, tap)
	}
	if cmd.Env == nil {
		cmd.Env = environ(t.TempDir())
	}
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	}
	cmd.WaitDelay = 10 * time.Second
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = cmd.Wait() // the state tells
		close(p.exited)
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		select {
		case <-p.exited:
		case <-time.After(10 * time.Second):
		}
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		<-p.exited
		if t.Failed() {
			t.Logf("%s\nstdout: %s\nstderr: %s", strings.Join(cmd.Args, " "), clip(p.stdout.String()), clip(p.stderr.String()))
		}
	})
	return p
}

// clip keeps the end of a long text.
func clip(s string) string {
	const most = 4096
	if len(s) > most {
		return "…" + s[len(s)-most:]
	}
	return s
}

// signal sends sig to the process.
func (p *process) signal(t testing.TB, sig os.Signal) {
	t.Helper()
	if err := p.cmd.Process.Signal(sig); err != nil {
		t.Fatal(err)
	}
}

// wait returns the exit code once the process has ended.
func (p *process) wait(t testing.TB) int {
	t.Helper()
	select {
	case <-p.exited:
		return p.cmd.ProcessState.ExitCode()
	case <-time.After(patience):
		t.Fatalf("%s has not ended", p.cmd.Path)
		return 0
	}
}

// answering waits until something accepts connections at addr.
func (p *process) answering(t testing.TB, addr string) {
	t.Helper()
	eventually(t, p.cmd.Path+" answers at "+addr, func() bool {
		select {
		case <-p.exited:
			t.Fatalf("%s ended: %v", p.cmd.Path, p.cmd.ProcessState)
		default:
		}
		conn, err := net.DialTimeout("tcp", addr, time.Second)
		if err == nil {
			conn.Close()
		}
		return err == nil
	})
}

// drawbridge is a running `drawbridge run` or `drawbridge endpoint`.
type drawbridge struct {
	*process
	addr string // where it listens
}

// run starts `drawbridge run --json` with these flags, on a port of its own unless they say otherwise, and waits until
// it listens.
func run(t testing.TB, flags ...string) *drawbridge {
	t.Helper()
	args := []string{"run", "--json"}
	if !slices.Contains(flags, "--listen") && !slices.Contains(flags, "--settings") {
		args = append(args, "--listen", "127.0.0.1:0")
	}
	return listening(t, exec.Command(program(t), append(args, flags...)...))
}

// listening starts cmd, a drawbridge with --json, and waits for its word that it listens.
func listening(t testing.TB, cmd *exec.Cmd) *drawbridge {
	t.Helper()
	r, w := io.Pipe()
	heard := make(chan string, 1)
	go func() {
		lines := bufio.NewScanner(r)
		for lines.Scan() {
			var event struct {
				Event     string
				Addresses []string
			}
			if json.Unmarshal(lines.Bytes(), &event) == nil && event.Event == "listening" && len(event.Addresses) > 0 {
				select {
				case heard <- event.Addresses[0]:
				default:
				}
			}
		}
		_, _ = io.Copy(io.Discard, r) // a line too long for the scanner must not stop the program
	}()
	d := &drawbridge{process: start(t, cmd, w)}
	select {
	case d.addr = <-heard:
	case <-d.exited:
		t.Fatalf("%s ended before it listened: %v", strings.Join(cmd.Args, " "), cmd.ProcessState)
	case <-time.After(patience):
		t.Fatalf("%s does not say that it listens", strings.Join(cmd.Args, " "))
	}
	return d
}

// url is the bridge as a client names it.
func (d *drawbridge) url() string { return "http://" + d.addr }

// result is what a client that has ended said.
type result struct {
	stdout []byte
	stderr string
	exit   int
}

// client runs one program to its end.
func client(t testing.TB, cmd *exec.Cmd) result {
	t.Helper()
	if cmd.Env == nil {
		cmd.Env = environ(t.TempDir())
	}
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	cmd.WaitDelay = 10 * time.Second
	err := cmd.Run()
	if _, ran := errors.AsType[*exec.ExitError](err); err != nil && !ran {
		t.Fatalf("%s: %v", cmd.Path, err)
	}
	return result{stdout.Bytes(), stderr.String(), cmd.ProcessState.ExitCode()}
}

// succeed runs one program to its end and returns what it printed.
func succeed(t testing.TB, cmd *exec.Cmd) []byte {
	t.Helper()
	r := client(t, cmd)
	if r.exit != 0 {
		t.Fatalf("%s\nexit %d\n%s%s", strings.Join(cmd.Args, " "), r.exit, clip(string(r.stdout)), clip(r.stderr))
	}
	return r.stdout
}

// eventually waits until ok holds.
func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	deadline := time.Now().Add(patience)
	for !ok() {
		if time.Now().After(deadline) {
			t.Fatalf("still waiting: %s", what)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// freePort returns a loopback address that nobody listens on, for programs that cannot be told port 0. It is outside
// the range that the system takes outgoing ports from, so that no connection of another test sits on it meanwhile.
func freePort(t testing.TB) string {
	t.Helper()
	for range 1000 {
		addr := fmt.Sprintf("127.0.0.1:%d", 15000+rand.IntN(15000))
		if l, err := net.Listen("tcp", addr); err == nil {
			l.Close()
			return addr
		}
	}
	t.Fatal("no free port")
	return ""
}

// write puts a file into dir and returns its path.
func write(t testing.TB, dir, name, content string, mode os.FileMode) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(content), mode); err != nil {
		t.Fatal(err)
	}
	return path
}
