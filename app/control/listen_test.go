package control_test

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/drawbridge-app/drawbridge/app/control"
	"github.com/drawbridge-app/drawbridge/bridge/bridgetest"
)

func TestListenIsForOne(t *testing.T) {
	bridgetest.NeedUnixSockets(t)
	bridgetest.Leaks(t)
	path := filepath.Join(filepath.Dir(socket(t)), "new", "s")
	for range 2 {
		l, err := control.Listen(path)
		if err != nil {
			t.Fatalf("Listen: %v", err)
		}
		if _, err := control.Listen(path); !errors.Is(err, control.ErrOwned) {
			t.Errorf("the second Listen = %v, want ErrOwned", err)
		}
		info, err := os.Stat(path)
		if err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
			t.Errorf("the socket is %v, %v, want mode 0600", info.Mode(), err)
		}
		if dir, _ := os.Stat(filepath.Dir(path)); runtime.GOOS != "windows" && dir.Mode().Perm() != 0o700 {
			t.Errorf("its directory has mode %v, want 0700", dir.Mode())
		}
		if err := l.Close(); err != nil {
			t.Errorf("Close = %v", err)
		}
		if _, err := os.Lstat(path); err == nil {
			t.Error("the socket is left behind")
		}
		stale(t, path) // for the second round
	}
}

func TestListenLeavesOthersAlone(t *testing.T) {
	bridgetest.Leaks(t)
	path := socket(t)
	l, err := control.Listen(path)
	if err != nil {
		t.Fatal(err)
	}
	os.Remove(path)
	stale(t, path) // somebody else's now
	l.Close()
	if _, err := os.Lstat(path); err != nil {
		t.Errorf("a socket that was not ours any more was removed: %v", err)
	}
	os.Remove(path)
	if err := os.WriteFile(path, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := control.Listen(path); err == nil {
		t.Error("Listen = nil in the place of a file")
	}
	if text, _ := os.ReadFile(path); string(text) != "precious" {
		t.Errorf("the file says %q", text)
	}
}

func TestListenRefuses(t *testing.T) {
	bridgetest.Leaks(t)
	if _, err := control.Listen(filepath.Join(t.TempDir(), strings.Repeat("x", 110))); err == nil || !strings.Contains(err.Error(), "DRAWBRIDGE_SOCKET") {
		t.Errorf("Listen on a path that is too long = %v", err)
	}
	if runtime.GOOS == "windows" {
		return
	}
	dir := filepath.Dir(socket(t))
	for _, bad := range []struct {
		name string
		make func(path string) error
	}{
		{"writable", func(path string) error { return errors.Join(os.Mkdir(path, 0o700), os.Chmod(path, 0o770)) }},
		{"link", func(path string) error { return os.Symlink(filepath.Join(dir, "writable"), path) }},
		{"file", func(path string) error { return os.WriteFile(path, nil, 0o600) }},
	} {
		path := filepath.Join(dir, bad.name)
		if err := bad.make(path); err != nil {
			t.Fatal(err)
		}
		if l, err := control.Listen(filepath.Join(path, "s")); err == nil {
			l.Close()
			t.Errorf("%s: Listen = nil, want an error", bad.name)
		}
	}
	if os.Getuid() == 0 {
		foreign := filepath.Join(dir, "foreign")
		if err := errors.Join(os.Mkdir(foreign, 0o700), os.Chown(foreign, 12345, -1)); err != nil {
			t.Fatal(err)
		}
		if _, err := control.Listen(filepath.Join(foreign, "s")); err == nil {
			t.Error("Listen = nil in another user's directory")
		}
	}
}

func TestPath(t *testing.T) {
	t.Setenv("DRAWBRIDGE_SOCKET", "")
	if runtime.GOOS == "linux" {
		dir := t.TempDir()
		t.Setenv("XDG_RUNTIME_DIR", dir)
		if got, err := control.Path(); err != nil || got != filepath.Join(dir, "drawbridge", "control.sock") {
			t.Errorf("Path() = %q, %v, want it in %s", got, err, dir)
		}
		for _, none := range []string{"", "relative", filepath.Join(dir, "none")} {
			t.Setenv("XDG_RUNTIME_DIR", none)
			if got, err := control.Path(); err != nil || !strings.HasPrefix(got, filepath.Join(os.TempDir(), "drawbridge-")) {
				t.Errorf("Path() = %q, %v without a runtime directory", got, err)
			}
		}
	}
	t.Setenv("DRAWBRIDGE_SOCKET", "/x/y")
	if got, err := control.Path(); err != nil || got != "/x/y" {
		t.Errorf("Path() = %q, %v, want what the environment says", got, err)
	}
}
