// Package control is how the programs of Drawbridge talk to the one of them that
// owns the bridge: what an [app.Controller] can do, as JSON over HTTP/1.1 on a
// unix socket that is open to its user alone; where Windows has none, on a named
// pipe that stands in for it.
//
// [Listen] takes the socket, and with it the right to be the owner; [Serve]
// answers on it. [Dial] gives a [Client], whose methods are those of the
// Controller, with the same errors. [Follow] watches whoever is the owner, and
// finds the next one.
//
// The paths: GET /state, /watch (a state a line, with an empty line when nothing
// happens), /connections, /history, /log?after=NUMBER; POST /do with an intent,
// /check with what to check. So a person can ask, too:
//
//	curl --unix-socket "$XDG_RUNTIME_DIR/drawbridge/control.sock" http://drawbridge/state
//
// A request names the host "drawbridge" and no origin, which no browser can be
// tricked into. Each connection carries one request. That is little enough of
// HTTP to do without net/http, which would add a megabyte to a program that is to
// stay small; heads are read by the engine's own strict parser.
package control

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"

	"github.com/drawbridge-app/drawbridge/app"
)

// Owner is what is served: an [app.Controller], or another [Client].
type Owner interface {
	Watch(ctx context.Context, show func(app.State)) error
	Do(ctx context.Context, want app.Intent) error
	Connections(ctx context.Context) ([]app.Connection, error)
	History(ctx context.Context) ([]app.Sample, error)
	Log(ctx context.Context, after uint64) ([]app.Line, error)
	Check(ctx context.Context, want app.CheckRequest) (app.Check, error)
}

var (
	_ Owner = (*app.Controller)(nil)
	_ Owner = (*Client)(nil)
)

// protocol is the number of the version that this package speaks. A change that
// an older peer would misread raises it.
const protocol = 1

// host is what every request names.
const host = "drawbridge"

// Path is where the socket belongs: $DRAWBRIDGE_SOCKET, or control.sock in a
// directory of drawbridge's that is the user's alone. That is in the user's
// runtime directory ($XDG_RUNTIME_DIR), in the cache directory on Windows and
// macOS, and otherwise in the directory for temporary files.
func Path() (string, error) {
	if path := os.Getenv("DRAWBRIDGE_SOCKET"); path != "" {
		return path, nil
	}
	const name = "control.sock"
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		dir, err := os.UserCacheDir()
		return filepath.Join(dir, "drawbridge", name), err
	}
	if dir := os.Getenv("XDG_RUNTIME_DIR"); filepath.IsAbs(dir) {
		if info, err := os.Stat(dir); err == nil && info.IsDir() {
			return filepath.Join(dir, "drawbridge", name), nil
		}
	}
	return filepath.Join(os.TempDir(), "drawbridge-"+strconv.Itoa(os.Getuid()), name), nil
}

// SystemPath is where the socket of a service of the whole machine belongs, in a
// directory that only such a service's user and root get into. On Windows that is
// the one of the account which it runs as.
func SystemPath() string {
	switch runtime.GOOS {
	case "windows":
		return filepath.Join(os.Getenv("SystemRoot"), `ServiceProfiles\LocalService\AppData\Local\drawbridge\control.sock`)
	case "linux":
		return "/run/drawbridge/control.sock"
	}
	return "/var/run/drawbridge/control.sock"
}

// certain reports whether whoever holds the socket at path may be told
// everything, whatever user that is: on Linux only root can make a directory
// in /run, and systemd runs the service as a user that is made for it.
func certain(path string) bool { return runtime.GOOS == "linux" && path == SystemPath() }

// longest is what every system takes for a socket's path (macOS: 104 with the
// zero at its end).
const longest = 103

var (
	// ErrOwned says that another process has the socket, and with it the bridge.
	ErrOwned = errors.New("another drawbridge owns the bridge")
	// ErrPeer says that who is at the other end is another user.
	ErrPeer = errors.New("the socket's other end belongs to another user")
)

// unsupportedOnWindows is WSAEAFNOSUPPORT.
const unsupportedOnWindows = syscall.Errno(10047)

// mayTalk reports whether a process of the user peer may talk to one of self:
// it is the same, or the superuser.
func mayTalk(peer, self int) bool { return peer == self || peer == 0 }
