//go:build unix

package settings

import (
	"errors"
	"os"
	"syscall"
)

func readFile(path string) ([]byte, error) { return os.ReadFile(path) }

func renameFile(from, to string) error { return os.Rename(from, to) }

// syncDir makes a rename last.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	// Some file systems cannot sync a directory; the rename has happened all the same.
	if err := d.Sync(); err != nil && !errors.Is(err, errors.ErrUnsupported) && !errors.Is(err, syscall.EINVAL) {
		return err
	}
	return nil
}
