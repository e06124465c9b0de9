//go:build linux

package main_test

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// otherNetwork runs in a network of its own: an endpoint and a bridge; then the endpoint ends, and links come.
const otherNetwork = `
set -e
ip link set lo up
"$0" endpoint --listen 127.0.0.1:1080 >/dev/null & endpoint=$!
"$0" run --listen 127.0.0.1:1095 --upstream socks5://127.0.0.1:1080 >/dev/null & bridge=$!
trap 'kill $endpoint $bridge 2>/dev/null || true; wait' EXIT
says() { "$0" status 2>/dev/null | grep -q "$1"; }
until says 'On. Traffic crosses through .* ms'; do sleep 0.1; done
kill $endpoint
until says 'does not answer'; do ip link add type veth; sleep 0.5; done
`

// A change of the network shows an endpoint that has gone with it, long before it would be greeted by itself.
func TestNetworkChange(t *testing.T) {
	need(t, "ip")
	if err := exec.Command(need(t, "unshare"), "-rn", "true").Run(); err != nil {
		missing(t, fmt.Sprintf("no network namespaces here: %v", err))
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second) // by itself that would take 30 from the last greeting on
	defer cancel()
	cmd := exec.CommandContext(ctx, "unshare", "-rn", "sh", "-c", otherNetwork, program(t))
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) } // all that it has started
	cmd.WaitDelay = 5 * time.Second
	cmd.Env = environ(filepath.Join(t.TempDir(), "home"))
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		t.Errorf("%v\n%s", err, &out)
	}
}
