package service

import (
	"flag"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the files in testdata anew")

// odd is a unit with all that needs quoting.
var odd = Unit{Program: `/opt/My $Tools 100%/it's "d"/drawbridge`, Settings: "/home/anna/<a&b> $x 5%.toml"}

// What each manager is told is as it was looked at, to the letter.
func TestFiles(t *testing.T) {
	plain := Unit{Program: "/usr/bin/drawbridge"}
	machine := Unit{System: true, Program: "/usr/bin/drawbridge"}
	oddMachine, sockets, home := odd, machine, machine
	oddMachine.System = true
	sockets.Sockets = []string{"127.0.0.1:80", "[::1]:80"}
	home.Settings, home.Home = "/home/anna/drawbridge.toml", true
	for _, tt := range []struct {
		name    string
		unit    Unit
		manager string
	}{
		{"systemd-user", plain, "systemd"},
		{"systemd-user-odd", odd, "systemd"},
		{"systemd-system", machine, "systemd"},
		{"systemd-system-home", home, "systemd"},
		{"systemd-system-sockets", sockets, "systemd"},
		{"launchd-agent-odd", odd, "launchd"},
		{"launchd-daemon", machine, "launchd"},
		{"openrc", machine, "openrc"},
		{"openrc-odd", oddMachine, "openrc"},
		{"sysv", machine, "sysv"},
		{"sysv-odd", oddMachine, "sysv"},
		{"freebsd", machine, "freebsd"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if runtime.GOOS == "windows" {
				t.Skip("paths are others there, and no manager that reads files")
			}
			t.Setenv("HOME", "/home/anna")
			texts, err := Files(tt.unit, tt.manager)
			if err != nil {
				t.Fatal(err)
			}
			for _, name := range slices.Sorted(maps.Keys(texts)) {
				path := filepath.Join("testdata", tt.name+"."+name)
				if *update {
					if err := os.WriteFile(path, []byte(texts[name]), 0o644); err != nil {
						t.Fatal(err)
					}
				}
				want, err := os.ReadFile(path)
				if diff := cmp.Diff(string(want), texts[name]); err != nil || diff != "" {
					t.Errorf("%s, %v (-want +got):\n%s", path, err, diff)
				}
			}
		})
	}
}

// Windows has no file; this is what its service manager is told.
func TestToldToWindows(t *testing.T) {
	c := told(Unit{System: true, Program: `C:\Program Files\Drawbridge\drawbridge.exe`, Settings: `D:\my settings.toml`}, windows)
	want := []string{"service", "run", "--system", "--settings", `D:\my settings.toml`}
	if !slices.Equal(c.Arguments, want) || c.Executable != `C:\Program Files\Drawbridge\drawbridge.exe` || c.Name != "drawbridge" ||
		c.UserName != `NT AUTHORITY\LocalService` || c.Option["OnFailure"] != "restart" {
		t.Errorf("told(…) = %+v", c)
	}
}

func TestUnitsThatNoManagerTakes(t *testing.T) {
	for _, tt := range []struct{ program, settings, says string }{
		{"", "", "no program"},
		{"drawbridge", "", "absolute"},
		{absolute("drawbridge"), "settings.toml", "absolute"},
		{absolute("{{Path}}"), "", "cannot hold"},
		{absolute("draw\nbridge"), "", "cannot hold"},
	} {
		if err := (Unit{Program: tt.program, Settings: tt.settings}).check(); err == nil || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("Unit{%q, %q}.check() = %v, want one that says %q", tt.program, tt.settings, err, tt.says)
		}
	}
	if _, err := Files(Unit{Program: absolute("drawbridge")}, "upstart"); err == nil {
		t.Error("there are files for upstart")
	}
}

