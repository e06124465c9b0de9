// Package programs finds Drawbridge's other programs and starts them, and lets a program have its say before it ends.
package programs

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// The programs, by the names of their files without an extension.
const (
	Command = "drawbridge"
	Tray    = "drawbridge-tray"
	Window  = "drawbridge-window"
	PAC     = "drawbridge-pac" // evaluates scripts for the others
)

// Find returns the absolute path of a program: beside the running one, where all are installed together, or else on
// PATH. Its error is exec.ErrNotFound where it is in neither place.
func Find(name string) (string, error) {
	self, err := os.Executable()
	if err == nil {
		self, err = filepath.EvalSymlinks(self)
	}
	if err == nil {
		path := filepath.Join(filepath.Dir(self), file(name, runtime.GOOS))
		if path, err = exec.LookPath(path); err == nil {
			return path, nil
		}
	}
	path, err := exec.LookPath(name)
	if err == nil {
		path, err = filepath.Abs(path)
	}
	if err != nil {
		return "", fmt.Errorf("find %s beside this program or on PATH: %w", name, exec.ErrNotFound)
	}
	return path, nil
}

func file(name, goos string) string {
	if goos == "windows" {
		return name + ".exe"
	}
	return name
}

// Start starts a program that lives on by itself, also when this one ends. The channel gets, once, how it ended: nil, or
// an error with the last line that it said.
func Start(cmd *exec.Cmd) (ended <-chan error, err error) {
	// A file, because a pipe would end with us, and a program that then says something would end with it.
	said, err := os.CreateTemp("", filepath.Base(cmd.Path)+"-")
	if err != nil {
		return nil, err
	}
	cmd.Stderr = said
	if err := cmd.Start(); err != nil {
		said.Close()
		os.Remove(said.Name())
		return nil, err
	}
	os.Remove(said.Name()) // it has no name from now on; Windows keeps it until the end
	end := make(chan error, 1)
	go func() {
		err := cmd.Wait()
		if line := lastLine(said); err != nil && line != "" {
			err = errors.New(line)
		}
		said.Close()
		os.Remove(said.Name())
		end <- err
	}()
	return end, nil
}

// lastLine is the last line of a file that is not empty.
func lastLine(f *os.File) string {
	const longest = 4 << 10
	tail := make([]byte, longest)
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return ""
	}
	n, _ := f.ReadAt(tail, max(0, size-longest))
	lines := strings.Split(strings.TrimSpace(string(tail[:n])), "\n")
	return strings.TrimSpace(lines[len(lines)-1])
}
