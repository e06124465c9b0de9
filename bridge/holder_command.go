//go:build darwin || freebsd

package bridge

import (
	"context"
	"net"
	"os/exec"
	"runtime"
	"time"
)

// holder names the program that listens on the port of address, by what the
// system's own tool tells: lsof on macOS, sockstat on FreeBSD. It is asked only
// when a port is taken.
func holder(address string) string {
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return ""
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	if runtime.GOOS == "darwin" {
		out, _ := exec.CommandContext(ctx, "/usr/sbin/lsof", "-nP", "-iTCP:"+port, "-sTCP:LISTEN", "-Fpc").Output()
		return holderFromLsof(string(out))
	}
	out, _ := exec.CommandContext(ctx, "/usr/bin/sockstat", "-46lq", "-P", "tcp", "-p", port).Output()
	return holderFromSockstat(string(out))
}
