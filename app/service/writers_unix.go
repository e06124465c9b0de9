//go:build unix

package service

import (
	"io/fs"
	"strconv"
	"syscall"
)

// writers says who besides root can change what is in a file or a folder; "" is nobody. In a folder with the sticky bit,
// others cannot replace what is not theirs.
func writers(info fs.FileInfo) string {
	owner, ok := info.Sys().(*syscall.Stat_t)
	switch {
	case !ok:
		return ""
	case owner.Uid != 0:
		return "user " + strconv.Itoa(int(owner.Uid))
	case info.Mode()&0o002 != 0 && info.Mode()&fs.ModeSticky == 0:
		return "everybody"
	case info.Mode()&0o020 != 0 && owner.Gid != 0:
		return "group " + strconv.Itoa(int(owner.Gid))
	}
	return ""
}
