package systemproxy

import (
	"errors"
	"os"
	"time"

	"golang.org/x/sys/windows"
)

// syncDir has nothing to do: there is no such call here, and no need.
func (d *desk) syncDir() error { return nil }

func renameFile(from, to string) error {
	return patiently(func() error { return os.Rename(from, to) })
}

func removeFile(path string) error {
	return patiently(func() error { return os.Remove(path) })
}

// patiently tries f until it does not fail because somebody has the file open: who looks at the status of the lease, or
// a virus scanner. They are usually done in a moment.
func patiently(f func() error) error {
	const patience, pause = time.Second, 5 * time.Millisecond
	for end := time.Now().Add(patience); ; time.Sleep(pause) {
		err := f()
		held := errors.Is(err, windows.ERROR_ACCESS_DENIED) || errors.Is(err, windows.ERROR_SHARING_VIOLATION)
		if !held || time.Now().After(end) {
			return err
		}
	}
}
