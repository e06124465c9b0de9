//go:build linux

package main

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// most is how many connections the rivals are told to take where they must be told.
const most = 12000

// rivals are the other bridges that can be compared, each with what it is given on its command line and in its files.
var rivals = map[string]func(addr, upstream, dir string) (args []string, err error){
	"privoxy": func(addr, upstream, dir string) ([]string, error) {
		return configured(dir, "config", []string{"--no-daemon"}, fmt.Sprintf(`confdir %s
logdir %[1]s
listen-address %[2]s
forward-socks5 / %[3]s .
keep-alive-timeout 300
default-server-timeout 60
connection-sharing 0
tolerate-pipelining 1
socket-timeout 300
max-client-connections %[4]d
listen-backlog -1
`, dir, addr, upstream, most))
	},
	"tinyproxy": func(addr, upstream, dir string) ([]string, error) {
		host, port := split(addr)
		return configured(dir, "tinyproxy.conf", []string{"-d", "-c"}, fmt.Sprintf(`Port %s
Listen %s
Timeout 600
MaxClients %d
LogLevel Critical
LogFile "%s"
Upstream socks5 %s
`, port, host, most, filepath.Join(dir, "log"), upstream))
	},
	"3proxy": func(addr, upstream, dir string) ([]string, error) {
		host, port := split(addr)
		upHost, upPort := split(upstream)
		return configured(dir, "3proxy.cfg", nil, fmt.Sprintf(`maxconn %d
fakeresolve
auth iponly
allow *
parent 1000 socks5+ %s %s
proxy -n -p%s -i%s
`, most, upHost, upPort, port, host))
	},
	"gost": func(addr, upstream, _ string) ([]string, error) {
		return []string{"-L", "http://" + addr, "-F", "socks5://" + upstream}, nil
	},
	"glider": func(addr, upstream, _ string) ([]string, error) {
		return []string{"-listen", "http://" + addr, "-forward", "socks5://" + upstream, "-check", "disable"}, nil
	},
	"mihomo": func(addr, upstream, dir string) ([]string, error) {
		_, port := split(addr)
		upHost, upPort := split(upstream)
		return configured(dir, "config.yaml", []string{"-d", dir, "-f"}, fmt.Sprintf(`port: %s
bind-address: 127.0.0.1
allow-lan: false
mode: rule
log-level: silent
ipv6: false
geo-auto-update: false
profile: {store-selected: false}
dns: {enable: false}
proxies:
  - {name: up, type: socks5, server: %s, port: %s}
rules:
  - MATCH,up
`, port, upHost, upPort))
	},
	"sing-box": func(addr, upstream, dir string) ([]string, error) {
		host, port := split(addr)
		upHost, upPort := split(upstream)
		return configured(dir, "config.json", []string{"run", "-D", dir, "-c"}, fmt.Sprintf(`{
  "log": {"disabled": true},
  "inbounds": [{"type": "http", "listen": %q, "listen_port": %s}],
  "outbounds": [{"type": "socks", "server": %q, "server_port": %s, "version": "5"}]
}
`, host, port, upHost, upPort))
	},
}

// configured writes a configuration file and returns args with its path behind them.
func configured(dir, name string, args []string, text string) ([]string, error) {
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		return nil, err
	}
	return append(slices.Clone(args), path), nil
}

func split(addr string) (host, port string) {
	host, port, _ = net.SplitHostPort(addr)
	return host, port
}

// foundRivals are those on the search path, and those named in with as name=path.
func foundRivals(with []string) ([]program, error) {
	told := map[string]string{}
	for _, w := range with {
		name, path, ok := strings.Cut(w, "=")
		if _, known := rivals[name]; !ok || !known {
			return nil, fmt.Errorf("--with %q: want name=path, the name one of %s", w, strings.Join(rivalNames(), ", "))
		}
		abs, err := filepath.Abs(path)
		if err != nil {
			return nil, err
		}
		told[name] = abs
	}
	var found []program
	for _, name := range rivalNames() {
		path := told[name]
		if path == "" {
			path = lookFor(name)
		}
		if path != "" {
			found = append(found, program{name: name, via: "http", path: path, command: rivals[name]})
		}
	}
	return found, nil
}

// lookFor finds a program on the search path or where servers are kept, which an ordinary user's path leaves out.
func lookFor(name string) string {
	if path, err := exec.LookPath(name); err == nil {
		return path
	}
	for _, dir := range []string{"/usr/local/sbin", "/usr/sbin", "/sbin"} {
		if path, err := exec.LookPath(filepath.Join(dir, name)); err == nil {
			return path
		}
	}
	return ""
}

func rivalNames() []string {
	var names []string
	for name := range rivals {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
