//go:build linux

package main_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/drawbridge-app/drawbridge/bridge/bridgetest"
)

// sessionScript becomes a systemd of a user: in a mount namespace of its own, where nothing but the test's folder, $1, can
// be written, with no units but those there, and in a control group of its own, since it kills by those. Whatever it starts
// can change nothing of this machine's.
const sessionScript = `
set -e
while IFS=: read -r number names path; do
	case $names in
	'') group=/sys/fs/cgroup$path; if [ -d /sys/fs/cgroup/unified ]; then group=/sys/fs/cgroup/unified$path; fi ;;
	name=systemd) group=/sys/fs/cgroup/systemd$path ;;
	*) continue ;;
	esac
	if [ -d "$group" ]; then
		mkdir "$group/drawbridge-test-$$"
		echo $$ >"$group/drawbridge-test-$$/cgroup.procs"
	fi
done </proc/self/cgroup
mount -t tmpfs tmpfs /run
mkdir -p /run/systemd/system /run/user/0
chmod 700 /run/user/0
mount --bind "$1" "$1"
mount -o remount,bind,ro /
if touch /tmp/.drawbridge-writable 2>/dev/null; then
	rm -f /tmp/.drawbridge-writable
	echo "the machine's files can be written here" >&2
	exit 1
fi
exec "$2" --user --unit=basic.target --log-target=console
`

// targets are the few units that a user's systemd has to have.
var targets = map[string]string{
	"basic.target":    "[Unit]\nDescription=Basic\n",
	"default.target":  "[Unit]\nDescription=Default\nAllowIsolate=yes\n",
	"sockets.target":  "[Unit]\nDescription=Sockets\n",
	"shutdown.target": "[Unit]\nDescription=Shutdown\nDefaultDependencies=no\n",
}

// A session is a user's systemd with what it needs.
type session struct {
	home     string
	settings string // path of the settings file
	units    string // where the user's units are
	enter    []string
	env      []string
	runtime  string // $XDG_RUNTIME_DIR as it is seen from here
}

// newSession starts a systemd of a user.
func newSession(t *testing.T) *session {
	t.Helper()
	unshare, enter := []string{need(t, "unshare"), "-m"}, []string{need(t, "nsenter"), "-m"}
	if os.Getuid() != 0 {
		unshare, enter = []string{unshare[0], "-rm"}, []string{enter[0], "-U", "-m", "--preserve-credentials"}
	}
	systemd := need(t, "/lib/systemd/systemd", "/usr/lib/systemd/systemd")
	need(t, "systemctl")
	if out, err := exec.Command(unshare[0], append(unshare[1:], "true")...).CombinedOutput(); err != nil {
		missing(t, fmt.Sprintf("no mount namespaces here: %v\n%s", err, out))
	}
	home := t.TempDir()
	s := &session{home: home, units: filepath.Join(home, ".config/systemd/user")}
	base := filepath.Join(home, "base")
	for _, dir := range []string{s.units, base, filepath.Join(home, ".config/drawbridge")} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range targets {
		write(t, base, name, text, 0o644)
	}
	s.settings = filepath.Join(home, ".config/drawbridge/settings.toml")
	s.env = append(environ(home), "XDG_RUNTIME_DIR=/run/user/0", "SYSTEMD_UNIT_PATH="+s.units+":"+base, "DRAWBRIDGE_SOCKET=", "DBUS_SESSION_BUS_ADDRESS=")
	cmd := exec.Command(unshare[0], append(unshare[1:], "sh", "-c", sessionScript, "sh", home, systemd)...)
	cmd.Env = s.env
	t.Cleanup(func() { removeGroups(t, cmd) })   // when nothing lives there any more
	p := start(t, cmd, nil)                      // unshare becomes sh, and that systemd
	t.Cleanup(func() { _ = cmd.Process.Kill() }) // at its ease it would need more units than there are
	s.enter = append(enter, "-t", strconv.Itoa(p.cmd.Process.Pid))
	s.runtime = fmt.Sprintf("/proc/%d/root/run/user/0", p.cmd.Process.Pid)
	eventually(t, "systemd is there", func() bool {
		select {
		case <-p.exited:
			t.Fatalf("systemd has ended: %s", p.stderr.String())
		default:
		}
		_, err := os.Stat(filepath.Join(s.runtime, "systemd/private"))
		return err == nil
	})
	return s
}

