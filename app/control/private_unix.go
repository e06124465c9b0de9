//go:build unix

package control

import (
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// private returns an error unless dir is a directory of ours, or of the system's,
// in which nobody else can put or replace our files.
func private(dir string) error {
	for _, look := range []func(string) (fs.FileInfo, error){os.Lstat, os.Stat} {
		info, err := look(dir)
		if err != nil {
			return err
		}
		if owner := int(info.Sys().(*syscall.Stat_t).Uid); !mayTalk(owner, os.Getuid()) {
			return fmt.Errorf("%s belongs to another user", dir)
		}
		if info.Mode()&fs.ModeSymlink != 0 {
			continue // and now its target
		}
		if !info.IsDir() {
			return fmt.Errorf("%s is no directory", dir)
		}
		if info.Mode()&0o022 != 0 && info.Mode()&fs.ModeSticky == 0 {
			return fmt.Errorf("%s can be written by others; run: chmod go-w %[1]s", dir)
		}
	}
	return nil
}
