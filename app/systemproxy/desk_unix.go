//go:build unix

package systemproxy

import (
	"errors"
	"os"
	"syscall"
)

// syncDir makes the names in the folder last.
func (d *desk) syncDir() error {
	dir, err := os.Open(d.dir)
	if err != nil {
		return err
	}
	defer dir.Close()
	// Some file systems cannot sync a folder; it is as it is all the same.
	if err := d.sync(dir); err != nil && !errors.Is(err, errors.ErrUnsupported) && !errors.Is(err, syscall.EINVAL) {
		return err
	}
	return nil
}

func renameFile(from, to string) error { return os.Rename(from, to) }

func removeFile(path string) error { return os.Remove(path) }
