package control

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"runtime"

	"github.com/gofrs/flock"
)

// A Listener holds the socket, and the lock that makes its process the only
// owner.
type Listener struct {
	socket socket
	path   string
	made   fs.FileInfo // the socket's file, as it was made; nil: it has none
	lock   *flock.Flock
}

// A socket is what others reach the owner at.
type socket interface {
	accept() (conn, error) // net.ErrClosed after Close
	Close() error
}

// unixSocket is the usual one.
type unixSocket struct{ *net.UnixListener }

func (s unixSocket) accept() (conn, error) {
	c, err := s.AcceptUnix()
	if err != nil {
		return nil, err
	}
	return c, nil
}

// Listen takes the socket at path, over from an owner that has died if need be.
// It returns [ErrOwned] while another process has it. The directory is made if it is missing; one in which others
// could put a socket of theirs is refused.
func Listen(path string) (*Listener, error) {
	if len(path) > longest {
		return nil, fmt.Errorf("listen %s: the path has %d bytes, and a socket's may have %d; set DRAWBRIDGE_SOCKET to a shorter one", path, len(path), longest)
	}
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("listen %s: %w", path, err)
	}
	if err := private(dir); err != nil {
		return nil, fmt.Errorf("listen %s: %w", path, err)
	}
	l := &Listener{path: path, lock: flock.New(path + ".lock")}
	switch ok, err := l.lock.TryLock(); {
	case err != nil:
		return nil, fmt.Errorf("listen %s: %w", path, err)
	case !ok:
		return nil, fmt.Errorf("listen %s: %w", path, ErrOwned)
	}
	if err := l.bind(); err != nil {
		l.Close()
		return nil, fmt.Errorf("listen %s: %w", path, err)
	}
	return l, nil
}

// bind makes the socket, in the place of one that a dead owner has left.
func (l *Listener) bind() error {
	const sockets = fs.ModeSocket | fs.ModeIrregular // the latter by some versions of Windows
	if info, err := os.Lstat(l.path); err == nil {
		if info.Mode()&sockets == 0 {
			return errors.New("there is something else than a socket")
		}
		if err := os.Remove(l.path); err != nil {
			return err
		}
	}
	socket, err := net.ListenUnix("unix", &net.UnixAddr{Name: l.path, Net: "unix"})
	if errors.Is(err, unsupportedOnWindows) {
		l.socket, err = listenPipe(l.path)
		return err
	}
	if err != nil {
		return err
	}
	socket.SetUnlinkOnClose(false) // it may be another's by then
	l.socket = unixSocket{socket}
	if err := os.Chmod(l.path, 0o600); err != nil && runtime.GOOS != "windows" { // which has no modes
		return err
	}
	l.made, err = os.Lstat(l.path)
	return err
}

// Path is where the socket is.
func (l *Listener) Path() string { return l.path }

// Close removes the socket, if it is still ours, and gives up the lock. The
// lock's file stays: removing it would let two in at once.
func (l *Listener) Close() error {
	var err error
	if l.socket != nil {
		err = l.socket.Close()
		if now, statErr := os.Lstat(l.path); l.made != nil && statErr == nil && os.SameFile(now, l.made) {
			os.Remove(l.path)
		}
	}
	return errors.Join(err, l.lock.Unlock())
}
