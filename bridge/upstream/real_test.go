package upstream_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/drawbridge-app/drawbridge/bridge/bridgetest"
	"github.com/drawbridge-app/drawbridge/bridge/upstream"
)

// program starts an installed program, which ends with the test.
func program(t *testing.T, name string, args ...string) {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		if os.Getenv("CI") == "true" && runtime.GOOS == "linux" { // elsewhere, nobody installs them
			t.Fatalf("%s is not installed", name)
		}
		t.Skipf("%s is not installed", name)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) } // dante has children to end
	cmd.WaitDelay = 5 * time.Second
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cancel(); cmd.Wait() })
}

// freePort returns a port on which nothing listens at the moment.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return port
}

func file(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "settings")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// What we believe about the endpoints that people have.
func TestRealEndpoints(t *testing.T) {
	tests := []struct {
		name   string
		start  func(t *testing.T, port string)
		spec   upstream.Spec
		method string
		flight string
	}{
		{
			name:   "microsocks",
			start:  func(t *testing.T, port string) { program(t, "microsocks", "-i", "127.0.0.1", "-p", port) },
			spec:   upstream.Spec{HandshakeTimeout: time.Second}, // it hangs for as long when probed
			method: "none", flight: "no",
		},
		{
			name: "microsocks with login",
			start: func(t *testing.T, port string) {
				program(t, "microsocks", "-i", "127.0.0.1", "-p", port, "-u", "u", "-P", "p")
			},
			spec:   upstream.Spec{User: "u", Password: "p", HandshakeTimeout: time.Second},
			method: "password", flight: "no",
		},
		{
			name: "shadowsocks",
			start: func(t *testing.T, port string) {
				server := freePort(t)
				common := []string{"-s", "127.0.0.1", "-p", server, "-k", "key", "-m", "aes-256-gcm"}
				program(t, "ss-server", common...)
				bridgetest.Eventually(t, "ss-server", func() bool {
					conn, err := net.Dial("tcp", "127.0.0.1:"+server)
					if err == nil {
						conn.Close()
					}
					return err == nil
				})
				program(t, "ss-local", append(common, "-b", "127.0.0.1", "-l", port)...)
			},
			method: "none", flight: "yes",
		},
		{
			name: "dante",
			start: func(t *testing.T, port string) {
				program(t, "danted", "-f", file(t, fmt.Sprintf(`
logoutput: /dev/null
internal: 127.0.0.1 port = %s
external: lo
clientmethod: none
socksmethod: none
client pass { from: 127.0.0.0/8 to: 0.0.0.0/0 }
socks pass { from: 127.0.0.0/8 to: 0.0.0.0/0 }
`, port)))
			},
			method: "none", flight: "yes",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			origin := echo(t)
			port := freePort(t)
			test.start(t, port)
			test.spec.URL = "127.0.0.1:" + port
			bridgetest.Eventually(t, "the endpoint", func() bool { return upstream.Greets(t.Context(), test.spec.URL) == nil })

			u := build(t, test.spec)
			r := u.Check(t.Context(), origin.Addr)
			if r.Err != nil || r.Method != test.method || r.OneFlight != test.flight {
				t.Errorf("Check() = %+v, want method %q, one flight %q", r, test.method, test.flight)
			}
			for range 3 {
				conn, err := u.Dial("tcp", "localhost:"+origin.Port())
				if err != nil {
					t.Fatal(err)
				}
				conn.SetDeadline(time.Now().Add(10 * time.Second))
				conn.Write([]byte("ping"))
				if n, err := conn.Read(make([]byte, 4)); n != 4 {
					t.Errorf("Read() = %d, %v", n, err)
				}
				conn.Close()
			}
		})
	}
}
