//go:build darwin || freebsd

package network

import (
	"fmt"

	"golang.org/x/sys/unix"
)

func open() (source, error) {
	fd, err := unix.Socket(unix.AF_ROUTE, unix.SOCK_RAW, unix.AF_UNSPEC)
	if err != nil {
		return nil, fmt.Errorf("watch the network: routing socket: %w", err)
	}
	unix.CloseOnExec(fd)
	if err := unix.SetNonblock(fd, true); err != nil {
		unix.Close(fd)
		return nil, fmt.Errorf("watch the network: routing socket: %w", err)
	}
	return newSocket(fd, routeTells), nil
}
