//go:build unix

package bridge_test

import (
	"bufio"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/drawbridge-app/drawbridge/bridge"
	"github.com/drawbridge-app/drawbridge/bridge/bridgetest"
	"github.com/drawbridge-app/drawbridge/bridge/upstream"
)

const fewDescriptors = "DRAWBRIDGE_TEST_FEW_DESCRIPTORS" // the upstream's URL

func TestMain(m *testing.M) {
	if url := os.Getenv(fewDescriptors); url != "" {
		if err := poorProcess(url); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	m.Run()
}

// poorProcess is a bridge in a process of its own that may have few descriptors.
// It ends with its input.
func poorProcess(url string) error {
	few := syscall.Rlimit{Cur: 64, Max: 64}
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &few); err != nil {
		return err
	}
	b, err := bridge.Start(bridge.Config{
		Listen:   []string{"127.0.0.1:0"},
		Upstream: upstream.Spec{URL: url, OneFlight: "no", Spares: 4, DialTimeout: 200 * time.Millisecond},
		Limits:   bridge.Limits{Clients: 1000}, // more than there are descriptors for
		Log:      slog.New(slog.NewTextHandler(os.Stderr, nil)),
	})
	if err != nil {
		return err
	}
	fmt.Println(address(b))
	io.Copy(io.Discard, os.Stdin)
	return b.Close()
}

func TestOutOfDescriptorsTheBridgeWaitsAndRecovers(t *testing.T) {
	bridgetest.Leaks(t)
	origin := bridgetest.StartOrigin(t, func(conn net.Conn) { io.Copy(conn, conn) })
	s := bridgetest.StartSOCKS(t, bridgetest.SOCKS{Names: map[string]string{"site.test": origin.Addr}})

	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	poor := exec.Command(self)
	poor.Env = append(os.Environ(), fewDescriptors+"="+s.URL())
	j, _ := newJournal(slog.LevelInfo)
	poor.Stderr = j
	stdin, _ := poor.StdinPipe()
	stdout, _ := poor.StdoutPipe()
	if err := poor.Start(); err != nil {
		t.Fatal(err)
	}
	out := bufio.NewReader(stdout)
	line, err := out.ReadString('\n')
	if err != nil {
		t.Fatalf("the process said %q, %v, %s", line, err, j)
	}
	at := strings.TrimSpace(line)
	echo := func(p *peer) bool {
		p.send("CONNECT site.test:443 HTTP/1.1\r\nHost: site.test:443\r\n\r\n")
		if !strings.HasPrefix(p.head(), "HTTP/1.1 200 ") {
			return false
		}
		p.send("ping")
		p.want("ping")
		return true
	}
	for range 2 { // twice, in case that something of the first time is left
		warned := len(j.lines("accept failed"))
		var ps []*peer
		for range 100 {
			ps = append(ps, dial(t, at)) // the system takes them, the process cannot
		}
		bridgetest.Eventually(t, "a warning", func() bool { return len(j.lines("accept failed")) > warned })
		// A spare connection that was given up makes room for a tunnel or two.
		refused := false
		for _, p := range ps[:8] {
			p.send("CONNECT site.test:443 HTTP/1.1\r\nHost: site.test:443\r\n\r\n")
			head := p.head()
			if refused = strings.HasPrefix(head, "HTTP/1.1 503 ") && strings.Contains(head, "\r\nRetry-After: "); refused {
				break
			}
			if !strings.HasPrefix(head, "HTTP/1.1 200 ") {
				t.Errorf("out of descriptors: answer %q, want 503", head)
			}
		}
		if !refused {
			t.Error("out of descriptors: eight tunnels, want a 503")
		}
		for _, p := range ps {
			p.Close()
		}
		if !echo(dial(t, at)) {
			t.Error("after the crowd has left: no tunnel")
		}
		if lines := j.lines("accept failed"); !strings.Contains(lines[0], "level=WARN") || !strings.Contains(lines[0], "too many open files") {
			t.Errorf("log line %q, want a warning with the cause", lines[0])
		}
	}
	stdin.Close()
	rest, _ := io.ReadAll(out)
	if err := poor.Wait(); err != nil || strings.Contains(j.String(), "panic") {
		t.Errorf("the process ended with %v, %s%s", err, rest, j)
	}
}
