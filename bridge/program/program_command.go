//go:build darwin || freebsd

package program

import (
	"context"
	"os/exec"
	"runtime"
	"strconv"
	"time"
)

// What the system's own tools tell: lsof on macOS, sockstat on FreeBSD.

func listening(port uint16) Program {
	number := strconv.Itoa(int(port))
	if runtime.GOOS == "darwin" {
		return listenerFromLsof(lsof("-iTCP:"+number, "-sTCP:LISTEN"))
	}
	return listenerFromSockstat(sockstat("-46lq", "-P", "tcp", "-p", number))
}

func holders(wanted map[pair]uint64, _ map[int]bool) map[pair]Program {
	if runtime.GOOS == "darwin" {
		return holdersFromLsof(lsof("-iTCP", "-sTCP:ESTABLISHED"), wanted)
	}
	return holdersFromSockstat(sockstat("-46cq", "-P", "tcp"), wanted)
}

// lsof leaves names and ports unresolved, and shows all of a program's name.
func lsof(which ...string) string {
	return run("/usr/sbin/lsof", append(which, "-nP", "+c0", "-Fpcn")...)
}

func sockstat(args ...string) string { return run("/usr/bin/sockstat", args...) }

// run returns what there is: lsof's exit status is 1 when anything at all could
// not be listed.
func run(tool string, args ...string) string {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	out, _ := exec.CommandContext(ctx, tool, args...).Output()
	return string(out)
}