// removeGroups removes the control groups of a session that has ended, with what may still live there.
func removeGroups(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	if cmd.Process == nil {
		return
	}
	name := fmt.Sprintf("drawbridge-test-%d", cmd.Process.Pid)
	var groups []string
	_ = filepath.WalkDir("/sys/fs/cgroup", func(path string, entry os.DirEntry, err error) error {
		if err == nil && entry.IsDir() && strings.Contains(path+"/", "/"+name+"/") {
			groups = append(groups, path)
		}
		return nil
	})
	slices.Reverse(groups) // what lies deeper goes first
	for _, path := range groups {
		eventually(t, path+" is empty", func() bool {
			procs, _ := os.ReadFile(filepath.Join(path, "cgroup.procs"))
			for _, text := range strings.Fields(string(procs)) {
				if pid, err := strconv.Atoi(text); err == nil && pid > 1 {
					_ = syscall.Kill(pid, syscall.SIGKILL)
				}
			}
			err := syscall.Rmdir(path)
			return err == nil || errors.Is(err, syscall.ENOENT)
		})
	}
}

// run runs a command in the session.
func (s *session) run(t testing.TB, name string, args ...string) result {
	t.Helper()
	cmd := exec.Command(s.enter[0], append(append(s.enter[1:len(s.enter):len(s.enter)], name), args...)...)
	cmd.Env = s.env
	return client(t, cmd)
}

// service runs "drawbridge service", and wants that exit code.
func (s *session) service(t testing.TB, exit int, args ...string) string {
	t.Helper()
	r := s.run(t, program(t), append([]string{"service", "--user"}, args...)...)
	if r.exit != exit {
		t.Fatalf("drawbridge service %s: exit %d, want %d\n%s%s", strings.Join(args, " "), r.exit, exit, r.stdout, r.stderr)
	}
	return string(r.stdout) + r.stderr
}

// serviceStatus is what the tests look at of "service status --json".
type serviceStatus struct {
	Installed, Enabled, Running, Socket bool
	PID                                 int
	Bridge                              struct {
		Listen  []string
		Profile struct{ Name string }
		Owner   struct{ Program string }
		Proxy   struct {
			Code string `json:"why_code"`
		} `json:"system_proxy"`
	}
}

func (s *session) status(t testing.TB) (is serviceStatus) {
	t.Helper()
	r := s.run(t, program(t), "service", "--user", "status", "--json")
	if err := json.Unmarshal(r.stdout, &is); err != nil {
		t.Fatalf("%v: %s%s", err, r.stdout, r.stderr)
	}
	return is
}

// set writes the settings: one profile.
func (s *session) set(t testing.TB, listen, name, url string) {
	t.Helper()
	write(t, filepath.Dir(s.settings), filepath.Base(s.settings),
		fmt.Sprintf("version = 1\nlisten = [%q]\n[[profile]]\nname = %q\nurl = %q\n", listen, name, url), 0o600)
}

// The service as a person has it: installed, started, killed, reloaded, stopped and uninstalled, with a real systemd of a
// user, which fences it in as the unit says; pages cross it all the time.
func TestServiceOfSystemd(t *testing.T) {
	t.Parallel()
	s := newSession(t)
	o := newOrigin(t, nil)
	addr := freePort(t)
	s.set(t, addr, "Office", scripted(t, "site.test", o.port, o.tls))
	page := func(when string) {
		t.Helper()
		for _, args := range [][]string{{o.http("site.test", "/hello")}, {"--cacert", o.ca, o.https("site.test", "/hello")}} {
			if r := curl(t, append([]string{"-x", "http://" + addr}, args...)...); !strings.HasPrefix(string(r.stdout), "hello from site.test") {
				t.Fatalf("%s: %s%s", when, r.stdout, r.stderr)
			}
		}
	}

	if said := s.service(t, 4, "status"); !strings.HasPrefix(said, "Not installed.") {
		t.Errorf("status says %q", said)
	}
	s.service(t, 1, "start")
	s.service(t, 0, "install")
	if said := s.service(t, 1, "install"); !strings.Contains(said, "installed already") || !strings.Contains(said, "--force") {
		t.Errorf("a second install says %q", said)
	}
	if said := s.service(t, 3, "status"); !strings.HasPrefix(said, "Not running.") {
		t.Errorf("status says %q", said)
	}
	unit := filepath.Join(s.units, "drawbridge.service")
	verify := exec.Command(need(t, "systemd-analyze"), "--user", "verify", unit) // which wants to write into /tmp
	verify.Env = append(slices.Clone(s.env), "XDG_RUNTIME_DIR="+s.home)
	if r := client(t, verify); r.exit != 0 || r.stderr != "" {
		t.Errorf("systemd-analyze verify: exit %d %s", r.exit, r.stderr)
	}

	s.service(t, 0, "start")
	page("started") // it is ready when start returns
	first := s.status(t)
	if !first.Running || !first.Enabled || first.Bridge.Owner.Program != "drawbridge service" || first.Bridge.Proxy.Code != "of-user" {
		t.Errorf("status says %+v", first)
	}
	if said := s.service(t, 0, "status"); !strings.Contains(said, fmt.Sprintf("Running, pid %d.", first.PID)) || !strings.Contains(said, addr) {
		t.Errorf("status says %q", said)
	}
	s.fenced(t, first.PID)
	const big = 8 << 20
	if r := curl(t, "-p", "-x", "http://"+addr, o.http("site.test", fmt.Sprintf("/bytes/%d", big))); len(r.stdout) != big {
		t.Errorf("of %d bytes came %d: %s", big, len(r.stdout), r.stderr)
	}

	if err := syscall.Kill(first.PID, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	eventually(t, "systemd has started it again", func() bool {
		is := s.status(t)
		return is.Running && is.PID != 0 && is.PID != first.PID && len(is.Bridge.Listen) > 0
	})
	page("killed, and started again")

	s.set(t, addr, "Other", scripted(t, "site.test", o.port, o.tls))
	if r := s.run(t, "systemctl", "--user", "reload", "drawbridge"); r.exit != 0 {
		t.Errorf("reload: %s", r.stderr)
	}
	eventually(t, "the settings are read again", func() bool { return s.status(t).Bridge.Profile.Name == "Other" })
	page("reloaded")

	s.service(t, 0, "restart")
	page("restarted")
	s.service(t, 0, "stop")
	if conn, err := net.Dial("tcp", addr); err == nil {
		conn.Close()
		t.Error("it listens after it was stopped")
	}
	s.service(t, 3, "status")
	s.service(t, 0, "install", "--force")
	s.service(t, 0, "uninstall")
	s.service(t, 4, "status")
	s.empty(t)
}

// fenced wants that the kernel says of the process what the unit does.
func (s *session) fenced(t *testing.T, pid int) {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"NoNewPrivs:\t1\n", "Seccomp:\t2\n"} {
		if !strings.Contains(string(status), want) {
			t.Errorf("the process is not as the unit says: want %q in\n%s", want, status)
		}
	}
}

