package bridge

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// holder names the program that listens on the port of address, by what /proc
// tells; empty when it belongs to another user, who is not ours to look at.
func holder(address string) string {
	_, text, err := net.SplitHostPort(address)
	if err != nil {
		return ""
	}
	port, err := strconv.Atoi(text)
	if err != nil {
		return ""
	}
	inodes := make(map[string]bool)
	for _, table := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		if data, err := os.ReadFile(table); err == nil {
			listening(string(data), port, inodes)
		}
	}
	if len(inodes) == 0 {
		return ""
	}
	links, _ := filepath.Glob("/proc/[0-9]*/fd/[0-9]*")
	for _, link := range links {
		name, err := os.Readlink(link)
		if err != nil || !inodes[name] {
			continue
		}
		pid := strings.Split(link, "/")[2]
		comm, _ := os.ReadFile("/proc/" + pid + "/comm")
		return named(strings.TrimSpace(string(comm)), pid)
	}
	return ""
}

// listening collects the sockets of a table in the format of /proc/net/tcp that
// listen on port, as /proc/PID/fd names them.
func listening(table string, port int, inodes map[string]bool) {
	const stateListen = "0A"
	suffix := fmt.Sprintf(":%04X", port)
	for line := range strings.Lines(table) {
		f := strings.Fields(line)
		if len(f) > 9 && strings.HasSuffix(f[1], suffix) && f[3] == stateListen {
			inodes["socket:["+f[9]+"]"] = true
		}
	}
}
