//go:build darwin || freebsd

package control

import "golang.org/x/sys/unix"

// peerOf returns the user of the process at the other end.
func peerOf(fd int) (uid int, err error) {
	const local = 0 // SOL_LOCAL
	who, err := unix.GetsockoptXucred(fd, local, unix.LOCAL_PEERCRED)
	if err != nil {
		return 0, err
	}
	return int(who.Uid), nil
}
