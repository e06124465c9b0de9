package control

import (
	"errors"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/drawbridge-app/drawbridge/bridge/bridgetest"
)

// The pipe that stands in for a socket is one in what the rest of the package needs of it.
func TestPipe(t *testing.T) {
	bridgetest.Leaks(t)
	path := filepath.Join(t.TempDir(), "s")
	if _, err := callPipe(t.Context(), path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("callPipe = %v without a pipe, want fs.ErrNotExist", err)
	}
	l, err := listenPipe(path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for range 3 {
		here, there := pipes(t, l, path)
		io.WriteString(here, "question")
		text := make([]byte, 20)
		if n, err := there.Read(text); err != nil || string(text[:n]) != "question" {
			t.Errorf("Read = %q, %v", text[:n], err)
		}
		there.SetReadDeadline(time.Now().Add(-time.Second))
		if _, err := there.Read(text); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("Read = %v after its deadline", err)
		}
		io.WriteString(there, "answer")
		there.Close()
		if all, err := io.ReadAll(here); err != nil || string(all) != "answer" {
			t.Errorf("ReadAll = %q, %v from an end that was closed", all, err)
		}
		here.Close()
	}
	// Who waits is woken by the other end's Close, and by their own.
	here, there := pipes(t, l, path)
	ended := make(chan error)
	go func() { _, err := there.Read(make([]byte, 1)); ended <- err }()
	here.Close()
	if err := <-ended; err != io.EOF {
		t.Errorf("Read = %v, want EOF", err)
	}
	there.Close()
	here, there = pipes(t, l, path)
	go func() { _, err := here.Read(make([]byte, 1)); ended <- err }()
	here.Close()
	if err := <-ended; err == nil {
		t.Error("Read = nil on an end that is closed")
	}
	there.Close()
	go func() { _, err := l.accept(); ended <- err }()
	l.Close()
	if err := <-ended; !errors.Is(err, net.ErrClosed) {
		t.Errorf("accept = %v, want net.ErrClosed", err)
	}
	if _, err := callPipe(t.Context(), path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("callPipe = %v after Close, want fs.ErrNotExist", err)
	}
}

// pipes are both ends of a connection.
func pipes(t *testing.T, l socket, path string) (here, there conn) {
	t.Helper()
	called := make(chan error, 1)
	go func() {
		var err error
		here, err = callPipe(t.Context(), path)
		called <- err
	}()
	there, err := l.accept()
	if err := errors.Join(err, <-called); err != nil {
		t.Fatal(err)
	}
	return here, there
}
