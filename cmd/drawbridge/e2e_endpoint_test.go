//go:build unix

package main_test

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"sync"
	"testing"

	"github.com/drawbridge-app/drawbridge/bridge/bridgetest"
)

// endpoints are the real SOCKS endpoints. Each starts one and returns its URL and the name under which it, and nobody
// else, knows 127.0.0.1.
var endpoints = []struct {
	name  string
	start func(t *testing.T) (upstream, name string)
}{
	{"built-in", builtIn},
	{"microsocks", microsocks},
	{"dante", dante},
	{"ssh", sshD},
	{"shadowsocks", shadowsocks},
}

// knowing makes a command that sees a hosts file of its own, so that its names can be resolved nowhere else: a client's
// answer then proves that the name went to the endpoint as a name. That takes a mount namespace, so root and Linux;
// elsewhere the name is localhost, which proves less.
func knowing(t testing.TB, path string, args ...string) (cmd *exec.Cmd, name string) {
	t.Helper()
	if !namespaces() {
		return exec.Command(path, args...), "localhost"
	}
	const site = "site.test"
	hosts := write(t, t.TempDir(), "hosts", "127.0.0.1 localhost "+site+"\n", 0o644)
	args = append([]string{"-m", "sh", "-c", `mount --bind "$0" /etc/hosts && exec "$@"`, hosts, path}, args...)
	return exec.Command("unshare", args...), site
}

// namespaces reports whether this user may have mounts of its own.
var namespaces = sync.OnceValue(func() bool {
	return runtime.GOOS == "linux" && os.Getuid() == 0 &&
		exec.Command("unshare", "-m", "mount", "--bind", os.DevNull, "/etc/hosts").Run() == nil
})

// split returns host and port of an address of our own.
func split(t testing.TB, addr string) (host, port string) {
	t.Helper()
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		t.Fatal(err)
	}
	return host, port
}

func builtIn(t *testing.T) (upstream, name string) {
	cmd, name := knowing(t, program(t), "endpoint", "--listen", "127.0.0.1:0", "--json")
	return "socks5://" + listening(t, cmd).addr, name
}

func microsocks(t *testing.T) (upstream, name string) {
	path := need(t, "microsocks")
	addr := freePort(t)
	host, port := split(t, addr)
	cmd, name := knowing(t, path, "-i", host, "-p", port)
	start(t, cmd, nil).answering(t, addr)
	return "socks5://" + addr, name
}

func dante(t *testing.T) (upstream, name string) {
	path := need(t, "danted", "sockd")
	addr := freePort(t)
	host, port := split(t, addr)
	dir := t.TempDir()

	me, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	users := "user.unprivileged: " + me.Username
	if me.Uid == "0" {
		users = "user.privileged: root\nuser.unprivileged: nobody"
	}
	config := fmt.Sprintf(`logoutput: stderr
internal: %s port = %s
external: 127.0.0.1
clientmethod: none
socksmethod: none
%s
client pass { from: 127.0.0.0/8 to: 0.0.0.0/0 }
socks pass { from: 127.0.0.0/8 to: 0.0.0.0/0 }
`, host, port, users)
	cmd, name := knowing(t, path, "-f", write(t, dir, "danted.conf", config, 0o644), "-p", filepath.Join(dir, "pid"))
	start(t, cmd, nil).answering(t, addr)
	return "socks5://" + addr, name
}

func sshD(t *testing.T) (upstream, name string) {
	sshd, ssh, keygen := need(t, "sshd"), need(t, "ssh"), need(t, "ssh-keygen")
	dir := t.TempDir()
	server, socks := freePort(t), freePort(t)
	_, port := split(t, server)

	hostKey, userKey := filepath.Join(dir, "host"), filepath.Join(dir, "user")
	for _, key := range []string{hostKey, userKey} {
		succeed(t, exec.Command(keygen, "-q", "-t", "ed25519", "-N", "", "-f", key))
	}
	if os.Getuid() == 0 { // where its package's service has never run, sshd has no place for its unprivileged half
		if err := os.MkdirAll("/run/sshd", 0o755); err != nil {
			t.Fatal(err)
		}
	}
	config := fmt.Sprintf(`ListenAddress 127.0.0.1
Port %s
HostKey %s
AuthorizedKeysFile %s.pub
PidFile none
StrictModes no
UsePAM no
UseDNS no
PermitRootLogin yes
PasswordAuthentication no
KbdInteractiveAuthentication no
AllowTcpForwarding yes
`, port, hostKey, userKey)
	cmd, name := knowing(t, sshd, "-D", "-e", "-f", write(t, dir, "sshd_config", config, 0o600))
	start(t, cmd, nil).answering(t, server)

	start(t, exec.Command(ssh, "-F", "none", "-N", "-D", socks, "-p", port, "-i", userKey,
		"-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes", "-o", "ExitOnForwardFailure=yes",
		"-o", "UserKnownHostsFile=/dev/null", "-o", "StrictHostKeyChecking=no", "-o", "LogLevel=ERROR",
		"127.0.0.1"), nil).answering(t, socks)
	return "socks5://" + socks, name
}

func shadowsocks(t *testing.T) (upstream, name string) {
	ssServer, ssLocal := need(t, "ss-server"), need(t, "ss-local")
	server, socks := freePort(t), freePort(t)
	host, port := split(t, server)
	cipher := []string{"-s", host, "-p", port, "-m", "chacha20-ietf-poly1305", "-k", "open sesame"}

	cmd, name := knowing(t, ssServer, cipher...)
	start(t, cmd, nil).answering(t, server)

	host, port = split(t, socks)
	start(t, exec.Command(ssLocal, append(cipher, "-b", host, "-l", port)...), nil).answering(t, socks)
	return "socks5://" + socks, name
}

// scripted starts the SOCKS server of the bridge's own tests. It, and nobody else, knows name as 127.0.0.1 with these
// ports.
func scripted(t testing.TB, name string, ports ...string) (upstream string) {
	t.Helper()
	names := map[string]string{}
	for _, port := range ports {
		names[name+":"+port] = "127.0.0.1:" + port
	}
	return bridgetest.StartSOCKS(t, bridgetest.SOCKS{Names: names}).URL()
}
