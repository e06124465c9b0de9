package control

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"
)

// Where Windows has no unix sockets, as before version 1803 of Windows 10 and in older Wines, a named pipe stands in for
// one. Its name is made of the path that the socket would have; its access list lets in its user alone, and who calls
// looks whose pipe it is, because anybody may take a name first.

// pipeName is the name of the pipe for a path.
func pipeName(path string) string {
	if whole, err := filepath.Abs(path); err == nil {
		path = whole
	}
	sum := fnv.New128a()
	io.WriteString(sum, strings.ToLower(path))
	return `\\.\pipe\drawbridge-` + hex.EncodeToString(sum.Sum(nil))
}

// user is the user of this process.
func user() (*windows.SID, error) {
	who, err := windows.GetCurrentProcessToken().GetTokenUser()
	if err != nil {
		return nil, err
	}
	return who.User.Sid, nil
}

// A pipeListener accepts at a named pipe.
type pipeListener struct {
	name   string
	access *windows.SecurityAttributes
	end    sync.Once
	closed windows.Handle // an event

	mu   sync.Mutex // is held while somebody accepts
	next windows.Handle
}

func listenPipe(path string) (socket, error) {
	self, err := user()
	if err != nil {
		return nil, err
	}
	// Owned by the user, also where that is an administrator; for the user alone.
	list, err := windows.SecurityDescriptorFromString(fmt.Sprintf("O:%sD:P(A;;GA;;;%[1]s)", self))
	if err != nil {
		return nil, err
	}
	l := &pipeListener{name: pipeName(path), access: &windows.SecurityAttributes{SecurityDescriptor: list}}
	l.access.Length = uint32(unsafe.Sizeof(*l.access))
	if l.next, err = l.instance(windows.FILE_FLAG_FIRST_PIPE_INSTANCE); err != nil {
		return nil, err
	}
	if l.closed, err = windows.CreateEvent(nil, 1, 0, nil); err != nil {
		windows.CloseHandle(l.next)
		return nil, err
	}
	return l, nil
}

// instance makes one end for one caller.
func (l *pipeListener) instance(flag uint32) (windows.Handle, error) {
	const room = 64 << 10 // bytes on their way
	name, err := windows.UTF16PtrFromString(l.name)
	if err != nil {
		return 0, err
	}
	handle, err := windows.CreateNamedPipe(name, windows.PIPE_ACCESS_DUPLEX|windows.FILE_FLAG_OVERLAPPED|flag,
		windows.PIPE_REJECT_REMOTE_CLIENTS, windows.PIPE_UNLIMITED_INSTANCES, room, room, 0, l.access)
	if err != nil {
		return 0, os.NewSyscallError("CreateNamedPipe", err)
	}
	return handle, nil
}

func (l *pipeListener) accept() (conn, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.connected(); err != nil {
		return nil, err
	}
	// The next end is there before this one is handed out: else a caller might find none, and take us for gone.
	next, err := l.instance(0)
	if err != nil {
		windows.DisconnectNamedPipe(l.next)
		return nil, err
	}
	end := newPipe(l.next, l.name)
	l.next = next
	return end, nil
}

// connected waits for a caller.
func (l *pipeListener) connected() error {
	if l.next == 0 {
		return net.ErrClosed
	}
	called, err := windows.CreateEvent(nil, 1, 0, nil)
	if err != nil {
		return err
	}
	defer windows.CloseHandle(called)
	overlapped := &windows.Overlapped{HEvent: called}
	err = windows.ConnectNamedPipe(l.next, overlapped)
	for err == windows.ERROR_NO_DATA { // a caller who has hung up already
		windows.DisconnectNamedPipe(l.next)
		err = windows.ConnectNamedPipe(l.next, overlapped)
	}
	switch err {
	case nil, windows.ERROR_PIPE_CONNECTED:
		return nil
	case windows.ERROR_IO_PENDING:
	default:
		return os.NewSyscallError("ConnectNamedPipe", err)
	}
	which, err := windows.WaitForMultipleObjects([]windows.Handle{called, l.closed}, false, windows.INFINITE)
	if err == nil && which == windows.WAIT_OBJECT_0 {
		return nil
	}
	windows.CancelIoEx(l.next, overlapped)
	var n uint32
	windows.GetOverlappedResult(l.next, overlapped, &n, true) // until then, Windows writes to it
	return net.ErrClosed
}

// Close may be called twice, also at once.
func (l *pipeListener) Close() (err error) {
	l.end.Do(func() {
		windows.SetEvent(l.closed)
		l.mu.Lock()
		defer l.mu.Unlock()
		err = errors.Join(windows.CloseHandle(l.next), windows.CloseHandle(l.closed))
		l.next, l.closed = 0, 0
	})
	return err
}

// callPipe is the other end of listenPipe's. Its error is fs.ErrNotExist where there is no pipe.
func callPipe(ctx context.Context, path string) (conn, error) {
	const pause, moment = 10 * time.Millisecond, time.Second
	name, err := windows.UTF16PtrFromString(pipeName(path))
	if err != nil {
		return nil, err
	}
	for began := time.Now(); ; {
		// Whoever has made the pipe may learn who we are, and not act in our name.
		handle, err := windows.CreateFile(name, windows.GENERIC_READ|windows.GENERIC_WRITE, 0, nil, windows.OPEN_EXISTING,
			windows.FILE_FLAG_OVERLAPPED|windows.SECURITY_SQOS_PRESENT|windows.SECURITY_IDENTIFICATION, 0)
		if err == nil {
			if err := ownPipe(handle); err != nil {
				windows.CloseHandle(handle)
				return nil, err
			}
			return newPipe(handle, pipeName(path)), nil
		}
		// The next end is about to come, unless the owner has ended, and only its callers are still there.
		if !errors.Is(err, windows.ERROR_PIPE_BUSY) || time.Since(began) > moment {
			return nil, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(pause):
		}
	}
}

// ownPipe returns [ErrPeer] if another user has made the pipe.
func ownPipe(handle windows.Handle) error {
	about, err := windows.GetSecurityInfo(handle, windows.SE_KERNEL_OBJECT, windows.OWNER_SECURITY_INFORMATION)
	if err != nil {
		return fmt.Errorf("who is at the other end: %w", err)
	}
	owner, _, err := about.Owner()
	if err != nil {
		return fmt.Errorf("who is at the other end: %w", err)
	}
	self, err := user()
	if err != nil {
		return err
	}
	if !owner.Equals(self) {
		return ErrPeer
	}
	return nil
}

// A pipe is one end of a connection.
type pipe struct{ *os.File }

func newPipe(handle windows.Handle, name string) conn {
	return pipe{os.NewFile(uintptr(handle), name)}
}

// CloseWrite does nothing: a pipe has no such half, and what is sent tells its own length.
func (pipe) CloseWrite() error { return nil }