// empty wants that uninstall leaves nothing.
func (s *session) empty(t *testing.T) {
	t.Helper()
	_ = filepath.WalkDir(s.units, func(path string, entry os.DirEntry, err error) error {
		if err == nil && path != s.units {
			t.Errorf("uninstall has left %s", path)
		}
		return nil
	})
}

// The program that evaluates PAC scripts does so inside the service's fences too.
func TestServiceEvaluatesScripts(t *testing.T) {
	t.Parallel()
	s := newSession(t)
	o := newOrigin(t, nil)
	addr := freePort(t)
	socks := bridgetest.StartSOCKS(t, bridgetest.SOCKS{Names: map[string]string{"site.test": "127.0.0.1:" + o.port}})
	pac := write(t, s.home, "proxy.pac", fmt.Sprintf("function FindProxyForURL(url, host) { return 'SOCKS5 %s' }", socks.Addr), 0o600)
	s.set(t, addr, "Script", "pac+file://"+pac)
	s.service(t, 0, "install", "--now")
	if r := curl(t, "-x", "http://"+addr, o.http("site.test", "/hello")); !strings.HasPrefix(string(r.stdout), "hello from site.test") {
		t.Errorf("%s%s", r.stdout, r.stderr)
	}
	s.fenced(t, s.status(t).PID)
	s.service(t, 0, "stop")
}

// With --socket, systemd listens: the first client starts the service, and one that comes while it is away waits for it.
func TestServiceSocketOfSystemd(t *testing.T) {
	t.Parallel()
	s := newSession(t)
	o := newOrigin(t, nil)
	addr := freePort(t)
	s.set(t, addr, "Office", scripted(t, "site.test", o.port))
	page := func(when string) {
		t.Helper()
		if r := curl(t, "-x", "http://"+addr, o.http("site.test", "/hello")); !strings.HasPrefix(string(r.stdout), "hello from site.test") {
			t.Fatalf("%s: %s%s", when, r.stdout, r.stderr)
		}
	}
	s.service(t, 0, "install", "--socket", "--now")
	page("started")
	was := s.status(t)
	if !was.Socket || len(was.Bridge.Listen) != 1 || was.Bridge.Listen[0] != addr {
		t.Errorf("status says %+v", was)
	}
	if r := s.run(t, "systemctl", "--user", "stop", "drawbridge.service"); r.exit != 0 {
		t.Fatal(r.stderr)
	}
	page("stopped, and started by the client")
	if now := s.status(t); !now.Running || now.PID == was.PID {
		t.Errorf("status says %+v, before %+v", now, was)
	}
	// Turned off and on: the socket stays systemd's, and is taken again.
	for _, verb := range []string{"off", "on"} {
		if r := s.run(t, program(t), verb); r.exit != 0 {
			t.Fatalf("%s: %s", verb, r.stderr)
		}
	}
	page("turned off and on")
	s.service(t, 0, "stop")
	if conn, err := net.Dial("tcp", addr); err == nil {
		conn.Close()
		t.Error("systemd listens after it was stopped")
	}
	s.service(t, 0, "uninstall")
	s.empty(t)
}
