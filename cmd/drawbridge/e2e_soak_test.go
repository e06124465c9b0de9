//go:build unix

package main_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// TestSoak sends short connections of every kind and every end through bridge and built-in endpoint: 100,000 with
// SOAK=1 or in CI, fewer otherwise. Both programs are left with the descriptors they began with.
//
// It is not parallel: it wants the machine, and the system's ports, for itself.
func TestSoak(t *testing.T) {
	connections := 10_000
	switch {
	case os.Getenv("SOAK") != "" || os.Getenv("CI") == "true":
		connections = 100_000
	case testing.Short():
		connections = 1_000
	}

	target := soakTarget(t)
	upstream := listening(t, exec.Command(program(t), "endpoint", "--listen", "127.0.0.1:0", "--json"))
	bridge := run(t, "--settings", write(t, t.TempDir(), "settings.toml", fmt.Sprintf(`version = 1
listen = ["127.0.0.1:0"]

[[profile]]
name = "soak"
url = "socks5://%s"
spares = 0

[pool]
idle_timeout = "1s"
`, upstream.addr), 0o600))

	kinds := []struct {
		name string
		once func(bridge, target string) error
	}{
		{"GET", soakGet},
		{"CONNECT", soakConnect},
		{"CONNECT, half-closed", soakHalfClose},
		{"CONNECT, reset by the client", soakClientReset},
		{"CONNECT, reset by the target", soakTargetReset},
		{"SOCKS5 without a word", soakSilent},
	}
	soak := func(n int) {
		t.Helper()
		var next, failed atomic.Int64
		var workers sync.WaitGroup
		for range 32 {
			workers.Go(func() {
				for failed.Load() < 10 {
					i := int(next.Add(1)) - 1
					if i >= n {
						return
					}
					kind := kinds[i%len(kinds)]
					if err := kind.once(bridge.addr, target); err != nil {
						failed.Add(1)
						t.Errorf("connection %d, %s: %v", i, kind.name, err)
					}
				}
			})
		}
		workers.Wait()
		if t.Failed() {
			t.FailNow()
		}
	}

	// What the programs open once and keep is open after the first connections.
	soak(10 * len(kinds))
	bridgeBegan, upstreamBegan := settled(t, bridge), settled(t, upstream)
	began := time.Now()
	soak(connections)
	t.Logf("%d connections in %v; %d descriptors in the bridge and %d in the endpoint at the beginning",
		connections, time.Since(began).Round(time.Millisecond), bridgeBegan, upstreamBegan)
	if runtime.GOOS != "linux" {
		return // nowhere to count
	}
	eventually(t, fmt.Sprintf("the bridge has %d descriptors again", bridgeBegan),
		func() bool { return descriptors(t, bridge) <= bridgeBegan })
	eventually(t, fmt.Sprintf("the endpoint has %d descriptors again", upstreamBegan),
		func() bool { return descriptors(t, upstream) <= upstreamBegan })
}

// descriptors counts what a process has open.
func descriptors(t testing.TB, d *drawbridge) int {
	t.Helper()
	entries, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", d.cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}

// settled counts what a process has open once that number has not changed for two seconds.
func settled(t testing.TB, d *drawbridge) int {
	t.Helper()
	if runtime.GOOS != "linux" {
		return 0
	}
	count, since := descriptors(t, d), time.Now()
	eventually(t, "descriptors settle", func() bool {
		if now := descriptors(t, d); now != count {
			count, since = now, time.Now()
		}
		return time.Since(since) > 2*time.Second
	})
	return count
}

// soakTarget is a server that answers by the first line: "GET …" with a page, "reset" with a reset, anything else with
// the same line and then whatever comes, until the end.
func soakTarget(t *testing.T) (addr string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	serve := func(conn *net.TCPConn) {
		defer conn.Close()
		_ = conn.SetDeadline(time.Now().Add(patience))
		r := bufio.NewReader(conn)
		for {
			line, err := r.ReadString('\n')
			switch {
			case err != nil:
				return
			case line == "reset\n":
				_ = conn.SetLinger(0)
				return
			case strings.HasPrefix(line, "GET "):
				for line != "\r\n" {
					if line, err = r.ReadString('\n'); err != nil {
						return
					}
				}
				_, err = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nacross")
			default:
				_, err = io.WriteString(conn, line)
			}
			if err != nil {
				return
			}
		}
	}
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go serve(conn.(*net.TCPConn))
		}
	}()
	return l.Addr().String()
}

// soakTunnel opens a tunnel and sends one line through it.
func soakTunnel(bridge, target, line string) (*net.TCPConn, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	conn, err := connect(ctx, bridge, target)
	if err != nil {
		return nil, err
	}
	_ = conn.SetDeadline(time.Now().Add(patience))
	if _, err := io.WriteString(conn, line); err != nil {
		conn.Close()
		return nil, err
	}
	return conn.(*net.TCPConn), nil
}

func soakEcho(conn net.Conn, want string) error {
	got := make([]byte, len(want))
	if _, err := io.ReadFull(conn, got); err != nil {
		return err
	}
	if string(got) != want {
		return fmt.Errorf("echo of %q is %q", want, got)
	}
	return nil
}

func soakGet(bridge, target string) error {
	conn, err := net.Dial("tcp", bridge)
	if err != nil {
		return err
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(patience))
	fmt.Fprintf(conn, "GET http://%s/ HTTP/1.1\r\nHost: %[1]s\r\n\r\n", target)
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return err
	}
	body, err := io.ReadAll(answer.Body)
	if answer.StatusCode != http.StatusOK || string(body) != "across" {
		return fmt.Errorf("%s: %q, %v", answer.Status, body, err)
	}
	return nil
}

func soakConnect(bridge, target string) error {
	conn, err := soakTunnel(bridge, target, "across\n")
	if err != nil {
		return err
	}
	defer conn.Close()
	return soakEcho(conn, "across\n")
}

func soakHalfClose(bridge, target string) error {
	conn, err := soakTunnel(bridge, target, "across\n")
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := conn.CloseWrite(); err != nil {
		return err
	}
	got, err := io.ReadAll(conn)
	if string(got) != "across\n" {
		return fmt.Errorf("after the half-close came %q, %v", got, err)
	}
	return err
}

func soakClientReset(bridge, target string) error {
	conn, err := soakTunnel(bridge, target, "across\n")
	if err != nil {
		return err
	}
	_ = conn.SetLinger(0)
	return conn.Close()
}

func soakTargetReset(bridge, target string) error {
	conn, err := soakTunnel(bridge, target, "reset\n")
	if err != nil {
		return err
	}
	defer conn.Close()
	if n, err := io.Copy(io.Discard, conn); n != 0 || !errors.Is(err, syscall.ECONNRESET) {
		return fmt.Errorf("the target's reset came as %d bytes and %v", n, err)
	}
	return nil
}

// soakSilent is a client that says hello in SOCKS5 and goes.
func soakSilent(bridge, _ string) error {
	conn, err := net.Dial("tcp", bridge)
	if err != nil {
		return err
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(patience))
	if _, err := conn.Write([]byte{5, 1, 0}); err != nil {
		return err
	}
	return soakEcho(conn, "\x05\x00")
}