// absolute is a path of this system's.
func absolute(name string) string {
	if runtime.GOOS == "windows" {
		return `C:\` + name
	}
	return "/" + name
}

// Who manages services, or what was looked for and what to do instead.
func TestFind(t *testing.T) {
	has := func(paths ...string) func(string) bool {
		return func(path string) bool { return slices.Contains(paths, filepath.ToSlash(path)) }
	}
	systemdHere := place{platform: "linux-systemd", runtime: "/run/user/7", init: "systemd", exists: has("/run/systemd/system", "/run/user/7/systemd/private"), has: has()}
	noSession, noRuntime, notBooted := systemdHere, systemdHere, systemdHere
	noSession.exists = has("/run/systemd/system")
	noRuntime.runtime = ""
	notBooted.exists = has()
	oldInit := place{platform: "unix-systemv", init: "init", exists: has("/etc/init.d"), has: has("service")}
	container := place{platform: "unix-systemv", init: "sh", exists: has("/etc/init.d"), has: has("service")}
	for _, tt := range []struct {
		name   string
		place  place
		system bool
		want   manager
		says   []string
	}{
		{"systemd", systemdHere, true, systemd, nil},
		{"systemd of a user", systemdHere, false, systemd, nil},
		{"systemd without a session", noSession, false, "", []string{"/run/user/7/systemd/private", "enable-linger", "drawbridge run"}},
		{"systemd by su", noRuntime, false, "", []string{"XDG_RUNTIME_DIR", "--system"}},
		{"systemd is only installed", notBooted, true, "", []string{"/run/systemd/system", "/etc/init.d", "drawbridge run"}},
		{"the same for a user", notBooted, false, "", []string{"/run/systemd/system", "drawbridge run"}},
		{"init scripts", oldInit, true, sysv, nil},
		{"init scripts for a user", oldInit, false, "", []string{"init scripts", "whole machine", "--system"}},
		{"a container", container, true, "", []string{"looked for systemd", "drawbridge run"}},
		{"OpenRC", place{platform: "linux-openrc"}, true, openRC, nil},
		{"OpenRC for a user", place{platform: "linux-openrc"}, false, "", []string{"OpenRC", "--system"}},
		{"macOS", place{platform: "darwin-launchd"}, true, launchd, nil},
		{"macOS for a user", place{platform: "darwin-launchd"}, false, launchd, nil},
		{"Windows", place{platform: "windows-service"}, true, windows, nil},
		{"Windows for a user", place{platform: "windows-service"}, false, "", []string{"Windows", "drawbridge-tray", "--system"}},
		{"FreeBSD", place{platform: "freebsd"}, true, freebsd, nil},
		{"nobody", place{}, true, "", []string{"no service manager", "drawbridge run"}},
	} {
		got, err := tt.place.find(tt.system)
		if got != tt.want || (err == nil) != (tt.want != "") {
			t.Errorf("%s: find(%t) = %q, %v, want %q", tt.name, tt.system, got, err, tt.want)
			continue
		}
		for _, says := range tt.says {
			if !strings.Contains(filepath.ToSlash(err.Error()), says) { // other systems write paths as they do
				t.Errorf("%s: the error %q does not say %q", tt.name, err, says)
			}
		}
	}
}

func TestSystemdShown(t *testing.T) {
	const ours = "/home/anna/.config/systemd/user/drawbridge.service"
	for _, tt := range []struct {
		name, shown string
		want        Status
	}{
		{"not there", "LoadState=not-found\nActiveState=inactive\nMainPID=0\nFragmentPath=\nUnitFileState=\n", Status{Word: "inactive"}},
		{"running", "LoadState=loaded\nActiveState=active\nMainPID=12\nResult=success\nFragmentPath=" + ours + "\nUnitFileState=enabled\n",
			Status{Installed: true, Enabled: true, Running: true, PID: 12, File: ours, Word: "active"}},
		{"failed", "LoadState=loaded\nActiveState=failed\nMainPID=0\nResult=exit-code\nFragmentPath=" + ours + "\nUnitFileState=enabled\n",
			Status{Installed: true, Enabled: true, File: ours, Word: "failed (exit-code)"}},
		{"of a package", "LoadState=loaded\nActiveState=inactive\nMainPID=0\nFragmentPath=/usr/lib/systemd/user/drawbridge.service\nUnitFileState=disabled\n",
			Status{Installed: true, Packaged: true, File: "/usr/lib/systemd/user/drawbridge.service", Word: "inactive"}},
		{"starting", "LoadState=loaded\nActiveState=activating\nMainPID=12\nFragmentPath=" + ours + "\nUnitFileState=disabled\n",
			Status{Installed: true, Running: true, PID: 12, File: ours, Word: "activating"}},
	} {
		if got := systemdShown(Status{File: ours}, tt.shown); got != tt.want {
			t.Errorf("%s: systemdShown(…) = %+v, want %+v", tt.name, got, tt.want)
		}
	}
}

// The machine's service is not to be started from where others can put another program.
func TestDoubts(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("rights are lists there, which are not looked at")
	}
	dir := t.TempDir()
	open := filepath.Join(dir, "open")
	if err := os.Mkdir(open, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(open, 0o777); err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(open, "drawbridge")
	said := strings.Join(doubts(program, dir, os.Stat), "\n")
	for _, says := range []string{"temporary", open + " can be changed by"} {
		if !strings.Contains(said, says) {
			t.Errorf("doubts(%q) = %q, want %q in it", program, said, says)
		}
	}
	rootOnly := func(string) (fs.FileInfo, error) { return os.Stat("/") }
	if said := doubts("/usr/local/bin/drawbridge", "/tmp", rootOnly); len(said) > 0 {
		t.Errorf("doubts(/usr/local/bin/drawbridge) = %q", said)
	}
}

// On Windows, the account that the service runs as sees into no user's folder.
func TestProfiled(t *testing.T) {
	const public = `C:\Users\Public`
	for _, tt := range []struct {
		public, path string
		want         bool
	}{
		{public, `C:\Users\Ann\AppData\Local\Programs\Drawbridge\drawbridge.exe`, true},
		{public, `c:\users\ann\settings.toml`, true},
		{public, `C:\Users\Public\drawbridge.exe`, false},
		{public, `C:\Users\Publican\drawbridge.exe`, true},
		{public, `C:\Program Files\Drawbridge\drawbridge.exe`, false},
		{public, `D:\Users\Ann\drawbridge.exe`, false},
		{public, "", false},
		{`C:\Public`, `C:\Drawbridge\drawbridge.exe`, false},
		{"", `C:\Users\Ann\drawbridge.exe`, false},
	} {
		if got := len(profiled(tt.public, tt.path)) > 0; got != tt.want {
			t.Errorf("profiled(%q, %q) says something = %t, want %t", tt.public, tt.path, got, tt.want)
		}
	}
}

func TestHome(t *testing.T) {
	for _, tt := range []struct {
		paths []string
		want  bool
	}{
		{[]string{"/usr/bin/drawbridge", ""}, false},
		{[]string{"/usr/bin/drawbridge", "/home/anna/s.toml"}, true},
		{[]string{"/root/drawbridge"}, true},
		{[]string{"/homes/drawbridge"}, false},
	} {
		if got := Home(tt.paths...); got != tt.want {
			t.Errorf("Home(%q) = %t", tt.paths, got)
		}
	}
}

// An init script is run by a real shell: a program of an odd name is started with its arguments, asked, reloaded and
// stopped.
func TestInitScript(t *testing.T) {
	sh, err := exec.LookPath("sh")
	if err != nil || runtime.GOOS == "windows" {
		t.Skip("no sh here")
	}
	dir := t.TempDir()
	program := filepath.Join(dir, `it's $a "p r o g"`)
	const fake = "#!/bin/sh\nprintf '%s|' \"$@\"; echo\ntrap 'echo hup' HUP\ntrap 'kill $!; exit' TERM\nwhile :; do sleep 1000 & wait $!; kill $!; done\n"
	if err := os.WriteFile(program, []byte(fake), 0o755); err != nil {
		t.Fatal(err)
	}
	text := sysvScript(Unit{System: true, Program: program, Settings: "/etc/a b'$c.toml"})
	log := filepath.Join(dir, "log")
	text = strings.NewReplacer("/var/run/drawbridge.pid", filepath.Join(dir, "pid"), "/var/log/drawbridge.log", log).Replace(text)
	script := filepath.Join(dir, "drawbridge")
	if err := os.WriteFile(script, []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
	run := func(verb string, exit int, says string) {
		t.Helper()
		cmd := exec.Command(sh, script, verb)
		out, _ := cmd.CombinedOutput()
		if cmd.ProcessState.ExitCode() != exit || !strings.Contains(string(out), says) {
			t.Errorf("%s: exit %d, want %d, says %q, want %q", verb, cmd.ProcessState.ExitCode(), exit, out, says)
		}
	}
	logged := func(want string) {
		t.Helper()
		for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
			text, _ := os.ReadFile(log)
			if strings.Contains(string(text), want) {
				return
			}
			if time.Now().After(deadline) {
				t.Fatalf("the log is %q, want %q in it", text, want)
			}
		}
	}
	run("status", 3, "Stopped")
	run("start", 0, "Started")
	t.Cleanup(func() { _ = exec.Command(sh, script, "stop").Run() })
	logged("service|run|--system|--settings|/etc/a b'$c.toml|\n")
	run("start", 0, "Running already")
	run("status", 0, "Running, process")
	run("reload", 0, "")
	logged("hup\n")
	run("stop", 0, "Stopped")
	run("status", 3, "Stopped")
	run("frobnicate", 2, "Usage")
}

// The settings of the machine's service are systemd's copy where they are root's alone.
func TestReadable(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "settings.toml")
	t.Setenv("CREDENTIALS_DIRECTORY", filepath.Join(dir, "copies"))
	if got, copied := Readable(path); got != path || copied {
		t.Errorf("Readable of a missing file = %q, %t", got, copied)
	}
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if got, copied := Readable(path); got != path || copied {
		t.Errorf("Readable of a file = %q, %t", got, copied)
	}
	if os.Getuid() <= 0 {
		return // root reads all, and Windows has other rights
	}
	if err := os.Chmod(path, 0); err != nil {
		t.Fatal(err)
	}
	if got, copied := Readable(path); got != filepath.Join(dir, "copies", "settings") || !copied {
		t.Errorf("Readable of a secret file = %q, %t", got, copied)
	}
}
